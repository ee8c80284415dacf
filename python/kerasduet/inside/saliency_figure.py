"""An image, and which of its pixels a network's answer hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import choice, several
from kerasduet.errors import ShapeError
from kerasduet.figures import PlotData
from kerasduet.figures.names import shortened
from kerasduet.inside.heads import head_of
from kerasduet.inside.networks import subject_of
from kerasduet.inside.pictures import Picture, as_image, as_signed, grid
from kerasduet.inside.saliency import METHODS, refuse_unused, saliency_of

if TYPE_CHECKING:
    import keras

    from kerasduet.figures.canvas import RunFigure
    from kerasduet.result import Result

__all__ = ["plot_saliency", "saliency_data"]

TITLES = {"gradient": "gradient", "integrated": "integrated gradients", "grad-cam": "Grad-CAM"}


def plot_saliency(
    run: Result | keras.Model,
    image: Any,
    method: str | Sequence[str] = "gradient",
    *,
    label: Any = None,
    head: str | None = None,
    layer: str | None = None,
    baseline: float = 0.0,
) -> RunFigure:
    """Draw an image and which of its pixels count for what a network says of a class.

    Parameters
    ----------
    run : Run or keras.Model
        The run, or a network by itself.
    image : array-like
        One image, as for `predict`; of a network by itself what it takes.
    method : {"gradient", "integrated", "grad-cam"} or several of them
        A picture each; see `saliency`.
    label, head, layer, baseline
        As for `saliency`.

    Returns
    -------
    matplotlib.figure.Figure
        The image, then a picture a method: white is 0, blue speaks for the class and orange
        against it, each from its own strongest pixel. Of the gradient, which has no such
        meaning, the largest slope of a pixel's channels, without its sign.

    Raises
    ------
    KerasduetError
        As for `saliency`.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> run = run_experiment("mnist-dense", dataset="mnist-subset", epochs=1, progress=False)
    >>> figure = plot_saliency(run, run.dataset.x_test[0], ["gradient", "integrated"])
    >>> [axes.get_title() for axes in figure.axes]
    ['image', 'gradient', 'integrated gradients']
    """
    from kerasduet.figures.drawing import draw

    return draw(
        saliency_data(
            run, image, method, label=label, head=head, layer=layer, baseline=baseline
        )
    )


def saliency_data(
    run: Any,
    image: Any,
    method: Any = "gradient",
    *,
    label: Any = None,
    head: Any = None,
    layer: Any = None,
    baseline: Any = 0.0,
) -> PlotData:
    """Compute what the figure of an image's saliency shows; see `plot_saliency`."""
    subject = subject_of(run)
    methods = several(lambda name, value: choice(name, value, METHODS))("method", method)
    chosen = head_of(subject, head)
    refuse_unused(methods, layer, baseline)
    x = subject.inputs(image, "image", one=True)
    if x.ndim != 4:
        raise ShapeError(f"image: must have height, width and channels; got {x.ndim - 1} axes.")
    settings = {"label": label, "baseline": baseline}
    pictures, code, told = [Picture("image", as_image(x[0]))], 0, []
    for name in dict.fromkeys(methods):
        own = settings | {"layer": layer if name == "grad-cam" else None}
        found, codes = saliency_of(chosen, x, name, **own)
        code, values = int(codes[0]), _one_a_pixel(found[0], name)
        most = float(np.abs(values).max())
        pictures.append(Picture(TITLES[name], as_signed(values, most)))
        row, column = np.unravel_index(np.abs(values).argmax(), values.shape)
        told.append(f"{TITLES[name]} strongest in row {row + 1}, column {column + 1}")
    called = chosen.called(code)
    subtitle = "Blue: speaks for it. Orange: against it"
    if set(methods) == {"gradient"}:
        subtitle = "Blue: a change of the pixel would change the score"
    elif "gradient" in methods:
        subtitle += ". Gradient: either"
    return grid(
        "saliency",
        pictures,
        len(pictures),
        title=f"What speaks for {shortened(called, 24)}",
        subtitle=subtitle,
        alt=(
            f"An image of {x.shape[1]} by {x.shape[2]} pixels and what counts for the class "
            f"{called}: {'; '.join(told)}."
        ),
    )


def _one_a_pixel(values: np.ndarray, method: str) -> np.ndarray:
    """Give one number a pixel of saliency (height, width, channels)."""
    found = np.abs(values).max(axis=-1) if method == "gradient" else values.sum(axis=-1)
    return np.asarray(found)
