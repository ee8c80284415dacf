"""How many multiply-adds a layer needs for one input.

Counted are the products of matrix products and convolutions, each with the addition that follows.
What does one or a few operations a number is left out, as in the papers' own counts: biases,
activations, pooling, normalisation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from kerasduet.inside.calls import Call, Shape, calls_of, functional

__all__ = ["multiply_adds"]

# Layers that hold matrices, or weights of the shape of their input, without multiplying matrices.
WITHOUT = {"BatchNormalization", "Embedding", "GroupNormalization", "LayerNormalization"}
WITHOUT |= {"Normalization", "PReLU", "RMSNormalization"}


def multiply_adds(call: Call) -> int | None:
    """Count the multiply-adds of a call.

    Returns
    -------
    int or None
        None where they depend on a size that the network leaves open, or where the layer is of a
        class that is not known and holds a matrix.
    """
    return _count(call.operation, call.inputs, call.shape)


def _count(layer: Any, inputs: Sequence[Shape], output: Shape) -> int | None:
    names = [kind.__name__ for kind in type(layer).__mro__]
    for name in names:
        if name in COUNTS:
            try:
                return COUNTS[name](layer, inputs, output)
            except TypeError:  # a size that is None
                return None
    weights = getattr(layer, "weights", ())
    unknown = any(len(weight.shape) > 1 for weight in weights) and not WITHOUT & set(names)
    return None if unknown else 0


def _dense(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    return math.prod(output) * inputs[0][-1]  # type: ignore[arg-type, operator]


def _space(layer: Any, shape: Shape) -> tuple[int, int]:
    """Give the places of an image and its channels."""
    first = layer.data_format == "channels_first"
    places = shape[1:] if first else shape[:-1]
    return math.prod(places), shape[0] if first else shape[-1]  # type: ignore


def _convolution(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    places, filters = _space(layer, output)
    _, channels = _space(layer, inputs[0])
    return places * filters * math.prod(layer.kernel_size) * (channels // layer.groups)


def _transposed(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    places, channels = _space(layer, inputs[0])  # each number of the input meets every weight
    return places * channels * math.prod(layer.kernel_size) * layer.filters


def _depthwise(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    places, _ = _space(layer, output)
    _, channels = _space(layer, inputs[0])
    return places * channels * layer.depth_multiplier * math.prod(layer.kernel_size)


def _separable(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    places, filters = _space(layer, output)
    _, channels = _space(layer, inputs[0])
    pointwise = places * channels * layer.depth_multiplier * filters
    return _depthwise(layer, inputs, output) + pointwise


def _recurrent(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    steps, *sizes = inputs[0]
    return steps * _cell(layer.cell, math.prod(sizes))[0]  # type: ignore


def _cell(cell: Any, size: int) -> tuple[int, int]:
    """Count one step of a cell, and say how many numbers it gives."""
    name = type(cell).__name__
    if name == "StackedRNNCells":
        total = 0
        for one in cell.cells:
            steps, size = _cell(one, size)
            total += steps
        return total, size
    gates = {"SimpleRNNCell": 1, "GRUCell": 3, "LSTMCell": 4}
    if name not in gates:
        raise TypeError(name)
    return gates[name] * cell.units * (size + cell.units), cell.units


def _convolution_recurrent(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    axes = len(layer.cell.kernel_size) + 1
    places, filters = _space(layer, output[-axes:])
    _, channels = _space(layer, inputs[0][1:])
    weights = math.prod(layer.cell.kernel_size) * (channels + filters)
    return 4 * inputs[0][0] * places * filters * weights  # type: ignore[operator]


def _both_ways(layer: Any, inputs: Sequence[Shape], output: Shape) -> int | None:
    ways = (layer.forward_layer, layer.backward_layer)
    return _sum(_count(way, inputs, output) for way in ways)


def _each_step(layer: Any, inputs: Sequence[Shape], output: Shape) -> int | None:
    inner = layer.layer
    if hasattr(functional(inner), "_nodes_by_depth"):
        once = _sum(multiply_adds(call) for call in calls_of(inner))
    else:
        once = _count(inner, [inputs[0][1:]], output[1:])
    return None if once is None else inputs[0][0] * once  # type: ignore[operator]


def _wrapped(layer: Any, inputs: Sequence[Shape], output: Shape) -> int | None:
    return _count(layer.layer, inputs, output)


def _attention(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    """Count projections, scores and the weighted sum; heads of keys and values may be fewer."""
    asked, held = inputs[0], inputs[1] if len(inputs) > 1 else inputs[0]
    asking, holding = math.prod(asked[:-1]), math.prod(held[:-1])  # type: ignore[arg-type]
    if hasattr(layer, "num_query_heads"):
        heads, groups = layer.num_query_heads, layer.num_key_value_heads
        key = value = layer.head_dim
    else:
        config = layer.get_config()
        heads = groups = config["num_heads"]
        key = config["key_dim"]
        value = config["value_dim"] or key
    keyed = inputs[2] if len(inputs) > 2 else held
    into: int = asking * asked[-1] * heads * key  # type: ignore[operator]
    into += holding * groups * (keyed[-1] * key + held[-1] * value)
    return into + asking * heads * (holding * (key + value) + value * output[-1])


def _plain_attention(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    asked, held = inputs[0], inputs[1]
    places = math.prod(asked[:-1]) * held[-2]  # type: ignore
    return places * (asked[-1] + held[-1])  # type: ignore


def _dot(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    axes = getattr(layer, "axes", -1)  # the operation of this name has none
    axis = axes if isinstance(axes, int) else axes[0]
    size = inputs[0][axis - 1 if axis > 0 else axis]
    return math.prod(output) * size  # type: ignore


def _einsum(layer: Any, inputs: Sequence[Shape], output: Shape) -> int:
    """Multiply the sizes of all letters of an equation but that of the batch."""
    equation = getattr(layer, "equation", None) or layer.subscripts
    before = equation.replace(" ", "").partition("->")[0]
    terms = before.split(",")
    shapes: list[Shape] = [(1, *shape) for shape in inputs]
    if len(terms) > len(shapes):  # the kernel of a layer
        shapes.append(tuple(layer.kernel.shape))
    rest = 1
    sizes: dict[str, Any] = {}
    for term, shape in zip(terms, shapes, strict=True):
        start, dots, end = term.partition("...")
        sizes |= dict(zip(start, shape, strict=False))
        sizes |= dict(zip(reversed(end), reversed(shape), strict=False))
        if dots:
            rest = math.prod(shape[len(start) : len(shape) - len(end)])  # type: ignore[arg-type]
    return rest * math.prod(sizes.values())


def _sum(counts: Any) -> int | None:
    found = list(counts)
    return None if None in found else sum(found)


# By the name of a class or of the first of its bases that is here.
COUNTS: dict[str, Callable[[Any, Sequence[Shape], Shape], int | None]] = {
    "Dense": _dense,
    "EinsumDense": _einsum,
    "Einsum": _einsum,
    "Matmul": _dense,
    "BaseConv": _convolution,
    "BaseConvTranspose": _transposed,
    "BaseDepthwiseConv": _depthwise,
    "BaseSeparableConv": _separable,
    "ConvLSTM": _convolution_recurrent,
    "RNN": _recurrent,
    "Bidirectional": _both_ways,
    "TimeDistributed": _each_step,
    "SpectralNormalization": _wrapped,
    "MultiHeadAttention": _attention,
    "GroupedQueryAttention": _attention,
    "AdditiveAttention": _plain_attention,
    "Attention": _plain_attention,
    "Dot": _dot,
}
