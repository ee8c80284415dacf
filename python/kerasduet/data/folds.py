"""Rows cut into folds, each of them the test once: cross-validation, and by time backtests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from kerasduet.checks import show
from kerasduet.data.told import told_of_file
from kerasduet.errors import ArgumentRange

if TYPE_CHECKING:
    from kerasduet.data.dataset import Dataset
    from kerasduet.experiments import Experiment

__all__ = ["WINDOWS", "Fold", "Folds", "Origin", "as_fold", "fold_of", "folds_by_class"]

# Fixed, so that experiments of other seeds are scored on the same rows; one a repeat.
FOLD_SEED = 2
MOST_FOLDS = 100_000
WINDOWS = ("expanding", "sliding")  # of the rows that a backtest trains on


@dataclass(frozen=True)
class Fold:
    """Which fold a data set is.

    Parameters
    ----------
    number : int
        From 1, counted through all repeats.
    folds, repeats : int
        Folds that the rows are cut into, and how often.
    """

    number: int
    folds: int
    repeats: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.folds * self.repeats <= MOST_FOLDS:
            raise ArgumentRange(f"fold: must be one of {self.folds} x {self.repeats}.")

    @property
    def name(self) -> str:
        """A word, such as fold-2-of-5 or, of three repeats, fold-7-of-5x3."""
        times = f"x{self.repeats}" if self.repeats > 1 else ""
        return f"fold-{self.number}-of-{self.folds}{times}"

    def to_dict(self) -> dict[str, int]:
        """Give plain values for JSON."""
        return asdict(self)

    def load(self, task: Any, experiment: Experiment, given: Any) -> Dataset:
        """Load the data set of this fold."""
        with told_of_file(experiment, given):
            every = task.folds(experiment, given, self.folds, self.repeats)
            found: Dataset = every[self.number - 1]
        return found


@dataclass(frozen=True)
class Origin:
    """Which fold of a backtest a data set is: rows by time, trained on those before it.

    Parameters
    ----------
    origin : int
        From 1, in order of time; 0 is all of them, after one training before the first.
    origins : int
        Pieces that the test rows are cut into.
    window : {"expanding", "sliding"}
        Train on all rows before it, or on as many as before the first.
    """

    origin: int
    origins: int
    window: str = "expanding"

    def __post_init__(self) -> None:
        if not 0 <= self.origin <= self.origins <= MOST_FOLDS or self.window not in WINDOWS:
            raise ArgumentRange(f"fold: must be one of {self.origins} by time.")

    @property
    def name(self) -> str:
        """A word, such as origin-2-of-5 or origin-2-of-5-sliding."""
        sliding = "" if self.window == WINDOWS[0] else f"-{self.window}"
        return f"origin-{self.origin}-of-{self.origins}{sliding}"

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return asdict(self)

    def load(self, task: Any, experiment: Experiment, given: Any) -> Dataset:
        """Load the data set of this fold."""
        with told_of_file(experiment, given):
            found: Dataset = task.origin(experiment, given, self)
        return found


class Folds(Sequence["Dataset"]):
    """The data set of each fold, made when it is asked for, so that one at a time is in memory.

    Parameters
    ----------
    rows : list of numpy.ndarray
        The held-out rows of each fold, of all repeats one after the other.
    folds : int
        Folds that the rows are cut into.
    make : callable
        Gives a fold's data set, whose test are the held-out rows, from those rows and the Fold.
    """

    def __init__(
        self,
        rows: list[np.ndarray],
        folds: int,
        make: Callable[[np.ndarray, Fold], Dataset],
    ) -> None:
        self._rows, self._folds, self._make = rows, folds, make

    def __len__(self) -> int:
        """Count the folds of all repeats."""
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Dataset: ...

    @overload
    def __getitem__(self, index: slice) -> list[Dataset]: ...

    def __getitem__(self, index: Any) -> Any:
        """Make the data set of a fold, counted from 0."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        fold = Fold(place + 1, self._folds, len(self) // self._folds)
        return self._make(self._rows[place], fold)


def as_fold(made: Dataset, fold: Fold) -> Dataset:
    """Say of a data set that its test rows are a fold.

    How many rows are held out is then no setting of theirs. Without validation rows nothing is
    decided by them, and the fold itself stands in their place, to be drawn epoch by epoch.
    """
    settings = {name: value for name, value in made.settings.items() if name != "test_split"}
    validation = made.validation if len(made.validation) else made.test
    return replace(
        made, settings=settings, fold=fold, held_out=fold.name, validation=validation
    )


def folds_by_class(
    codes: np.ndarray, folds: int, repeats: int, names: Sequence[str]
) -> list[np.ndarray]:
    """Cut rows into folds that hold each class's share, for each repeat in another way.

    Parameters
    ----------
    codes : numpy.ndarray
        Class codes (n,), from 0.
    folds, repeats : int
        At least 2 and 1.
    names : sequence of str
        What the classes are called.

    Returns
    -------
    list of numpy.ndarray
        The held-out rows of each fold, in order. Folds differ by one row at most, and so do the
        rows that they have of a class.

    Raises
    ------
    ArgumentRange
        More folds than rows, or than the rows of a class.

    Examples
    --------
    >>> codes = np.repeat([0, 1], [6, 3])
    >>> [codes[rows].tolist() for rows in folds_by_class(codes, 3, 1, ["a", "b"])]
    [[0, 0, 1], [0, 0, 1], [0, 0, 1]]
    """
    if folds > len(codes):
        raise ArgumentRange(
            f"folds: must be at most the rows, {len(codes)}; got {folds}. Lower folds, or give "
            "more rows."
        )
    sizes = np.bincount(codes)
    few = [code for code, size in enumerate(sizes) if 0 < size < folds]
    if few:
        raise ArgumentRange(
            f"folds: must be at most the rows of each class; got {folds}, and {sizes[few[0]]} of "
            f"the class {show(names[few[0]])}. Lower folds, or give more rows of it."
        )
    found = []
    for repeat in range(repeats):
        order = np.random.default_rng([FOLD_SEED, repeat]).permutation(len(codes))
        # Dealt out in turn, one class after the other.
        dealt = np.empty(len(codes), dtype=np.int64)
        dealt[order[np.argsort(codes[order], kind="stable")]] = np.arange(len(codes)) % folds
        found += [np.flatnonzero(dealt == fold) for fold in range(folds)]
    return found


def fold_of(values: dict[str, Any] | None) -> Fold | Origin | None:
    """Give a fold back from its plain values."""
    if values is None:
        return None
    return Origin(**values) if "origin" in values else Fold(**values)
