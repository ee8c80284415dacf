"""CSV and Parquet files as tables, by a fast reader; slower code looks for what is wrong."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.data.arrow import give_back
from kerasduet.data.blocks import in_blocks, rows_of
from kerasduet.data.columns import all_named
from kerasduet.data.csv_file import BLOCK, EXACT, MOST_HEADER, Digested, is_value, read_csv
from kerasduet.data.dataset import Source
from kerasduet.data.files import expanded, is_utf8, problem
from kerasduet.data.frames.cleaning import of_levels
from kerasduet.data.kept import ROWS, Kept, in_writing, kept, lost, places_of
from kerasduet.data.pieces import Pieces, is_plain
from kerasduet.data.separators import looks_odd
from kerasduet.errors import DatasetError, KerasduetError, UnknownName

__all__ = ["is_parquet", "read_file", "read_parquet"]

SAMPLE = 2**18  # bytes that say which columns hold texts
MOST_LEVELS = 0.9  # that a column of categories has for each row of the sample
DELIMITERS = (";", "\t")


def read_file(
    path: str | os.PathLike[str] | None,
    encoding: str | None = None,
    texts: Kept | None = None,
) -> tuple[pd.DataFrame, Source]:
    """Read a CSV or Parquet file; texts of a CSV file are categories.

    Parameters
    ----------
    path : path, optional
        Of the file; None is refused.
    encoding : str, optional
        Of a CSV file, where the caller has a setting of it; None is UTF-8.
    texts : mapping of str, optional
        Columns of a CSV file that stay as they are written, and as what; see `data.kept.kept`.

    Returns
    -------
    (pandas.DataFrame, Source)
        Fields of a CSV file that say a word of `data.columns.MISSING` are missing, in capitals or
        not and with blanks around it or none. The index counts from 0 and is named "line" where a
        row is a line of the file, the header above them; else "row".

    Raises
    ------
    DatasetError
        No such file, or no package that reads Parquet.
    CsvError
        As `data.csv_file.read_csv`.
    UnknownName
        Two columns of one name.
    """
    if path is None:
        raise DatasetError(
            "path: needs a CSV or Parquet file, or a table as data; got neither. Set "
            'path = "people.csv", say.'
        )
    file = expanded(path)
    if why := problem(file):
        raise DatasetError(
            f"path: must be a CSV or Parquet file; got {str(path)!r}, which {why}."
        )
    if is_parquet(file):
        frame, source = read_parquet(file)
        return frame.set_axis(pd.RangeIndex(len(frame), name="row")), source
    texts = texts or {}
    quick = _read_quick(file, texts) if is_utf8(encoding) else None
    frame, source = quick or _read_slow(file, encoding, texts)
    names = list(frame.columns)
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise UnknownName(
            f"path: names must differ; got {twice} twice in {file.name}. Rename a column."
        )
    return frame, source


def _source(file: Path, sha256: str, rows: int) -> Source:
    return Source(f"the file {file.name}", sha256, rows, str(file))


def _read_slow(file: Path, encoding: str | None, texts: Kept) -> tuple[pd.DataFrame, Source]:
    """Read any CSV file that can be read, and refuse others by line."""
    frame, source = read_csv(str(file), encoding, texts)
    names = [name for name in texts if [*frame.columns].count(name) == 1]
    for name in names:
        levels = frame[name].astype("category")
        if frame[name].dtype.kind == "O" and kept(levels, texts[name]) is not None:
            frame[name] = levels
    plain = bool((frame.index.to_numpy() == np.arange(2, len(frame) + 2)).all())
    index = pd.RangeIndex(len(frame), name="line" if plain else "row")
    return frame.set_axis(index), source


def _read_quick(file: Path, texts: Kept) -> tuple[pd.DataFrame, Source] | None:
    """Read a CSV file as pandas does; None leaves what is odd or wrong to slower code."""
    with file.open("rb") as opened:
        first = opened.readline(MOST_HEADER)
        sample = opened.read(SAMPLE)
    found = _header(first)
    if found is None or not sample.strip():
        return None
    header, delimiter = found
    known = {"sep": delimiter, "header": None, "skip_blank_lines": False, **EXACT}
    try:
        shown = sample[: sample.rfind(b"\n") + 1] or sample
        few = pd.read_csv(io.BytesIO(shown), **known)
        kinds = {i: _kind(column) for i, column in few.items() if not is_plain(column)}
        roles = places_of(header, texts)
        kinds |= {i: "object" for i in roles if i not in kinds}
        columns, sha256 = _read_columns(file, known, kinds)
        whole: dict[int, pd.Series] = {}
        while more := [i for i, one in columns.items() if not (one.is_whole or i in whole)]:
            # Of a block some whole numbers are too long, which are decimals among others.
            again = pd.read_csv(file, usecols=more, skiprows=1, low_memory=False, **known)
            whole |= {i: column for i, column in again.items() if is_plain(column)}
            kinds |= dict.fromkeys(set(more) - set(whole), "object")
            if not set(more) <= set(whole):
                columns, sha256 = _read_columns(file, known, kinds)
    except (ValueError, OverflowError):
        return None
    if len(columns) != len(header):
        return None
    # In quotes, an end of line is none.
    has_breaks = any("\n" in str(text) for column in columns.values() for text in column.known)
    joined = {
        i: whole[i] if i in whole else _typed(columns.pop(i), header[i], roles.get(i, ""))
        for i in list(columns)
    }
    frame = pd.DataFrame(joined, copy=False)
    if frame.iloc[:, -1].isna().any() and not _is_even(file, frame.shape, delimiter):
        return None
    frame.columns = pd.Index(header)
    frame.index = pd.RangeIndex(len(frame), name="row" if has_breaks else "line")
    note = lost(frame, file, {"sep": delimiter, **EXACT})
    return frame, _source(file, sha256, len(frame)).noted(note)


def _kind(column: pd.Series) -> str:
    """Say as what texts are read: as objects where they seem to differ in most rows, as names."""
    return "category" if column.nunique() < MOST_LEVELS * len(column) else "object"


def _header(first: bytes) -> tuple[list[str], str] | None:
    """Split the line of a header; None where it is none, or goes on in the next line."""
    if not first.endswith(b"\n") or b"\r" in first[:-2] or first.count(b'"') % 2:
        return None
    try:
        line = first.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        return None
    if looks_odd(line):
        return None
    delimiter = next((mark for mark in DELIMITERS if mark in line and "," not in line), ",")
    names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    if not names or all(map(is_value, names)) or not any(names):
        return None
    return all_named(names), delimiter


def _read_columns(
    file: Path, known: dict[str, Any], kinds: dict[Any, str]
) -> tuple[dict[int, Pieces], str]:
    """Read a file a block of rows at a time, so that no column is held as single texts."""
    known = known | {"dtype": kinds}
    try:
        return _joined(file, known, in_blocks)
    except (ValueError, OverflowError):
        return _joined(file, known, _one_by_one)


def _joined(
    file: Path, known: dict[str, Any], read: Callable[..., Any]
) -> tuple[dict[int, Pieces], str]:
    columns: dict[int, Pieces] = {}
    with file.open("rb", BLOCK) as opened:
        digest = hashlib.sha256(opened.readline(MOST_HEADER))
        rows = rows_of(opened)
        for block in read(opened, digest, known):
            for i, column in block.items():
                if i not in columns:
                    columns[i] = Pieces(rows, is_text=i in known["dtype"])
                columns[i].add(column)
            del block, column
    give_back()
    return columns, digest.hexdigest()


def _one_by_one(opened: Any, digest: Any, known: dict[str, Any]) -> Any:
    """Give the rows of a file whose blocks cannot be read by themselves."""
    read: Any = Digested(opened, digest)
    texts = dict.fromkeys(known["dtype"], "object")
    return pd.read_csv(read, chunksize=ROWS, low_memory=False, **known | {"dtype": texts})


def _typed(pieces: Pieces, name: str, role: str) -> pd.Series:
    column = pd.Series(pieces.joined(), name=name, copy=False)
    if not pieces.is_text:
        return column
    # Among numbers pandas takes " NA", "NONE" and " inf" for texts.
    found = kept(column, role) if role else in_writing(column)
    return of_levels(column) if found is None else found


def _is_even(file: Path, shape: tuple[int, int], delimiter: str) -> bool:
    """Say whether each line has all its fields, where a last one is missing."""
    rows, columns = shape
    body = file.read_bytes().partition(b"\n")[2]
    if b'"' not in body:
        return body.count(delimiter.encode()) == rows * (columns - 1)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return all(len(row) == columns for row in csv.reader(opened, delimiter=delimiter))


def is_parquet(file: Path) -> bool:
    """Say whether a file begins as Parquet does; none that cannot be read does."""
    try:
        with file.open("rb") as opened:
            return opened.read(4) == b"PAR1"
    except OSError:
        return False


def read_parquet(file: Path) -> tuple[pd.DataFrame, Source]:
    """Read a Parquet file by pyarrow, or by polars; an index that pandas wrote is kept.

    Raises
    ------
    DatasetError
        It is damaged, or neither package is installed.
    """
    from kerasduet.data.frames.read import as_frame

    try:
        if find_spec("pyarrow") is not None:
            import pyarrow.parquet as parquet

            frame = as_frame(parquet.read_table(file))
        elif find_spec("polars") is not None:
            import polars

            frame = as_frame(polars.read_parquet(file))
        else:
            raise DatasetError(
                f"path: a Parquet file needs the package pyarrow or polars; got {file.name} and "
                "neither. Install one, say with pip install pyarrow, or save the table as CSV."
            )
    except KerasduetError:
        raise
    except Exception as error:  # polars has errors of its own
        why = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise DatasetError(
            f"path: must be a Parquet file that can be read; got {file.name}: {why}."
        ) from None
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return frame, _source(file, sha256, len(frame))
