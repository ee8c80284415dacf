"""Token tagger: an embedding, recurrent layers that read both ways, and a tag at every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import Parts
from kerasduet.settings import Flag, OneOf, Several, Whole, checked
from kerasduet.settings.arguments import one_per_layer
from kerasduet.settings.common import RATES, SEED, SIZE
from kerasduet.settings.rules import MAX_WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["token_tagger"]


def _fits(a: Mapping[str, Any]) -> None:
    one_per_layer("dropout", a["dropout"], len(a["units"]))


@checked(_fits)
def token_tagger(
    *,
    length: Annotated[int, Whole(1, MAX_WIDTH)] = 24,
    vocabulary: Annotated[int, Whole(2, MAX_WIDTH)] = 1_000,
    tags: Annotated[int, Whole(2, MAX_WIDTH)] = 5,
    embedding: Annotated[int, SIZE] = 32,
    units: Annotated[tuple[int, ...], Several(SIZE)] = (32,),
    kind: Annotated[str, OneOf(("gru", "lstm", "rnn"))] = "lstm",
    bidirectional: Annotated[bool, Flag()] = True,
    dropout: Annotated[tuple[float, ...], RATES] = (0.0,),
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a network that reads a sentence and gives each token a tag.

    Padding, which stands behind the tokens, is passed over.

    Parameters
    ----------
    length : int
        Tokens of one sentence, at least 1.
    vocabulary : int
        Tokens that there are, with padding and unknown ones; at least 2.
    tags : int
        Number of tags, at least 2.
    embedding : int
        Numbers that stand for a token, at least 1.
    units : tuple of int
        Units of each recurrent layer, at least 1.
    kind : {"lstm", "gru", "rnn"}
        Recurrent layer; "rnn" is Keras's SimpleRNN.
    bidirectional : bool
        Whether each recurrent layer reads the sentence both ways, so that a tag may depend on
        what follows; it then has twice the units.
    dropout : tuple of float
        Fraction of each recurrent layer's outputs dropped in training, in [0, 1); one
        value, or one a layer.
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, length): codes of tokens, 0 for padding. Output (batch, length, tags):
        probabilities.

    Raises
    ------
    KerasduetError
        An argument outside its rule, by the subclass of that rule.

    References
    ----------
    Schuster and Paliwal (1997), Bidirectional recurrent neural networks, IEEE Transactions on
    Signal Processing 45. Huang, Xu and Yu (2015), Bidirectional LSTM-CRF models for sequence
    tagging, arXiv:1508.01991; this is the network without the CRF.

    Examples
    --------
    >>> token_tagger(embedding=8, units=8).output_shape
    (None, 24, 5)
    """
    rates = one_per_layer("dropout", dropout, len(units))
    parts = Parts(seed)
    import keras

    inputs = keras.Input((length,), dtype="int32", name="tokens")
    x = parts.embedding(vocabulary, embedding, "embedding", mask_zero=True)(inputs)
    for i, (size, rate) in enumerate(zip(units, rates, strict=True), start=1):
        x = parts.reader(
            kind,
            size,
            f"{kind}_{i}",
            bidirectional=bidirectional,
            masked=True,
            return_sequences=True,
        )(x)
        x = parts.dropout(x, rate, f"dropout_{i}")
    outputs = parts.dense(tags, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="token_tagger")
