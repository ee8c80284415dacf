"""A network of the caller's, as an experiment keeps it: its description, not its weights."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType, ShapeError
from kerasduet.settings.allowed import NETWORKS
from kerasduet.settings.configurations import nodes, parsed, snake
from kerasduet.settings.objects import text_of

if TYPE_CHECKING:
    import keras

__all__ = [
    "OWN_NETWORK",
    "Shapes",
    "give_seeds",
    "is_built",
    "is_function",
    "made",
    "network_text",
    "refuse_misfit",
    "sides",
    "taken",
]

OWN_NETWORK = "own"  # in place of a builder's name
Shapes = tuple[Any, tuple[Any, ...]]  # of one input, or a dict of them, and of one output


def taken(given: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Give those arguments that a function of the caller's has; refuse one that needs others.

    Parameters
    ----------
    given : callable
        It is to make a network.
    arguments : mapping
        What the task's data decide, and the seed.
    """
    parameters = inspect.signature(given).parameters.values()
    takes_all = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
    known = {p.name for p in parameters}
    lacking = [
        p.name
        for p in parameters
        if p.default is p.empty
        and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        and (p.name not in arguments or p.kind is p.POSITIONAL_ONLY)
    ]
    if lacking:
        raise ArgumentType(
            f"model: must be a function of {', '.join(arguments)}, or of some of them; got "
            f"{_name_of(given)}() with {lacking[0]}. Give that argument a default."
        )
    return {key: item for key, item in arguments.items() if takes_all or key in known}


def made(given: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Call a function of the caller's that makes a network."""
    network = given(**arguments)
    if not is_model(network):
        raise ArgumentType(
            f"model: must give a Keras model; got {show(network)} from {_name_of(given)}(). "
            "Return the model."
        )
    return network


def _name_of(given: Callable[..., Any]) -> str:
    return getattr(given, "__name__", type(given).__name__)


def is_function(value: Any) -> bool:
    """Say whether it is a function that makes a network, not a network."""
    return callable(value) and not inspect.isclass(value) and not is_model(value)


def is_model(value: Any) -> bool:
    """Say whether it is a Keras model."""
    import sys

    keras = sys.modules.get("keras")
    return keras is not None and isinstance(value, keras.Model)


def is_built(value: Any) -> bool:
    """Say whether it is a model of layers that knows its input and output."""
    return is_model(value) and type(value).__name__ in NETWORKS and value.built


def network_text(model: Any, wanted: Shapes | None) -> str:
    """Describe a network in a text, after it was found to be fit for training.

    Raises
    ------
    ArgumentType
        It is no Keras model, is trained, or holds what is not allowed.
    ShapeError
        Its input or output is not that of the data.
    """
    if not is_model(model):
        return text_of("model", model, "network")
    if type(model).__name__ not in NETWORKS:
        raise ArgumentType(
            "model: must be a functional or a sequential Keras model; got the class "
            f"{type(model).__name__}. Build it with keras.Model(inputs, outputs)."
        )
    if not model.built:
        raise ArgumentType(
            "model: must know the shape of its input; got a network that is not built. Begin it "
            "with keras.Input(...)."
        )
    text = text_of("model", model, "network")
    _refuse_trained(model)
    refuse_misfit(model, wanted)
    return json.dumps(_renamed(parsed(text)), sort_keys=True, separators=(",", ":"))


def sides(model: keras.Model) -> Shapes | None:
    """Give the shapes of one input and of one output; None where there are several."""
    inputs, outputs = model.inputs, model.outputs
    if len(inputs) != 1 or len(outputs) != 1:
        return None
    # A sequential model has its layers' sides, which are never in a dict or list.
    given = () if type(model).__name__ == "Sequential" else (model.input, model.output)
    if any(isinstance(side, dict | list) for side in given):
        return None
    return tuple(inputs[0].shape[1:]), tuple(outputs[0].shape[1:])


def refuse_misfit(model: keras.Model, wanted: Shapes | None) -> None:
    """Refuse a network that does not take what the data give, or does not give what they need."""
    if wanted is None:
        return
    if isinstance(wanted[0], dict):
        _refuse_other_inputs(model, wanted)
        return
    found = sides(model)
    if found is None:
        raise ShapeError(
            "model: must have one input and one output, not in a dict or list; got "
            f"{len(model.inputs)} and {len(model.outputs)}."
        )
    for side, have, need in zip(("input", "output"), found, wanted, strict=True):
        if not _fits(have, need):
            raise ShapeError(
                f"model: must have the {side} of the data, {show(need)}; got "
                f"{show(have)}. Change the network, or the settings that decide the data."
            )


def _fits(have: tuple[Any, ...], need: tuple[Any, ...]) -> bool:
    return len(have) == len(need) and all(
        a is None or a == b for a, b in zip(have, need, strict=True)
    )


def _refuse_other_inputs(model: keras.Model, wanted: tuple[Any, Any]) -> None:
    """Refuse a network whose inputs are not those that the data give by name."""
    needed, output = wanted
    named = model.input if isinstance(model.input, dict) else {i.name: i for i in model.inputs}
    found = {name: tuple(tensor.shape[1:]) for name, tensor in named.items()}
    same = set(found) == set(needed) and all(_fits(found[name], needed[name]) for name in found)
    if not same:
        raise ShapeError(
            f"model: must have the inputs of the data by name, {show(needed)}; got {show(found)}. "
            "Name each keras.Input so, and give it that shape."
        )
    given = [tuple(tensor.shape[1:]) for tensor in model.outputs]
    if len(given) != 1 or not _fits(given[0], output):
        raise ShapeError(
            f"model: must have one output, {show(output)}; got {show(given)}. Change the last "
            "layer."
        )


def _refuse_trained(model: keras.Model) -> None:
    """Refuse a network whose weights are not as they began: they would be lost without a word."""
    import numpy as np

    changed = None
    if getattr(model, "optimizer", None) is not None and int(model.optimizer.iterations):
        changed = "by a training"
    begins = {"bias": 0, "beta": 0, "moving_mean": 0, "gamma": 1, "moving_variance": 1}
    begins |= {"mean": 0, "variance": 1, "count": 0}  # of Normalization, until it is adapted
    for weight in model.weights:
        name = weight.path.rpartition("/")[2]
        if changed is not None or name not in begins:
            continue
        values = np.unique(np.asarray(weight))
        # An LSTM's bias begins at 0, but at 1 for its forget gate.
        usual = {0.0, 1.0} if name == "bias" else {float(begins[name])}
        if not set(values.tolist()) <= usual and not _is_chosen(model, weight):
            changed = f"such as {weight.path}"
    if changed is not None:
        raise ArgumentType(
            "model: must be untrained, as its weights are drawn anew from the seed; got one whose "
            f"weights were changed, {changed}. Give keras.models.clone_model(net) to train its "
            "layers from the start."
        )


def _is_chosen(model: keras.Model, weight: Any) -> bool:
    """Say whether a layer was told how to begin this weight."""
    name = weight.path.rpartition("/")[2] + "_initializer"
    for layer in model._flatten_layers(include_self=False):
        if any(weight is own for own in layer.weights):
            kind = type(getattr(layer, name, None)).__name__
            if kind not in ("Zeros", "Ones", "NoneType"):
                return True
    return False


def _renamed(network: dict[str, Any]) -> dict[str, Any]:
    """Count the layers that Keras named anew, within this network alone.

    Keras counts through a session, so that the same network made twice has other names. The two
    layers of a Bidirectional are counted too.
    """
    found = {}
    for node in nodes(network):
        name, prefix = _name(node), snake(str(node["class_name"]))
        if isinstance(name, str):
            way = re.match(r"(forward|backward)_", name)
            found[name] = (way[0] if way else "") + prefix
    numbered = {
        name: prefix
        for name, prefix in found.items()
        if re.fullmatch(rf"{re.escape(prefix)}(_\d+)?", name)
    }
    taken = set(found) - set(numbered)
    new: dict[str, str] = {}
    for old, prefix in numbered.items():
        names = (prefix if n == 0 else f"{prefix}_{n}" for n in count())
        new[old] = next(name for name in names if name not in taken)
        taken.add(new[old])
    renamed: dict[str, Any] = _replaced(network, new)
    return renamed


def _name(node: Mapping[str, Any]) -> Any:
    config = node.get("config")
    return config.get("name") if isinstance(config, dict) else None


REFERENCES = ("name", "keras_history", "input_layers", "output_layers")


def _replaced(value: Any, new: Mapping[str, str], *, names: bool = False) -> Any:
    """Put new names where a configuration names a layer, and nowhere else."""
    if isinstance(value, dict):
        return {key: _replaced(v, new, names=key in REFERENCES) for key, v in value.items()}
    if isinstance(value, list):
        return [_replaced(item, new, names=names) for item in value]
    return new.get(value, value) if names and isinstance(value, str) else value


def give_seeds(network: dict[str, Any], seeds: Callable[[], int]) -> None:
    """Set each seed that a network leaves open, in the order of its layers."""
    for node in nodes(network):
        config = node.get("config")
        if isinstance(config, dict) and "seed" in config and config["seed"] is None:
            config["seed"] = seeds()
