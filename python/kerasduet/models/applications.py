"""Networks of Keras Applications by name: their class, their pixels, their least size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

__all__ = ["APPLICATIONS", "Application", "prepared"]

# Blue, green, red, of pixels 0..255; and red, green, blue, of pixels 0..1, each with its deviation.
CAFFE = (103.939, 116.779, 123.68)
TORCH = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@dataclass(frozen=True)
class Application:
    """A network of Keras Applications.

    Parameters
    ----------
    kind : str
        Its class there.
    pixels : {"caffe", "tf", "torch", "bytes"}
        What it was trained on: blue, green, red less their means; -1..1; 0..1 scaled by channel;
        or 0..255, which it scales itself.
    least : int
        Height and width, in pixels, that it needs at least.
    """

    kind: str
    pixels: str
    least: int = 32

    def build(self, input_shape: tuple[int, ...], weights: str | None) -> keras.Model:
        """Build it without its last layers, for images of three channels."""
        import keras

        made: Callable[..., keras.Model] = getattr(keras.applications, self.kind)
        return made(include_top=False, weights=weights, input_shape=input_shape)


APPLICATIONS: Mapping[str, Application] = {
    "vgg16": Application("VGG16", "caffe"),
    "vgg19": Application("VGG19", "caffe"),
    "resnet50": Application("ResNet50", "caffe"),
    "resnet101": Application("ResNet101", "caffe"),
    "resnet152": Application("ResNet152", "caffe"),
    "resnet50_v2": Application("ResNet50V2", "tf"),
    "resnet101_v2": Application("ResNet101V2", "tf"),
    "resnet152_v2": Application("ResNet152V2", "tf"),
    "inception_v3": Application("InceptionV3", "tf", 75),
    "inception_resnet_v2": Application("InceptionResNetV2", "tf", 75),
    "xception": Application("Xception", "tf", 71),
    "mobilenet": Application("MobileNet", "tf"),
    "mobilenet_v2": Application("MobileNetV2", "tf"),
    "mobilenet_v3_small": Application("MobileNetV3Small", "bytes"),
    "mobilenet_v3_large": Application("MobileNetV3Large", "bytes"),
    "nasnet_mobile": Application("NASNetMobile", "tf"),
    "nasnet_large": Application("NASNetLarge", "tf"),
    **{f"densenet{n}": Application(f"DenseNet{n}", "torch") for n in (121, 169, 201)},
    **{f"efficientnet_b{n}": Application(f"EfficientNetB{n}", "bytes") for n in range(8)},
    **{f"efficientnet_v2_b{n}": Application(f"EfficientNetV2B{n}", "bytes") for n in range(4)},
    **{
        f"efficientnet_v2_{size.lower()}": Application(f"EfficientNetV2{size}", "bytes")
        for size in "SML"
    },
    **{
        f"convnext_{size.lower()}": Application(f"ConvNeXt{size}", "bytes")
        for size in ("Tiny", "Small", "Base", "Large", "XLarge")
    },
}


def prepared(x: Any, pixels: str) -> Any:
    """Turn pixels 0..1 (batch, height, width, 1 or 3) into what a network was trained on.

    Plain layers without weights, so that a saved or exported network has them inside.
    """
    from keras import layers

    is_grey = x.shape[-1] == 1
    if is_grey:
        x = layers.Concatenate(name="three_channels")([x, x, x])
    if pixels == "tf":
        return layers.Rescaling(2.0, offset=-1.0, name="pixels")(x)
    if pixels == "torch":
        mean, deviation = TORCH
        variance = [value**2 for value in deviation]
        return layers.Normalization(mean=list(mean), variance=variance, name="pixels")(x)
    x = layers.Rescaling(255.0, name="pixels")(x)
    if pixels == "bytes":
        return x
    if not is_grey:
        x = _reversed(x)
    return layers.Normalization(mean=list(CAFFE), variance=[1.0] * 3, name="less_means")(x)


def _reversed(x: Any) -> Any:
    """Put the channels in the order blue, green, red: (batch, height, width, 3)."""
    from keras import layers

    last = {"data_format": "channels_last"}
    x = layers.Permute((3, 1, 2), name="channels_first")(x)  # (batch, 3, height, width)
    planes = [
        layers.Cropping2D(((place, 2 - place), (0, 0)), name=name, **last)(x)
        for name, place in (("blue", 2), ("green", 1), ("red", 0))
    ]
    x = layers.Concatenate(axis=1, name="blue_green_red")(planes)
    return layers.Permute((2, 3, 1), name="channels_last")(x)
