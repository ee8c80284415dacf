"""Network builders: plain functional Keras models, one builder a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from kerasduet.environment import deterministic
from kerasduet.experiments import described
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


@deterministic()
def build_model(experiment: Experiment | str) -> keras.Model:
    """Build the network of an experiment, untrained.

    Parameters
    ----------
    experiment : Experiment or str
        Names the builder and its arguments; its seed decides the initial weights. Or the name
        of a preset.

    Returns
    -------
    keras.Model
        Functional and uncompiled.

    Examples
    --------
    >>> build_model("mnist-dnn").count_params()
    235146
    """
    chosen = described(experiment)
    return BUILDERS[chosen.builder](**chosen.builder_arguments())
