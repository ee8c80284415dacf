"""How far boxes overlap, and which of those that show the same object to keep."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.checks import show
from kerasduet.errors import ArgumentRange, ArgumentType, LengthMismatch, NonFinite, ShapeError

__all__ = ["SIDES", "check_boxes", "iou", "nms", "overlaps", "survivors"]

SIDES = ("left", "top", "right", "bottom")

FEW = 128  # boxes that are all compared with each other
CROWD = 32  # neighbours of a box from which on a crowd is settled step by step
FIRST = 256  # of a crowd settled at first, which suppress much of it
AT_ONCE = 2**14  # pairs compared at once, which stay in the cache
MOST_CELLS = 512  # along each side of the grid


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
    return _shares(boxes.T[:, :, None], others.T[:, None])


def _shares(one: Any, two: Any) -> np.ndarray:
    """Give the intersection over union of boxes, each as left, top, right and bottom."""
    wide = np.minimum(one[2], two[2]) - np.maximum(one[0], two[0])
    high = np.minimum(one[3], two[3]) - np.maximum(one[1], two[1])
    shared = np.maximum(wide, 0) * np.maximum(high, 0)
    shares: np.ndarray = shared / (_areas(one) + _areas(two) - shared)
    return shares


def _areas(boxes: Any) -> np.ndarray:
    areas: np.ndarray = (boxes[2] - boxes[0]) * (boxes[3] - boxes[1])
    return areas


def survivors(boxes: np.ndarray, scores: np.ndarray, overlap: float) -> np.ndarray:
    """Say which boxes of one class are kept (n,): the best first, and none beside a better one.

    Boxes that lie apart are compared with their neighbours alone, all at once. In a crowd, where
    each has many, the best few are settled first, what they suppress is dropped, and then the best
    of what is left, twice as many each time.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = boxes[order]
    if len(ranked) <= FEW:
        pairs = np.nonzero(np.triu(overlaps(ranked, ranked) > overlap, 1))
        kept = _unsuppressed(len(ranked), *pairs)
    else:
        near = _Neighbours(ranked, ranked, overlap)
        if near.count <= CROWD * len(ranked):
            kept = _unsuppressed(len(ranked), *near.pairs())
        else:
            kept = _settled(ranked, overlap)
    answer = np.empty_like(kept)
    answer[order] = kept
    return answer


def _settled(ranked: np.ndarray, overlap: float) -> np.ndarray:
    """Say which of a crowd of boxes, the best first, are kept (n,)."""
    kept = np.zeros(len(ranked), dtype=bool)
    left, size = np.arange(len(ranked)), FIRST
    while len(left):
        block, left = left[:size], left[size:]
        best = ranked[block]
        block = block[_unsuppressed(len(block), *_Neighbours(best, best, overlap).pairs())]
        kept[block] = True
        if len(left):
            left = np.delete(left, _Neighbours(ranked[block], ranked[left], overlap).pairs()[1])
        size *= 2
    return kept


class _Neighbours:
    """Pairs of a box and another one that may overlap by more, found on a grid of their centres.

    On one axis alone two boxes overlap at least as well as on both. So where their intersection
    over union is above a share s, one width is at most 1 / s times the other, and the centres are
    at most (1 - s) / (1 + s) times the mean width apart; as much holds of heights. Each box is
    compared with those whose centres lie in the cells that far around its own.

    Parameters
    ----------
    boxes, others : numpy.ndarray
        (n, 4) and (m, 4). Of boxes beside themselves each pair comes once.
    overlap : float
        Their intersection over union must be larger.
    """

    def __init__(self, boxes: np.ndarray, others: np.ndarray, overlap: float) -> None:
        self.overlap, same = overlap, boxes is others
        centre, reach = _reach(boxes, others, overlap)
        points = centre if same else (others[:, :2] + others[:, 2:]) / 2
        corner = points.min(axis=0)
        # Rows and columns of cells: two and eight within the usual reach.
        step = np.maximum(
            reach.mean(axis=0) / (4, 2), (points.max(axis=0) - corner) / MOST_CELLS
        )
        cells = ((points - corner) / step).astype(np.int64)
        wide, high = (cells.max(axis=0) + 1).tolist()
        place = cells[:, 1] * wide + cells[:, 0]
        self.theirs = np.argsort(place, kind="stable")
        self.own = self.theirs if same else np.arange(len(boxes))
        self.boxes, self.others = boxes[self.own].T.copy(), others[self.theirs].T.copy()
        starts = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=wide * high))])

        around = np.stack([centre - reach, centre + reach])[:, self.own]
        most = (wide - 1, high - 1)
        around = np.clip(np.floor((around - corner) / step), 0, most).astype(np.int64)
        (left, top), (right, bottom) = around[0].T, around[1].T
        self.box, row = _ranges(top, bottom + 1)
        row *= wide
        self.first = starts[row + left[self.box]]
        self.end = starts[row + right[self.box] + 1]
        if same:
            self.first = np.maximum(self.first, self.box + 1)
            self.end = np.maximum(self.first, self.end)
        self.count = int((self.end - self.first).sum())

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Give the rows of the pairs that overlap by more."""
        ends = np.cumsum(self.end - self.first)
        cuts = np.searchsorted(ends, np.arange(AT_ONCE, self.count, AT_ONCE))
        edges = np.unique([0, *cuts.tolist(), len(ends)])
        found = [self._pairs(slice(*cut)) for cut in pairwise(edges.tolist())]
        one, two = (np.concatenate(rows) for rows in zip(*found, strict=True))
        return self.own[one], self.theirs[two]

    def _pairs(self, part: slice) -> tuple[np.ndarray, np.ndarray]:
        box, two = _ranges(self.first[part], self.end[part])
        one = self.box[part][box]
        pair = np.take(self.boxes, one, axis=1), np.take(self.others, two, axis=1)
        more = _shares(*pair) > self.overlap
        return one[more], two[more]


def _reach(
    boxes: np.ndarray, others: np.ndarray, overlap: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give the centres of boxes (n, 2), and how far off those of their neighbours may lie."""
    share = overlap * (1 - 1e-6)  # rounding drops no pair
    own = boxes[:, 2:] - boxes[:, :2]
    largest = (others[:, 2:] - others[:, :2]).max(axis=0)
    most = np.minimum(own / share, largest) if share > 1e-6 else largest
    reach = (own + most) * (1 - share) / (2 * (1 + share))
    blur = 8 * np.spacing(max(abs(boxes).max(), abs(others).max()))
    return (boxes[:, :2] + boxes[:, 2:]) / 2, reach + blur


def _ranges(first: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lay ranges of whole numbers end to end: which range each is of, and the number.

    Examples
    --------
    >>> [found.tolist() for found in _ranges(np.array([3, 7]), np.array([5, 8]))]
    [[0, 0, 1], [3, 4, 7]]
    """
    counts = end - first
    which = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    return which, np.arange(len(which)) + np.repeat(first - (ends - counts), counts)


def _unsuppressed(count: int, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Keep, from the best on, each box that no kept one suppresses; pairs come either way round."""
    better, worse = np.minimum(one, two), np.maximum(one, two)
    small = np.uint16 if count < 2**16 else np.int64  # sorted in a fraction of the time
    worse = worse[np.argsort(better.astype(small), kind="stable")].tolist()
    kept, start = [True] * count, 0
    for rival, end in enumerate(np.cumsum(np.bincount(better, minlength=count)).tolist()):
        if kept[rival]:
            for other in worse[start:end]:
                kept[other] = False
        start = end
    return np.array(kept, dtype=bool)
