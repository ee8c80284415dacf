"""What a layer looks for: its filters as pictures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.figures import PlotData
from kerasduet.figures.words import count
from kerasduet.inside.calls import Call, calls_of
from kerasduet.inside.networks import Subject, chosen_call, subject_of
from kerasduet.inside.pictures import Picture, as_grey, as_signed, grid
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import keras

    from kerasduet.figures.canvas import RunFigure
    from kerasduet.result import Result

__all__ = ["filters_data", "plot_filters"]

MOST = 64  # filters
COLUMNS = 8
SLICES = 8  # of a filter of many channels
PLACES = ("Flatten", "Reshape", "Rescaling", "Normalization", "Dropout", "InputLayer")


@answers()
def plot_filters(run: Result | keras.Model, layer: str | None = None) -> RunFigure:
    """Draw the filters of a layer.

    Parameters
    ----------
    run : Run or keras.Model
        The run, or a network by itself.
    layer : str, optional
        A convolution, or a dense layer on the pixels of an image, by its name; by default the
        first such layer.

    Returns
    -------
    matplotlib.figure.Figure
        Up to 64 filters. Of one channel white is 0, blue above it and orange below, on one scale
        for all. Of three channels, as of colour images, each is a colour image from its smallest
        weight to its largest. Of other numbers of channels a row shows the first eight channels
        of one filter.

    Raises
    ------
    ArgumentType
        No run or network, a layer of another kind, or a network that has none.
    UnknownName
        No such layer.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> run = run_experiment("mnist-dense", dataset="mnist-subset", epochs=1, progress=False)
    >>> plot_filters(run).alt_text[:38]
    '64 of the 512 filters of the layer den'
    """
    from kerasduet.figures.drawing import draw

    return draw(filters_data(run, layer))


def filters_data(run: Any, layer: Any = None) -> PlotData:
    """Compute what the figure of a layer's filters shows; see `plot_filters`."""
    subject = subject_of(run)
    call = chosen_call(
        subject,
        layer,
        lambda call: _filters(subject, call) is not None,
        "a convolution, or a dense layer on the pixels of an image",
    )
    filters = _filters(subject, call)
    assert filters is not None
    channels, total = filters.shape[2:]
    name = f"the layer {call.name}"
    if channels in (1, 3):
        shown = min(total, MOST)
        some = count(total, "filter") if shown == total else f"{shown} of the {total:,} filters"
        size = " \u00d7 ".join(map(str, filters.shape[:2]))
        alt = f"{some} of {name}, each {size} weights"
        if channels == 3:
            pictures = [Picture(str(i + 1), _colours(filters[..., i])) for i in range(shown)]
            told = "Each from its smallest weight in red, green and blue to its largest"
        else:
            pictures = _signed(filters[:, :, 0, :shown])
            most = np.abs(filters[:, :, 0, :shown]).max()
            told = f"White: 0. Blue: above it. Orange: below. Strongest: \u00b1{most:.2g}"
        title = f"{some[0].upper()}{some[1:]} of {call.name}"
    else:
        rows = min(total, SLICES)
        slices = min(channels, SLICES)
        flat = filters[:, :, :slices, :rows]
        pictures = [
            Picture(f"{i + 1}, channel {j + 1}" if j == 0 else str(j + 1), picture.colours)
            for i in range(rows)
            for j, picture in enumerate(_signed(flat[..., i], np.abs(flat).max()))
        ]
        some = f"{rows} of the {count(total, 'filter')}"
        told = (
            f"A row a filter, the first {slices} of its {channels:,} channels. White: 0. Blue: "
            "above it. Orange: below"
        )
        title = f"{some} of {call.name}"
        alt = f"{some} of {name}, a row each, with the first {slices} of {channels:,} channels"
    columns = min(COLUMNS, slices) if channels not in (1, 3) else COLUMNS
    return grid("filters", pictures, columns, title=title, subtitle=told, alt=f"{alt}. {told}.")


def _signed(filters: np.ndarray, most: float | None = None) -> list[Picture]:
    """Give pictures of filters (rows, columns, n) on one scale."""
    most = float(np.abs(filters).max()) if most is None else most
    return [
        Picture(str(i + 1), as_signed(filters[..., i], most)) for i in range(filters.shape[-1])
    ]


def _colours(kernel: np.ndarray) -> np.ndarray:
    low, high = float(kernel.min()), float(kernel.max())
    return np.stack([as_grey(kernel[..., i], low, high)[..., 0] for i in range(3)], axis=-1)


def _filters(subject: Subject, call: Call) -> np.ndarray | None:
    """Give a layer's filters (rows, columns, channels, n), or None where it has none."""
    layer = call.operation
    kinds = {kind.__name__ for kind in type(layer).__mro__}
    if "BaseDepthwiseConv" in kinds or "BaseSeparableConv" in kinds:
        kernel = np.asarray(_numbers(_depthwise(layer)))
        kernel = kernel.reshape(*kernel.shape[:-2], 1, -1)
    elif "BaseConv" in kinds:
        kernel = np.asarray(_numbers(layer.kernel))
    elif "Dense" in kinds and _on_pixels(subject, call):
        shape = subject.model.inputs[0].shape[1:]
        kernel = np.asarray(_numbers(layer.kernel)).reshape(*shape, -1)
    else:
        return None
    if kernel.ndim == 3:  # of a series: channels from top to bottom, time from left to right
        kernel = np.moveaxis(kernel, 1, 0)[:, :, None]
    return kernel if kernel.ndim == 4 and np.isfinite(kernel).all() else None


def _depthwise(layer: Any) -> Any:
    return layer.depthwise_kernel if hasattr(layer, "depthwise_kernel") else layer.kernel


def _numbers(variable: Any) -> np.ndarray:
    from keras import ops

    return np.asarray(ops.convert_to_numpy(variable))


def _on_pixels(subject: Subject, call: Call) -> bool:
    """Say whether a dense layer takes the pixels of the image as they are."""
    if len(subject.model.inputs) != 1:
        return False
    shape = subject.model.inputs[0].shape[1:]
    calls = calls_of(subject.model)
    before = call
    while before.sources:
        before = calls[before.sources[0]]
        if type(before.operation).__name__ not in PLACES:
            return False
    return len(shape) == 3 and None not in shape and call.inputs[0] == (math.prod(shape),)
