"""Boxes around objects: their overlap, which of several to keep, how good they are, as cells."""

import sys

from kerasduet.boundary import public_names
from kerasduet.detection.cells import decode, encode
from kerasduet.detection.overlap import iou, nms
from kerasduet.detection.precision import average_precision, mean_average_precision
from kerasduet.detection.tables import test_boxes

__all__ = [
    "average_precision",
    "decode",
    "encode",
    "iou",
    "mean_average_precision",
    "nms",
    "test_boxes",
]

public_names(sys.modules[__name__])
