"""Rules that arguments of several builders and sections share."""

from __future__ import annotations

from kerasduet.errors import HorizonError
from kerasduet.settings.compound import Several
from kerasduet.settings.rules import MAX_WIDTH, Number, OneOf, Whole
from kerasduet.settings.sections import NOT_NEGATIVE as PENALTY
from kerasduet.settings.sections import SEED, SIZE

__all__ = [
    "ACTIVATION",
    "BOXES",
    "CLASSES",
    "DROPPED",
    "GRID",
    "HORIZON",
    "INITIALIZER",
    "OBJECTS",
    "PENALTY",
    "RATES",
    "SEED",
    "SHAPE",
    "SIZE",
    "VIDEO",
    "WIDTH",
]

ACTIVATION = OneOf(("elu", "gelu", "linear", "relu", "sigmoid", "softmax", "swish", "tanh"))
INITIALIZER = OneOf(("glorot_normal", "glorot_uniform", "he_normal", "he_uniform"))
SHAPE = Several(SIZE)
VIDEO = Several(SIZE, length=4)  # frames, height, width, channels
CLASSES = Whole(2, MAX_WIDTH)
OBJECTS = Whole(1, MAX_WIDTH)  # classes of objects, of which there may be one alone
GRID = Whole(1, 1_000)  # cells along a side of an image
BOXES = Whole(1, 100)  # that a cell of the grid proposes
WIDTH = Number(above=0, high=8)
DROPPED = Number(low=0, below=1, fix="It is a fraction of the units dropped.")
RATES = Several(DROPPED)
HORIZON = Whole(
    1,
    MAX_WIDTH,
    error=HorizonError,
    type_error=HorizonError,
    fix="A forecast lies at least one step ahead.",
)
