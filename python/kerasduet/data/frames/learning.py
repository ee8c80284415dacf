"""What training rows say of the columns that a network is to take."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from kerasduet.checks import choice, nearest, whole
from kerasduet.data.frames.column import Column
from kerasduet.data.frames.encoding import Encoding
from kerasduet.data.frames.kinds import (
    kind_of,
    level_texts,
    place_in,
    reason_against,
    refuse_text,
)
from kerasduet.data.frames.reading import Rows, as_numbers
from kerasduet.data.threads import in_order, threads_for
from kerasduet.errors import ArgumentType, EmptyData, MissingValue, ScaleError, UnknownName

__all__ = ["learn"]

SCALES = ("standard", "minmax", "robust", "none")
MISSING = ("error", "indicator")
UNKNOWN = ("error", "other")
UNUSABLE = ("error", "drop")
FEW = 3  # levels to name


def learn(
    frame: pd.DataFrame,
    features: Sequence[str],
    *,
    scale: str = "standard",
    missing: str = "error",
    unknown: str = "error",
    unusable: str = "error",
    one_hot: int = 10,
    rows: np.ndarray | None = None,
) -> Encoding:
    """Learn how columns are scaled and which levels they have, from training rows alone.

    Parameters
    ----------
    frame : pandas.DataFrame
        As `read_frame` gives it: the training rows, or with `rows` a table that has them.
    features : sequence of str
        Columns to learn from, in order.
    scale : {"standard", "minmax", "robust", "none"}
        Numbers less their mean, in standard deviations (of the population); from 0 to 1; less
        their median, in interquartile ranges; or as they are.
    missing : {"error", "indicator"}
        Missing values are refused; or get the mean (by "robust" the median) and 1 in a column
        "name[missing]", and missing levels a column or code of their own. A column of which no
        training row lacks the value has none: later ones get the mean, or the commonest level.
    unknown : {"error", "other"}
        A level that the training rows lack is refused, unless it is one of the other rows of this
        table; or any counts as "other". In columns of a level each that is the mean of the training
        rows. An embedded column has a code for it; levels that only one training row has count
        as it too, so that there is something to learn of others (see `hiding`).
    unusable : {"error", "drop"}
        A column of which nothing can be learned is refused; or left out, and said so in `notes`.
    one_hot : int
        Most levels that get a column each; more are embedded.
    rows : numpy.ndarray, optional
        Positions of the training rows, from 0; all by default.

    Returns
    -------
    Encoding
        Columns in the order of the features.

    Raises
    ------
    UnknownName
        No such column.
    ArgumentType
        A column of which nothing can be learned: of other values, of one value, or of texts that
        differ in each row, such as names; numbers or dates as text.
    MissingValue, NonFinite
        Missing or infinite values, with the first row.
    EmptyData
        No column is left.

    Notes
    -----
    Where the middle half of a column's numbers is one value, "robust" takes the standard
    deviation.

    Examples
    --------
    >>> from kerasduet.data.frames import read_frame
    >>> frame = read_frame({"gpa": [3.0, 4.0], "rank": pd.Categorical(["a", "b"])})
    >>> encoding = learn(frame, ["gpa"])
    >>> encoding.names, encoding.encode(frame)["numbers"].ravel().tolist()
    (('gpa',), [-1.0, 1.0])
    """
    scale = choice("scale", scale, SCALES)
    missing = choice("missing", missing, MISSING)
    unknown = choice("unknown", unknown, UNKNOWN)
    unusable = choice("unusable", unusable, UNUSABLE)
    one_hot = whole("one_hot", one_hot, low=1)
    names = list(frame.columns)
    for name in features:
        if name not in names:
            raise UnknownName(f"{name}: no such column. {nearest(name, names)}")
    chosen: Rows = slice(None) if rows is None else rows
    left, notes = _usable(frame, list(features), chosen, unusable, one_hot)
    if missing == "error":
        _refuse_missing(frame, left)
    how = scale, missing, unknown, one_hot
    columns = []

    def learned(name: str) -> tuple[Column, list[str]]:
        return _learned(frame[name], name, chosen, *how)

    for column, told in in_order(learned, left, threads_for(len(frame))):
        columns.append(column)
        notes += told + _rare_gaps(column, frame[column.name])
    return Encoding(tuple(columns), tuple(notes))


def _usable(
    frame: pd.DataFrame, features: list[str], rows: Rows, unusable: str, one_hot: int
) -> tuple[list[str], list[str]]:
    reasons = {}
    for name in features:
        refuse_text(frame[name], name)
        if (reason := reason_against(frame[name], rows, one_hot)) is not None:
            reasons[name] = reason
    if reasons and unusable == "error":
        name, *more = reasons
        rule, found = reasons[name]
        others = f" {_listed(more)} cannot be used either." if more else ""
        refused = ArgumentType(
            f'{name}: {rule}; got {found}. Leave it out of the features, or set unusable = "drop".'
            f"{others}"
        )
        refused.of_missing = _has_gaps(frame, [name], rows)
        raise refused
    left = [name for name in features if name not in reasons]
    if not left:
        empty = EmptyData(
            "features: must have a column to learn from; got "
            f"{f'{_listed(features)}, of no use' if features else 'none'}."
        )
        empty.of_missing = _has_gaps(frame, features, rows)
        raise empty
    return left, [
        f"Left out: {name}, which {rule}; got {found}."
        for name, (rule, found) in reasons.items()
    ]


def _has_gaps(frame: pd.DataFrame, names: list[str], rows: Rows) -> bool:
    return any(bool(frame[name].iloc[rows].isna().any()) for name in names)


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _refuse_missing(frame: pd.DataFrame, features: list[str]) -> None:
    """Refuse missing values of any row: those held out are to be predicted as well."""
    found = {name: absent for name in features if (absent := frame[name].isna()).any()}
    if not found:
        return
    (name, absent), *more = found.items()
    place = place_in(frame)(int(absent.to_numpy().argmax()))
    others = "".join(f", {int(lacking.sum()):,} in {other}" for other, lacking in more)
    raise MissingValue(
        f"{name}: values must not be missing; got {int(absent.sum()):,} missing, the first in "
        f"{place}{others}. Fill them, leave the column out of the features, or set missing = "
        '"indicator".'
    )


def _learned(
    given: pd.Series,
    name: str,
    rows: Rows,
    scale: str,
    missing: str,
    unknown: str,
    one_hot: int,
) -> tuple[Column, list[str]]:
    kind = kind_of(given)
    assert kind is not None
    fills = missing == "indicator"
    own = fills and bool(given.isna().to_numpy()[rows].any())
    if kind in ("number", "date"):
        blank = Column(name, kind, fills=True)
        if kind == "date":
            given = given.dt.year.astype(np.float64)
        values, absent = as_numbers(given, blank, rows)
        values = values[~absent] if own else values
        center, size, fill = _scale_of(values, scale, name)
        return Column(name, kind, center, size, fill, fills=fills, missing=own), []
    if kind == "logical":
        fill = float(given.iloc[rows].mean())
        return Column(name, kind, fill=fill, fills=fills, missing=own), []
    seen = _Seen(name, fills, own, unknown == "other", one_hot)
    return (_ordered if kind == "ordered" else _category)(given, rows, seen)


def _rare_gaps(column: Column, given: pd.Series) -> list[str]:
    """Say that rows held out lack values of a column that no training row lacks."""
    count = int(given.isna().sum()) if column.fills and not column.missing else 0
    if not count:
        return []
    some = "1 missing value" if count == 1 else f"{count:,} missing values"
    return [
        f"Of {column.name}, {some} of rows held out alone: there they count as {column.stand_in}."
    ]


def _scale_of(values: np.ndarray, scale: str, name: str) -> tuple[float, float, float]:
    """Give center, scale, and what stands in for a missing value."""
    with np.errstate(over="ignore", invalid="ignore"):
        mean, deviation = float(values.mean()), float(values.std())
    center, size, fill = mean, deviation, mean
    if scale == "minmax":
        center, size = float(values.min()), float(np.ptp(values))
    elif scale == "robust":
        low, center, high = (float(q) for q in np.quantile(values, [0.25, 0.5, 0.75]))
        size, fill = high - low or deviation, center
    elif scale == "none":
        center, size = 0.0, 1.0
    if not np.isfinite([center, size, fill]).all():
        raise ScaleError(
            f"{name}: must vary within what numbers can hold; got a spread beyond."
        )
    return center, size or 1.0, fill


class _Seen(NamedTuple):
    """What is known of a column of levels before its levels."""

    name: str
    fills: bool
    missing: bool
    other: bool
    one_hot: int


def _ordered(given: pd.Series, rows: Rows, seen: _Seen) -> tuple[Column, list[str]]:
    levels = tuple(_texts(given, seen.name))
    column = partial(
        Column,
        seen.name,
        "ordered",
        levels=levels,
        fills=seen.fills,
        missing=seen.missing,
        other=seen.other,
    )
    codes = given.cat.codes.to_numpy()[rows]
    codes = codes[codes >= 0]
    if len(levels) <= seen.one_hot:
        steps = range(1, len(levels))
        return column(means=tuple(float((codes >= step).mean()) for step in steps)), []
    return column(scale=float(len(levels) - 1), fill=float(codes.mean())), []


def _category(given: pd.Series, rows: Rows, seen: _Seen) -> tuple[Column, list[str]]:
    texts = _texts(given, seen.name)
    counts = _counted(given, rows, len(texts))
    embedded = int((counts > 0).sum()) > seen.one_hot
    notes = []
    least = 0
    if embedded and seen.other and int((counts > 1).sum()) > 1:
        least = 1
        if rare := int((counts == 1).sum()):
            notes.append(
                f"Of {seen.name}, {_levels(rare)} that one training row has count as other."
            )
    known = counts > least
    levels = tuple(text for text, is_known in zip(texts, known, strict=True) if is_known)
    lacking: tuple[str, ...] = ()
    if not seen.other and not isinstance(rows, slice):
        held_out = (counts == 0) & (_counted(given, slice(None), len(texts)) > 0)
        lacking = tuple(texts[code] for code in np.flatnonzero(held_out))
    if lacking:
        shown = _listed([*lacking[:FEW], *(["more"] if len(lacking) > FEW else [])])
        notes.append(
            f"Of {seen.name}, {_levels(len(lacking))} of rows held out alone, {shown}: there they "
            "count as other."
        )
    shares = counts[known] / counts[known].sum()
    return Column(
        seen.name,
        "category",
        fill=float(counts[known].argmax()) if embedded else 0.0,
        levels=levels,
        embedded=embedded,
        fills=seen.fills,
        missing=seen.missing,
        other=seen.other or bool(lacking),
        lacking=lacking,
        means=() if embedded else tuple(map(float, shares)),
    ), notes


def _counted(given: pd.Series, rows: Rows, levels: int) -> np.ndarray:
    """Count the rows of each level (levels,)."""
    return np.bincount(given.cat.codes.to_numpy()[rows] + 1, minlength=levels + 1)[1:]


def _levels(count: int) -> str:
    return f"{count:,} level{'s' if count > 1 else ''}"


def _texts(given: pd.Series, name: str) -> list[str]:
    texts = level_texts(given.cat.categories)
    if len(set(texts)) < len(texts):
        twice = next(text for i, text in enumerate(texts) if text in texts[:i])
        raise ArgumentType(
            f"{name}: levels must differ in their text; got {twice} twice. Rename one of them."
        )
    return texts
