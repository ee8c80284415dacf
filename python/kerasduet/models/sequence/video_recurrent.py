"""Classifier of videos: convolutions on each frame, then a recurrent layer over the frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.checks import show
from kerasduet.errors import ShapeError
from kerasduet.models.parts import Parts
from kerasduet.settings import OneOf, Several, checked
from kerasduet.settings.arguments import one_per_layer
from kerasduet.settings.common import ACTIVATION, CLASSES, RATES, SEED, SIZE, VIDEO

if TYPE_CHECKING:
    import keras

__all__ = ["video_recurrent"]


def _fits(a: Mapping[str, Any]) -> None:
    size = min(a["video_shape"][1:3])  # padded, a frame shrinks by pooling alone
    for block in range(1, len(a["filters"]) + 1):
        size //= a["pool_size"]
        if size < 1:
            raise ShapeError(
                f"video_shape: must leave at least one pixel of a frame after "
                f"{len(a['filters'])} blocks; got {show(a['video_shape'])}, used up in block "
                f"{block}. Use fewer filters entries, or a smaller pool_size."
            )
    one_per_layer("dropout", a["dropout"], len(a["units"]))


@checked(_fits)
def video_recurrent(
    *,
    video_shape: Annotated[tuple[int, ...], VIDEO] = (8, 20, 20, 1),
    classes: Annotated[int, CLASSES] = 8,
    filters: Annotated[tuple[int, ...], Several(SIZE)] = (8, 16),
    kernel_size: Annotated[int, SIZE] = 3,
    pool_size: Annotated[int, SIZE] = 2,
    kind: Annotated[str, OneOf(("gru", "lstm", "rnn"))] = "lstm",
    units: Annotated[tuple[int, ...], Several(SIZE)] = (64,),
    dropout: Annotated[tuple[float, ...], RATES] = (0.0,),
    activation: Annotated[str, ACTIVATION] = "relu",
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a classifier of videos: (convolution, max pooling) a block and frame, then recurrent.

    The same convolutions read each frame; what they found goes into recurrent layers, frame by
    frame, and the last state to a dense layer with a probability for each class.

    Parameters
    ----------
    video_shape : tuple of int
        One video (frames, height, width, channels), without the batch axis.
    classes : int
        Number of classes, at least 2.
    filters : tuple of int
        Filters of each convolution, at least 1. Convolutions are "same" (padded).
    kernel_size, pool_size : int
        Height and width of the kernels, in pixels, and of the pooling windows, at least 1.
    kind : {"lstm", "gru", "rnn"}
        Recurrent layer; "rnn" is Keras's SimpleRNN.
    units : tuple of int
        Units of each recurrent layer, at least 1.
    dropout : tuple of float
        Fraction of each recurrent layer's outputs dropped in training, in [0, 1); one value, or
        one a layer.
    activation : str
        Of the convolutions, by its Keras name.
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, frames, height, width, channels), output (batch, classes): probabilities.

    Raises
    ------
    KerasduetError
        An argument outside its rule, by the subclass of that rule; `ShapeError` when a frame is
        used up before the last block.

    References
    ----------
    Donahue et al. (2015), Long-term recurrent convolutional networks for visual recognition and
    description, CVPR.

    Examples
    --------
    >>> video_recurrent(video_shape=(4, 16, 16, 1), classes=3).output_shape
    (None, 3)
    """
    rates = one_per_layer("dropout", dropout, len(units))
    parts = Parts(seed)
    import keras

    each = keras.layers.TimeDistributed
    looks: Any = {"padding": "same", "activation": activation, "initializer": "glorot_uniform"}

    inputs = keras.Input(video_shape, name="video")
    x = inputs  # (batch, frames, height, width, channels)
    for i, number in enumerate(filters, start=1):
        layer = parts.convolution(number, kernel_size, f"convolution_{i}", **looks)
        x = each(layer, name=f"frames_convolution_{i}")(x)
        layer = parts.pooling(pool_size, f"pooling_{i}")
        x = each(layer, name=f"frames_pooling_{i}")(x)
    x = each(keras.layers.Flatten(name="flatten"), name="frames_flatten")(x)
    for i, (size, rate) in enumerate(zip(units, rates, strict=True), start=1):
        more = i < len(units)
        x = parts.recurrent(kind, size, f"{kind}_{i}", return_sequences=more)(x)
        x = parts.dropout(x, rate, f"dropout_{i}")
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="video_recurrent")
