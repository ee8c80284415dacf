"""What training rows say of the columns that a network is to take."""

from __future__ import annotations

from collections.abc import Sequence

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
from kerasduet.errors import ArgumentType, EmptyData, MissingValue, ScaleError, UnknownName

__all__ = ["learn"]

SCALES = ("standard", "minmax", "robust", "none")
MISSING = ("error", "indicator")
UNKNOWN = ("error", "other")
UNUSABLE = ("error", "drop")


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
        "name[missing]", and missing levels a column or code of their own.
    unknown : {"error", "other"}
        A level that the training rows lack is refused; or counts as none of them. Then levels of
        an embedded column that only one row has count as such too, so that there is something
        to learn of others.
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
        _refuse_missing(frame, left, chosen)
    columns = []
    for name in left:
        column, note = _learned(frame[name], name, chosen, scale, missing, unknown, one_hot)
        columns.append(column)
        notes += note
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
        raise ArgumentType(
            f'{name}: {rule}; got {found}. Leave it out of the features, or set unusable = "drop".'
            f"{others}"
        )
    left = [name for name in features if name not in reasons]
    if not left:
        raise EmptyData(
            "features: must have a column to learn from; got "
            f"{f'{_listed(features)}, of no use' if features else 'none'}."
        )
    return left, [
        f"Left out: {name}, which {rule}; got {found}."
        for name, (rule, found) in reasons.items()
    ]


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _refuse_missing(frame: pd.DataFrame, features: list[str], rows: Rows) -> None:
    found = {}
    for name in features:
        absent = frame[name].isna().to_numpy()
        if absent.any() and absent[rows].any():
            found[name] = absent[rows]
    if not found:
        return
    (name, absent), *more = found.items()
    row = int(absent.argmax())
    place = place_in(frame)(row if isinstance(rows, slice) else int(rows[row]))
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
    if kind == "ordered":
        return _ordered(given, name, rows, fills, own, one_hot), []
    return _category(given, name, rows, fills, own, unknown == "other", one_hot)


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


def _ordered(
    given: pd.Series, name: str, rows: Rows, fills: bool, own: bool, one_hot: int
) -> Column:
    levels = tuple(_texts(given, name))
    column = Column(name, "ordered", levels=levels, fills=fills, missing=own)
    if len(levels) <= one_hot:
        return column
    codes = given.cat.codes.to_numpy()[rows]
    fill = float(codes[codes >= 0].mean())
    size = float(len(levels) - 1)
    return Column(name, "ordered", 0.0, size, fill, levels, fills=fills, missing=own)


def _category(
    given: pd.Series,
    name: str,
    rows: Rows,
    fills: bool,
    own: bool,
    other: bool,
    one_hot: int,
) -> tuple[Column, list[str]]:
    texts = _texts(given, name)
    counts = np.bincount(given.cat.codes.to_numpy()[rows] + 1, minlength=len(texts) + 1)[1:]
    embedded = int((counts > 0).sum()) > one_hot
    notes = []
    least = 0
    if embedded and other and int((counts > 1).sum()) > 1:
        least = 1
        rare = int((counts == 1).sum())
        if rare:
            notes.append(
                f"Of {name}, {rare:,} levels that one training row has count as others."
            )
    levels = tuple(text for text, count in zip(texts, counts, strict=True) if count > least)
    # An embedding cannot leave out what is missing, as columns of 0 and 1 can.
    own = own or (embedded and fills)
    return Column(
        name,
        "category",
        levels=levels,
        embedded=embedded,
        fills=fills,
        missing=own,
        other=other,
    ), notes


def _texts(given: pd.Series, name: str) -> list[str]:
    texts = level_texts(given.cat.categories)
    if len(set(texts)) < len(texts):
        twice = next(text for i, text in enumerate(texts) if text in texts[:i])
        raise ArgumentType(
            f"{name}: levels must differ in their text; got {twice} twice. Rename one of them."
        )
    return texts
