"""Checks that the lessons' functions share: numbers in, finite float64 arrays out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kerasduet import checks
from kerasduet.errors import ArgumentRange, ArgumentType, NonFinite, ShapeError, UnknownName

__all__ = [
    "Array",
    "ArrayLike",
    "entries",
    "matrix",
    "pair",
    "plain",
    "probabilities",
    "real_array",
    "same_shape",
    "seeded",
    "sizes",
    "vector",
]

Array: TypeAlias = NDArray[np.float64]


def seeded(seed: int | None) -> np.random.Generator:
    """Start a random generator from a seed of 0 to 2^32 - 1, or a fresh one from None."""
    if seed is not None:
        seed = checks.whole("seed", seed, low=0, high=2**32 - 1)
    return np.random.default_rng(seed)


def real_array(name: str, value: Any, *, dimensions: tuple[int, ...] = ()) -> Array:
    """Accept finite numbers in a rectangular array of one of the given dimensions."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ShapeError(
            f"{name}: must be rectangular; got rows of different lengths. "
            "Give every row the same length."
        ) from None
    if array.dtype.kind not in "biuf":
        raise ArgumentType(f"{name}: must hold numbers; got {_first_stray(array)}.")
    if dimensions and array.ndim not in dimensions:
        wanted = " or ".join(str(count) for count in dimensions)
        wanted = f"at most {max(dimensions)}" if 0 in dimensions else wanted
        raise ShapeError(f"{name}: must have {wanted} dimensions; got {_shape_text(array)}.")
    if array.size == 0:
        raise ShapeError(f"{name}: must not be empty; got {_shape_text(array)}.")
    # R's arrays run column by column; in one order the sums have the same bits in both languages.
    array = array.astype(np.float64, order="C")
    strays = int(np.size(array) - np.isfinite(array).sum())
    if strays:
        raise NonFinite(
            f"{name}: must be finite; got NaN or infinity in {strays} of {array.size} values. "
            "Fill or drop them first."
        )
    return array


def matrix(
    name: str, value: Any, *, axes: str, rows: int | None = None, columns: int | None = None
) -> Array:
    """Accept a matrix of the wanted shape; one number is a 1 x 1 matrix."""
    array = real_array(name, value)
    array = array.reshape(1, 1) if array.ndim == 0 else array
    wanted = [
        str(size) if size is not None else label
        for size, label in zip((rows, columns), axes.split(", "), strict=True)
    ]
    fits = array.ndim == 2 and all(
        size in (None, found) for size, found in zip((rows, columns), array.shape, strict=True)
    )
    if not fits:
        raise ShapeError(
            f"{name}: must be a matrix ({axes}) of shape [{', '.join(wanted)}]; "
            f"got {_shape_text(array)}."
        )
    return array


def vector(name: str, value: Any, *, length: int) -> Array:
    """Accept `length` numbers as a vector, a row or a column; one number stands for all."""
    array = real_array(name, value)
    if array.size == 1:
        return np.full(length, array.item())
    if array.size != length or max(array.shape) != length:
        many = f" or {length} of them" if length > 1 else ""
        raise ShapeError(f"{name}: must be one number{many}; got {_shape_text(array)}.")
    return array.reshape(length)


def same_shape(name: str, value: Any, other_name: str, other: Array) -> Array:
    """Accept an array shaped like another one."""
    array = real_array(name, value)
    if array.shape != other.shape:
        raise ShapeError(
            f"{name}: must have the shape of {other_name}, {list(other.shape)}; "
            f"got {_shape_text(array)}."
        )
    return array


def pair(name: str, value: Any, *, low: int) -> tuple[int, int]:
    """Accept a whole number for both axes, or one for rows and one for columns."""
    first, *rest = sizes(name, value, lengths=(1, 2), low=low)
    return first, (rest or [first])[0]


def sizes(name: str, value: Any, *, lengths: tuple[int, ...], low: int = 1) -> tuple[int, ...]:
    """Accept whole numbers, as many as one of `lengths`."""
    items = np.atleast_1d(np.asarray(value, dtype=object)).tolist()
    if len(items) not in lengths:
        wanted = " or ".join(str(count) for count in lengths)
        raise ShapeError(
            f"{name}: must be {wanted} whole number{'' if wanted == '1' else 's'}; "
            f"got {checks.show(items)}."
        )
    return tuple(checks.whole(name, item, low=low) for item in items)


def entries(name: str, value: Any, keys: tuple[str, ...]) -> Mapping[str, Any]:
    """Accept a dict (R: named list) that has the wanted keys and perhaps others."""
    if not isinstance(value, Mapping):
        raise ArgumentType(
            f"{name}: must have the named entries {', '.join(keys)}; got {checks.show(value)}."
        )
    missing = [key for key in keys if key not in value]
    if missing:
        raise UnknownName(
            f"{name}: must have the named entries {', '.join(keys)}; "
            f"got {', '.join(map(str, value)) or 'none'}. Add {', '.join(missing)}."
        )
    return value


def plain(array: Array) -> Array | float:
    """Turn an array without dimensions into a number."""
    return array.item() if array.ndim == 0 else array


def probabilities(name: str, value: Any) -> Array:
    """Accept numbers within 0 and 1."""
    array = real_array(name, value)
    if array.min() < 0 or array.max() > 1:
        stray = array.min() if array.min() < 0 else array.max()
        raise ArgumentRange(
            f"{name}: must lie within 0 and 1; got {checks.show(float(stray))}."
        )
    return array


def _shape_text(array: Array) -> str:
    return f"shape {list(array.shape)}" if array.ndim else "a single number"


def _first_stray(array: NDArray[Any]) -> str:
    for item in array.ravel().tolist():
        if not isinstance(item, int | float):
            return checks.show(item)
    return str(array.dtype)
