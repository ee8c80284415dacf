"""Sequences, generated or the caller's, checked and split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import show
from kerasduet.data.dataset import Dataset, Part, Source, digest_arrays
from kerasduet.data.folds import Fold, Folds, folds_by_class
from kerasduet.data.holdout import repeated
from kerasduet.data.repeats import SPLITS, repeats_note
from kerasduet.errors import (
    ArgumentType,
    DatasetError,
    EmptyData,
    LengthMismatch,
    NonFinite,
    ScaleError,
    ShapeError,
)
from kerasduet.settings import known_names
from kerasduet.settings.rules import MAX_WIDTH
from kerasduet.tasks.sequences.adding import adding_problem
from kerasduet.tasks.sequences.learned import SequencePreprocessing

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["check_sequences", "folded", "load"]

# Fixed, so that runs with other seeds are scored on the same rows.
TEST_SEED, VALIDATION_SEED, TRAIN_DATA, TEST_DATA = 0, 1, 11, 12


def load(experiment: Experiment, given: Any) -> Dataset:
    """Make or check the sequences of an experiment, and split them."""
    data = experiment.data
    x, y, source = _read(experiment, given)
    if given is None:
        test = np.arange(data.sequences, len(x))
    else:
        count = round(len(x) * data.test_split)
        test = np.random.default_rng(TEST_SEED).permutation(len(x))[:count]
    return _laid(experiment, x, y, source, np.sort(test))


def folded(experiment: Experiment, given: Any, folds: int, repeats: int) -> Sequence[Dataset]:
    """Cut the sequences into folds, each of them the test once a repeat."""
    x, y, source = _read(experiment, given)
    held = folds_by_class(np.zeros(len(x), np.int64), folds, repeats, ["sequences"])

    def one(test: np.ndarray, fold: Fold) -> Dataset:
        return _laid(experiment, x, y, source, np.sort(test), fold)

    return Folds(held, folds, one)


def _read(experiment: Experiment, given: Any) -> tuple[np.ndarray, np.ndarray, Source]:
    data = experiment.data
    if given is not None:
        x, y = _own(given)
        return x, y, Source("the caller's sequences", digest_arrays(x, y), len(x), given=True)
    if data.dataset != "adding-problem":
        raise DatasetError(
            f"data: {experiment.name} needs sequences of your own; got nothing. Give x (n, steps, "
            "numbers) and y (n) by name."
        )
    train = adding_problem(data.sequences, data.steps, seed=TRAIN_DATA)
    test = adding_problem(data.test_sequences, data.steps, seed=TEST_DATA)
    x, y = (np.concatenate(pair) for pair in zip(train, test, strict=True))
    return x, y, Source("the adding problem, generated", digest_arrays(x, y), len(x))


def _own(given: Any) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(given, Mapping):
        raise ArgumentType(
            f"data: must hold x (n, steps, numbers) and y (n) by name; got {show(given)}."
        )
    known_names(given, ("x", "y"), where="a set of sequences")
    for name in ("x", "y"):
        if name not in given:
            raise ArgumentType(f"{name}: must be given in data; got nothing.")
    x = check_sequences(given["x"], "x")
    y = _numbers(given["y"], "y")
    if y.shape != x.shape[:1]:
        raise LengthMismatch(
            f"y: must have one number a sequence ({len(x):,}); got shape {show(y.shape)}."
        )
    return x, y


def check_sequences(given: Any, name: str, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Give sequences as (n, steps, features), float64; of one number a step the last may lack.

    Parameters
    ----------
    given : array-like
        As the caller has them.
    name : str
        What errors call them.
    shape : tuple of int, optional
        One sequence, as a network takes it.
    """
    x = _numbers(given, name)
    if x.ndim == 2 and (shape is None or shape[1] == 1):
        x = x[..., None]
    if x.ndim != 3 or (shape is not None and x.shape[1:] != shape):
        wanted = "(n, steps, numbers)" if shape is None else f"(n, {shape[0]}, {shape[1]})"
        raise ShapeError(f"{name}: must have shape {wanted}; got {show(np.shape(given))}.")
    if 0 in x.shape:
        raise EmptyData(f"{name}: must hold a sequence; got shape {show(x.shape)}.")
    if x.shape[2] > MAX_WIDTH:
        raise ShapeError(
            f"{name}: must have at most {MAX_WIDTH} numbers a step; got {x.shape[2]}."
        )
    return x


def _numbers(given: Any, name: str) -> np.ndarray:
    try:
        found = np.asarray(given)
    except ValueError:
        raise ShapeError(
            f"{name}: must be an array; got rows of different length. Fill the short ones up."
        ) from None
    if found.dtype.kind not in "buif":
        other = next(
            (one for one in found.ravel().tolist() if not isinstance(one, float)), given
        )
        raise ArgumentType(f"{name}: must hold numbers; got {show(other)}.")
    found = found.astype(np.float64)
    wrong = np.argwhere(~np.isfinite(found))
    if len(wrong):
        place = tuple(int(i) for i in wrong[0])
        raise NonFinite(
            f"{name}: must hold finite numbers; got {show(float(found[place]))} at "
            f"{show(place if len(place) > 1 else place[0])}, counted from 0."
        )
    return found


def _laid(
    experiment: Experiment,
    x: np.ndarray,
    y: np.ndarray,
    source: Source,
    test: np.ndarray,
    fold: Fold | None = None,
) -> Dataset:
    """Hold validation rows out, and learn scales from the training rows."""
    data = experiment.data
    left = np.delete(np.arange(len(x)), test)
    count = round(len(left) * data.validation_split)
    held = np.random.default_rng(VALIDATION_SEED).permutation(left)[:count]
    rows = np.setdiff1d(left, held), np.sort(held), test
    if min(len(rows[0]), len(rows[2])) < 2:
        raise EmptyData(
            "data: must leave two sequences or more for training and for the test; got "
            f"{len(rows[0])} and {len(rows[2])} of {len(x)}. Give more, or change test_split."
        )
    learned = _learned(data.scale, x[rows[0]], y[rows[0]])
    scaled = ((y - learned.target_mean) / learned.target_scale).astype(np.float32)[:, None]
    train, validation, tested = (Part(x[one], scaled[one]) for one in rows)
    counts = {
        name: repeated(x[rows[0]], x[one]) for name, one in zip(SPLITS, rows[1:], strict=True)
    }
    sizes = {name: len(one) for name, one in zip(SPLITS, rows[1:], strict=True)}
    source = source.noted(repeats_note(counts, sizes, "sequences"))
    return Dataset(train, validation, tested, learned, source, data.values(), fold=fold)


def _learned(scale: str, x: np.ndarray, y: np.ndarray) -> SequencePreprocessing:
    features = x.shape[2]
    means, scales = np.zeros(features), np.ones(features)
    if scale == "standard":
        means, scales = x.mean(axis=(0, 1)), x.std(axis=(0, 1))
        constant = np.flatnonzero(~(scales > 1e-12 * np.maximum(np.abs(means), 1e-300)))
        if len(constant):
            raise ScaleError(
                f"x: numbers must vary in the training sequences; got a constant as number "
                f"{constant[0]} of a step, counted from 0. Leave it out."
            )
    if not y.std() > 1e-12 * max(abs(y.mean()), 1e-300):
        raise ScaleError("y: must vary in the training sequences; got a constant.")
    return SequencePreprocessing(
        shape=(x.shape[1], features),
        means=tuple(map(float, means)),
        scales=tuple(map(float, scales)),
        target_mean=float(y.mean()),
        target_scale=float(y.std()),
    )
