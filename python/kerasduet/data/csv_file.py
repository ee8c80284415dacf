"""A CSV file, read as it is, and refused by line when something is off."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data.blocks import in_blocks, rows_of
from kerasduet.data.columns import DATE, all_named, is_missing
from kerasduet.data.dataset import Source
from kerasduet.data.files import expanded, is_utf8, known_encoding, problem
from kerasduet.data.kept import (
    MOST_EXACT,
    ROWS,
    Kept,
    add_lost,
    kept,
    lost,
    lost_note,
    places_of,
)
from kerasduet.data.pieces import Matrix, Pieces
from kerasduet.data.separators import refuse_odd
from kerasduet.errors import CsvError, DatasetError

__all__ = ["BLOCK", "EXACT", "MOST_HEADER", "Digested", "is_value", "read_csv"]

NUMBERS = b"0123456789.+-eE,\n"
BLOCK = 2**17  # bytes read at a time
MOST_HEADER = 2**20
BY_YOURSELF = ", or read it yourself and give the table as data"
# Before version 3 pandas rounds otherwise, unless it is told not to.
EXACT: dict[str, Any] = {"float_precision": "round_trip"} if pd.__version__ < "3" else {}


def read_csv(
    path: str, encoding: str | None = None, texts: Kept | None = None
) -> tuple[pd.DataFrame, Source]:
    """Read a CSV file; the delimiter is a comma, a semicolon or a tab.

    Parameters
    ----------
    path : str
        Of the file.
    encoding : str, optional
        Of its bytes, where the caller has a setting of it; None is UTF-8.
    texts : mapping of str, optional
        Columns that stay as they are written, and as what; see `data.kept.kept`.

    Returns
    -------
    (pandas.DataFrame, Source)
        The index says the lines. A column whose items are all numbers holds numbers, any other
        its texts; NaN or None is where one is missing.

    Raises
    ------
    DatasetError
        No such file.
    CsvError
        Not of the encoding, empty, without a header, header only, or ragged, with the line.

    Notes
    -----
    A field is missing that is empty or a word of `data.columns.MISSING`, in capitals or not and
    with blanks around it or none. `data.frames.files.read_file` means the same.

    A first column of row names may have no name, or no place in the header: it is called
    "Unnamed: 0", as pandas does.
    """
    file = expanded(path)
    if why := problem(file):
        raise DatasetError(f"path: must be a CSV file; got {str(path)!r}, which {why}.")
    quick = _numbers_alone(file) if is_utf8(encoding) else None
    if quick is not None:
        found = _with_texts(file, quick[0], texts or {})
        note = lost(found, file, EXACT) if quick[2] else ""
        return found, _source(file, quick[1], len(found)).noted(note)
    raw = file.read_bytes()
    coding = known_encoding(encoding or "utf-8")
    try:
        text = raw.decode(coding).removeprefix("\ufeff")
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        line = len(re.findall(rb"\r\n?|\n", raw[:start])) + 1
        fix = ', or set encoding = "latin-1", say' if encoding else BY_YOURSELF
        raise CsvError(
            f"path: must be {encoding or 'UTF-8'} text; got another byte in line {line} of "
            f"{file.name}. Save it as UTF-8{fix}."
        ) from None
    refuse_odd(text, file.name)
    lines, rows = _csv_rows(text, file.name)
    if not rows or not "".join(rows[0]).strip():
        raise CsvError(f"path: must have a header and rows; got an empty file, {file.name}.")
    header = [name.strip() for name in rows[0]]
    if _has_row_names(text, rows):
        header = ["", *header]
    if all(is_value(name) for name in header):
        raise CsvError(
            f"path: must have a header; got values alone in line 1 of {file.name}, "
            f"{show(header[0])} first. Write the names of the columns above them."
        )
    header = all_named(header)
    for line, row in zip(lines[1:], rows[1:], strict=True):
        if len(row) != len(header):
            raise CsvError(
                f"path: every line must have {len(header)} fields; got {len(row)} in line "
                f"{line} of {file.name}."
            )
    if len(rows) == 1:
        raise CsvError(f"path: must have rows; got a header only in {file.name}.")
    roles, columns = places_of(header, texts or {}), {}
    losses: dict[str, str] = {}
    for i, items in enumerate(zip(*rows[1:], strict=True)):
        columns[i] = _typed(items, roles.get(i))
        if columns[i].dtype == "float64":
            add_lost(losses, header[i], items)
    frame = pd.DataFrame(columns).set_axis(header, axis="columns")
    frame = frame.set_axis(pd.Index(lines[1:], name="line"))
    source = _source(file, hashlib.sha256(raw).hexdigest(), len(frame))
    return frame, source.noted(lost_note(losses))


def _source(file: Path, sha256: str, rows: int) -> Source:
    return Source(f"the file {file.name}", sha256, rows, str(file))


class Digested:
    """A file that is digested as pandas reads it, which takes bytes for texts in UTF-8."""

    def __init__(self, file: Any, digest: Any) -> None:
        self._file, self.digest = file, digest

    def read(self, size: int = -1) -> bytes:
        """Read the next bytes."""
        found: bytes = self._file.read(size)
        self.digest.update(found)
        return found

    def __iter__(self) -> Iterator[bytes]:
        """Give lines, for pandas to see that it is a file."""
        return iter(self._file)


def _numbers_alone(file: Path) -> tuple[pd.DataFrame, str, bool] | None:
    """Read a file of a header and numbers, its sha256, and whether some may have lost digits.

    None leaves others to slower code.

    Where no number is missing, no line is blank or has a field too few; pandas refuses those that
    have one too many.
    """
    with file.open("rb", BLOCK) as opened:
        first = opened.readline(MOST_HEADER)
        try:
            header = [name.strip() for name in first.decode("utf-8-sig").split(",")]
        except UnicodeDecodeError:
            return None
        is_plain = all(header) and not any(mark in first for mark in b'";\r\t')
        if not is_plain or not first.endswith(b"\n") or all(map(is_value, header)):
            return None
        digest, rows = hashlib.sha256(first), rows_of(opened)
        try:
            found = _joined(in_blocks(opened, digest, EXACT, keep=True), rows, len(header))
        except (ValueError, OverflowError):
            return None
    if found is None:
        return None
    frame, missing, beyond = found
    if missing and (frame.isna().all().any() or not _is_plain(file, frame.shape)):
        return None
    frame.columns = header
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="line")
    return frame, digest.hexdigest(), missing or beyond


def _with_texts(file: Path, frame: pd.DataFrame, texts: Kept) -> pd.DataFrame:
    """Put texts in the place of numbers, in columns of a file that stay as they are written."""
    known: dict[str, Any] = {"dtype": "object", "skip_blank_lines": False, "chunksize": ROWS}
    for place, role in places_of([*frame.columns], texts).items():
        pieces = Pieces(len(frame), is_text=True)
        with pd.read_csv(file, header=None, skiprows=1, usecols=[place], **known) as blocks:
            for block in blocks:
                pieces.add(block[place])
        found = kept(pd.Series(pieces.joined(), frame.index), role)
        if found is not None and found.dtype == "category":
            frame = frame.assign(**{frame.columns[place]: found.astype(object)})
    return frame


def _joined(
    blocks: Iterator[pd.DataFrame], rows: int, width: int
) -> tuple[pd.DataFrame, bool, bool] | None:
    """Put blocks of numbers together; say whether one is missing, and whether one is beyond 2^53.

    None where there is anything else, or another width.
    """
    columns: dict[Any, Pieces] = {}
    matrix, missing, beyond = Matrix(rows), False, False
    for block in blocks:
        kinds = {str(kind) for kind in block.dtypes}
        if not kinds <= {"int64", "float64"} or block.shape[1] != width:
            return None
        values = [column.to_numpy() for _, column in block.items()]
        # The least of numbers is none where one is, and found sooner than which are missing.
        ends = [(float(one.min()), float(one.max())) for one in values]
        missing = missing or bool(np.isnan(ends).any())
        beyond = beyond or max(max(-least, most) for least, most in ends) >= MOST_EXACT
        if matrix.count or (kinds == {"float64"} and not columns):
            matrix.add(values)
        else:
            for i, column in block.items():
                columns.setdefault(i, Pieces(rows)).add(column)
                del column
        del block, values
    if matrix.count:
        return pd.DataFrame(matrix.joined(), copy=False), missing, beyond
    joined = {i: columns.pop(i).joined() for i in list(columns)}
    return (pd.DataFrame(joined, copy=False), missing, beyond) if joined else None


def _is_plain(file: Path, shape: tuple[int, int]) -> bool:
    """Say whether a file has so many lines and fields, all numbers or empty."""
    body = file.read_bytes().partition(b"\n")[2]
    if body.translate(None, NUMBERS) or body.startswith(b"\n") or b"\n\n" in body:
        return False
    rows, columns = shape
    lines = body.count(b"\n") + (not body.endswith(b"\n"))
    return lines == rows and body.count(b",") == rows * (columns - 1)


def _has_row_names(text: str, rows: list[list[str]]) -> bool:
    """Say whether R's write.table() wrote a file: row numbers in quotes, not in the header.

    Nothing less will do: with decimal commas every line has a field too many as well.
    """
    quoted = re.match(r'[^\r\n]*(\r\n?|\n)"', text) is not None
    counted = [row[:1] for row in rows[1:]] == [[str(i)] for i in range(1, len(rows))]
    return quoted and counted and {len(row) for row in rows[1:]} == {len(rows[0]) + 1}


def is_value(name: str) -> bool:
    """Say whether the name of a column is a number or a date, so that a header is missing."""
    if DATE.fullmatch(name) is not None:
        return True
    return (
        not is_missing(name) and re.fullmatch(r"[-+]?\d*\.?\d+(e[-+]?\d+)?", name) is not None
    )


def _typed(texts: Iterable[str], role: str | None = None) -> pd.Series:
    items = [None if is_missing(text) else text.strip() for text in texts]
    column = pd.Series(items, dtype=object)
    found = kept(column.astype("category"), role) if role else None
    if found is not None:
        return column if found.dtype == "category" else found
    given = column.dropna()
    if given.empty or any("_" in item for item in given):
        return column  # Python reads 1_000 as a number, no CSV means it
    for kind in ("int64", "float64"):
        with contextlib.suppress(OverflowError, TypeError, ValueError):
            return column.astype(kind)
    return column


def _csv_rows(text: str, name: str) -> tuple[list[int], list[list[str]]]:
    """Split a file into rows of fields, each with the line it begins in; blank ends go."""
    header = re.split(r"[\r\n]", text, maxsplit=1)[0]
    delimiter = next(
        (mark for mark in (";", "\t") if mark in header and "," not in header), ","
    )
    # A quoted field may hold ends of lines, and a text more of them than a CSV file has.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines, rows = [1], []
    try:
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num + 1)
    except csv.Error as error:
        raise CsvError(
            f"path: must be a CSV file; got line {reader.line_num} of {name}: {error}."
        ) from None
    if rows and _is_open(text, lines[len(rows) - 1], delimiter):
        raise CsvError(
            f"path: quotation marks must be closed; got one in line {lines[len(rows) - 1]} of "
            f"{name} that is open until the end. Close it, or remove it."
        )
    while rows and len(rows[-1]) < 2 and not "".join(rows[-1]).strip():
        rows.pop()
    return lines[: len(rows)], rows


def _is_open(text: str, line: int, delimiter: str) -> bool:
    """Say whether the row that begins in a line, the last one, ends within quotation marks."""
    last = islice(io.StringIO(text, newline=""), line - 1, None)
    try:
        for _ in csv.reader(last, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False
