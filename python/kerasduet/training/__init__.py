"""Train a network on a data set, so that it repeats bit for bit and resumes exactly."""

from kerasduet.training import xla
from kerasduet.training.compile import compile_model
from kerasduet.training.cost import memory
from kerasduet.training.course import train
from kerasduet.training.predict import predict_outputs, refuse_no_numbers
from kerasduet.training.stages import is_tuning
from kerasduet.training.state import State, capture, restore, weights_digest

__all__ = [
    "State",
    "capture",
    "compile_model",
    "is_tuning",
    "memory",
    "predict_outputs",
    "refuse_no_numbers",
    "restore",
    "train",
    "weights_digest",
    "xla",
]
