"""Recurrent classifier of texts: an embedding, simple RNN, LSTM or GRU layers, dense layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import Parts
from kerasduet.settings import Flag, OneOf, Several, Whole, checked
from kerasduet.settings.arguments import one_per_layer
from kerasduet.settings.common import ACTIVATION, CLASSES, DROPPED, RATES, SEED, SIZE
from kerasduet.settings.rules import MAX_WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["text_recurrent"]


def _fits(a: Mapping[str, Any]) -> None:
    one_per_layer("dropout", a["dropout"], len(a["units"]))


@checked(_fits)
def text_recurrent(
    *,
    vocabulary: Annotated[int, Whole(3, MAX_WIDTH)] = 10_000,
    length: Annotated[int, Whole(1, MAX_WIDTH)] = 100,
    classes: Annotated[int, CLASSES] = 2,
    embedding: Annotated[int, SIZE] = 32,
    kind: Annotated[str, OneOf(("gru", "lstm", "rnn"))] = "lstm",
    units: Annotated[tuple[int, ...], Several(SIZE)] = (32,),
    bidirectional: Annotated[bool, Flag()] = False,
    mask: Annotated[bool, Flag()] = True,
    dense_units: Annotated[tuple[int, ...], Several(SIZE, empty=True)] = (),
    dense_activation: Annotated[str, ACTIVATION] = "relu",
    embedding_dropout: Annotated[float, DROPPED] = 0.0,
    dropout: Annotated[tuple[float, ...], RATES] = (0.0,),
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a recurrent network that reads a text word by word and names its class.

    Parameters
    ----------
    vocabulary : int
        Codes of tokens, padding and unknown ones among them, at least 3.
    length : int
        Tokens of one text, at least 1.
    classes : int
        Number of classes, at least 2.
    embedding : int
        Numbers that stand for each token, at least 1.
    kind : {"lstm", "gru", "rnn"}
        Recurrent layer; "rnn" is Keras's SimpleRNN.
    units : tuple of int
        Units of each recurrent layer, at least 1.
    bidirectional : bool
        Whether each recurrent layer reads the text both ways; it then has twice the units.
    mask : bool
        Whether padding is passed over, so that it changes nothing.
    dense_units : tuple of int
        Units of each dense layer after them; may be empty.
    dense_activation : str
        Activation of the dense layers, by its Keras name.
    embedding_dropout : float
        Fraction of the embedded numbers dropped in training, in [0, 1).
    dropout : tuple of float
        Fraction of each recurrent layer's outputs dropped in training, in [0, 1); one value, or
        one a layer.
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, length): codes of tokens, 0 for padding. Output (batch, classes):
        probabilities; of two classes (batch, 1), the probability of the second.

    Raises
    ------
    KerasduetError
        An argument outside its rule, by the subclass of that rule.

    References
    ----------
    Hochreiter and Schmidhuber (1997), Long short-term memory, Neural Computation 9. Schuster and
    Paliwal (1997), Bidirectional recurrent neural networks, IEEE Transactions on Signal Processing
    45.

    Examples
    --------
    >>> text_recurrent().count_params()
    328353
    """
    rates = one_per_layer("dropout", dropout, len(units))
    parts = Parts(seed)
    import keras

    inputs = keras.Input((length,), dtype="int32", name="text")
    x = parts.embedding(vocabulary, embedding, "embedding", mask_zero=mask)(inputs)
    x = parts.dropout(x, embedding_dropout, "embedding_dropout")
    for i, (size, rate) in enumerate(zip(units, rates, strict=True), start=1):
        more = i < len(units)
        x = parts.reader(
            kind,
            size,
            f"{kind}_{i}",
            bidirectional=bidirectional,
            masked=mask,
            return_sequences=more,
        )(x)
        x = parts.dropout(x, rate, f"dropout_{i}")
    for i, size in enumerate(dense_units, start=1):
        x = parts.dense(size, f"dense_{i}", activation=dense_activation)(x)
    outputs = parts.probabilities(x, classes)
    return keras.Model(inputs, outputs, name="text_recurrent")
