"""The tables of a run folder: written and read to the last bit, and their digest."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.dataset import digest_arrays
from kerasduet.registry import TASKS
from kerasduet.runs import learned

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.preprocessing import Learned
    from kerasduet.task import Task

__all__ = [
    "csv_text",
    "history_digest",
    "plain_text",
    "read_history",
    "read_numbers",
    "read_predictions",
]


def history_digest(history: pd.DataFrame) -> str:
    """Digest the history: its column names and its numbers."""
    names = np.array("\n".join(history.columns))
    numbers = history.to_numpy(dtype=np.float64)
    # JSON and CSV, which a resumed or loaded run comes from, keep no sign of NaN.
    return digest_arrays(names, np.where(np.isnan(numbers), np.nan, numbers))


def plain_text(content: bytes) -> str:
    """Read text as a run folder keeps it."""
    # A name may hold half of a surrogate pair.
    return content.decode("utf-8", "surrogatepass")


def csv_text(frame: pd.DataFrame) -> str:
    """Write a table as a run folder keeps it."""
    # Every text in quotes: Python before 3.11.9 writes a lone carriage return without any.
    return frame.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")


def _read_csv(content: bytes, typed: Callable[[str, list[str]], Any]) -> pd.DataFrame:
    """Read a table, each column by its name as `typed` says; numbers to their last bit."""
    import pandas as pd

    # pandas' own parsers may miss the last bit of a number and end a text at a NUL.
    text = plain_text(content)
    most = csv.field_size_limit(max(len(text), 1))
    try:
        head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    finally:
        csv.field_size_limit(most)
    if len(set(head)) < len(head) or any(len(row) != len(head) for row in rows):
        raise ValueError("rows of other lengths")
    return pd.DataFrame(
        {name: typed(name, [row[i] for row in rows]) for i, name in enumerate(head)}
    )


def read_history(content: bytes, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Read the history, as long as the manifest says."""
    frame = _read_csv(
        content,
        lambda name, texts: learned.typed(texts, "id" if name == "epoch" else "number", None),
    )
    epochs = len(manifest["provenance"]["seconds"]["epochs"])
    learned.refuse_table(frame, epochs, ("epoch",))
    return frame


def read_numbers(content: bytes) -> pd.DataFrame:
    """Read a table of numbers alone."""
    return _read_csv(content, lambda name, texts: learned.typed(texts, "number", None))


def read_predictions(
    content: bytes,
    preprocessing: Learned,
    manifest: Mapping[str, Any],
) -> pd.DataFrame:
    """Read the test rows, each column as its task declares it."""
    task: Task = TASKS[manifest["experiment"]["task"]]
    rows = manifest["provenance"]["sizes"]["test"] * task.steps(preprocessing)
    if len(content) > learned.most_predictions(rows, preprocessing):
        raise ValueError("a table of more rows")
    kinds = task.columns(preprocessing)
    frame = _read_csv(
        content,
        lambda name, texts: learned.typed(texts, kinds.get(name, "number"), preprocessing),
    )
    learned.refuse_table(frame, rows, set(kinds) - set(task.later_columns))
    return frame
