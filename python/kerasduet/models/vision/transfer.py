"""A trained network with a new head: transfer learning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.checks import nearest, show
from kerasduet.errors import UnknownName
from kerasduet.models.bases import Base, grown, refuse_misfit
from kerasduet.models.parts import Parts
from kerasduet.settings import Optional, PathText, Several, Text, checked
from kerasduet.settings.common import CLASSES, SEED, SHAPE, SIZE

if TYPE_CHECKING:
    import keras

__all__ = ["FEATURES", "freeze", "transfer"]

FEATURES = "features"  # the layer between base and head


def _fits(a: Mapping[str, Any]) -> None:
    refuse_misfit(a["base"], a["input_shape"], a["weights"])


@checked(_fits)
def transfer(
    *,
    base: Annotated[str, Base()] = "vgg16",
    input_shape: Annotated[tuple[int, ...], SHAPE] = (224, 224, 3),
    classes: Annotated[int, CLASSES] = 10,
    head: Annotated[tuple[int, ...], Several(SIZE, empty=True)] = (1024, 256),
    weights: Annotated[str | None, Optional(PathText())] = "imagenet",
    trainable_from: Annotated[str | None, Optional(Text())] = None,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a classifier on the features of a trained network: base, flatten, dense, softmax.

    Parameters
    ----------
    base : str
        Network to start from, without its last layers: one of Keras Applications such as "vgg16"
        or "efficientnet_b0"; a builder's name; or a saved run, or its folder.
    input_shape : tuple of int
        One image (height, width, channels), pixels 0..1. Of Keras Applications the pixels are
        turned into what the base was trained on by layers of the network, and one channel becomes
        three alike.
    classes : int
        Number of classes, at least 2.
    head : tuple of int
        Units of each dense hidden layer after the base; may be empty.
    weights : str, optional
        Of the base: "imagenet" (of a run: those that it learned), or the path of an HDF5 file; None
        for random ones. ImageNet's are read from Keras's cache, or fetched by Keras.
    trainable_from : str, optional
        Name of the layer of the base from which on it is trained; None trains the head alone. Its
        batch normalisation is never trained, and always uses the means that it has.
    seed : int
        Decides initial weights, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, height, width, channels), output (batch, classes): probabilities. One graph of
        layers, those of the base among them.

    Raises
    ------
    UnknownName
        No such base, or no such layer in it.
    ShapeError
        An image smaller than the base allows, or with other channels.
    DatasetError, ModelMismatch
        Weights that cannot be reached or read, or that are of another network.

    Notes
    -----
    Dropout of the base is left out, as it does nothing in a base that is not trained. VGG16 at 224
    x 224 x 3 has 14,714,688 weights; its head of (1024, 256) for 10 classes 25,956,106, which are
    trained.

    References
    ----------
    Yosinski et al. (2014), How transferable are features in deep neural networks?, Advances in
    Neural Information Processing Systems 27.

    Examples
    --------
    >>> net = transfer(base="cnn", weights=None, input_shape=(28, 28, 1), head=(64,))
    >>> sum(weight.shape.num_elements() for weight in net.trainable_weights)
    346826
    """
    parts = Parts(seed)
    import keras

    inputs = keras.Input(input_shape, name="image")
    x, layers = grown(base, inputs, weights, parts.next_seed())
    freeze(layers, trainable_from)
    x = keras.layers.Flatten(name=FEATURES)(x)  # (batch, numbers)
    for i, size in enumerate(head, start=1):
        x = parts.dense(size, f"head_{i}", activation="relu", initializer="he_uniform")(x)
    outputs = parts.dense(classes, "head_probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="transfer")


def freeze(layers: list[keras.Layer], trainable_from: str | None) -> None:
    """Leave the layers from a name on trainable, all but batch normalisation."""
    import keras

    names = [layer.name for layer in layers]
    if trainable_from is not None and trainable_from not in names:
        raise UnknownName(
            f"trainable_from: no layer {show(trainable_from)} in the base. "
            f"{nearest(trainable_from, names)}"
        )
    first = len(names) if trainable_from is None else names.index(trainable_from)
    for place, layer in enumerate(layers):
        is_statistics = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = place >= first and not is_statistics
