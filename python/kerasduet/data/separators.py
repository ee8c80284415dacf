"""What stands between the fields of a file that is no CSV file, though it looks like one."""

from __future__ import annotations

import csv
import re

from kerasduet.errors import CsvError

__all__ = ["looks_odd", "refuse_odd"]

KNOWN = ",;\t"
ODD = {"|": "'|'", " ": "blanks"}
SAID = re.compile(r"sep=.", re.IGNORECASE)  # Excel's own line
NUMBER = re.compile(r"[-+]?\d*\.?\d+(e[-+]?\d+)?", re.IGNORECASE)


def looks_odd(header: str) -> bool:
    """Say whether a first line may be Excel's, or be cut by other marks than those of CSV.

    Examples
    --------
    >>> looks_odd("sep=;"), looks_odd("a|b"), looks_odd("height"), looks_odd("a b,c")
    (True, True, False, False)
    """
    line = header.strip()
    is_one = not any(mark in line for mark in KNOWN)
    return SAID.fullmatch(line) is not None or (is_one and any(mark in line for mark in ODD))


def refuse_odd(text: str, name: str) -> None:
    """Refuse a file that begins with Excel's line, or whose fields stand between other marks.

    A header of one field is cut by a mark where all lines then have as many fields, or one more,
    as R's write.table() writes names of rows. Blanks stand between words, too: they are marks
    where a field of each line is a number, or where names are in quotes.

    Parameters
    ----------
    text : str
        Of the file.
    name : str
        Of the file, for errors.

    Raises
    ------
    CsvError
        It is one of these.
    """
    header, _, _ = text.partition("\n")
    if not looks_odd(header):
        return
    if SAID.fullmatch(header.strip()):
        raise CsvError(
            f"path: must begin with the names of the columns; got '{header.strip()}' in line 1 of "
            f"{name}, which Excel alone knows. Remove that line."
        )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for mark, called in ODD.items():
        try:
            names, *rows = csv.reader(lines, delimiter=mark, skipinitialspace=True)
        except csv.Error:  # said where the file is read
            return
        widths = {len(row) for row in rows}
        if len(names) < 2 or widths not in ({len(names)}, {len(names) + 1}):
            continue
        is_sure = mark != " " or header.startswith('"') or _has_numbers(rows)
        if is_sure:
            raise CsvError(
                f"path: must have commas, semicolons or tabs between fields; got {called} in "
                f"{name}. Save it with commas, such as write.csv() does."
            )


def _has_numbers(rows: list[list[str]]) -> bool:
    """Say whether some column holds numbers alone."""
    return any(all(map(NUMBER.fullmatch, column)) for column in zip(*rows, strict=True))
