"""LeNet-5 of LeCun et al. (1998), with the connections of its layer C3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import IMAGES, Parts, refuse_smaller
from kerasduet.settings import OneOf, Whole, checked
from kerasduet.settings.common import ACTIVATION, CLASSES, SEED, SHAPE

if TYPE_CHECKING:
    import keras

__all__ = ["lenet5"]

SMALLEST = 16
# The table: each line has one map of S2 for each map of C3, as runs (first, how many) of
# neighbours, the first map following on the last. Maps 0 to 5 of C3 read three neighbours, 6 to 11
# four, 12 to 14 two pairs, 15 all six; so the later lines are for the last maps alone.
READS: tuple[tuple[tuple[int, int], ...], ...] = (
    ((0, 6), (0, 6), (0, 3), (0, 1)),
    ((1, 6), (1, 6), (1, 3), (1, 1)),
    ((2, 6), (2, 6), (3, 3), (2, 1)),
    ((3, 6), (4, 3), (3, 1)),
    ((4, 1),),
    ((5, 1),),
)


def _fits(a: Mapping[str, Any]) -> None:
    refuse_smaller(a["input_shape"], max(1, SMALLEST - 2 * a["padding"]))


@checked(_fits)
def lenet5(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (32, 32, 1),
    classes: Annotated[int, CLASSES] = 10,
    connections: Annotated[str, OneOf(("table", "full"))] = "table",
    padding: Annotated[int, Whole(0, 1000)] = 0,
    activation: Annotated[str, ACTIVATION] = "tanh",
    pooling: Annotated[str, OneOf(("average", "max"))] = "average",
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build LeNet-5: the digit reader of 1998, with its sparsely connected layer C3.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), at least 16 pixels high and wide with its padding.
    classes : int
        Number of classes, at least 2.
    connections : {"table", "full"}
        What a map of C3 reads: the 3, 4 or 6 maps of S2 that the paper's table names; or all six.
    padding : int
        Pixels of zeros around the image, at least 0: 2 make MNIST's 28 pixels the paper's 32.
    activation : str
        Of C1, C3, C5 and F6, by its Keras name.
    pooling : {"average", "max"}
        What S2 and S4 keep of each 2 x 2 pixels: their mean; or the largest.
    seed : int
        Decides initial weights, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, height, width, channels), output (batch, classes): probabilities.

    Layers
    ------
    With the defaults:

    | Layer | Output | Parameters | In the paper |
    |---|---|---|---|
    | c1 | 28 x 28 x 6 | 156 | C1, 6 maps of 28 x 28, kernels 5 x 5: 156 |
    | s2 | 14 x 14 x 6 | 0 | S2, 6 maps of 14 x 14, a factor and a bias each: 12 |
    | c3 | 10 x 10 x 16 | 1,516 | C3, 16 maps of 10 x 10, connected by a table: 1,516 |
    | s4 | 5 x 5 x 16 | 0 | S4, 16 maps of 5 x 5, a factor and a bias each: 32 |
    | c5 | 120 | 48,120 | C5, 120 maps of 1 x 1: 48,120 |
    | f6 | 84 | 10,164 | F6, 84 units: 10,164 |
    | probabilities | 10 | 850 | 10 radial basis functions with fixed centres |

    The maps of S2 that each map of C3 reads, by the paper's numbers, which begin at 0:

    | C3 | S2 |
    |---|---|
    | 0 to 5 | 3 neighbours: 0 1 2, 1 2 3, 2 3 4, 3 4 5, 0 4 5, 0 1 5 |
    | 6 to 11 | 4 neighbours: 0 1 2 3, 1 2 3 4, 2 3 4 5, 0 3 4 5, 0 1 4 5, 0 1 2 5 |
    | 12 to 14 | two pairs: 0 1 3 4, 1 2 4 5, 0 2 3 5 |
    | 15 | all 6 |

    Notes
    -----
    60,806 parameters; 61,706 with full connections, where C3 has 2,416. Pooling has none here, the
    activation is a plain tanh, and the output a softmax.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document
    recognition, Proceedings of the IEEE 86.

    Examples
    --------
    >>> lenet5().count_params(), lenet5(connections="full").count_params()
    (60806, 61706)
    """
    parts = Parts(seed)
    import keras

    looks: Any = {"activation": activation, "initializer": "glorot_uniform"}

    inputs = keras.Input(input_shape, name="image")
    x = inputs  # (batch, height, width, channels)
    if padding:
        x = keras.layers.ZeroPadding2D(padding, name="padding", **IMAGES)(x)
    x = parts.convolution(6, 5, "c1", **looks)(x)
    x = parts.pooling(2, "s2", pooling)(x)
    if connections == "full":
        x = parts.convolution(16, 5, "c3", **looks)(x)
    else:
        x = _by_table(parts, x, activation)
    x = parts.pooling(2, "s4", pooling)(x)
    x = keras.layers.Flatten(name="flatten", **IMAGES)(x)
    x = parts.dense(120, "c5", activation=activation)(x)
    x = parts.dense(84, "f6", activation=activation)(x)
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="lenet5")


def _by_table(parts: Parts, x: Any, activation: str) -> Any:
    """Give the 16 maps of C3, each from the maps of S2 that the table names.

    A kernel a connection: depthwise convolutions apply them, those of the first line with the
    biases, and what they give is added up.
    """
    import keras

    twice = keras.layers.Concatenate(name="c3_maps_twice")([x, x])
    first, rest = (
        keras.layers.Concatenate(name=f"c3_{name}_maps")(
            [
                parts.channels(twice, *run, f"c3_{name}_run_{j}")
                for j, run in enumerate((run for runs in reads for run in runs), start=1)
            ]
        )
        for name, reads in (("first", READS[:1]), ("rest", READS[1:]))
    )
    summands = [parts.depthwise(5, "c3_first")(first)]
    summed = parts.depthwise(5, "c3_rest", use_bias=False)(rest)
    begin = 0
    for i, runs in enumerate(READS[1:], start=2):
        number = sum(length for _, length in runs)
        read = parts.channels(summed, begin, number, f"c3_read_{i}")
        lacking = 16 - number
        summands.append(parts.before(read, lacking, f"c3_place_{i}") if lacking else read)
        begin += number
    added = keras.layers.Add(name="c3_sum")(summands)
    return keras.layers.Activation(activation, name="c3")(added)
