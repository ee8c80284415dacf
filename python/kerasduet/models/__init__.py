"""Network builders: plain functional Keras models, one builder a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from kerasduet.boundary import public_names
from kerasduet.environment import deterministic, settle_backend
from kerasduet.errors import ArgumentType
from kerasduet.models.parts import is_filled_later
from kerasduet.registry import BUILDERS, TASKS
from kerasduet.settings.named import answers
from kerasduet.settings.networks import refuse_misfit

if TYPE_CHECKING:
    import keras

    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.models.sequence.encoder_decoder import encoder_decoder
    from kerasduet.models.sequence.next_token import next_token
    from kerasduet.models.sequence.recurrent import recurrent
    from kerasduet.models.sequence.text_cnn import text_cnn
    from kerasduet.models.sequence.text_recurrent import text_recurrent
    from kerasduet.models.sequence.token_tagger import token_tagger
    from kerasduet.models.sequence.video_recurrent import video_recurrent
    from kerasduet.models.table.table_dense import table_dense
    from kerasduet.models.vision.alexnet import alexnet
    from kerasduet.models.vision.cnn import cnn
    from kerasduet.models.vision.cnn_norm import cnn_norm
    from kerasduet.models.vision.dnn import dnn
    from kerasduet.models.vision.googlenet import googlenet
    from kerasduet.models.vision.lenet5 import lenet5
    from kerasduet.models.vision.resnet import resnet18, resnet34, resnet50, resnet152
    from kerasduet.models.vision.torch_tutorial_cnn import torch_tutorial_cnn
    from kerasduet.models.vision.transfer import transfer
    from kerasduet.models.vision.vgg import vgg16, vgg19
    from kerasduet.models.vision.yolo_small import yolo_small
    from kerasduet.models.vision.yolo_v1 import yolo_v1
    from kerasduet.models.vision.zfnet import zfnet

__all__ = [
    "BUILDERS",
    "alexnet",
    "build_model",
    "cnn",
    "cnn_norm",
    "dnn",
    "encoder_decoder",
    "googlenet",
    "lenet5",
    "next_token",
    "recurrent",
    "resnet152",
    "resnet18",
    "resnet34",
    "resnet50",
    "table_dense",
    "text_cnn",
    "text_recurrent",
    "token_tagger",
    "torch_tutorial_cnn",
    "transfer",
    "vgg16",
    "vgg19",
    "video_recurrent",
    "yolo_small",
    "yolo_v1",
    "zfnet",
]


def __getattr__(name: str) -> Any:
    """Give a builder by its name in the registry, those of other packages included."""
    if name.startswith("_") or name not in BUILDERS:
        raise AttributeError(f"module 'kerasduet.models' has no attribute {name!r}")
    return BUILDERS[name]


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*__all__, *BUILDERS})


@answers()
def build_model(experiment: Experiment | str, data: Any = None) -> keras.Model:
    """Build the network of an experiment, untrained.

    Parameters
    ----------
    experiment : Experiment or str
        Names the builder and its arguments; its seed decides the initial weights. Or the name
        of a preset.
    data : optional
        The caller's own data, or a `Dataset`, as for `run_experiment`. Of a table they decide
        how many inputs and outputs the network has; data that the experiment names are loaded.

    Returns
    -------
    keras.Model
        Functional and uncompiled.

    Raises
    ------
    ArgumentType
        The network follows from data that only the caller has.

    Examples
    --------
    >>> build_model("mnist-dnn").count_params()
    235146
    """
    # NumPy: the names of builders alone need none of it.
    from kerasduet.data import loaded_for
    from kerasduet.data.following import followed

    chosen, data = followed(experiment, data)
    settle_backend(chosen.builder)  # before data start Keras, to download them
    if data is not None:
        return build(chosen, loaded_for(chosen, data).preprocessing)
    if not TASKS[chosen.task].decided:
        return build(chosen, None)
    if chosen.is_on_own_data:
        raise ArgumentType(
            f"data: decide how many inputs and outputs the network of {chosen.name} has; got "
            "nothing. Give them, as to run_experiment()."
        )
    return build(chosen, loaded_for(chosen, None).preprocessing)


def build(chosen: Experiment, learned: Learned | None) -> keras.Model:
    """Build a network for what was learned, which only some tasks need."""
    settle_backend(chosen.builder)
    return _built(chosen, learned)


@deterministic()
def _built(chosen: Experiment, learned: Learned | None) -> keras.Model:
    model = BUILDERS[chosen.builder](**chosen.builder_arguments(learned))
    if chosen.has_own_network:  # its shapes are no arguments
        task = TASKS[chosen.task]
        sides = task.sides(chosen.data) or (learned and task.learned_sides(learned))
        refuse_misfit(model, sides or None)
    if not is_filled_later():
        TASKS[chosen.task].begin(model, chosen, learned)
    return model


public_names(sys.modules[__name__])
