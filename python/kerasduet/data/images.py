"""Images and labels of the caller's: checked, named and split."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import rules
from kerasduet.checks import show
from kerasduet.data.dataset import Dataset, Source, digest_arrays
from kerasduet.data.preprocessing import ImagePreprocessing
from kerasduet.errors import (
    ArgumentType,
    EmptyData,
    LabelRange,
    LabelShape,
    LabelType,
    LengthMismatch,
    MissingValue,
    NonFinite,
    PixelRange,
    ShapeError,
)

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["check_images", "check_labels", "load", "split"]


def load(experiment: Experiment, data: Any) -> Dataset:
    """Check the caller's images and labels, then split them.

    Parameters
    ----------
    experiment : Experiment
        Says the image shape, the number of classes and the splits.
    data : mapping
        `x`, `y` and perhaps `x_test`, `y_test`. Without the latter a fixed random
        `test_split` of the rows becomes the test.
    """
    parts = ("x", "y", "x_test", "y_test")
    if not isinstance(data, Mapping):
        raise ArgumentType(
            f"data: must hold x (images) and y (labels) by name; got {show(data)}."
        )
    rules.known_names(data, parts, where="a set of images")
    for name in ("x", "y", *(parts[2:] if set(data) & set(parts[2:]) else ())):
        if name not in data:
            raise ArgumentType(f"{name}: must be given in data; got nothing.")
    x, y, names = _checked(experiment, data["x"], data["y"], "x", "y")
    if "x_test" in data:
        x_test, y_test, test_names = _checked(
            experiment, data["x_test"], data["y_test"], "x_test", "y_test"
        )
        if test_names != names:
            raise LabelType(
                f"y_test: must have the classes of y, {show(names)}; got {show(test_names)}."
            )
    else:
        # Fixed, so that runs with other seeds are scored on the same rows.
        order = np.random.default_rng(0).permutation(len(x))
        cut = len(x) - round(len(x) * experiment.test_split)
        x, x_test, y, y_test = x[order[:cut]], x[order[cut:]], y[order[:cut]], y[order[cut:]]
    source = Source(
        name="the caller's arrays",
        sha256=digest_arrays(x, y, x_test, y_test, np.array(names or ())),
        rows=len(x) + len(x_test),
        given=True,
    )
    return split(experiment, x, y, x_test, y_test, source, names, brings_test="x_test" in data)


def split(
    experiment: Experiment,
    x: np.ndarray,
    y: np.ndarray,
    x_test: np.ndarray,
    y_test: np.ndarray,
    source: Source,
    class_names: tuple[str, ...] | None = None,
    *,
    brings_test: bool,
) -> Dataset:
    """Hold out the last training rows for validation; views, not copies.

    Where the data bring their own test rows, `test_split` did not decide them.
    """
    settings = experiment.data_settings()
    if brings_test:
        del settings["test_split"]
    cut = len(x) - round(len(x) * experiment.validation_split)
    for name, rows in (("training", cut), ("test", len(x_test))):
        if rows == 0:
            raise EmptyData(
                f"data: must leave at least one {name} row; got {len(x) + len(x_test)} rows. "
                "Give more rows, or lower validation_split or test_split."
            )
    codes = tuple(str(code) for code in range(experiment.model["classes"]))
    return Dataset(
        x_train=x[:cut],
        y_train=y[:cut],
        x_validation=x[cut:],
        y_validation=y[cut:],
        x_test=x_test,
        y_test=y_test,
        preprocessing=ImagePreprocessing(
            input_shape=experiment.model["input_shape"],
            class_names=class_names or codes,
            named=class_names is not None,
        ),
        source=source,
        settings=settings,
    )


def _checked(
    experiment: Experiment, x: Any, y: Any, x_name: str, y_name: str
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...] | None]:
    model = experiment.model
    images = check_images(
        x, model["input_shape"], flat=experiment.builder == "dnn", name=x_name
    )
    labels, names = check_labels(y, model["classes"], name=y_name)
    if len(images) != len(labels):
        raise LengthMismatch(
            f"{y_name}: must have one label an image ({len(images)}); got {len(labels)}."
        )
    return images, labels, names


def check_images(
    x: Any, input_shape: tuple[int, ...], *, flat: bool = False, name: str = "x"
) -> np.ndarray:
    """Check images and give them as (n, *input_shape), uint8 or float32 in 0..1.

    Parameters
    ----------
    x : array-like
        Whole numbers 0..255, or floats 0..1; (n, height, width), with the channel axis
        where there are channels.
    input_shape : tuple of int
        One image (height, width, channels).
    flat : bool
        Also accept rows of pixels (n, height * width * channels), row by row.
    name : str
        Argument named in errors.

    Examples
    --------
    >>> check_images(np.zeros((2, 28, 28), "uint8"), (28, 28, 1)).shape
    (2, 28, 28, 1)
    """
    try:
        images = np.asarray(x)
    except ValueError as error:
        raise ShapeError(f"{name}: must be a rectangular array of images; {error}.") from None
    _check_image_shape(images, input_shape, flat, name)
    if images.dtype.kind not in "uif":
        raise ArgumentType(
            f"{name}: must hold numbers; got {images.dtype}. Give whole numbers 0..255, or "
            "floats 0..1."
        )
    if images.dtype.kind == "f":
        images = _check_unit_pixels(images, name)
    elif images.dtype != np.uint8:
        low, high = int(images.min()), int(images.max())
        if low < 0 or high > 255:
            raise PixelRange(
                f"{name}: whole-number pixels must lie in 0..255; got {low}..{high}."
            )
        images = images.astype(np.uint8)
    return images.reshape(-1, *input_shape)


def _check_image_shape(
    images: np.ndarray, input_shape: tuple[int, ...], flat: bool, name: str
) -> None:
    shape = images.shape
    accepted = [input_shape]
    if input_shape[-1] == 1 and len(input_shape) == 3:
        accepted.append(input_shape[:-1])
    if flat:
        accepted.append((int(np.prod(input_shape)),))
    if images.ndim >= 1 and shape[0] == 0:
        raise EmptyData(f"{name}: must have at least one image; got none.")
    if shape[1:] in accepted:
        return
    rule = " or ".join("(n, " + ", ".join(map(str, item)) + ")" for item in accepted)
    hint = ""
    if shape in accepted:
        hint = " One image still needs the first axis, of length 1."
    elif shape[:2] == input_shape[:2] and images.ndim >= 3:
        hint = " Images come first: in Python np.moveaxis(x, -1, 0), in R aperm(x, c(3, 1, 2))."
    elif shape[1:] == (int(np.prod(input_shape)),):
        hint = " Rows of pixels go to a dense network; in Python reshape them first."
    raise ShapeError(f"{name}: must have shape {rule}; got {show(shape)}.{hint}")


def _check_unit_pixels(images: np.ndarray, name: str) -> np.ndarray:
    low, high = float(images.min()), float(images.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        row = int(np.nonzero(~np.isfinite(images.reshape(len(images), -1)).all(axis=1))[0][0])
        raise NonFinite(
            f"{name}: pixels must be finite; got NaN or infinity in image {row + 1}."
        )
    if low < 0 or high > 1:
        raise PixelRange(
            f"{name}: float pixels must lie in 0..1; got {low:g}..{high:g}. Divide them by "
            "255, or give them as whole numbers."
        )
    return images.astype(np.float32, copy=False)


def check_labels(
    y: Any, classes: int, *, name: str = "y", fix: str = ""
) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Check labels and give them as codes 0..classes-1, int32, with names if they have any.

    Parameters
    ----------
    y : array-like
        Whole numbers 0..classes-1 (n,), or a pandas categorical of `classes` categories.
    classes : int
        Number of classes.
    name : str
        Argument named in errors.
    fix : str
        What to do about another number of categories, where `classes` is given.

    Examples
    --------
    >>> check_labels([3, 1], 10)
    (array([3, 1], dtype=int32), None)
    """
    codes, names = _categorical(y, name)
    labels = np.asarray(y) if codes is None else codes
    if names is not None and len(names) != classes:
        raise LabelRange(
            f"{name}: must have {classes} categories (levels of a factor); got {len(names)}: "
            f"{show(names)}. {fix or f'Set classes = {len(names)}, or give whole numbers from 0.'}"
        )
    labels = _check_label_type(labels, name, classes)
    if names is not None:
        missing = np.nonzero(labels < 0)[0]
        _refuse_missing(missing, name)
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        row = int(np.nonzero((labels < 0) | (labels >= classes))[0][0])
        hint = " Subtract 1: classes count from 0." if low == 1 and high == classes else ""
        raise LabelRange(
            f"{name}: labels must lie in 0..{classes - 1}; got {labels[row]:g} in row "
            f"{row + 1}.{hint}"
        )
    return labels.astype(np.int32), names


def _categorical(y: Any, name: str) -> tuple[np.ndarray | None, tuple[str, ...] | None]:
    values = getattr(y, "cat", y)  # a pandas Series of categories, or a Categorical
    if not hasattr(values, "categories") or not hasattr(values, "codes"):
        return None, None
    names = tuple(str(item) for item in values.categories)
    for i, text in enumerate(names):
        if text in names[:i]:
            raise LabelType(
                f"{name}: categories must differ in their text; got {show(text)} twice. Rename "
                "one of them."
            )
    return np.asarray(values.codes), names


def _check_label_type(labels: np.ndarray, name: str, classes: int) -> np.ndarray:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        hint = " Give the position of the 1 instead." if labels.shape[1:] == (classes,) else ""
        raise LabelShape(
            f"{name}: must have one label a row, shape (n,); got {show(labels.shape)}.{hint}"
        )
    if len(labels) == 0:
        raise EmptyData(f"{name}: must have at least one label; got none.")
    if labels.dtype.kind == "O":
        _refuse_missing([i for i, item in enumerate(labels) if _is_missing(item)], name)
    if labels.dtype.kind not in "uif":
        raise LabelType(
            f"{name}: labels must be whole numbers 0..{classes - 1}, or a factor "
            f"(categories); got "
            f"{show(labels[0].item() if hasattr(labels[0], 'item') else labels[0])}."
        )
    if labels.dtype.kind == "f":
        _refuse_missing(np.nonzero(np.isnan(labels))[0], name)
        wrong = np.nonzero(~np.isfinite(labels) | (labels != np.floor(labels)))[0]
        if len(wrong):
            raise LabelType(
                f"{name}: labels must be whole numbers; got {show(float(labels[wrong[0]]))} in row "
                f"{wrong[0] + 1}."
            )
    return labels


def _is_missing(item: Any) -> bool:
    return item is None or item != item


def _refuse_missing(rows: Any, name: str) -> None:
    if len(rows):
        raise MissingValue(
            f"{name}: labels must not be missing; got a missing one in row {rows[0] + 1}."
        )
