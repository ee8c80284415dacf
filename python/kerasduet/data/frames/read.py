"""A table of the caller's, or of a file: named columns, each of one type."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data.columns import all_named
from kerasduet.data.dataset import Source
from kerasduet.data.files import as_path, expanded
from kerasduet.data.frames.cleaning import cleaned, names_rows
from kerasduet.data.frames.files import is_parquet, read_file
from kerasduet.data.frames.kinds import odd_notes
from kerasduet.data.kept import Kept
from kerasduet.data.table import from_columns
from kerasduet.errors import ArgumentType, EmptyData, UnknownName

__all__ = ["as_frame", "digest_frame", "read_frame", "read_table"]


def read_frame(given: Any, path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Read a table; see `read_table`, which gives its source as well.

    Examples
    --------
    >>> read_frame({"gre": [380, 660], "admit": ["no", "yes"]}).dtypes.astype(str).to_dict()
    {'gre': 'int64', 'admit': 'category'}
    """
    return read_table(given, path)[0]


def read_table(
    given: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    name: str = "data",
    texts: Kept | None = None,
) -> tuple[pd.DataFrame, Source]:
    """Read a table of the caller's, or of a CSV or Parquet file.

    Parameters
    ----------
    given : optional
        A pandas, polars or pyarrow table, another one that narwhals reads, or a mapping of
        columns. It is not changed.
    path : path, optional
        Of a CSV or Parquet file, where no table is given.
    name : str
        Argument that errors name.
    texts : mapping of str, optional
        Columns of a CSV file that stay as they are written; see `data.kept.kept`.

    Returns
    -------
    (pandas.DataFrame, Source)
        Words that mean a missing value in a CSV file, `data.columns.MISSING`, are values of a table
        that is given. Rows are counted from 0; the index of a pandas table goes. Its name says what
        a row is in errors: a "row", or a "line" of a file. Columns hold numbers, bool (boolean
        where some are missing), categories (texts are sorted, factors keep the order of their
        levels) or dates. A column of texts stays one where they seem to be numbers or dates that
        cannot be read for sure: it is refused as soon as it is used.

    Raises
    ------
    ArgumentType
        No table.
    EmptyData
        No columns or no rows.
    UnknownName
        Two columns of one name.
    CsvError, DatasetError
        A file that cannot be read.
    """
    if given is None:
        read, source = read_file(path, texts=texts)
        frame = _cleaned(read)
        is_text = path is not None and not is_parquet(expanded(path))
        return frame, source.noted(_mixed(read, frame, texts or {}, is_text=is_text))
    frame = as_frame(given, name)
    if frame.shape[1] == 0:
        raise EmptyData(f"{name}: must have columns; got none.")
    _refuse_twice([str(column) for column in frame.columns], name)
    if len(frame) == 0:
        raise EmptyData(f"{name}: must have rows; got none.")
    read = frame.set_axis(pd.RangeIndex(len(frame), name="row"))
    frame = _cleaned(read)
    source = Source("the caller's table", digest_frame(frame), len(frame), given=True)
    return frame, source.noted(_mixed(read, frame, texts or {}))


def _mixed(
    read: pd.DataFrame, frame: pd.DataFrame, kept: Kept, *, is_text: bool = False
) -> str:
    """Name columns that a text among numbers made categories; factors and names are meant so."""
    was = dict(zip(map(str, read.columns), read.dtypes, strict=True))
    texts = [
        name
        for name, dtype in was.items()
        if name in frame and (is_text or not isinstance(dtype, pd.CategoricalDtype))
    ]
    return odd_notes(frame, [name for name in texts if name not in kept])


def _cleaned(frame: pd.DataFrame) -> pd.DataFrame:
    columns = {str(name): cleaned(column) for name, column in frame.items()}
    # What R's write.csv() and pandas' to_csv() put first is no column of the table.
    first = next(iter(columns))
    if first == "Unnamed: 0" and len(columns) > 1 and names_rows(columns[first]):
        del columns[first]
    return pd.DataFrame(columns, index=frame.index, copy=False)


def as_frame(given: Any, name: str = "data") -> pd.DataFrame:
    """Give a table of any library as one of pandas, its columns as they are."""
    if isinstance(given, pd.DataFrame):
        if given.columns.nlevels > 1:
            raise ArgumentType(
                f"{name}: columns must have names of one level; got {given.columns.nlevels} levels."
            )
        return _named(given)
    if isinstance(given, Mapping):
        return _named(from_columns(given, name))
    if hasattr(given, "to_pandas") and type(given).__module__.split(".")[0] == "pyarrow":
        return as_frame(given.to_pandas(), name)
    if (frame := _from_stranger(given, name)) is not None:
        return _named(frame)
    fix = as_path(given, name) or "Give a data frame, or a column by each name."
    if isinstance(given, tuple | list) and any(hasattr(part, "columns") for part in given):
        fix = "Put the target into the table, and set target."
    if len(getattr(given, "shape", ())) == 2:
        fix = "Name its columns: pd.DataFrame(x, columns=[...]), in R as.data.frame(x)."
    raise ArgumentType(
        f"{name}: must be a table whose columns have names; got {show(given)}. {fix}"
    )


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_axis(all_named(frame.columns), axis="columns")


def _from_stranger(given: Any, argument: str) -> pd.DataFrame | None:
    """Read a table that narwhals knows, such as one of polars; None of anything else."""
    import narwhals as nw

    try:
        table = nw.from_native(given)
    except TypeError:
        return None
    if isinstance(table, nw.LazyFrame):
        table = table.collect()
    _refuse_twice(list(table.columns), argument)
    columns = {name: _column(table[name]) for name in table.columns}
    return pd.DataFrame(columns, copy=False)


def _column(column: Any) -> pd.Series:
    import narwhals as nw

    kind = column.dtype
    if kind.is_numeric() and not kind.is_decimal():
        return pd.Series(column.to_numpy())
    if kind == nw.Datetime:
        return pd.Series(pd.DatetimeIndex(column.to_numpy()).tz_localize(None)).pipe(
            _in_zone, getattr(kind, "time_zone", None)
        )
    items = pd.Series(column.to_list(), dtype=object)
    if kind == nw.Enum:
        return pd.Series(pd.Categorical(items, categories=list(kind.categories)))
    if kind == nw.Date:
        return pd.to_datetime(items)
    return items


def _in_zone(times: pd.Series, zone: str | None) -> pd.Series:
    return times if zone is None else times.dt.tz_localize("UTC").dt.tz_convert(zone)


def _refuse_twice(names: list[str], argument: str) -> None:
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise UnknownName(f"{argument}: names must differ; got {twice} twice.")


def digest_frame(frame: pd.DataFrame) -> str:
    """Digest a table: sha256 over the names of its columns and their values, one at a time.

    Numbers count as float64, categories by their texts.

    Examples
    --------
    >>> digest_frame(read_frame({"a": [1]})) == digest_frame(read_frame({"a": [1.0]}))
    True
    """
    digest = hashlib.sha256()
    for name, column in frame.items():
        digest.update(f"{name}\0{len(column)}\0".encode())
        if isinstance(column.dtype, pd.CategoricalDtype):
            levels = "\0".join(map(str, column.cat.categories))
            digest.update(f"{column.cat.ordered}\0{levels}\0".encode())
            digest.update(_bytes_of(column.cat.codes.to_numpy("<i4")))
        elif column.dtype.kind == "M":
            digest.update(str(column.dtype).encode())
            digest.update(_bytes_of(column.astype("int64").to_numpy("<i8")))
        elif column.dtype.kind in "iufb":
            digest.update(_bytes_of(column.to_numpy("<f8", na_value=np.nan)))
        else:
            digest.update("\0".join(map(str, column)).encode())
    return digest.hexdigest()


def _bytes_of(values: np.ndarray) -> memoryview:
    """Give the bytes of a column, which may be one of a matrix, a row's values apart."""
    return np.ascontiguousarray(values).data
