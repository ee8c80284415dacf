"""Which pixels a network's answer hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.boundary import warn
from kerasduet.checks import choice, number
from kerasduet.environment import deterministic
from kerasduet.errors import ArgumentType, ShapeError
from kerasduet.inside.calls import Call, calls_of
from kerasduet.inside.gradients import gradient
from kerasduet.inside.heads import Head, head_of
from kerasduet.inside.hooks import BATCH, changed, watched
from kerasduet.inside.networks import Subject, chosen_call, subject_of
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import keras

    from kerasduet.result import Result

__all__ = ["METHODS", "grad_cam_layer", "is_map", "refuse_unused", "saliency", "saliency_of"]

METHODS = ("gradient", "integrated", "grad-cam")
STEPS = 16  # of the path from the baseline, at first
FINEST = 1 / 4096  # of the path
ENOUGH = 2e-4  # of the change of the score, that a step may be wrong by
PROMISED = 0.01
CONVOLUTIONS = ("BaseConv", "BaseDepthwiseConv", "BaseSeparableConv")
# Layers that leave the places of a map as they are: the last of them after the last convolution
# is what Grad-CAM looks at.
KEEPING = (
    *CONVOLUTIONS,
    "Activation",
    "Add",
    "BatchNormalization",
    "Concatenate",
    "ReLU",
    "Relu",
)


@answers()
def saliency(
    run: Result | keras.Model,
    images: Any,
    method: str = "gradient",
    *,
    label: Any = None,
    head: str | None = None,
    layer: str | None = None,
    baseline: float = 0.0,
) -> np.ndarray:
    """Say how much each pixel counts for what a network says of a class.

    Parameters
    ----------
    run : Run or keras.Model
        Of images; or a network by itself, of anything that it takes as one array.
    images : array-like
        Images, as for `predict`; of a network by itself what it takes.
    method : {"gradient", "integrated", "grad-cam"}
        "gradient": the slope of the score at each pixel. "integrated": integrated gradients,
        what each pixel adds to the score on the way from the baseline; over all pixels they sum to
        score(image) - score(baseline). "grad-cam": where the maps of the last convolution
        speak for the class, no pixel of its own.
    label : label, optional
        The class, as `predict` gives it; of a network by itself its number, from 0. By default the
        class that is predicted for each image.
    head : str, optional
        Output of a network with several, by the name of its layer; by default the first.
    layer : str, optional
        Of "grad-cam": the layer whose maps are weighed; by default that of the last convolution,
        with the activation after it.
    baseline : float
        Of "integrated": the pixel to begin with, as the network sees it; 0 is black.

    Returns
    -------
    numpy.ndarray
        float32 (n, height, width, channels), of "grad-cam" with one channel and no number
        below 0.

    Raises
    ------
    ArgumentType
        No run or network; a run of no images; "grad-cam" of a network without a convolution.
    ShapeError, PixelRange, NonFinite, EmptyData
        Images that break a rule.
    UnknownName, ArgumentRange
        No such method, class, head or layer.

    Warns
    -----
    KerasduetWarning
        Integrated gradients whose sum is more than 1 % off.

    Notes
    -----
    The score is the network's output for the class, before softmax or sigmoid where those come
    last. Simonyan, Vedaldi and Zisserman (2013), arXiv 1312.6034; Sundararajan, Taly and Yan
    (2017), arXiv 1703.01365; Selvaraju and others (2017), arXiv 1610.02391.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> run = run_experiment("mnist-dense", dataset="mnist-subset", epochs=1, progress=False)
    >>> saliency(run, run.dataset.x_test[:2]).shape
    (2, 28, 28, 1)
    """
    subject = subject_of(run)
    choice("method", method, METHODS)
    chosen = head_of(subject, head)
    refuse_unused((method,), layer, baseline)
    x = subject.inputs(images, "images")
    return saliency_of(chosen, x, method, label=label, layer=layer, baseline=baseline)[0]


def refuse_unused(methods: Sequence[str], layer: Any, baseline: Any) -> None:
    """Refuse a setting that none of the methods has."""
    given = " and ".join(methods)
    if layer is not None and "grad-cam" not in methods:
        raise ArgumentType(f"layer: only grad-cam has this setting; got the method {given}.")
    if number("baseline", baseline) != 0 and "integrated" not in methods:
        raise ArgumentType(
            f"baseline: only integrated has this setting; got the method {given}."
        )


@deterministic()
def saliency_of(
    head: Head, x: np.ndarray, method: str, *, label: Any, layer: Any, baseline: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give saliency (n, ...) of checked inputs, and the code of the class of each."""
    call = grad_cam_layer(head.subject, layer) if method == "grad-cam" else None
    codes = np.concatenate([head.codes(part, label) for part in _parts(x)])
    with head.plain():
        if method == "gradient":
            found = _each(lambda part, own: _slope(head, part, own), x, codes)
        elif method == "integrated":
            found = _integrated(head, x, codes, float(baseline))
        else:
            assert call is not None
            found = _each(lambda part, own: _weighed(head, call, part, own), x, codes)
    return found, codes


def _parts(x: np.ndarray) -> list[np.ndarray]:
    return [x[start : start + BATCH] for start in range(0, len(x), BATCH)]


def _each(function: Any, x: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Apply a function to some inputs and their classes at a time."""
    pairs = zip(_parts(x), _parts(codes), strict=True)
    return np.concatenate([function(part, own) for part, own in pairs])


def _slope(head: Head, x: np.ndarray, codes: np.ndarray) -> np.ndarray:
    return gradient(lambda given: head.scores(given, codes), x)


def _integrated(head: Head, x: np.ndarray, codes: np.ndarray, baseline: float) -> np.ndarray:
    """Integrate slopes along the straight path, in finer steps where it bends.

    The slope in the middle of a step says how much the score should change along it. Steps where it
    changes otherwise are halved: there the path crosses a bend, such as that of a rectifier.
    """
    ends = np.stack([_scores(head, np.full_like(x, baseline), codes), _scores(head, x, codes)])
    wanted = ends[1] - ends[0]
    size = np.maximum(np.abs(wanted), 1e-3 * np.abs(ends).max(axis=0))
    way = x - np.float32(baseline)
    found, summed = np.zeros(x.shape), np.zeros(len(x))
    image = np.repeat(np.arange(len(x)), STEPS)
    low, width = np.tile(np.arange(STEPS) / STEPS, len(x)), 1 / STEPS
    while len(image):

        def at(places: np.ndarray, image: np.ndarray = image) -> np.ndarray:
            axes = (-1, *[1] * (x.ndim - 1))
            return np.float32(baseline) + places.astype(np.float32).reshape(axes) * way[image]

        halves = []
        for some in np.array_split(np.arange(len(image)), -(-len(image) // BATCH)):
            own, chosen = codes[image[some]], image[some]
            slopes = _slope(head, at(low[some] + width / 2, chosen), own).astype(np.float64)
            steps = slopes * way[chosen] * width
            told = steps.reshape(len(some), -1).sum(axis=1)
            change = _scores(head, at(low[some] + width, chosen), own)
            change -= _scores(head, at(low[some], chosen), own)
            right = (np.abs(change - told) <= ENOUGH * size[chosen]) | (width <= FINEST)
            np.add.at(found, chosen[right], steps[right])
            np.add.at(summed, chosen[right], told[right])
            halves.append(some[~right])
        again = np.concatenate(halves)
        width /= 2
        image = np.repeat(image[again], 2)
        low = (low[again, None] + np.array([0, width])).ravel()
    error = np.abs(summed - wanted) / np.maximum(size, 1e-12)
    if (wrong := int((error > PROMISED).sum())) > 0:
        warn(
            f"images: integrated gradients of {wrong} of {len(x)} sum to more than 1 % beside the "
            f"change of the score ({100 * error.max():.2g} % at most)."
        )
    return found.astype(np.float32)


def _scores(head: Head, x: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Give what the network says of a class of each input (n,), float64."""
    from keras import ops

    return _each(
        lambda part, own: np.asarray(
            ops.convert_to_numpy(head.scores(part, own)), dtype=np.float64
        ),
        x,
        codes,
    )


def is_map(call: Call) -> bool:
    """Say whether a call gives maps: numbers at places (height, width, channels)."""
    return len(call.shape) == 3 and bool(call.sources)


def _kinds(call: Call) -> set[str]:
    return {kind.__name__ for kind in type(call.operation).__mro__}


def grad_cam_layer(subject: Subject, layer: Any) -> Call:
    """Choose the layer whose maps Grad-CAM weighs."""
    calls = calls_of(subject.model)
    if not any(is_map(call) and _kinds(call) & {*CONVOLUTIONS} for call in calls):
        raise ArgumentType(
            f"method: grad-cam weighs the maps of a convolution on images; got {subject.name}, "
            "which has none. Use gradient or integrated."
        )
    if layer is not None:
        return chosen_call(subject, layer, is_map, "a layer that gives maps")
    return chosen_call(
        subject, None, lambda call: is_map(call) and _kinds(call) & {*KEEPING}, "", last=True
    )


def _weighed(head: Head, call: Call, x: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Weigh maps by the mean slope of the score over each, and bring them to the image's size."""
    from keras import ops

    (maps,) = watched(head.subject.model, [call.operation], x)

    def moved(shift: Any) -> Any:
        """Give the scores where the layer's maps are moved by something."""

        def change(inner: Any) -> Any:
            return lambda *given, **named: inner(*given, **named) + shift

        with changed(call.operation, change):
            return head.scores(ops.convert_to_tensor(x), codes)

    slopes = gradient(moved, np.zeros_like(maps))
    weights = slopes.mean(axis=(1, 2), keepdims=True)
    seen = np.maximum((weights * maps).sum(axis=-1), 0)  # (n, rows, columns)
    if x.ndim != 4:
        raise ShapeError(
            f"images: must have height, width and channels for grad-cam; got {x.ndim - 1} axes."
        )
    return _resized(seen, x.shape[1], x.shape[2])[..., None].astype(np.float32)


def _resized(maps: np.ndarray, height: int, width: int) -> np.ndarray:
    """Interpolate maps (n, rows, columns) linearly, the middle of a cell being its place."""
    for axis, size in ((1, height), (2, width)):
        cells = maps.shape[axis]
        at = np.clip((np.arange(size) + 0.5) * cells / size - 0.5, 0, cells - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, cells - 1)
        part = (at - low).reshape([-1 if i == axis else 1 for i in range(3)])
        maps = np.take(maps, low, axis) * (1 - part) + np.take(maps, high, axis) * part
    return maps
