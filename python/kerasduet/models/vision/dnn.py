"""Dense network with dropout, L1 and L2, after Srivastava et al. (2014)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import Parts
from kerasduet.settings import Several, checked
from kerasduet.settings.arguments import one_per_layer
from kerasduet.settings.common import (
    ACTIVATION,
    CLASSES,
    INITIALIZER,
    PENALTY,
    RATES,
    SEED,
    SHAPE,
    SIZE,
)

if TYPE_CHECKING:
    import keras

__all__ = ["dnn"]


def _fits(a: Mapping[str, Any]) -> None:
    one_per_layer("dropout", a["dropout"], len(a["units"]))


@checked(_fits)
def dnn(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (28, 28, 1),
    classes: Annotated[int, CLASSES] = 10,
    units: Annotated[tuple[int, ...], Several(SIZE)] = (256, 128),
    dropout: Annotated[tuple[float, ...], RATES] = (0.4, 0.3),
    l1: Annotated[float, PENALTY] = 0.0,
    l2: Annotated[float, PENALTY] = 0.0,
    activation: Annotated[str, ACTIVATION] = "relu",
    kernel_initializer: Annotated[str, INITIALIZER] = "glorot_uniform",
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a dense classifier: flatten, (dense, dropout) a layer, softmax.

    Parameters
    ----------
    input_shape : tuple of int
        One input without the batch axis, such as (height, width, channels).
    classes : int
        Number of classes, at least 2.
    units : tuple of int
        Units of each hidden layer, at least 1.
    dropout : tuple of float
        Fraction of each hidden layer's units dropped in training, in [0, 1); one value, or
        one a layer.
    l1, l2 : float
        Penalty on the hidden layers' weights, l1 * sum|w| + l2 * sum w^2, at least 0.
    activation, kernel_initializer : str
        Of the hidden layers, by their Keras names.
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, *input_shape), output (batch, classes): probabilities.

    Raises
    ------
    KerasduetError
        An argument outside its rule, by the subclass of that rule.

    Notes
    -----
    With its defaults, 784-256-128-10, it has 235,146 parameters.

    References
    ----------
    Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting,
    JMLR 15.

    Examples
    --------
    >>> dnn().count_params()
    235146
    """
    rates = one_per_layer("dropout", dropout, len(units))
    parts = Parts(seed)
    import keras

    penalty = keras.regularizers.L1L2(l1, l2) if l1 or l2 else None

    inputs = keras.Input(input_shape, name="image")
    x = keras.layers.Flatten(name="flatten")(inputs)  # (batch, height * width * channels)
    for i, (size, rate) in enumerate(zip(units, rates, strict=True), start=1):
        x = parts.dense(
            size,
            f"dense_{i}",
            initializer=kernel_initializer,
            activation=activation,
            kernel_regularizer=penalty,
        )(x)  # (batch, size)
        x = parts.dropout(x, rate, f"dropout_{i}")
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="dnn")
