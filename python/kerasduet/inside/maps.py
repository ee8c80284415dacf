"""What layers make of an image: their feature maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.errors import ShapeError
from kerasduet.figures import PlotData
from kerasduet.figures.names import shortened
from kerasduet.figures.words import count
from kerasduet.inside.calls import Call, calls_of
from kerasduet.inside.hooks import watched
from kerasduet.inside.networks import Subject, chosen_call, subject_of
from kerasduet.inside.pictures import Picture, as_grey, as_image, grid, thinned
from kerasduet.inside.saliency import is_map
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import keras

    from kerasduet.figures.canvas import RunFigure
    from kerasduet.result import Result

__all__ = ["maps_data", "plot_maps"]

ROWS, EACH = 8, 6  # layers, and maps of each
MOST, COLUMNS = 59, 6  # maps of one layer
# Layers that show nothing new.
DULL = (
    "Cropping",
    "Dropout",
    "InputLayer",
    "Padding",
    "Identity",
    "Normalization",
    "Rescaling",
    "Noise",
)


@answers()
def plot_maps(run: Result | keras.Model, image: Any, layer: str | None = None) -> RunFigure:
    """Draw what the layers of a network make of an image.

    Parameters
    ----------
    run : Run or keras.Model
        The run, or a network by itself.
    image : array-like
        One image, as for `predict`; of a network by itself what it takes.
    layer : str, optional
        A layer that gives maps, by its name; by default up to eight such layers, a row each.

    Returns
    -------
    matplotlib.figure.Figure
        The image and its maps, black where a layer's answer is smallest and white where it is
        largest. Of a layer up to 59 maps; of several layers the six of each that vary
        most over the image, by their numbers from 1.

    Raises
    ------
    ArgumentType
        No run or network, a run of no images, a layer without maps, or a network that has none.
    ShapeError, PixelRange, NonFinite, EmptyData
        An image that breaks a rule.
    UnknownName
        No such layer.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> settings = {"dataset": "mnist-subset", "epochs": 1, "filters": 4, "progress": False}
    >>> run = run_experiment("mnist-cnn", **settings)
    >>> plot_maps(run, run.dataset.x_test[0]).alt_text[:44]
    'An image and its feature maps in 2 layers: c'
    """
    from kerasduet.figures.drawing import draw

    return draw(maps_data(run, image, layer))


def maps_data(run: Any, image: Any, layer: Any = None) -> PlotData:
    """Compute what the figure of an image's maps shows; see `plot_maps`."""
    subject = subject_of(run)
    chosen = _layers(subject, layer)
    x = subject.inputs(image, "image", one=True)
    if x.ndim != 4:
        raise ShapeError(f"image: must have height, width and channels; got {x.ndim - 1} axes.")
    maps = [
        found[0] for found in watched(subject.model, [call.operation for call in chosen], x)
    ]
    shown = Picture("image", as_image(thinned(x[0])))
    if layer is not None:
        return _one_layer(shown, chosen[0], maps[0])
    pictures = [
        Picture("", None, "image"),
        replace_label(shown),
        *[Picture("", None)] * (EACH - 1),
    ]
    for call, found in zip(chosen, maps, strict=True):
        pictures += _row(call, found)
    named = ", ".join(f"{call.name} ({_size(call)})" for call in chosen)
    return grid(
        "maps",
        pictures,
        1 + EACH,
        title="Feature maps, layer by layer",
        subtitle="Black: the smallest answer of a layer. White: the largest",
        alt=(
            f"An image and its feature maps in {count(len(chosen), 'layer')}: {named}. Of each "
            f"layer the maps that vary most, at most {EACH}."
        ),
    )


def replace_label(picture: Picture) -> Picture:
    """Give a picture without the words above it."""
    return Picture("", picture.colours)


def _layers(subject: Subject, layer: Any) -> list[Call]:
    what = "a layer that gives maps, with height, width and channels"
    first = chosen_call(subject, layer, is_map, what)
    if layer is not None:
        return [first]
    calls = [
        call
        for call in calls_of(subject.model)
        if is_map(call) and not any(word in type(call.operation).__name__ for word in DULL)
    ] or [first]
    places = np.unique(
        np.linspace(0, len(calls) - 1, min(len(calls), ROWS)).round().astype(int)
    )
    return [calls[i] for i in places]


def _one_layer(image: Picture, call: Call, maps: np.ndarray) -> PlotData:
    total = maps.shape[-1]
    shown = min(total, MOST)
    low, high = float(maps.min()), float(maps.max())
    pictures = [image] + [
        Picture(str(i + 1), as_grey(thinned(maps[..., i]), low, high)) for i in range(shown)
    ]
    some = count(total, "map") if shown == total else f"{shown} of {total:,} maps"
    dead = sum(float(np.ptp(maps[..., i])) == 0 for i in range(total))
    return grid(
        "maps",
        pictures,
        COLUMNS,
        title=f"Feature maps of {call.name}",
        subtitle=f"Black: {low:.2g}, the smallest answer. White: {high:.2g}, the largest",
        alt=(
            f"An image and {some} of the layer {call.name}, each {_size(call)}, from {low:.2g} "
            f"(black) to {high:.2g} (white); {dead} of {total:,} are the same everywhere."
        ),
    )


def _row(call: Call, maps: np.ndarray) -> list[Picture]:
    """Give the name of a layer and the maps that vary most."""
    spread = maps.std(axis=(0, 1))
    chosen = np.sort(np.argsort(-spread, kind="stable")[:EACH])
    low, high = float(maps.min()), float(maps.max())
    name = shortened(call.name.rpartition("/")[2], 15)
    pictures = [Picture("", None, f"{name}\n{_size(call)}")]
    pictures += [Picture(str(i + 1), as_grey(thinned(maps[..., i]), low, high)) for i in chosen]
    return pictures + [Picture("", None)] * (1 + EACH - len(pictures))


def _size(call: Call) -> str:
    return " \u00d7 ".join(map(str, call.shape))
