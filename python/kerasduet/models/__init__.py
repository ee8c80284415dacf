"""Network builders: plain functional Keras models, one builder a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from kerasduet.models.cnn import cnn
from kerasduet.models.dnn import dnn
from kerasduet.models.recurrent import recurrent

if TYPE_CHECKING:
    import keras

    from kerasduet.experiments import Experiment

__all__ = ["BUILDERS", "build_model", "cnn", "dnn", "recurrent"]

BUILDERS: Mapping[str, Callable[..., keras.Model]] = MappingProxyType(
    {"cnn": cnn, "dnn": dnn, "recurrent": recurrent}
)


def build_model(experiment: Experiment) -> keras.Model:
    """Build the network of an experiment, untrained.

    Parameters
    ----------
    experiment : Experiment
        Names the builder and its arguments; its seed decides the initial weights.

    Returns
    -------
    keras.Model
        Functional and uncompiled.

    Examples
    --------
    >>> from kerasduet.experiments import experiment
    >>> build_model(experiment("mnist-dnn")).count_params()
    235146
    """
    return BUILDERS[experiment.builder](**experiment.builder_arguments())
