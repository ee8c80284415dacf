"""Does anything that comes later decide what is learned or forecast? Changed, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kerasduet import environment, training
from kerasduet.data import Dataset, Part
from kerasduet.data.dataset import digest_arrays
from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.data.part import digest_rows
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.data.prices import uncrossed
from kerasduet.data.series import borders
from kerasduet.data.told import told_of_file
from kerasduet.errors import ArgumentType
from kerasduet.experiments import Experiment, described
from kerasduet.forecasting.windows import Windows
from kerasduet.jobs.course import refuse_dataset
from kerasduet.models import build
from kerasduet.registry import TASKS
from kerasduet.settings.named import answers
from kerasduet.training import State

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from kerasduet.data.table import Table

__all__ = ["Leakage", "check_leakage"]

# The end of a series is no leak: a forecast starts there. Nor is how its times go on.
CHOSEN_ON_VALIDATION = ("copied", "copy_share")  # the baseline copy
OF_THE_END = ("rows", "tail", "tail_times", "spacing")
GAP = 2  # rows before a border that are taken out where gaps are filled
EPOCHS, WINDOWS = 2, 128  # of the two trainings that are compared
TRUTH = ["id", "origin", "time", "truth", "filled"]  # columns that are no forecast

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
    """The same series twice: as it is, and with its rows from one on changed.

    Of several series in one table each has rows of its own, one after the other in `frame`.
    """

    task: Any
    experiment: Experiment
    frame: pd.DataFrame
    base: Dataset

    @property
    def series(self) -> tuple[Table, ...]:
        """The series, of which there may be one."""
        return _series_of(self.base)

    def changed(self, borders: Sequence[int]) -> Dataset:
        """Load the series with every value from a row of each on replaced by others."""
        frame = self.frame.copy()
        random = np.random.default_rng(17)
        learned: Any = self.base.preprocessing
        # Not the plans, which may be known before they come true.
        for name in frame.columns[frame.columns.isin([*learned.columns, learned.target])]:
            values = frame[name].to_numpy(copy=True)
            for begin, border, end in _stretches(self.series, borders):
                size = np.nanstd(values[begin:end])
                later = values[border:end]
                # Values above 0 stay there: a logarithm may be taken of them.
                values[border:end] = later * 1.7 + size * random.uniform(1, 3, len(later))
            frame[name] = values
        found: Dataset = self.task.load(self.experiment, uncrossed(frame))
        return found


def _series_of(dataset: Dataset) -> tuple[Table, ...]:
    if dataset.panel:
        return dataset.panel
    assert dataset.table is not None
    return (dataset.table,)


def _stretches(
    series: Sequence[Table], borders: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """Give first row, border and end of each series, counted in the table of all of them."""
    begin = 0
    for one, border in zip(series, borders, strict=True):
        yield begin, begin + border, begin + len(one.values)
        begin += len(one.values)


class _Trained(NamedTuple):
    """A network that was trained twice, and whether both times gave the same bits."""

    model: keras.Model
    same_history: bool
    same_weights: bool


@answers()
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
    all that was learned, but for the baseline `copy`, whose column the validation rows choose; with
    the test rows changed, the validation windows too, and weights and history of two short
    trainings, which early stopping belongs to; with the rows after the origin of a forecast changed
    (the first, and one in the middle of the test), its inputs, its forecast in the target's units
    and its baselines. Its targets must change with those rows. Where `missing="interpolate"`, the
    last rows before each border are taken out first, since a gap there could be filled from what
    follows.

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
    with told_of_file(chosen, data):
        plain = task.load(chosen, data)
    case, (validation, test) = _case(task, chosen, plain)
    with_test = case.changed(test)
    trained = _trained(case, (case.base, with_test))
    checks = [
        *_of_the_training(case, validation, with_test, trained),
        *_of_a_forecast(case, 0, test, trained.model),
        *_of_a_forecast(case, len(case.base.test) // 2, test, trained.model),
    ]
    return Leakage(pd.DataFrame(checks, columns=["check", "what", "passed"]))


def _case(
    task: Any, chosen: Experiment, plain: Dataset
) -> tuple[_Case, tuple[list[int], list[int]]]:
    """Write series down as a plain table, with the rows of each at which something new begins."""
    learned: Any = plain.preprocessing
    series, frame = _series_of(plain), plain.to_frame()
    measured = [*learned.columns, learned.target]
    missing = np.concatenate([one.missing for one in series])
    for place, name in enumerate(measured):
        frame.loc[missing[:, place], name] = np.nan
    found = [borders(chosen, len(one.values)) for one in series]
    validation, test = ([pair[place] for pair in found] for place in (0, 1))
    if chosen.missing == "interpolate":
        origins = [int(one.test_origins[0]) + 1 for one in series]
        for rows in (validation, test, origins):
            for _, border, _ in _stretches(series, rows):
                for name in measured:  # the target may be a column too
                    frame.loc[border - GAP : border - 1, name] = np.nan
    own = {"dataset": task.own_data, "path": None, "time": "time", "time_format": None}
    written = chosen.replace(**own, target=learned.target)
    base = task.load(written, frame)
    return _Case(task, written, frame, base), (validation, test)


def _of_the_training(
    case: _Case, validation: Sequence[int], with_test: Dataset, trained: _Trained
) -> Iterator[Check]:
    base, later = case.base, case.changed(validation)
    word = "with validation and test rows changed"
    yield _windows("training windows", "train", base, later, word)
    yield _learned(base, later, word, CHOSEN_ON_VALIDATION)
    word = "with the test rows changed"
    yield _windows("training windows", "train", base, with_test, word)
    yield _windows("validation windows", "validation", base, with_test, word)
    yield _learned(base, with_test, word)
    yield "history", f"losses, which early stopping goes by, {word}", trained.same_history
    yield "weights", f"of two short trainings, {word}", trained.same_weights


def _of_a_forecast(
    case: _Case, window: int, test: Sequence[int], model: keras.Model
) -> Iterator[Check]:
    """Compare a test window: what it is made of, and what is made of it.

    The first one's origin may lie within a gap that was taken out; that of another may not. Of
    other series all test rows are changed.
    """
    counts = [len(one.test_origins) for one in case.series]
    place = int(np.searchsorted(np.cumsum(counts), window, side="right"))
    origin = int(case.series[place].test_origins[window - sum(counts[:place])])
    borders = [*test[:place], origin + 1, *test[place + 1 :]]
    one, other = (_only(made, window) for made in (case.base, case.changed(borders)))
    word = f"from row {origin + 1}, with the rows after it changed"
    if case.base.panel:
        learned: Any = case.base.preprocessing
        word += f", in the series {learned.ids[place]}"
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
        predict = partial(training.predict_outputs, model, dataset.preprocessing)
        outputs = case.task.run_network(predict, dataset.preprocessing, dataset.test.inputs)
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
    tables, before = [], 0
    for one in _series_of(dataset):
        row = window - before
        rows = slice(row, row + 1) if row >= 0 else slice(0, 0)
        tables.append(replace(one, test_origins=one.test_origins[rows]))
        before += len(one.test_origins)
    rows = slice(window, window + 1)
    test, inputs = _some(dataset.test, rows), dataset.test.inputs
    if isinstance(inputs, Windows):  # with what is known after it
        test = Part(inputs.only(window), test.targets)
    if dataset.panel:
        return replace(dataset, test=test, panel=tuple(tables))
    return replace(dataset, test=test, table=tables[0])


def _windows(check: str, part: str, base: Dataset, later: Dataset, word: str) -> Check:
    one, other = getattr(base, part), getattr(later, part)
    inputs = digest_rows(one.inputs) == digest_rows(other.inputs)
    targets = digest_rows(one.targets) == digest_rows(other.targets)
    if len(one) != len(other):
        return check, f"their number, {word}", False
    moved = [name for name, same in (("inputs", inputs), ("targets", targets)) if not same]
    return check, f"{' and '.join(moved or ['inputs', 'targets'])}, {word}", not moved


def _learned(base: Dataset, later: Dataset, word: str, free: Sequence[str] = ()) -> Check:
    pairs = zip(_each(base.preprocessing), _each(later.preprocessing), strict=True)
    every = [
        field.name
        for one, other in pairs
        for field in fields(one)
        if field.name not in (*OF_THE_END, *free)
        and getattr(one, field.name) != getattr(other, field.name)
    ]
    moved = list(dict.fromkeys(every))
    what = ", ".join(moved) or "the scaler, the season's errors"
    return "what was learned", f"{what}, {word}", not moved


def _each(learned: Any) -> tuple[Any, ...]:
    """Give what was learned of each of several series, or of the one."""
    return learned.each if isinstance(learned, PanelPreprocessing) else (learned,)


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
