"""Convolutional classifier of texts: windows of words, the strongest of each filter, dense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.checks import show
from kerasduet.errors import ShapeError
from kerasduet.models.parts import Parts
from kerasduet.settings import Several, Whole, checked
from kerasduet.settings.common import ACTIVATION, CLASSES, DROPPED, SEED, SIZE
from kerasduet.settings.rules import MAX_WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["text_cnn"]


def _fits(a: Mapping[str, Any]) -> None:
    if max(a["window"]) > a["length"]:
        raise ShapeError(
            f"window: must not be longer than the texts, of length {a['length']}; got "
            f"{show(max(a['window']))}. Use a smaller window, or a larger length."
        )


@checked(_fits)
def text_cnn(
    *,
    vocabulary: Annotated[int, Whole(3, MAX_WIDTH)] = 10_000,
    length: Annotated[int, Whole(1, MAX_WIDTH)] = 200,
    classes: Annotated[int, CLASSES] = 2,
    embedding: Annotated[int, SIZE] = 128,
    filters: Annotated[int, SIZE] = 64,
    window: Annotated[tuple[int, ...], Several(SIZE)] = (5,),
    embedding_dropout: Annotated[float, DROPPED] = 0.0,
    dropout: Annotated[float, DROPPED] = 0.5,
    dense_units: Annotated[tuple[int, ...], Several(SIZE, empty=True)] = (),
    dense_activation: Annotated[str, ACTIVATION] = "relu",
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a network that looks for telling runs of words, and names the class of a text.

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
    filters : int
        Filters of each window, at least 1.
    window : tuple of int
        Tokens that a filter sees at once, at least 1; several sizes stand side by side.
    embedding_dropout : float
        Fraction of the embedded numbers dropped in training, in [0, 1).
    dropout : float
        Fraction of what the filters found dropped in training, in [0, 1).
    dense_units : tuple of int
        Units of each dense layer after it; may be empty.
    dense_activation : str
        Activation of the dense layers, by its Keras name.
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, length): codes of tokens, 0 for padding. Output (batch, classes):
        probabilities; of two classes (batch, 1), the probability of the second.

    Raises
    ------
    ShapeError
        A window that is longer than the texts.
    KerasduetError
        An argument outside its rule, by the subclass of that rule.

    References
    ----------
    Kim (2014), Convolutional neural networks for sentence classification, EMNLP.

    Examples
    --------
    >>> text_cnn().count_params()
    1321089
    """
    parts = Parts(seed)
    import keras

    inputs = keras.Input((length,), dtype="int32", name="text")
    x = parts.embedding(vocabulary, embedding, "embedding")(inputs)
    x = parts.dropout(x, embedding_dropout, "embedding_dropout")
    found = [
        keras.layers.GlobalMaxPooling1D(name=f"strongest_{i}", data_format="channels_last")(
            keras.layers.Conv1D(
                filters,
                size,
                activation="relu",
                kernel_initializer=parts.initializer("glorot_uniform"),
                data_format="channels_last",
                name=f"windows_{i}",
            )(x)
        )
        for i, size in enumerate(window, start=1)
    ]
    x = keras.layers.Concatenate(name="found")(found) if len(found) > 1 else found[0]
    x = parts.dropout(x, dropout, "dropout")
    for i, size in enumerate(dense_units, start=1):
        x = parts.dense(size, f"dense_{i}", activation=dense_activation)(x)
    outputs = parts.probabilities(x, classes)
    return keras.Model(inputs, outputs, name="text_cnn")
