"""What a table's columns are to the network, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kerasduet.tasks.tables.learned import TableLearned

__all__ = ["by_type", "facts"]

# Of one and of more.
WORDS = {
    "number": ("number", "numbers"),
    "logical": ("logical", "logicals"),
    "category": ("category", "categories"),
    "ordered": ("ordered category", "ordered categories"),
    "date": ("date", "dates"),
}
MOST_NAMED = 6


def by_type(learned: TableLearned) -> dict[str, list[Any]]:
    """Give the columns that the network sees by their type, in the order of the types."""
    found: dict[str, list[Any]] = {}
    for kind in WORDS:
        columns = [column for column in learned.encoding.columns if column.kind == kind]
        if columns:
            found[kind] = columns
    return found


def facts(learned: TableLearned) -> Mapping[str, str]:
    """Say what is predicted from which columns, by type, and what was left out.

    Returns
    -------
    mapping
        "columns", and "note" where there is something to say of them.
    """
    told = []
    for kind, columns in by_type(learned).items():
        word = WORDS[kind][len(columns) > 1]
        told.append(f"{len(columns)} {word} ({listed(map(_named, columns))})")
    lines = {"columns": f"{learned.target} from {', '.join(told)}"}
    notes = learned.encoding.notes
    return lines | ({"note": " ".join(notes)} if notes else {})


def _named(column: Any) -> str:
    return f"{column.name}: {len(column.levels)} levels" if column.levels else str(column.name)


def listed(names: Iterable[str]) -> str:
    """Name a few, and count the others."""
    given = list(names)
    more = [f"{len(given) - MOST_NAMED} more"] if len(given) > MOST_NAMED else []
    return ", ".join(given[:MOST_NAMED] + more)
