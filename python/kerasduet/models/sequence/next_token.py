"""Next token: an embedding, recurrent layers, and a probability of each token at every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import Parts
from kerasduet.settings import OneOf, Several, Whole, checked
from kerasduet.settings.arguments import one_per_layer
from kerasduet.settings.common import RATES, SEED, SIZE
from kerasduet.settings.rules import MAX_WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["next_token"]


def _fits(a: Mapping[str, Any]) -> None:
    one_per_layer("dropout", a["dropout"], len(a["units"]))


@checked(_fits)
def next_token(
    *,
    length: Annotated[int, Whole(1, MAX_WIDTH)] = 64,
    vocabulary: Annotated[int, Whole(2, MAX_WIDTH)] = 100,
    embedding: Annotated[int, SIZE] = 32,
    units: Annotated[tuple[int, ...], Several(SIZE)] = (128,),
    kind: Annotated[str, OneOf(("gru", "lstm", "rnn"))] = "lstm",
    dropout: Annotated[tuple[float, ...], RATES] = (0.0,),
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a network that reads a text and gives, at every step, what may come next.

    Each step sees the tokens up to its own alone, so that one pass over a text scores all of it.

    Parameters
    ----------
    length : int
        Tokens of a window, at least 1.
    vocabulary : int
        Tokens that there are, with padding and unknown ones; at least 2.
    embedding : int
        Numbers that stand for a token, at least 1.
    units : tuple of int
        Units of each recurrent layer, at least 1.
    kind : {"lstm", "gru", "rnn"}
        Recurrent layer; "rnn" is Keras's SimpleRNN.
    dropout : tuple of float
        Fraction of each recurrent layer's outputs dropped in training, in [0, 1); one
        value, or one a layer.
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, length), codes; output (batch, length, vocabulary): probabilities of the
        token after each.

    Raises
    ------
    KerasduetError
        An argument outside its rule, by the subclass of that rule.

    References
    ----------
    Graves (2013), Generating sequences with recurrent neural networks, arXiv:1308.0850.

    Examples
    --------
    >>> next_token(vocabulary=50, embedding=8, units=16).output_shape
    (None, 64, 50)
    """
    rates = one_per_layer("dropout", dropout, len(units))
    parts = Parts(seed)
    import keras

    inputs = keras.Input((length,), dtype="int32", name="tokens")
    x = parts.embedding(vocabulary, embedding, "embedding")(inputs)
    for i, (size, rate) in enumerate(zip(units, rates, strict=True), start=1):
        x = parts.recurrent(kind, size, f"{kind}_{i}", return_sequences=True)(x)
        x = parts.dropout(x, rate, f"dropout_{i}")
    outputs = parts.dense(vocabulary, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="next_token")
