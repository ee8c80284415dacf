"""Runs, or two ways of training over several seeds, compared on the same test rows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.errors import ArgumentType
from kerasduet.report import words
from kerasduet.report.differences import UNCLEAR, Difference, paired_differences
from kerasduet.report.given import given_runs
from kerasduet.report.pairs import paired
from kerasduet.report.run_names import run_names
from kerasduet.report.shared import told_shared
from kerasduet.result import Said
from kerasduet.run import Run
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import pandas as pd

    RunLike = Run | str | os.PathLike[str]

__all__ = ["Comparison", "Difference", "compare_runs"]

SAME = "same predictions"


@dataclass(frozen=True)
class Comparison:
    """What `compare_runs` found.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a measure, of three runs or more a row a run and measure, run being the name of the
        second: measure, first, second, difference (first minus second), low, high,
        verdict ("first better", "second better", "no clear difference", "too few test rows" to
        judge, without low and high, or "same predictions").
    summary : str
        A sentence on each measure; `summary()` is the same.
    pairs : int
        Runs on each side.
    """

    table: pd.DataFrame
    summary: str
    pairs: int

    def __str__(self) -> str:
        """Show the table, and the sentences below it."""
        return f"{self.table.to_string(index=False)}\n\n{self.summary}"

    __repr__ = __str__


@answers(a=("runs",))
def compare_runs(
    a: RunLike | Sequence[RunLike] | Mapping[str, RunLike],
    b: RunLike | Sequence[RunLike] | Mapping[str, RunLike] | None = None,
    *more: Any,
) -> Comparison:
    """Compare two runs, several runs, or two ways of training with several seeds each.

    Parameters
    ----------
    a, b : Run, path, RunSet, or several runs in a list or dict
        A run or the folder of one, or of a set. Lists, and the finished runs of sets, have equal
        length: the first of `a` is paired with the first of `b`, and so on, such as runs of the
        same seed. Of a list or set alone, without `b`, the first run is compared with each other
        one. A dict is a list whose runs have names: these are shown, and where both sides have
        the same names, runs of one name are paired.
    *more
        Refused: more than two runs are given in a list.

    Returns
    -------
    Comparison
        `table`, `summary` and `pairs`.

    Raises
    ------
    ArgumentType
        What is no run, or one run alone.
    ComparisonError
        Runs of different tasks, tested on different rows or that diverged; lists of different
        length.

    Notes
    -----
    The bootstrap draws the same test rows for both sides, so what makes a row hard for every
    network cancels out. Of several pairs it draws the pairs as well: Owen (2007), "The
    pigeonhole bootstrap", Annals of Applied Statistics 1. Reports that compare runs use the
    same intervals. Runs on the same series that have other test windows, as `difference` takes
    rows from the front, are compared on the windows that all of them have; the summary says how
    many. Each interval is of one comparison: the more runs are compared, the likelier
    it is that one of them looks better by chance.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> few = {"dataset": "mnist-subset", "epochs": 1, "progress": False}
    >>> small = run_experiment("mnist-dense", units=2, **few)
    >>> large = run_experiment("mnist-dense", units=64, **few)
    >>> compare_runs(small, large).table["verdict"].tolist()
    ['second better', 'second better']
    >>> compare_runs([small, large]).table["measure"].tolist()
    ['accuracy', 'loss']
    """
    if more:
        raise ArgumentType(
            f"b: must be the other of two sides; got {len(more) + 1} of them. Give all runs in "
            "one list, or lists as a and b for several seeds of each."
        )
    first, names = given_runs("a", a)
    if b is not None:
        second, others = given_runs("b", b)
        if names and others and set(names) == set(others):
            second = [second[others.index(name)] for name in names]
        return Comparison(*_compared(first, second), len(first))
    if len(first) < 2:
        raise ArgumentType(
            "b: must be given, unless a is a list of two runs or more; got one run. Give the "
            "other one."
        )
    if len(first) > 2:
        return _beside_first(first, names or run_names(first))
    table, summary = _compared(first[:1], first[1:], ("a", "a"))
    if names:
        summary = Said(f"{names[0]} (first) against {names[1]} (second). {summary}")
    return Comparison(table, summary, 1)


def _beside_first(runs: Sequence[Run], names: Sequence[str]) -> Comparison:
    """Compare the first of three runs or more with each other one."""
    import pandas as pd

    tables, told = [], []
    for name, run in zip(names[1:], runs[1:], strict=True):
        table, summary = _compared(runs[:1], [run], ("a", "a"))
        table.insert(0, "run", name)
        tables.append(table)
        told.append(f"{names[0]} (first) against {name} (second). {summary}")
    told.append(
        "Each interval is of one comparison: of many, some look clear by chance. The first run of "
        "the list is the one that the others are compared with."
    )
    return Comparison(pd.concat(tables, ignore_index=True), Said(" ".join(told)), 1)


def _compared(
    first: Sequence[Run], second: Sequence[Run], names: tuple[str, str] = ("a", "b")
) -> tuple[pd.DataFrame, Said]:
    """Give a row and a sentence a measure, on the test rows that all runs have."""
    import pandas as pd

    shared = paired(first, second, names)
    windows = told_shared([*first, *second], [*shared[0], *shared[1]])
    found = paired_differences(*shared)
    same = not windows and all(
        one.digests["predictions"] == other.digests["predictions"]
        for one, other in zip(first, second, strict=True)
    )
    rows = [
        (d.metric.name, d.first, d.second, d.interval.value, d.interval.low, d.interval.high)
        for d in found
    ]
    columns = ["measure", "first", "second", "difference", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    table["verdict"] = [SAME if same else d.verdict for d in found]
    if same:
        return table, Said("The predictions are the same, bit for bit.")
    told = [_sentence(d, len(first)) for d in found]
    return table, Said(" ".join([windows, *told] if windows else told))


def _sentence(found: Difference, pairs: int) -> str:
    """Say which side is better, and by how much."""
    metric = found.metric
    share, factor = metric.unit == "%", metric.factor
    unit = f" {metric.step}".rstrip()
    width = factor * (found.interval.high - found.interval.low)
    if not np.isfinite(width):
        sides = [words.score(side, factor=factor) for side in (found.first, found.second)]
        return (
            f"{metric.title}: {sides[0]} against {sides[1]}{' per cent' if share else ''}; the "
            "test rows are too few to judge."
        )
    if width == 0 == found.interval.value:
        side = words.score(found.first, factor=factor)
        return f"{metric.title}: {side}{' per cent' if share else ''} both; no difference."
    places = max(words.decimals(width), int(share))
    sides = [f"{factor * side:,.{places}f}" for side in (found.first, found.second)]
    why = "the choice of the test rows" + (" and of the runs" if pairs > 1 else "")
    verdict = (
        f"no clear difference: it may be due to {why}"
        if found.verdict == UNCLEAR
        else f"the {found.verdict.split()[0]} is better, by more than {why} explains"
    )
    return (
        f"{metric.title}: {sides[0]} against {sides[1]}{' per cent' if share else ''}, a "
        f"difference of {words.value(found.interval, factor=factor)}{unit} (95 % interval "
        f"{words.interval(found.interval, factor=factor)}); {verdict}."
    ).replace(words.NO_BREAK, " ")
