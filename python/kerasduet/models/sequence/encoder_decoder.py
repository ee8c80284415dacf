"""Encoder and decoder: a sequence to another one of another length, with or without attention."""

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

__all__ = ["ATTENTION", "encoder_decoder"]

ATTENTION = "attention"  # the layer whose output says where the decoder looks
LENGTH = Whole(1, 10_000)
VOCABULARY = Whole(2, MAX_WIDTH)


def _fits(a: Mapping[str, Any]) -> None:
    one_per_layer("dropout", a["dropout"], len(a["units"]))


@checked(_fits)
def encoder_decoder(
    *,
    source_length: Annotated[int, LENGTH] = 30,
    source_vocabulary: Annotated[int, VOCABULARY] = 40,
    target_length: Annotated[int, LENGTH] = 11,
    target_vocabulary: Annotated[int, VOCABULARY] = 16,
    embedding: Annotated[int, SIZE] = 32,
    units: Annotated[tuple[int, ...], Several(SIZE)] = (64,),
    kind: Annotated[str, OneOf(("gru", "lstm", "rnn"))] = "gru",
    bidirectional: Annotated[bool, Flag()] = True,
    attention: Annotated[bool, Flag()] = True,
    dropout: Annotated[tuple[float, ...], RATES] = (0.0,),
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build an encoder that reads a sequence and a decoder that writes another one.

    The decoder begins with the states in which the encoder ends, and sees at each step the token
    before, in training the true one (teacher forcing). With attention it also sees the outputs of
    the encoder, weighted by how well they fit its own: the layer "attention" gives these weights,
    (batch, target_length, source_length).

    Parameters
    ----------
    source_length, target_length : int
        Tokens of a source and of a target, at least 1; shorter ones are padded with 0.
    source_vocabulary, target_vocabulary : int
        Codes of either side, at least 2: 0 stands for padding.
    embedding : int
        Numbers that stand for a token, at least 1.
    units : tuple of int
        Units of each recurrent layer of the encoder and of the decoder, at least 1.
    kind : {"gru", "lstm", "rnn"}
        Recurrent layer; "rnn" is Keras's SimpleRNN.
    bidirectional : bool
        Whether the encoder reads from both ends.
    attention : bool
        Whether the decoder looks back at the source; without it all that it knows of the source
        are the last states of the encoder.
    dropout : tuple of float
        Fraction of each recurrent layer's outputs dropped in training, in [0, 1); one
        value, or one a layer.
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Inputs "source" (batch, source_length) and "target" (batch, target_length), codes, the
        target shifted by one so that it begins with a mark; output (batch, target_length,
        target_vocabulary): probabilities of the token at each step.

    References
    ----------
    Sutskever, Vinyals and Le (2014), Sequence to sequence learning with neural networks, NeurIPS.
    Luong, Pham and Manning (2015), Effective approaches to attention-based neural machine
    translation, EMNLP.

    Examples
    --------
    >>> encoder_decoder(target_length=10, target_vocabulary=14).output_shape
    (None, 10, 14)
    """
    rates = one_per_layer("dropout", dropout, len(units))
    parts = Parts(seed)
    import keras

    source = keras.Input((source_length,), dtype="int32", name="source")
    target = keras.Input((target_length,), dtype="int32", name="target")
    states = []
    x = parts.embedding(source_vocabulary, embedding, "source_embedding")(source)
    for i, (size, rate) in enumerate(zip(units, rates, strict=True), start=1):
        x, last = _encoded(parts, x, kind, size, i, bidirectional=bidirectional)
        x = parts.dropout(x, rate, f"encoder_dropout_{i}")
        states.append(last)
    y = parts.embedding(target_vocabulary, embedding, "target_embedding")(target)
    for i, (size, rate) in enumerate(zip(units, rates, strict=True), start=1):
        decoder = parts.recurrent(kind, size, f"decoder_{i}", return_sequences=True)
        y = decoder(y, initial_state=states[i - 1])
        y = parts.dropout(y, rate, f"decoder_dropout_{i}")
    if attention:
        keys = parts.dense(units[-1], "keys", use_bias=False)(x)
        scores = keras.layers.Dot((2, 2), name="scores")([y, keys])
        weights = keras.layers.Softmax(name=ATTENTION)(scores)  # (batch, target, source)
        context = keras.layers.Dot((2, 1), name="context")([weights, x])
        y = keras.layers.Concatenate(name="seen")([y, context])
        y = parts.dense(units[-1], "combined", activation="tanh")(y)
    outputs = parts.dense(target_vocabulary, "probabilities", activation="softmax")(y)
    return keras.Model({"source": source, "target": target}, outputs, name="encoder_decoder")


def _encoded(
    parts: Parts, x: Any, kind: str, size: int, layer: int, *, bidirectional: bool
) -> tuple[Any, list[Any]]:
    """Give the outputs of a layer of the encoder at each step, and the decoder's first states."""
    import keras

    settings: dict[str, Any] = {"return_sequences": True, "return_state": True}
    forward = parts.recurrent(kind, size, f"encoder_{layer}", **settings)
    if not bidirectional:
        outputs, *last = forward(x)
        return outputs, last
    backward = parts.recurrent(
        kind, size, f"encoder_{layer}_backward", go_backwards=True, **settings
    )
    both = keras.layers.Bidirectional(
        forward, backward_layer=backward, name=f"encoder_{layer}_both"
    )
    outputs, *ends = both(x)
    half = len(ends) // 2
    last = []
    for i, pair in enumerate(zip(ends[:half], ends[half:], strict=True), start=1):
        joined = keras.layers.Concatenate(name=f"ends_{layer}_{i}")(pair)
        last.append(parts.dense(size, f"state_{layer}_{i}", activation="tanh")(joined))
    return outputs, last
