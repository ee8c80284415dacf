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
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import keras

    from kerasduet.figures.canvas import RunFigure
    from kerasduet.result import Result

__all__ = ["plot_saliency", "saliency_data"]

TITLES = {"gradient": "gradient", "integrated": "integrated gradients", "grad-cam": "Grad-CAM"}


@answers()
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
        One image, or one video, as for `predict`; of a network by itself what it takes.
    method : {"gradient", "integrated", "grad-cam"} or several of them
        A picture each; see `saliency`.
    label, head, layer, baseline
        As for `saliency`.

    Returns
    -------
    matplotlib.figure.Figure
        The image, then a picture a method; of a video a row of frames, then a row a method.
        White is 0, blue speaks for the class and orange against it, each from the strongest
        pixel of the method. Of the gradient, which has no such meaning, the largest slope of a
        pixel's channels, without its sign.

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
    if x.ndim not in (4, 5):
        raise ShapeError(
            f"image: must have height, width and channels, of a video frames before them; got "
            f"{x.ndim - 1} axes."
        )
    is_video = x.ndim == 5
    frames = x[0] if is_video else x
    names = [f"frame {i}" for i in range(1, len(frames) + 1)] if is_video else ["image"]
    pictures = [Picture(n, as_image(one)) for n, one in zip(names, frames, strict=True)]
    code, told = 0, []
    settings = {"label": label, "baseline": baseline}
    for name in dict.fromkeys(methods):
        own = settings | {"layer": layer if name == "grad-cam" else None}
        found, codes = saliency_of(chosen, x, name, **own)
        code = int(codes[0])
        each = [_one_a_pixel(one, name) for one in (found[0] if is_video else found)]
        values = np.stack(each)
        most = float(np.abs(values).max())
        heads = [TITLES[name], *[""] * (len(each) - 1)]
        pictures += [Picture(h, as_signed(v, most)) for h, v in zip(heads, each, strict=True)]
        frame, row, column = np.unravel_index(np.abs(values).argmax(), values.shape)
        where = f"{names[frame]}, " if is_video else ""
        told.append(f"{TITLES[name]} strongest in {where}row {row + 1}, column {column + 1}")
    called = chosen.called(code)
    subtitle = "Blue: speaks for it. Orange: against it"
    if set(methods) == {"gradient"}:
        subtitle = "Blue: a change of the pixel would change the score"
    elif "gradient" in methods:
        subtitle += ". Gradient: either"
    return grid(
        "saliency",
        pictures,
        len(frames) if is_video else len(pictures),
        title=f"What speaks for {shortened(called, 24)}",
        subtitle=subtitle,
        alt=(
            f"{'A video' if is_video else 'An image'} of {frames.shape[1]} by {frames.shape[2]} "
            f"pixels and what counts for the class {called}: {'; '.join(told)}."
        ),
    )


def _one_a_pixel(values: np.ndarray, method: str) -> np.ndarray:
    """Give one number a pixel of saliency (height, width, channels)."""
    found = np.abs(values).max(axis=-1) if method == "gradient" else values.sum(axis=-1)
    return np.asarray(found)
