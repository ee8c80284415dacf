"""What the training rows teach a detector beside its weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kerasduet.data.preprocessing import Learned

__all__ = ["MOST_TRUE", "BoxPreprocessing", "usual_boxes"]

MOST_TRUE = 1_000  # boxes of an image; a saved table of predictions is no larger than they need
MOST_FOUND = 100
BOX_BYTES = 200  # of a box in a saved table, beside the name of its class


@dataclass(frozen=True)
class BoxPreprocessing(Learned):
    """Pixels to unit floats, class codes to names, and the boxes that a baseline always gives.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), as the network sees it.
    class_names : tuple of str
        Name of each class code.
    usual : tuple of tuple of float
        A class: its share of the training boxes, and their mean left, top, right and bottom as
        shares of their image.
    pixel_scale : float
        Whole-number pixels are divided by it: 255.
    """

    kind = "boxes"

    input_shape: tuple[int, ...]
    class_names: tuple[str, ...]
    usual: tuple[tuple[float, ...], ...]
    pixel_scale: float = 255.0

    # Names are texts.
    label_type = "str"
    ordered = False

    @property
    def labels(self) -> np.ndarray:
        """Each code's name: (classes,), object."""
        return np.array(self.class_names, dtype=object)

    @property
    def most_text(self) -> int:
        """Bytes that the boxes of an image take in a saved table, at most."""
        names = max(4 * len(name) for name in self.class_names)
        return (MOST_TRUE + MOST_FOUND) * (BOX_BYTES + names)

    def to_network(self, images: np.ndarray) -> np.ndarray:
        """Scale whole numbers to 0..1, float32; floats pass. (n, height, width, channels)."""
        if images.dtype == np.uint8:
            images = np.divide(images, np.float32(self.pixel_scale), dtype=np.float32)
        return images.astype(np.float32, copy=False).reshape(-1, *self.input_shape)


def usual_boxes(
    shares: np.ndarray, codes: np.ndarray, classes: int
) -> tuple[tuple[float, ...], ...]:
    """Give the share and the mean box of each class; one without boxes has a share of 0."""
    usual = []
    for code in range(classes):
        own = shares[codes == code]
        mean = own.mean(axis=0) if len(own) else np.array([0.0, 0.0, 1.0, 1.0])
        usual.append((len(own) / max(len(codes), 1), *map(float, mean)))
    return tuple(usual)
