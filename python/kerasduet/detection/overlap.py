"""How far boxes overlap, and which of those that show the same object to keep."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.checks import show
from kerasduet.errors import ArgumentRange, ArgumentType, LengthMismatch, NonFinite, ShapeError

__all__ = ["SIDES", "check_boxes", "iou", "nms", "overlaps", "survivors"]

SIDES = ("left", "top", "right", "bottom")

# Boxes settled at once: few at first, which suppress whole crowds, then twice as many each time.
FIRST, MOST = 512, 4_096
GROUP = 128  # boxes compared with their neighbours at once


def iou(boxes: Any, others: Any) -> np.ndarray:
    """Give the intersection over union of each box with each other one.

    Parameters
    ----------
    boxes, others : array-like
        Boxes (n, 4) and (m, 4): left, top, right and bottom, in any unit. A single box may be
        given as four numbers.

    Returns
    -------
    numpy.ndarray
        Shares (n, m), from 0 for boxes apart to 1 for the same box.

    Raises
    ------
    ShapeError, NonFinite, ArgumentRange
        No boxes; a number that is not finite; a box of no width or height.

    Examples
    --------
    >>> iou([0, 0, 2, 2], [[1, 0, 3, 2], [5, 5, 6, 6]]).round(4).tolist()
    [[0.3333, 0.0]]
    """
    return overlaps(check_boxes("boxes", boxes), check_boxes("others", others))


def nms(boxes: Any, scores: Any, classes: Any = None, *, overlap: float = 0.5) -> np.ndarray:
    """Say which boxes to keep, so that each object has one: greedy non-maximum suppression.

    Parameters
    ----------
    boxes : array-like
        Boxes (n, 4): left, top, right and bottom.
    scores : array-like
        How sure each box is (n,); of equal ones the earlier goes first.
    classes : array-like, optional
        Class of each box (n,), numbers or texts: boxes of different classes do not suppress each
        other. None takes all for one class.
    overlap : float
        A box is dropped when its intersection over union with a kept one of a higher score is
        larger, in [0, 1].

    Returns
    -------
    numpy.ndarray
        Whether each box is kept (n,), bool.

    Raises
    ------
    ShapeError, NonFinite, ArgumentRange, LengthMismatch
        No boxes; a number that is not finite; a box of no width or height; scores or classes of
        another number.

    Examples
    --------
    >>> nms([[0, 0, 10, 10], [1, 0, 11, 10], [30, 0, 40, 10]], [0.8, 0.9, 0.3]).tolist()
    [False, True, True]
    """
    found = check_boxes("boxes", boxes)
    limit = checks.number("overlap", overlap, low=0, high=1)
    sure = _numbers("scores", scores).reshape(-1)
    codes = np.zeros(len(found), int)
    if classes is not None:
        codes = np.unique(np.asarray(classes).astype(str), return_inverse=True)[1].reshape(-1)
    for name, given in (("scores", sure), ("classes", codes)):
        if len(given) != len(found):
            raise LengthMismatch(
                f"{name}: must have one a box ({len(found)}); got {len(given)}. Give the boxes "
                "and what belongs to them in the same order."
            )
    kept = np.zeros(len(found), dtype=bool)
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        kept[rows] = survivors(found[rows], sure[rows], limit)
    return kept


def check_boxes(name: str, value: Any) -> np.ndarray:
    """Give boxes as finite numbers (n, 4), each with a width and a height."""
    boxes = _numbers(name, value)
    if boxes.ndim == 1 and boxes.size == 4:
        boxes = boxes.reshape(1, 4)
    if boxes.size == 0:
        return np.zeros((0, 4))
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ShapeError(
            f"{name}: must have shape (n, 4), left, top, right and bottom; got {show(boxes.shape)}."
        )
    flat = np.flatnonzero((boxes[:, 2:] <= boxes[:, :2]).any(axis=1))
    if len(flat):
        row = int(flat[0])
        raise ArgumentRange(
            f"{name}: must have right above left and bottom above top; got "
            f"{show(boxes[row].tolist())} in box {row + 1}. Give left, top, right and bottom."
        )
    return boxes


def _numbers(name: str, value: Any) -> np.ndarray:
    try:
        found = np.asarray(value)
    except ValueError:
        raise ShapeError(
            f"{name}: must be rectangular; got rows of different lengths."
        ) from None
    if found.size and found.dtype.kind not in "biuf":
        raise ArgumentType(f"{name}: must hold numbers; got {found.dtype}. Convert them first.")
    numbers = found.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise NonFinite(f"{name}: must be finite; got NaN or infinity. Drop those boxes first.")
    return numbers


def overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Give the intersection over union (n, m) of boxes that are known to be sound."""
    return _shares(boxes[:, None], others[None])


def _shares(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    wide = np.minimum(one[..., 2], two[..., 2]) - np.maximum(one[..., 0], two[..., 0])
    high = np.minimum(one[..., 3], two[..., 3]) - np.maximum(one[..., 1], two[..., 1])
    shared = np.maximum(wide, 0) * np.maximum(high, 0)
    shares: np.ndarray = shared / (_areas(one) + _areas(two) - shared)
    return shares


def _areas(boxes: np.ndarray) -> np.ndarray:
    areas: np.ndarray = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    return areas


def survivors(boxes: np.ndarray, scores: np.ndarray, overlap: float) -> np.ndarray:
    """Say which boxes of one class are kept (n,): the best first, and none beside a better one.

    A block of the best boxes is settled, what it suppresses is dropped, and the next block is
    taken of what is left: a crowd falls with the first few boxes, and of boxes that lie apart
    only neighbours are compared.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = boxes[order]
    kept = np.zeros(len(boxes), dtype=bool)
    left, size = np.arange(len(boxes)), FIRST
    while len(left):
        block, left = left[:size], left[size:]
        better, worse = _pairs(ranked[block], ranked[block], overlap)
        block = block[_unsuppressed(len(block), better, worse)]
        kept[block] = True
        if len(left):
            left = np.delete(left, _pairs(ranked[block], ranked[left], overlap)[1])
        size = min(2 * size, MOST)
    answer = np.empty_like(kept)
    answer[order] = kept
    return answer


def _pairs(
    boxes: np.ndarray, others: np.ndarray, overlap: float
) -> tuple[np.ndarray, np.ndarray]:
    """Find the pairs of a box and another one that overlap by more, as their rows.

    Of such a pair the centres lie closer than (1 - overlap) times the larger width, and a share
    of both heights above `overlap` is common: few pairs are left to compare in full.
    """
    if len(boxes) * len(others) <= GROUP * GROUP:
        rows, columns = np.nonzero(overlaps(boxes, others) > overlap)
        return rows, columns
    by_place = np.argsort(boxes[:, 0] + boxes[:, 2])
    others_by_place = np.argsort(others[:, 0] + others[:, 2])
    sides = others[others_by_place].T.copy()  # contiguous, each of the four
    centres = (sides[0] + sides[2]) / 2
    widest = (sides[2] - sides[0]).max()
    slack = overlap * (1 - 1e-6)
    # The coarse look is in single precision, whose rounding drops no pair.
    tops, bottoms = sides[1].astype(np.float32), sides[3].astype(np.float32)
    rounding = 4 * np.finfo(np.float32).eps * max(abs(boxes).max(), abs(others).max())
    found = []
    for start in range(0, len(boxes), GROUP):
        group = by_place[start : start + GROUP]
        left, top, right, bottom = boxes[group].T
        reach = (1 - slack) * max(widest, (right - left).max())
        middle = (left + right) / 2
        low, high = np.searchsorted(centres, [middle[0] - reach, middle[-1] + reach])
        common = np.minimum(bottom.astype(np.float32)[:, None], bottoms[low:high])
        common -= np.maximum(top.astype(np.float32)[:, None], tops[low:high])
        least = (slack * (bottom - top) - rounding).astype(np.float32)
        one, two = np.divmod(np.flatnonzero(common >= least[:, None]), high - low)
        two += low
        wide = np.minimum(right[one], sides[2, two]) - np.maximum(left[one], sides[0, two])
        near = wide >= slack * (sides[2, two] - sides[0, two])
        found.append((group[one[near]], others_by_place[two[near]]))
    one, two = (np.concatenate(rows) for rows in zip(*found, strict=True))
    more = _shares(boxes[one], others[two]) > overlap
    return one[more], two[more]


def _unsuppressed(count: int, better: np.ndarray, worse: np.ndarray) -> np.ndarray:
    """Keep, from the best on, each box that no kept one suppresses."""
    kept = np.ones(count, dtype=bool)
    down = better < worse
    better, worse = better[down], worse[down]
    order = np.argsort(better, kind="stable")
    worse = worse[order]
    ends = np.cumsum(np.bincount(better, minlength=count)).tolist()
    for rival in np.unique(better).tolist():
        if kept[rival]:
            kept[worse[ends[rival - 1] if rival else 0 : ends[rival]]] = False
    return kept
