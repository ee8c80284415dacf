"""Does anything that comes later decide what is learned or forecast? Changed, and compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kerasduet import environment, training
from kerasduet.data import Dataset, Part
from kerasduet.data.dataset import digest_arrays
from kerasduet.data.part import digest_rows
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.data.series import borders
from kerasduet.errors import ArgumentType
from kerasduet.experiments import Experiment, described
from kerasduet.forecasting.windows import Windows
from kerasduet.jobs.course import refuse_dataset
from kerasduet.models import build
from kerasduet.registry import TASKS
from kerasduet.training import State

if TYPE_CHECKING:
    import keras
    import pandas as pd


__all__ = ["Leakage", "check_leakage"]

# The end of a series is no leak: a forecast starts there. Nor is how its times go on.
OF_THE_END = ("rows", "tail", "tail_times", "spacing")
GAP = 2  # rows before a border that are taken out where gaps are filled
EPOCHS, WINDOWS = 2, 128  # of the two trainings that are compared
TRUTH = ["origin", "time", "truth", "filled"]  # columns that are no forecast

Check = tuple[str, str, bool]  # its name, what was compared or moved, whether it passed


@dataclass(frozen=True)
class Leakage:
    """What of a pipeline moved when later rows were changed.

    Parameters
    ----------
    table : pandas.DataFrame
        check, what (was compared, or what moved) and passed.
    """

    table: pd.DataFrame

    @property
    def passed(self) -> bool:
        """Whether nothing moved."""
        return bool(self.table["passed"].all())

    @property
    def text(self) -> str:
        """What was found, a line a leak."""
        leaks = self.table[~self.table["passed"]]
        if leaks.empty:
            return f"No leak: {len(self.table)} checks, and not a bit moved."
        rows = leaks.itertuples()
        return "\n".join(["Leaks:", *(f"  {row.check}: {row.what}" for row in rows)])

    def __repr__(self) -> str:
        """Say what was found."""
        return self.text


@dataclass(frozen=True)
class _Case:
    """The same series twice: as it is, and with its rows from one on changed."""

    task: Any
    experiment: Experiment
    frame: pd.DataFrame
    base: Dataset

    def changed(self, row: int) -> Dataset:
        """Load the series with every value from a row on replaced by others."""
        frame = self.frame.copy()
        random = np.random.default_rng(17)
        # Not the plans, which may be known before they come true.
        for name in frame.columns[1:].difference(self.experiment.known_future, sort=False):
            values = frame[name].to_numpy(copy=True)
            size = np.nanstd(values)
            later = values[row:]
            # Values above 0 stay there: a logarithm may be taken of them.
            values[row:] = later * 1.7 + size * random.uniform(1, 3, len(later))
            frame[name] = values
        found: Dataset = self.task.load(self.experiment, frame)
        return found


class _Trained(NamedTuple):
    """A network that was trained twice, and whether both times gave the same bits."""

    model: keras.Model
    same_history: bool
    same_weights: bool


def check_leakage(experiment: str | Experiment, data: Any = None) -> Leakage:
    """Change everything after a border of a series, and see whether anything before it moves.

    Parameters
    ----------
    experiment : Experiment or str
        Of a series; or the name of such a preset.
    data : optional
        The caller's own series, as `run_experiment` takes it.

    Returns
    -------
    Leakage
        Its `table` has a row a check, `passed` says whether all did; it prints in words what
        leaked.

    Raises
    ------
    ArgumentType
        No series.
    KerasduetError
        As for `load_data`.

    Notes
    -----
    Compared bit by bit: with the rows of validation and test changed, the training windows and
    all that was learned; with the test rows changed, the validation windows too, and weights and
    history of two short trainings, which early stopping belongs to; with the rows after the origin
    of a forecast changed (the first, and one in the middle of the test), its inputs, its forecast
    in the target's units and its baselines. Its targets must change with those rows. Where
    `missing="interpolate"`, the last rows before each border are taken out first, since a gap
    there could be filled from what follows.

    Examples
    --------
    >>> from kerasduet.experiments import experiment
    >>> check_leakage(experiment("lstm-co2", units=2, lookback=8))
    No leak: 13 checks, and not a bit moved.
    """
    import pandas as pd

    chosen = described(experiment)
    refuse_dataset(data)
    task = TASKS[chosen.task]
    if SeriesPreprocessing not in task.learned:  # before data are loaded
        raise ArgumentType(
            f"experiment: must be of a series, whose later rows can be changed; got {chosen.name}, "
            f"of the task {chosen.task}."
        )
    if data is not None:
        chosen = chosen.on_own_data()
    plain = task.load(chosen, data)
    assert plain.table is not None
    case, (validation, test) = _case(task, chosen, plain)
    with_test = case.changed(test)
    trained = _trained(case, (case.base, with_test))
    checks = [
        *_of_the_training(case, validation, with_test, trained),
        *_of_a_forecast(case, 0, trained.model),
        *_of_a_forecast(case, len(case.base.test) // 2, trained.model),
    ]
    return Leakage(pd.DataFrame(checks, columns=["check", "what", "passed"]))


def _case(task: Any, chosen: Experiment, plain: Dataset) -> tuple[_Case, tuple[int, int]]:
    """Write a series down as a plain table, with the rows at which something new begins."""
    learned: Any = plain.preprocessing
    series = plain.table
    assert series is not None
    frame = plain.to_frame()
    measured = [*learned.columns, learned.target]
    for place, name in enumerate(measured):
        frame.loc[series.missing[:, place], name] = np.nan
    validation, test = borders(chosen, len(frame))
    origin = int(series.test_origins[0])
    if chosen.missing == "interpolate":
        for border in (validation, test, origin + 1):
            for name in measured:  # the target may be a column too
                frame.loc[border - GAP : border - 1, name] = np.nan
    own = {"dataset": task.own_data, "path": None, "time": "time", "time_format": None}
    written = chosen.replace(**own, target=learned.target)
    base = task.load(written, frame)
    return _Case(task, written, frame, base), (validation, test)


def _of_the_training(
    case: _Case, validation: int, with_test: Dataset, trained: _Trained
) -> Iterator[Check]:
    base, later = case.base, case.changed(validation)
    word = "with validation and test rows changed"
    yield _windows("training windows", "train", base, later, word)
    yield _learned(base, later, word)
    word = "with the test rows changed"
    yield _windows("training windows", "train", base, with_test, word)
    yield _windows("validation windows", "validation", base, with_test, word)
    yield _learned(base, with_test, word)
    yield "history", f"losses, which early stopping goes by, {word}", trained.same_history
    yield "weights", f"of two short trainings, {word}", trained.same_weights


def _of_a_forecast(case: _Case, window: int, model: keras.Model) -> Iterator[Check]:
    """Compare a test window: what it is made of, and what is made of it.

    The first one's origin may lie within a gap that was taken out; that of another may not.
    """
    assert case.base.table is not None
    origin = int(case.base.table.test_origins[window])
    one, other = (_only(made, window) for made in (case.base, case.changed(origin + 1)))
    word = f"from row {origin + 1}, with the rows after it changed"
    same = digest_rows(one.test.inputs) == digest_rows(other.test.inputs)
    yield "inputs of a forecast", word, same
    differ = np.asarray(one.test.targets) != np.asarray(other.test.targets)
    yield (
        "targets of a forecast",
        "which must change with the rows after it",
        bool(differ.all()),
    )
    tables = []
    for dataset in (one, other):
        learned = dataset.preprocessing
        predict = partial(training.predict_outputs, model, learned)
        outputs = case.task.run_network(predict, learned, dataset.test.inputs)
        tables.append(case.task.table(dataset, outputs))
    moved = [
        str(name)
        for name in tables[0].columns.difference(TRUTH, sort=False)
        if digest_arrays(tables[0][name].to_numpy())
        != digest_arrays(tables[1][name].to_numpy())
    ]
    yield "forecast", f"{', '.join(moved) or 'and its baselines'}, {word}", not moved


def _only(dataset: Dataset, window: int) -> Dataset:
    """Give a data set whose test is one window."""
    assert dataset.table is not None
    rows = slice(window, window + 1)
    table = replace(dataset.table, test_origins=dataset.table.test_origins[rows])
    test, inputs = _some(dataset.test, rows), dataset.test.inputs
    if isinstance(inputs, Windows):  # with what is known after it
        test = Part(inputs.only(window), test.targets)
    return replace(dataset, test=test, table=table)


def _windows(check: str, part: str, base: Dataset, later: Dataset, word: str) -> Check:
    one, other = getattr(base, part), getattr(later, part)
    inputs = digest_rows(one.inputs) == digest_rows(other.inputs)
    targets = digest_rows(one.targets) == digest_rows(other.targets)
    if len(one) != len(other):
        return check, f"their number, {word}", False
    moved = [name for name, same in (("inputs", inputs), ("targets", targets)) if not same]
    return check, f"{' and '.join(moved or ['inputs', 'targets'])}, {word}", not moved


def _learned(base: Dataset, later: Dataset, word: str) -> Check:
    one, other = base.preprocessing, later.preprocessing
    moved = [
        field.name
        for field in fields(one)  # type: ignore[arg-type]
        if field.name not in OF_THE_END
        and getattr(one, field.name) != getattr(other, field.name)
    ]
    what = ", ".join(moved) or "the scaler, the season's errors"
    return "what was learned", f"{what}, {word}", not moved


def _trained(case: _Case, datasets: tuple[Dataset, Dataset]) -> _Trained:
    """Train one network twice, shortly, on the last windows: those next to what was changed."""
    environment.start_backend()
    chosen, learned = case.experiment.replace(epochs=EPOCHS), case.base.preprocessing
    model = training.compile_model(build(chosen, learned), chosen, rows=WINDOWS)
    start, found = training.capture(model), []
    for dataset in datasets:
        train, validation = (
            _some(part, slice(-WINDOWS, None)) for part in (dataset.train, dataset.validation)
        )
        few = replace(dataset, train=train, validation=validation)
        few.check_made_for(chosen)
        state, stopped = training.train(model, few, chosen, state=State(variables=start))
        if stopped:
            raise KeyboardInterrupt
        found.append((state.history, training.weights_digest(model)))
    histories, digests = zip(*found, strict=True)
    return _Trained(model, histories[0] == histories[1], digests[0] == digests[1])


def _some(part: Part, rows: slice) -> Part:
    return Part(*part.take(rows))
