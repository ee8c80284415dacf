"""Counting: the parameters of a layer, the shapes along a stack, the steps of a training."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kerasduet import checks
from kerasduet.concepts.arrays import pair, sizes
from kerasduet.concepts.convolution import conv_output_size, geometry
from kerasduet.errors import ArgumentType, KerasduetError, ShapeError, UnknownName

__all__ = [
    "conv_parameters",
    "dense_parameters",
    "layer_shapes",
    "recurrent_parameters",
    "training_iterations",
]

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
Shape = tuple[int, ...]


def conv_parameters(kernel_size: Any, *, channels: int, filters: int, bias: bool = True) -> int:
    """Count the parameters of a two-dimensional convolution.

    Parameters
    ----------
    kernel_size : int or pair of int
        Kernel in pixels, at least 1.
    channels, filters : int
        Input and output channels, at least 1.
    bias : bool
        Whether each filter has a bias.

    Returns
    -------
    int
        (a * b * channels + bias) * filters: independent of the image's size.

    Raises
    ------
    KerasduetError
        A number that is not whole and at least 1.

    Examples
    --------
    >>> conv_parameters(5, channels=1, filters=6)
    156
    """
    rows, columns = pair("kernel_size", kernel_size, low=1)
    channels = checks.whole("channels", channels, low=1)
    filters = checks.whole("filters", filters, low=1)
    return (rows * columns * channels + checks.flag("bias", bias)) * filters


def dense_parameters(inputs: int, *, units: int, bias: bool = True) -> int:
    """Count the parameters of a dense layer.

    Parameters
    ----------
    inputs, units : int
        Values in and out, at least 1.
    bias : bool
        Whether each unit has a bias.

    Returns
    -------
    int
        (inputs + bias) * units.

    Raises
    ------
    KerasduetError
        A number that is not whole and at least 1.

    Examples
    --------
    >>> dense_parameters(784, units=512)
    401920
    """
    inputs, units = checks.whole("inputs", inputs, low=1), checks.whole("units", units, low=1)
    return (inputs + checks.flag("bias", bias)) * units


def recurrent_parameters(
    kind: str, inputs: int, units: int, *, biases: int | None = None
) -> int:
    """Count the parameters of a recurrent layer.

    Parameters
    ----------
    kind : {"rnn", "lstm", "gru"}
        The cell.
    inputs, units : int
        Features a time step and units of the state, at least 1.
    biases : int, optional
        Bias vectors a gate, 0 to 2. None counts as Keras does by default: 1, and 2 for "gru",
        whose `reset_after=True` needs a second one; the equations of `gru_forward` have 1.
        PyTorch has 2 in every cell.

    Returns
    -------
    int
        gates * units * (inputs + units + biases); 1 gate for "rnn", 4 for "lstm", 3 for "gru".

    Raises
    ------
    KerasduetError
        An unknown kind or a number outside its range.

    Examples
    --------
    >>> recurrent_parameters("lstm", 10, 128), recurrent_parameters("lstm", 10, 128, biases=2)
    (71168, 71680)
    """
    kind = checks.choice("kind", kind, GATES)
    inputs, units = checks.whole("inputs", inputs, low=1), checks.whole("units", units, low=1)
    if biases is None:
        biases = 2 if kind == "gru" else 1
    biases = checks.whole("biases", biases, low=0, high=2)
    return GATES[kind] * units * (inputs + units + biases)


def training_iterations(samples: int, *, epochs: int, batch_size: int) -> int:
    """Count the optimizer's steps in a training.

    Parameters
    ----------
    samples, epochs, batch_size : int
        Training rows, passes over them, and rows a step; at least 1.

    Returns
    -------
    int
        epochs * ceil(samples / batch_size).

    Raises
    ------
    KerasduetError
        A number that is not whole and at least 1.

    Notes
    -----
    The lessons' d * e = i * b (samples, epochs, iterations, batch) holds when the batch divides
    the samples; otherwise each epoch ends with one smaller batch.

    Examples
    --------
    >>> training_iterations(60000, epochs=10, batch_size=100)
    6000
    >>> training_iterations(60000, epochs=5, batch_size=128)
    2345
    """
    samples = checks.whole("samples", samples, low=1)
    epochs = checks.whole("epochs", epochs, low=1)
    return epochs * math.ceil(samples / checks.whole("batch_size", batch_size, low=1))


def layer_shapes(layers: Sequence[Mapping[str, Any]], input_shape: Any) -> dict[str, list]:
    """Follow the shape and the parameters through a stack of layers.

    Parameters
    ----------
    layers : list of dict
        Each has a `kind` and that kind's settings; those with a value here are optional:
        * "conv": `filters`, `kernel`, `stride` = 1, `padding` = "valid";
        * "pool": `size` = 2, `stride` = size, `padding` = "valid";
        * "global_pool", "flatten": none;
        * "dense": `units`.

        Padding is as in `conv_output_size`.
    input_shape : 1, 2 or 3 int
        Features; height and width; or height, width and channels.

    Returns
    -------
    dict of lists of equal length
        One row a layer, the input first: `layer` (its kind), `height`, `width`, `channels`,
        `parameters`. A flat layer has height and width 1.

    Raises
    ------
    KerasduetError
        An unknown kind or setting, one that is missing, or a window larger than its input;
        the layer is named.

    Where course notes differ
    -------------------------
    Pooling 224 x 224 by 2 with stride 2 gives 112 x 112; (n - f + 1) / s would be 111.5. See
    `conv_output_size`.

    Examples
    --------
    >>> table = layer_shapes(
    ...     [
    ...         {"kind": "conv", "filters": 32, "kernel": 3, "padding": "same"},
    ...         {"kind": "pool", "size": 2},
    ...     ],
    ...     (32, 32, 3),
    ... )
    >>> table["height"], table["channels"], table["parameters"]
    ([32, 32, 16], [3, 32, 32], [0, 896, 0])
    """
    given = sizes("input_shape", input_shape, lengths=(1, 2, 3))
    shape = (1, 1, *given) if len(given) == 1 else (*given, 1)[:3]
    if isinstance(layers, str | Mapping) or not isinstance(layers, Sequence):
        raise ArgumentType(f"layers: must be a list of layers; got {checks.show(layers)}.")
    rows: list[tuple[str, Shape, int]] = [("input", shape, 0)]
    for number, layer in enumerate(layers, start=1):
        kind, settings = _read_layer(f"layers[{number}]", layer)
        try:
            shape, parameters = LAYERS[kind][0](shape, **settings)
        except KerasduetError as error:
            raise type(error)(f"layers[{number}] ({kind}): {error}") from None
        rows.append((kind, shape, parameters))
    return {
        "layer": [kind for kind, _, _ in rows],
        "height": [shape[0] for _, shape, _ in rows],
        "width": [shape[1] for _, shape, _ in rows],
        "channels": [shape[2] for _, shape, _ in rows],
        "parameters": [parameters for _, _, parameters in rows],
    }


def _read_layer(name: str, layer: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(layer, Mapping) or "kind" not in layer:
        raise ArgumentType(
            f"{name}: must be named settings with a kind; got {checks.show(layer)}."
        )
    kind = checks.choice(f"{name} kind", layer["kind"], LAYERS)
    settings = {key: value for key, value in layer.items() if key != "kind"}
    _, needed, optional = LAYERS[kind]
    for key in settings:
        if key not in needed + optional:
            raise UnknownName(
                f"{name}: {kind} has no setting {key}. "
                + (checks.nearest(key, needed + optional) if needed + optional else "Drop it.")
            )
    missing = [key for key in needed if key not in settings]
    if missing:
        raise ArgumentType(f"{name}: {kind} needs {', '.join(needed)}; got no {missing[0]}.")
    return kind, settings


def _conv(
    shape: Shape, *, filters: Any, kernel: Any, stride: Any = 1, padding: Any = "valid"
) -> tuple[Shape, int]:
    count = conv_parameters(kernel, channels=shape[2], filters=filters)
    output = conv_output_size(shape[:2], kernel, stride=stride, padding=padding)
    return (*output, int(filters)), count


def _pool(
    shape: Shape, *, size: Any = 2, stride: Any = None, padding: Any = "valid"
) -> tuple[Shape, int]:
    window = pair("size", size, low=1)
    steps = window if stride is None else pair("stride", stride, low=1)
    output, _ = geometry(shape[:2], window, steps, padding, name="size")
    return (*output, shape[2]), 0


def _global_pool(shape: Shape) -> tuple[Shape, int]:
    return (1, 1, shape[2]), 0


def _flatten(shape: Shape) -> tuple[Shape, int]:
    return (1, 1, math.prod(shape)), 0


def _dense(shape: Shape, *, units: Any) -> tuple[Shape, int]:
    if shape[:2] != (1, 1):
        raise ShapeError(
            f"must follow a flat layer; got {shape[0]} x {shape[1]} x {shape[2]}. "
            "Put flatten or global_pool before it."
        )
    return (1, 1, int(units)), dense_parameters(shape[2], units=units)


# kind: what it does to a shape, the settings it needs, those it can have
LAYERS: dict[str, tuple[Callable[..., tuple[Shape, int]], tuple[str, ...], tuple[str, ...]]] = {
    "conv": (_conv, ("filters", "kernel"), ("stride", "padding")),
    "pool": (_pool, (), ("size", "stride", "padding")),
    "global_pool": (_global_pool, (), ()),
    "flatten": (_flatten, (), ()),
    "dense": (_dense, ("units",), ()),
}
