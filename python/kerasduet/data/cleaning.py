"""A table of a series checked: its times in order, its gaps filled, no value that cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data import gaps
from kerasduet.data.columns import is_number
from kerasduet.data.numbers import as_read, numbers, refuse_missing, side_by_side
from kerasduet.data.prices import check_prices
from kerasduet.data.single import check_ordered, check_single, numbered_note, several_note
from kerasduet.data.table import columns_of
from kerasduet.data.times import (
    Place,
    check_spacing,
    irregular,
    iso_times,
    parse_times,
    spacing_note,
)
from kerasduet.errors import ScaleError

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["Cleaned", "clean"]


@dataclass(frozen=True)
class Cleaned:
    """A series that was checked.

    Parameters
    ----------
    times : pandas.Index
        In order.
    values : numpy.ndarray
        float64 (rows, columns + 1), the target last; gaps are filled as all rows know them.
    missing : numpy.ndarray
        bool (rows, columns + 1): which of the values were missing.
    target : str
        Name of the target.
    note : str
        What was found and filled.
    known : numpy.ndarray
        float64 (rows, known columns): those whose values are known ahead of time.
    """

    times: pd.Index
    values: np.ndarray
    missing: np.ndarray
    target: str
    note: str
    known: np.ndarray


def clean(
    frame: pd.DataFrame,
    experiment: Experiment,
    index: str | None = None,
    trained: tuple[str, ...] = (),
) -> Cleaned:
    """Check times and numbers and give them in order.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of a CSV file or of the caller's; its index says the lines or the rows.
    experiment : Experiment
        Names the columns, the frequency and what to do with missing values.
    index : str, optional
        Column that was the index of a table: its times, unless the experiment names others.
    trained : tuple of str
        Columns of a run that is to predict, the target last: they must be there by name.
    """
    time, wanted, target, note = columns_of(frame, experiment, index, trained)
    names, ahead = [str(name) for name in frame.columns], experiment.known_future

    def place(row: int) -> str:
        return f"{frame.index.name} {frame.index[row]}"

    notes = [note]
    times: pd.Index = pd.RangeIndex(1, len(frame) + 1)
    if time is not None:
        times = parse_times(frame[time], time, place, experiment.time_format)
        check_single(times, frame, time, target)
        check_ordered(times, frame, time, place)
        if experiment.frequency is not None:
            check_spacing(times, time, experiment.frequency, place)
        else:
            notes += [_gaps(times, place), spacing_note(times)]
    elif any(
        name not in wanted and not is_number(frame.iloc[:, i]) for i, name in enumerate(names)
    ):
        notes.append(numbered_note(frame))
    values = as_read(frame, wanted)
    if values is not None:
        absent = np.zeros(values.shape, bool)
    else:
        columns = (numbers(frame[name], name, place) for name in wanted)
        values, absent = side_by_side(columns, (len(frame), len(wanted)))
    check_prices(frame, dict(zip(wanted, values.T, strict=True)), place)
    if absent.any():
        missing = {name: absent[:, i] for i, name in enumerate(wanted)}
        if experiment.missing == "interpolate":
            gaps.refuse_ends(missing, target, place)
            notes.append(gaps.describe_gaps(missing))
        else:
            refuse_missing(missing, place)
        values = gaps.fill_gaps(values, absent)
    if experiment.id is None and time is not None:
        notes.append(several_note(frame, values[:, -1]))
    _refuse_below(values[:, -1], target, experiment.transform, place)
    known, values, absent = (
        values[:, : len(ahead)],
        values[:, len(ahead) :],
        absent[:, len(ahead) :],
    )
    return Cleaned(times, values, absent, target, " ".join(filter(None, notes)), known)


def _refuse_below(values: np.ndarray, target: str, transform: str, place: Place) -> None:
    """Refuse a target that has no logarithm."""
    if transform == "none" or values.min() > 0:
        return
    row = int((values <= 0).argmax())
    raise ScaleError(
        f'{target}: must be above 0 for transform = "{transform}"; got {show(float(values[row]))} '
        f'in {place(row)}. Fix that value, or set transform = "none".'
    )


def _gaps(times: pd.Index, place: Place) -> str:
    odd = irregular(times)
    if len(odd) == 0:
        return ""
    first = int(odd[0])
    return (
        f"Times are regular but for {len(odd)} of {len(times) - 1:,} steps, the first of them "
        f"to {iso_times(times[[first]])[0]} in {place(first)}: rows may be missing."
    )
