"""Labels of the caller's: codes to learn from, and names found again in a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import MOST_SHOWN, show
from kerasduet.data.preprocessing import LABEL_TYPES
from kerasduet.errors import EmptyData, LabelRange, LabelShape, LabelType, MissingValue

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.preprocessing import ImagePreprocessing

__all__ = [
    "check_labels",
    "find_labels",
    "is_ordered",
    "label_type",
    "labels_of",
    "refuse_strange",
    "with_categories",
]


def check_labels(
    y: Any, classes: int, *, name: str = "y"
) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Check labels to learn from: codes 0..classes-1, int32, with names if they have any.

    Parameters
    ----------
    y : array-like
        Whole numbers 0..classes-1 (n,), or a pandas categorical of `classes` categories.
    classes : int
        Number of classes.
    name : str
        Argument named in errors.

    Examples
    --------
    >>> check_labels([3, 1], 10)
    (array([3, 1], dtype=int32), None)
    """
    codes, categories = _categorical(y)
    if codes is None:
        labels = _flat(np.asarray(y), name, classes)
        _refuse_not_whole(labels, name, classes)
        _refuse_outside(labels, name, classes)
        return labels.astype(np.int32), None
    names = _texts(categories, name)
    if len(names) == 1:
        raise LabelRange(
            f"{name}: must have at least two classes; got {show(names[0])} alone. Give rows of "
            "another class too."
        )
    if len(names) != classes:
        raise LabelRange(
            f"{name}: must have {classes} categories (levels of a factor); got {len(names)}: "
            f"{show(names)}. Set classes = {len(names)}, or give whole numbers from 0."
        )
    labels = _flat(codes, name, classes)
    _refuse_missing(np.nonzero(labels < 0)[0], name)
    return labels.astype(np.int32), names


def with_categories(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give labels y and y_test that are texts as categories, in alphabetical order.

    Examples
    --------
    >>> with_categories({"y": np.array(["b", "a", "b"])})["y"].codes.tolist()
    [1, 0, 1]
    """
    named = {name: data[name] for name in ("y", "y_test") if data.get(name) is not None}
    if not all(_are_texts(labels) for labels in named.values()):
        return dict(data)
    import pandas as pd

    known = sorted({text for labels in named.values() for text in labels})
    made = {name: pd.Categorical(labels, categories=known) for name, labels in named.items()}
    return dict(data) | made


def _are_texts(y: Any) -> bool:
    if _categorical(y)[0] is not None:
        return False
    labels = np.asarray(y)
    if labels.ndim != 1 or not labels.size:
        return False
    return labels.dtype.kind == "U" or (
        labels.dtype.kind == "O" and all(isinstance(text, str) for text in labels)
    )


def refuse_strange(column: pd.Series, name: str) -> None:
    """Refuse labels that have no text of their own, such as lists; missing ones pass.

    Raises
    ------
    LabelType
        With the first such row, from 1.

    Examples
    --------
    >>> import pandas as pd
    >>> refuse_strange(pd.Series(["a", 1.5, None]), "kind")
    """
    if column.dtype.kind != "O" or column.dtype.name == "category":
        return
    known = (
        str,
        np.str_,
        Number,
        np.bool_,
        np.datetime64,
        np.timedelta64,
        date,
        time,
        timedelta,
    )
    for row, value in enumerate(column, start=1):
        if isinstance(value, (*known, type(None))) or _is_of_pandas(value):
            continue
        raise LabelType(
            f"{name}: labels must be texts or numbers; got {show(value)} in row {row}. Choose "
            "another column."
        )


def _is_of_pandas(value: Any) -> bool:
    return str(getattr(type(value), "__module__", "")).startswith("pandas")


def label_type(y: Any) -> str:
    """Say what the categories were before they became texts: a key of `LABEL_TYPES`.

    Examples
    --------
    >>> import pandas as pd
    >>> label_type(pd.Categorical([2019, 2021])), label_type(pd.Categorical(["a", "b"]))
    ('int', 'str')
    """
    codes, categories = _categorical(y)
    if codes is None:
        return "int"
    kind = getattr(np.asarray(categories), "dtype", np.dtype(object)).kind
    found = {"i": "int", "u": "int", "f": "float", "b": "bool"}.get(kind, "str")
    read, dtype = LABEL_TYPES[found]
    try:
        np.array([read(str(item)) for item in categories], dtype=dtype)
    except (OverflowError, ValueError, KeyError):  # such as numbers beyond 64 bits
        return "str"
    return found


def is_ordered(y: Any) -> bool:
    """Say whether labels are a categorical (a factor) whose categories have an order."""
    values = getattr(y, "cat", y)
    return _categorical(y)[0] is not None and bool(getattr(values, "ordered", False))


def labels_of(codes: np.ndarray, learned: Any) -> Any:
    """Give the labels of codes (n,) as the caller gave them.

    Returns
    -------
    numpy.ndarray or pandas.Categorical
        The latter where the caller's classes had an order, which an array cannot hold.
    """
    if not learned.ordered:
        return learned.labels[codes]
    import pandas as pd

    return pd.Categorical.from_codes(codes, categories=pd.Index(learned.labels), ordered=True)


def find_labels(y: Any, learned: ImagePreprocessing, *, name: str = "y") -> np.ndarray:
    """Find the codes of labels among a run's classes, by name wherever they have one.

    Parameters
    ----------
    y : array-like
        Names of classes, as `predict` gives them: texts, whole numbers or a categorical
        (n,). Where classes have no names of their own, their codes are their names.
    learned : ImagePreprocessing
        Says the classes.
    name : str
        Argument named in errors.

    Returns
    -------
    numpy.ndarray
        Codes (n,), int64.

    Raises
    ------
    LabelRange, LabelType
        A label that the run does not know; whole numbers for classes whose names are none.
    """
    known = {text: code for code, text in enumerate(learned.class_names)}
    codes, categories = _categorical(y)
    if codes is not None:
        labels = _flat(codes, name, len(known))
        _refuse_missing(np.nonzero(labels < 0)[0], name)
        different: Any = categories
        places = labels
    else:
        labels = _flat(np.asarray(y), name, len(known))
        if labels.dtype.kind == "O" and all(isinstance(item, str) for item in labels):
            labels = labels.astype(str)
        numbers = {"float": "uif", "bool": "b"}.get(learned.label_type if learned.named else "")
        if labels.dtype.kind != "U" and labels.dtype.kind not in (numbers or ""):
            _refuse_not_whole(labels, name, len(known))
        if labels.dtype.kind != "U" and not learned.named:
            _refuse_outside(labels, name, len(known))
        # Each different label is looked up once: there are few, in however many rows.
        different, places = np.unique(labels, return_inverse=True)
    lookup = np.array([_code(item, known) for item in different], dtype=np.int64)
    found = lookup[places]
    wrong = np.nonzero(found < 0)[0]
    if len(wrong):
        listed = ", ".join(list(known)[:MOST_SHOWN]) + ", ..." * (len(known) > MOST_SHOWN)
        raise LabelRange(
            f"{name}: must be classes that the run knows, {listed}; got "
            f"{show(different[places[wrong[0]]])} in row {wrong[0] + 1}. Give each label the "
            "name that predict() gives it."
        )
    return found


def _code(item: Any, known: Mapping[str, int]) -> int:
    """Look a label up by its text; a number counts however it is written, 3 or 3.0."""
    texts = [str(item)]
    if isinstance(item, int | float | np.number) and np.isfinite(item):
        texts += [str(float(item)), str(int(item))][: 1 + float(item).is_integer()]
    return next((known[text] for text in texts if text in known), -1)


def _categorical(y: Any) -> tuple[np.ndarray | None, Any]:
    values = getattr(y, "cat", y)  # a pandas Series of categories, or a Categorical
    if not hasattr(values, "categories") or not hasattr(values, "codes"):
        return None, ()
    return np.asarray(values.codes), values.categories


def _texts(categories: Any, name: str) -> tuple[str, ...]:
    names = tuple(str(item) for item in categories)
    "".join(names).encode()  # halves of characters are refused; see `faced`
    for i, text in enumerate(names):
        if text in names[:i]:
            raise LabelType(
                f"{name}: categories must differ in their text; got {show(text)} twice. Rename "
                "one of them."
            )
    return names


def _is_one_hot(labels: np.ndarray) -> bool:
    if labels.ndim != 2 or labels.dtype.kind not in "biuf":
        return False
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())


def _flat(labels: np.ndarray, name: str, classes: int) -> np.ndarray:
    """Refuse labels that are not one value a row, or missing."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        one_hot = labels.shape[1:] == (classes,) or _is_one_hot(labels)
        hint = " Give the position of the 1 instead." if one_hot else ""
        raise LabelShape(
            f"{name}: must have one label a row, shape (n,); got {show(labels.shape)}.{hint}"
        )
    if len(labels) == 0:
        raise EmptyData(f"{name}: must have at least one label; got none.")
    if labels.dtype.kind == "O":
        _refuse_missing([i for i, item in enumerate(labels) if _is_missing(item)], name)
        if all(type(item) is int for item in labels):
            labels = labels.astype(np.int64)
    if labels.dtype.kind == "f":
        _refuse_missing(np.nonzero(np.isnan(labels))[0], name)
    return labels


def _refuse_not_whole(labels: np.ndarray, name: str, classes: int) -> None:
    if labels.dtype.kind not in "uif":
        first = labels[0].item() if hasattr(labels[0], "item") else labels[0]
        fix = " Give pd.Categorical(y), in R factor(y)." if isinstance(first, str) else ""
        raise LabelType(
            f"{name}: labels must be whole numbers 0..{classes - 1}, or a factor "
            f"(categories); got {show(first)}.{fix}"
        )
    if labels.dtype.kind == "f":
        wrong = np.nonzero(~np.isfinite(labels) | (labels != np.floor(labels)))[0]
        if len(wrong):
            raise LabelType(
                f"{name}: labels must be whole numbers; got {show(float(labels[wrong[0]]))} in "
                f"row {wrong[0] + 1}."
            )


def _refuse_outside(labels: np.ndarray, name: str, classes: int) -> None:
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        row = int(np.nonzero((labels < 0) | (labels >= classes))[0][0])
        hint = " Subtract 1: classes count from 0." if low == 1 and high == classes else ""
        raise LabelRange(
            f"{name}: labels must lie in 0..{classes - 1}; got {labels[row]:g} in row "
            f"{row + 1}.{hint}"
        )


def _is_missing(item: Any) -> bool:
    # pandas' own missing value is neither true nor false.
    return item is None or type(item).__name__ == "NAType" or item != item


def _refuse_missing(rows: Any, name: str) -> None:
    if len(rows):
        raise MissingValue(
            f"{name}: labels must not be missing; got a missing one in row {rows[0] + 1}."
        )
