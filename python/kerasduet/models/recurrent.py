"""Recurrent forecaster: simple RNN, LSTM or GRU layers, then dense layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet import rules
from kerasduet.models.parts import Parts

if TYPE_CHECKING:
    import keras


def recurrent(
    *,
    lookback: int = 30,
    n_features: int = 1,
    horizon: int = 1,
    kind: str = "lstm",
    units: tuple[int, ...] = (32,),
    dense_units: tuple[int, ...] = (),
    dense_activation: str = "relu",
    output_activation: str = "linear",
    dropout: tuple[float, ...] = (0.0,),
    seed: int = 0,
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

    Notes
    -----
    LSTM: Hochreiter and Schmidhuber (1997), Neural Computation 9. GRU: Cho et al. (2014),
    EMNLP.

    Examples
    --------
    >>> recurrent(lookback=10, units=128, output_activation="sigmoid").count_params()
    66689
    """
    a = rules.Arguments(locals())
    rates = rules.one_per_layer("dropout", a.dropout, len(a.units))
    parts = Parts(a.seed)
    import keras

    inputs = keras.Input((a.lookback, a.n_features), name="window")
    x = inputs  # (batch, lookback, features)
    for i, (size, rate) in enumerate(zip(a.units, rates, strict=True), start=1):
        more = i < len(a.units)
        x = parts.recurrent(a.kind, size, f"{a.kind}_{i}", return_sequences=more)(x)
        x = parts.dropout(x, rate, f"dropout_{i}")
    for i, size in enumerate(a.dense_units, start=1):
        x = parts.dense(size, f"dense_{i}", activation=a.dense_activation)(x)
    outputs = parts.dense(a.horizon, "forecast", activation=a.output_activation)(x)
    return keras.Model(inputs, outputs, name="recurrent")
