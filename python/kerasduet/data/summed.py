"""Own data in a few numbers, and a few of their rows: what the folder of a run keeps of them."""

from __future__ import annotations

import base64
import contextlib
import io
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import leaves
from kerasduet.data.threads import in_order, threads_for

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.dataset import Dataset

__all__ = ["MOST_SAMPLED", "SIDE", "columns_of", "sampled", "summed"]

MOST_COLUMNS = 100
MOST_SAMPLED = 100  # rows
MOST_VALUES = 50_000_000  # of an array that is read for its mean
MOST_CHARACTERS = 100  # of a cell
SIDE = 96  # pixels of an image's longer side in a sample


def summed(dataset: Dataset) -> dict[str, Any]:
    """Sum a data set up: no value of a single row but the lowest and highest.

    Returns
    -------
    dict
        Plain values for JSON. `input`: shape and type of one input and, of an array in memory,
        the lowest and highest value and the mean of the training rows. `classes`: how many rows of
        each class a split has, in the order of the classes. `columns`: see `columns_of`, of
        a table or a series. `first`, `last` and `rows` of a series, in `series` how many there are.
    """
    found: dict[str, Any] = {"input": [_array(leaf) for leaf in leaves(dataset.train.inputs)]}
    names = getattr(dataset.preprocessing, "class_names", ())
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    if len(names):
        found["classes"] = {
            name: np.bincount(codes, minlength=len(names)).tolist()
            for name, part in parts.items()
            if len(part) and (codes := _codes(part.targets)) is not None
        }
    tables = dataset.panel or ((dataset.table,) if dataset.table is not None else ())
    if tables:
        frame = dataset.to_frame()
        columns = columns_of(frame)
        learned: Any = dataset.preprocessing
        counts = np.sum([table.missing.sum(axis=0) for table in tables], axis=0)
        names = [*learned.columns, learned.target]
        gaps = dict(zip(names, counts.tolist(), strict=False))  # they are filled in the frame
        for one in columns:
            one["missing"] = gaps.get(one["name"], one["missing"])
        found |= {"rows": len(frame), "series": len(tables), "columns": columns}
        found |= {"first": _text(frame["time"].min()), "last": _text(frame["time"].max())}
    elif dataset.columns is not None:
        found |= {"rows": len(dataset.train) + len(dataset.validation) + len(dataset.test)}
        found["columns"] = dataset.columns
    return found


def columns_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Sum up each column of a table, the first 100 of very many.

    Returns
    -------
    list of dict
        name, type, missing (values); of numbers and times low and high, of numbers mean; of
        others values (how many different ones).
    """
    few = islice(frame.items(), MOST_COLUMNS)
    return list(in_order(_column, few, threads_for(len(frame))))


def _column(item: tuple[Any, pd.Series]) -> dict[str, Any]:
    import pandas as pd

    name, column = item
    told: dict[str, Any] = {"name": str(name), "type": str(column.dtype)}
    told["missing"] = int(column.isna().sum())
    known = column.dropna()
    kinds = pd.api.types
    if kinds.is_numeric_dtype(column.dtype) and not kinds.is_bool_dtype(column.dtype):
        told |= _range(known.to_numpy(np.float64))
    elif kinds.is_datetime64_any_dtype(column.dtype) and len(known):
        told |= {"low": _text(known.min()), "high": _text(known.max())}
    else:
        with contextlib.suppress(TypeError):  # lists, say
            told["values"] = int(known.nunique())
    return told


def sampled(dataset: Dataset, rows: int) -> dict[str, Any]:
    """Give a few training rows as plain values for JSON; of a table its test rows, as read.

    Returns
    -------
    dict
        `columns` and `rows` of a table or a series; or `images`, PNG files as base64 of at most 96
        pixels a side, with `labels` where there are classes; or nothing where rows are neither.
    """
    frame: pd.DataFrame | None = dataset.given
    if dataset.table is not None or dataset.panel:
        frame = dataset.to_frame()
    if frame is not None:
        cells = frame.head(rows).map(_cell)
        return {"columns": [str(name) for name in frame], "rows": cells.to_numpy().tolist()}
    inputs = dataset.train.inputs
    few = np.arange(min(rows, len(dataset.train)))
    if isinstance(inputs, dict | list | tuple):
        return {}
    taken = np.asarray(dataset.train.take(few)[0])
    if taken.ndim != 4 or taken.shape[-1] not in (1, 3):
        return {}
    found: dict[str, Any] = {"images": [_png(image) for image in taken]}
    names = getattr(dataset.preprocessing, "class_names", ())
    codes = _codes(np.asarray(dataset.train.targets)[few]) if len(names) else None
    if codes is not None:
        found["labels"] = [str(names[code]) for code in codes]
    return found


def _array(leaf: Any) -> dict[str, Any]:
    first = np.asarray(leaf[:1] if isinstance(leaf, np.ndarray) else leaf.take(np.arange(1)))
    told: dict[str, Any] = {"shape": list(first.shape[1:]), "type": str(first.dtype)}
    is_there = isinstance(leaf, np.ndarray) or getattr(leaf, "in_memory", False)
    is_small = 0 < len(leaf) * first.size < MOST_VALUES
    if is_there and is_small and first.dtype.kind in "uif":
        told |= _range(np.asarray(leaf))
    return told


def _range(values: np.ndarray) -> dict[str, float]:
    """Give lowest, highest and mean of the finite ones of some numbers."""
    known = values if values.dtype.kind in "ui" else values[np.isfinite(values)]
    if known.size == 0:
        return {}
    mean = float(known.mean(dtype=np.float64))
    return {"low": float(known.min()), "high": float(known.max()), "mean": mean}


def _codes(targets: Any) -> np.ndarray | None:
    if isinstance(targets, dict | list | tuple):
        return None
    codes = np.asarray(targets)
    is_code = codes.ndim == 1 and codes.dtype.kind in "iu" and codes.min(initial=0) >= 0
    return codes if is_code else None


def _text(value: Any) -> str:
    written = value.isoformat() if hasattr(value, "isoformat") else f"{value:g}"
    return str(written).removesuffix("T00:00:00")


def _cell(value: Any) -> Any:
    import pandas as pd

    if pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.integer | np.floating):
        return value.item() if hasattr(value, "item") else value
    return str(value)[:MOST_CHARACTERS]


def _png(image: np.ndarray) -> str:
    from PIL import Image

    if image.dtype != np.uint8:
        image = (255 * np.clip(image, 0, 1)).round().astype(np.uint8)
    drawn = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    drawn.thumbnail((SIDE, SIDE))
    written = io.BytesIO()
    drawn.save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()
