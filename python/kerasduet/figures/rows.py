"""Which test rows a figure shows: those that were asked for, or telling ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.checks import several, whole
from kerasduet.errors import ArgumentRange

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["checked_rows", "telling_rows"]


def checked_rows(rows: Any, tests: int, most: int) -> list[int]:
    """Check the rows that a figure is to show, and give each of them once.

    Parameters
    ----------
    rows : int or sequence of int
        From 1.
    tests : int
        Rows of the test.
    most : int
        Rows that the figure has room for.

    Examples
    --------
    >>> checked_rows((3, 1, 3), tests=5, most=4)
    [3, 1]
    """
    given = rows.tolist() if hasattr(rows, "tolist") else rows

    def one(name: str, value: Any) -> int:
        return whole(name, value, low=1, high=tests)

    chosen = list(dict.fromkeys(several(one)("rows", given)))
    if len(chosen) > most:
        raise ArgumentRange(f"rows: must be at most {most}; got {len(chosen)}.")
    return chosen


def telling_rows(table: pd.DataFrame, most: int) -> list[int]:
    """Choose mistakes, the surest first, and right ones, one of each class first.

    Parameters
    ----------
    table : pandas.DataFrame
        With the columns row, truth, probability and correct.
    most : int
        Rows to choose.
    """
    import pandas as pd

    wrong = table[~table["correct"]].sort_values("probability", ascending=False, kind="stable")
    right = table[table["correct"]]
    # One of each class first, then the others in test order.
    repeated = right.duplicated("truth")
    right = pd.concat([right[~repeated], right[repeated]])
    mistakes = wrong["row"].head(max(most // 2, most - len(right))).tolist()
    return [int(row) for row in mistakes + right["row"].head(most - len(mistakes)).tolist()]
