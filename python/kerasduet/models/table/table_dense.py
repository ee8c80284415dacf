"""Dense network on the columns of a table, with embeddings after Guo and Berkhahn (2016)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.checks import show
from kerasduet.errors import ShapeError
from kerasduet.models.parts import Parts
from kerasduet.settings import Optional, Several, Whole, checked
from kerasduet.settings.arguments import one_per_layer
from kerasduet.settings.common import ACTIVATION, INITIALIZER, PENALTY, RATES, SEED, SIZE
from kerasduet.settings.rules import MAX_WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["embedding_size", "table_dense"]

MOST_EMBEDDED = 50  # numbers a level has at most, where nobody says how many


def _fits(a: Mapping[str, Any]) -> None:
    one_per_layer("dropout", a["dropout"], len(a["units"]))
    if a["width"] == 0 and not a["levels"]:
        raise ShapeError(
            f"width: must be at least 1 where no column is embedded; got {show(a['width'])}. Give "
            "the network a column."
        )


@checked(_fits)
def table_dense(
    *,
    width: Annotated[int, Whole(0, MAX_WIDTH)] = 4,
    levels: Annotated[tuple[int, ...], Several(SIZE, empty=True)] = (),
    outputs: Annotated[int, SIZE] = 3,
    units: Annotated[tuple[int, ...], Several(SIZE)] = (32, 16),
    dropout: Annotated[tuple[float, ...], RATES] = (0.0,),
    l2: Annotated[float, PENALTY] = 0.0,
    activation: Annotated[str, ACTIVATION] = "relu",
    kernel_initializer: Annotated[str, INITIALIZER] = "glorot_uniform",
    embedding: Annotated[int | None, Optional(SIZE)] = None,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a dense network on a table: embeddings, (dense, dropout) a layer, softmax or a number.

    Parameters
    ----------
    width : int
        Numbers a row: scaled columns, one-hot levels, parts of dates; 0 where all is embedded.
    levels : tuple of int
        Levels of each column that is embedded; none by default.
    outputs : int
        Number of classes, at least 2, or 1 for a number.
    units : tuple of int
        Units of each hidden layer, at least 1.
    dropout : tuple of float
        Fraction of each hidden layer's units dropped in training, in [0, 1); one value, or one a
        layer.
    l2 : float
        Penalty on the hidden layers' weights, l2 * sum w^2, at least 0.
    activation, kernel_initializer : str
        Of the hidden layers, by their Keras names.
    embedding : int, optional
        Numbers that stand for a level of an embedded column, at least 1; None takes half as many
        as it has levels, at most 50.
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input "numbers" (batch, width); where columns are embedded a dict of it and of their
        codes "level_1", "level_2", ... (batch,). Output (batch, outputs): probabilities, or one
        number.

    Raises
    ------
    KerasduetError
        An argument outside its rule, by the subclass of that rule.

    References
    ----------
    Guo and Berkhahn (2016), Entity embeddings of categorical variables, arXiv:1604.06737.

    Examples
    --------
    >>> table_dense(width=4, outputs=3).count_params()
    739
    >>> table_dense(width=2, levels=(30,), outputs=1, units=8).count_params()
    603
    """
    rates = one_per_layer("dropout", dropout, len(units))
    parts = Parts(seed)
    import keras

    penalty = keras.regularizers.L2(l2) if l2 else None
    inputs, read = {}, []
    if width:
        inputs["numbers"] = keras.Input((width,), name="numbers")
        read.append(inputs["numbers"])
    for i, count in enumerate(levels, start=1):
        name = f"level_{i}"
        inputs[name] = keras.Input((), dtype="int32", name=name)
        size = embedding or embedding_size(count)
        embed = parts.embedding(count, size, f"embedding_{i}")
        read.append(embed(inputs[name]))  # (batch, size)
    x = read[0] if len(read) == 1 else keras.layers.Concatenate(name="columns")(read)
    for i, (size, rate) in enumerate(zip(units, rates, strict=True), start=1):
        x = parts.dense(
            size,
            f"dense_{i}",
            initializer=kernel_initializer,
            activation=activation,
            kernel_regularizer=penalty,
        )(x)  # (batch, size)
        x = parts.dropout(x, rate, f"dropout_{i}")
    kind = ("number", "linear") if outputs == 1 else ("probabilities", "softmax")
    last = parts.dense(outputs, kind[0], activation=kind[1])(x)
    return keras.Model(inputs if levels else inputs["numbers"], last, name="table_dense")


def embedding_size(levels: int) -> int:
    """Give the numbers that stand for a level: half of the levels, at most 50.

    Examples
    --------
    >>> embedding_size(3), embedding_size(12), embedding_size(5000)
    (2, 6, 50)
    """
    return min(MOST_EMBEDDED, (levels + 1) // 2)
