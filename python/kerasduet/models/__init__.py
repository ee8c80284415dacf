"""Network builders: plain functional Keras models, one builder a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.environment import deterministic
from kerasduet.experiments import described
from kerasduet.registry import BUILDERS, TASKS
from kerasduet.settings.networks import refuse_misfit

if TYPE_CHECKING:
    import keras

    from kerasduet.experiments import Experiment
    from kerasduet.models.sequence.recurrent import recurrent
    from kerasduet.models.vision.cnn import cnn
    from kerasduet.models.vision.dnn import dnn

__all__ = ["BUILDERS", "build_model", "cnn", "dnn", "recurrent"]


def __getattr__(name: str) -> Any:
    """Give a builder by its name in the registry, those of other packages included."""
    if name.startswith("_") or name not in BUILDERS:
        raise AttributeError(f"module 'kerasduet.models' has no attribute {name!r}")
    return BUILDERS[name]


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*__all__, *BUILDERS})


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
    model = BUILDERS[chosen.builder](**chosen.builder_arguments())
    if chosen.has_own_network:  # its shapes are no arguments
        refuse_misfit(model, TASKS[chosen.task].sides(chosen.data))
    return model
