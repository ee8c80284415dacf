"""A table of image files: a column of paths and one of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import nearest, show
from kerasduet.data.files import expanded
from kerasduet.data.labels import is_ordered, label_type
from kerasduet.data.pictures.folder import SPLIT_OF, Listing
from kerasduet.errors import ArgumentType, LabelRange, MissingValue, UnknownName

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["path_texts", "tabled"]


def tabled(
    frame: pd.DataFrame, image_column: str, label_column: str, split_column: str | None
) -> tuple[Listing, str, bool]:
    """List the files of a table, as `listed` does those of a folder.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row a file. Paths are those of the session: relative ones start from its folder.
    image_column, label_column : str
        Names of columns. Classes are the levels of a factor in its order, or the values sorted.
    split_column : str, optional
        Column of the words train, validation and test.

    Returns
    -------
    (Listing, str, bool)
        The files; what labels were before they became texts; whether their levels have an order.
    """
    known = [str(name) for name in frame.columns]
    chosen = {"image_column": image_column, "label_column": label_column}
    chosen |= {} if split_column is None else {"split_column": split_column}
    for role, name in chosen.items():
        if name not in known:
            raise UnknownName(f"{role}: no column {show(name)}. {nearest(name, known)}")
    names = path_texts(frame[image_column], image_column)
    labels = frame[label_column]
    _refuse_missing(labels, label_column)
    levels = labels.astype("category")
    kind = label_type(levels)
    classes = tuple(str(level) for level in levels.cat.categories)
    if labels.dtype.kind == "f":
        raise ArgumentType(
            f"label_column: must hold names or whole numbers; got numbers with fractions in "
            f"{label_column}, such as {show(float(labels.iloc[0]))}. Choose another column."
        )
    if len(classes) < 2:
        raise LabelRange(
            f"data: must hold images of two classes or more; got {show(classes[0])} alone in "
            f"{label_column}. Add rows of other classes."
        )
    codes = levels.cat.codes.to_numpy().astype(np.int32)
    paths = [str(expanded(name)) for name in names]
    splits = {} if split_column is None else _splits(frame[split_column], split_column)
    return Listing(paths, names, codes, classes, splits), kind, is_ordered(levels)


def path_texts(column: Any, name: str) -> list[str]:
    """Give the paths of a column as texts, or refuse what is none."""
    import os

    import pandas as pd

    values = pd.Series(column).astype(object)
    _refuse_missing(values, name)
    for row, value in enumerate(values, start=1):
        if not isinstance(value, str | os.PathLike) or not os.fspath(value):
            raise ArgumentType(
                f"{name}: must hold paths of image files; got {show(value)} in row {row}."
            )
    return [str(os.fspath(value)) for value in values]


def _refuse_missing(column: pd.Series, name: str) -> None:
    gaps = np.nonzero(column.isna().to_numpy())[0]
    if len(gaps):
        raise MissingValue(
            f"{name}: must have no missing values; got {len(gaps):,}, the first in row "
            f"{gaps[0] + 1}. Leave those rows out."
        )


def _splits(column: pd.Series, name: str) -> dict[str, np.ndarray]:
    _refuse_missing(column, name)
    words = [SPLIT_OF.get(str(word).lower()) for word in column]
    if None in words:
        row = words.index(None)
        raise ArgumentType(
            f"split_column: must hold train, validation or test; got {show(column.iloc[row])} in "
            f"row {row + 1} of {name}."
        )
    if "train" not in words:
        raise ArgumentType(
            f"split_column: must hold train in some rows; got {show(sorted(set(words)))}."
        )
    found = np.array(words)
    return {split: np.nonzero(found == split)[0] for split in dict.fromkeys(words) if split}
