"""Recurrent forecaster: simple RNN, LSTM or GRU layers, then dense layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import Parts
from kerasduet.settings import OneOf, Several, Whole, checked
from kerasduet.settings.arguments import one_per_layer
from kerasduet.settings.common import ACTIVATION, HORIZON, RATES, SEED, SIZE
from kerasduet.settings.rules import MAX_WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["recurrent"]


def _fits(a: Mapping[str, Any]) -> None:
    one_per_layer("dropout", a["dropout"], len(a["units"]))


@checked(_fits)
def recurrent(
    *,
    lookback: Annotated[int, Whole(1)] = 30,
    n_features: Annotated[int, Whole(1, MAX_WIDTH)] = 1,
    horizon: Annotated[int, HORIZON] = 1,
    kind: Annotated[str, OneOf(("gru", "lstm", "rnn"))] = "lstm",
    units: Annotated[tuple[int, ...], Several(SIZE)] = (32,),
    dense_units: Annotated[tuple[int, ...], Several(SIZE, empty=True)] = (),
    dense_activation: Annotated[str, ACTIVATION] = "relu",
    output_activation: Annotated[str, ACTIVATION] = "linear",
    dropout: Annotated[tuple[float, ...], RATES] = (0.0,),
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a recurrent network that reads a window and forecasts the steps after it.

    Parameters
    ----------
    lookback, n_features : int
        Time steps and variables of one input window, at least 1.
    horizon : int
        Steps forecast at once, at least 1.
    kind : {"lstm", "gru", "rnn"}
        Recurrent layer; "rnn" is Keras's SimpleRNN.
    units : tuple of int
        Units of each recurrent layer, at least 1.
    dense_units : tuple of int
        Units of each dense layer after them; may be empty.
    dense_activation, output_activation : str
        Activations of the dense layers and of the output, by their Keras names.
    dropout : tuple of float
        Fraction of each recurrent layer's outputs dropped in training, in [0, 1); one
        value, or one a layer.
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, lookback, features), output (batch, horizon).

    Raises
    ------
    KerasduetError
        An argument outside its rule, by the subclass of that rule.

    References
    ----------
    Hochreiter and Schmidhuber (1997), Long short-term memory, Neural Computation 9. Cho et al.
    (2014), Learning phrase representations using RNN encoder-decoder, EMNLP.

    Examples
    --------
    >>> recurrent(lookback=10, units=128, output_activation="sigmoid").count_params()
    66689
    """
    rates = one_per_layer("dropout", dropout, len(units))
    parts = Parts(seed)
    import keras

    inputs = keras.Input((lookback, n_features), name="window")
    x = inputs  # (batch, lookback, features)
    for i, (size, rate) in enumerate(zip(units, rates, strict=True), start=1):
        more = i < len(units)
        x = parts.recurrent(kind, size, f"{kind}_{i}", return_sequences=more)(x)
        x = parts.dropout(x, rate, f"dropout_{i}")
    for i, size in enumerate(dense_units, start=1):
        x = parts.dense(size, f"dense_{i}", activation=dense_activation)(x)
    outputs = parts.dense(horizon, "forecast", activation=output_activation)(x)
    return keras.Model(inputs, outputs, name="recurrent")
