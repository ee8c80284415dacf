"""What is typed as new data: files of tables or arrays, paths of images, or texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kerasduet.errors import ArgumentType, DatasetError, UnknownName

__all__ = ["labelled", "read_inputs", "read_one_table"]

TABLES = (".csv", ".tsv", ".parquet")
ARRAYS = (".npy", ".npz")


def read_inputs(words: Sequence[str], texts: Mapping[str, str] | None = None) -> Any:
    """Give what words stand for.

    Parameters
    ----------
    words : sequence of str
        One name of a file that ends with .csv, .tsv or .parquet: its table; with .npy or .npz: its
        array, of several the one named x. Else the words themselves: paths of images, or texts.
    texts : mapping of str, optional
        Columns of a CSV file that stay as they are written; see `data.kept.kept`.

    Raises
    ------
    DatasetError
        A file that is not there, or that is not what its name says.
    """
    ending = Path(words[0]).suffix.lower() if len(words) == 1 else ""
    if ending in TABLES:
        return read_one_table(words[0], texts)
    if ending in ARRAYS:
        arrays = _arrays(words[0])
        return _named(arrays, "x", words[0]) if len(arrays) > 1 else next(iter(arrays.values()))
    return list(words)


def labelled(
    word: str, label: str | None, texts: Mapping[str, str] | None = None
) -> tuple[Any, Any]:
    """Give the inputs and labels of a file: a table with a column of labels, or arrays x and y."""
    ending = Path(word).suffix.lower()
    if ending in TABLES:
        if label is None:
            raise ArgumentType(
                "label: must name the column of labels in a table; got none. Give --label COLUMN."
            )
        table = read_one_table(word, texts)
        if label not in table:
            have = ", ".join(map(str, table.columns))
            raise UnknownName(f"label: no column {label!r} in {word}; it has {have}.")
        return table, table[label]
    if ending == ".npz":
        arrays = _arrays(word)
        return _named(arrays, "x", word), _named(arrays, "y", word)
    raise DatasetError(
        f"file: must be a table (.csv, .tsv or .parquet) or arrays x and y (.npz); got {word!r}."
    )


def read_one_table(word: str, texts: Mapping[str, str] | None = None) -> Any:
    """Read a table as those of an experiment are read."""
    from kerasduet.data.frames.files import read_file

    return read_file(word, texts=texts)[0]


def _arrays(word: str) -> dict[str, Any]:
    import zipfile

    import numpy as np

    try:
        with open(word, "rb") as opened:
            found = np.load(opened, allow_pickle=False)
            arrays = (
                {name: found[name] for name in found} if word.endswith("z") else {"x": found}
            )
    except FileNotFoundError:
        raise DatasetError(f"file: must be there; got {word!r}. Check the path.") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        raise DatasetError(
            f"file: must hold NumPy's arrays, without objects; got {word!r}, which cannot be read."
        ) from None
    if not arrays:
        raise DatasetError(f"file: must hold an array; got {word!r}, which holds none.")
    return arrays


def _named(arrays: dict[str, Any], name: str, word: str) -> Any:
    if name not in arrays:
        raise DatasetError(
            f"file: must hold an array {name}; got {word!r}, which holds {', '.join(arrays)}."
        )
    return arrays[name]
