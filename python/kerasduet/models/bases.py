"""Networks to transfer from: of Keras Applications, built by name here, or of a saved run."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kerasduet.checks import nearest, show
from kerasduet.errors import ArgumentType, DatasetError, ShapeError, UnknownName
from kerasduet.models.applications import APPLICATIONS, prepared
from kerasduet.models.base_weights import fill_from_file, fill_from_run
from kerasduet.models.own import seeded
from kerasduet.models.parts import bounded, is_filled_later, limit_of_layers
from kerasduet.registry import BUILDERS, READERS
from kerasduet.settings import Rule, arguments_of
from kerasduet.settings.configurations import is_object, parsed, rebuilt
from kerasduet.settings.objects import text_of

if TYPE_CHECKING:
    import keras

__all__ = ["IMAGENET", "Base", "base_names", "grown", "refuse_misfit"]

IMAGENET = "imagenet"
SECONDS = 10  # to wait for a server that does not answer


def base_names() -> list[str]:
    """Name the networks that can be built: Keras Applications, then builders for images."""
    ours = [
        name
        for name in BUILDERS
        if name != "transfer"
        and {"input_shape", "classes", "seed"} <= set(arguments_of(BUILDERS[name]))
    ]
    return [*APPLICATIONS, *(name for name in ours if name not in APPLICATIONS)]


@dataclass(frozen=True)
class Base(Rule):
    """A network by name, or a saved run, which is kept as the text of its network."""

    def __call__(self, name: str, value: Any) -> str:
        """Check one value."""
        if is_object(value):
            return _text(name, value)
        if hasattr(value, "experiment") and hasattr(value, "folder"):
            return _text_of_run(name, value)
        if isinstance(value, os.PathLike) or (isinstance(value, str) and _is_folder(value)):
            return _text_of_run(name, READERS["run"](value))
        known = base_names()
        if not isinstance(value, str):
            raise ArgumentType(
                f"{name}: must be the name of a network, a saved run or its folder; got "
                f"{show(value)}."
            )
        if value not in known:
            raise UnknownName(
                f"{name}: no network and no folder {show(value)}. {nearest(value, known)}"
            )
        return value

    @property
    def text(self) -> str:
        """What it may be."""
        return "name of a network, or a saved run"

    def bad(self) -> list[Any]:
        """Give a name with a slip, what is no name, and what holds code."""
        code = '{"module": "keras.layers", "class_name": "Lambda", "config": {}}'
        return ["vgg17", "", 1, True, None, float("nan"), code, "{"]

    def read(self, typed: str) -> str:
        """Take it as it is."""
        return typed


def _is_folder(value: str) -> bool:
    from kerasduet.data.files import expanded

    with contextlib.suppress(OSError, ValueError):
        return value not in base_names() and bool(value) and expanded(value).is_dir()
    return False


def _text(name: str, value: str) -> str:
    """Check the text of a network, and of the run that it is of."""
    try:
        node = json.loads(value)
        run = node.pop("run")
        assert set(run) == {"folder", "weights"}
        assert all(isinstance(item, str) for item in run.values())
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError, RecursionError):
        raise ArgumentType(
            f"{name}: must be the name of a network, a saved run or its folder; got {show(value)}."
        ) from None
    node = json.loads(text_of(name, json.dumps(node), "network"))
    return json.dumps(node | {"run": run}, sort_keys=True, separators=(",", ":"))


def _text_of_run(name: str, run: Any) -> str:
    if run.folder is None or run.status != "finished" or run.is_changed:
        what = "one that is not saved" if run.folder is None else f"one that is {run.status}"
        what = "one whose weights were changed" if run.is_changed else what
        raise ArgumentType(
            f"{name}: must be a finished run in a folder of its own, as its weights are read from "
            f"there; got {what}. Save it first."
        )
    if len(run.model.inputs) != 1 or len(run.model.inputs[0].shape) != 4:
        raise ArgumentType(
            f"{name}: must be a run on images; got {run.experiment.name}, {run.task.noun}."
        )
    node = json.loads(text_of(name, run.model, "network"))
    node["run"] = {"folder": run.folder, "weights": run.provenance["digests"]["weights"]}
    return json.dumps(node, sort_keys=True, separators=(",", ":"))


def refuse_misfit(base: str, input_shape: tuple[int, ...], weights: str | None) -> None:
    """Refuse images that a base does not take, and weights that it does not have."""
    if len(input_shape) != 3:
        raise ShapeError(
            f"input_shape: must be (height, width, channels); got {show(input_shape)}."
        )
    if is_object(base):
        wanted = _sides(base)
        if any(a is not None and a != b for a, b in zip(wanted, input_shape, strict=True)):
            raise ShapeError(
                f"input_shape: must be that of the run to start from, {show(list(wanted))}; got "
                f"{show(list(input_shape))}. Bring the images to it, or choose another base."
            )
        return
    if base not in APPLICATIONS:
        if weights == IMAGENET:
            raise ArgumentType(
                f"weights: {base} has none of ImageNet; got {show(weights)}. Give a file of "
                "weights, or None, in R NULL."
            )
        return
    least = APPLICATIONS[base].least
    if min(input_shape[:2]) < least:
        raise ShapeError(
            f"input_shape: must be at least {least} x {least} pixels for {base}; got "
            f"{show(list(input_shape))}. Use larger images, or another base."
        )
    if input_shape[2] not in (1, 3):
        raise ShapeError(
            f"input_shape: must have 1 or 3 channels for {base}; got {show(list(input_shape))}."
        )


def _sides(base: str) -> tuple[Any, ...]:
    """Give the shape of one image that a run's network takes."""
    layers = parsed(base)["config"]["layers"]
    shape = next(
        layer["config"]["batch_shape"]
        for layer in layers
        if layer["class_name"] == "InputLayer"
    )
    return tuple(shape[1:])


def grown(
    base: str, inputs: Any, weights: str | None, seed: int
) -> tuple[Any, list[keras.Layer]]:
    """Let a base grow from an input, its weights in it, without its last layers.

    Parameters
    ----------
    base : str
        From `Base`.
    inputs : keras.KerasTensor
        Pixels 0..1 (batch, height, width, channels).
    weights : str or None
        "imagenet" (of a run: its own), a file, or none: random ones, from the seed. Where the
        network is filled from a file of its own afterwards they are not asked for.
    seed : int
        Decides random weights.

    Returns
    -------
    (keras.KerasTensor, list of keras.Layer)
        Its features, and its layers from the first on.
    """
    later = is_filled_later()
    with seeded(seed):
        if base in APPLICATIONS:
            x = prepared(inputs, APPLICATIONS[base].pixels)
            whole = _application(base, tuple(x.shape[1:]), None if later else weights)
        else:
            x, whole = inputs, _ours(base, tuple(inputs.shape[1:]), seed)
        if weights is not None and not later:
            if is_object(base) and weights == IMAGENET:
                fill_from_run(whole, parsed(base)["run"])
            elif weights != IMAGENET:
                fill_from_file(whole, base, weights)
        with limit_of_layers() or contextlib.nullcontext():
            features, layers = _copied(_trunk(whole, base), x)
    if weights is not None and not later:
        for old, new in layers:
            new.set_weights(old.get_weights())
    return features, [new for _, new in layers]


def _application(base: str, shape: tuple[int, ...], weights: str | None) -> keras.Model:
    known = APPLICATIONS[base]
    if weights != IMAGENET:
        return known.build(shape, None)
    try:
        with _impatient():
            return known.build(shape, IMAGENET)
    except Exception as error:  # Keras raises a plain Exception where nothing answers
        raise DatasetError(
            f"weights: ImageNet's of {base} must be in Keras's cache or within reach; got neither "
            f"({type(error).__name__}). Give the path of their file, or none for random ones."
        ) from None


@contextmanager
def _impatient() -> Iterator[None]:
    """Wait but a little for a server, and print nothing of a download."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SECONDS)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        socket.setdefaulttimeout(before)


def _ours(base: str, shape: tuple[int, ...], seed: int) -> keras.Model:
    """Build a network of a builder's name, or that of a run, as it was: untrained."""
    if is_object(base):
        node = {key: item for key, item in parsed(base).items() if key != "run"}
        with bounded(), limit_of_layers() or contextlib.nullcontext():
            network: keras.Model = rebuilt(json.dumps(node))
        return network
    with bounded():
        built: keras.Model = BUILDERS[base](input_shape=shape, seed=seed)
    return built


def _trunk(whole: keras.Model, base: str) -> keras.Model:
    """Cut the last layers off: what comes after the last maps, or the last layer alone."""
    import keras

    if base in APPLICATIONS:
        return whole
    tensor = whole.outputs[0]
    last = tensor._keras_history.operation
    while len(tensor.shape) != 4 and tensor._keras_history.operation.input is not None:
        before = tensor._keras_history.operation.input
        before = before[0] if isinstance(before, list | tuple) else before
        if before is tensor or isinstance(
            before._keras_history.operation, keras.layers.InputLayer
        ):
            tensor = last.input[0] if isinstance(last.input, list) else last.input
            break
        tensor = before
    return keras.Model(whole.inputs[0], tensor)


# Layers that do nothing once a network is trained.
IDLE = (
    *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout"),
    *("GaussianDropout", "GaussianNoise", "ActivityRegularization", "StochasticDepth"),
)


def _copied(trunk: keras.Model, x: Any) -> tuple[Any, list[tuple[keras.Layer, keras.Layer]]]:
    """Copy the layers of a network onto another input: one flat graph, without idle layers."""
    import keras

    made: dict[int, keras.Layer] = {}
    pairs: list[tuple[keras.Layer, keras.Layer]] = []

    def call(layer: Any, *given: Any, **more: Any) -> Any:
        if isinstance(layer, keras.Sequential):
            for inner in layer.layers:
                given = (call(inner, *given),)
            return given[0]
        if isinstance(layer, keras.Model):
            return layer._run_through_graph(given[0], call_fn=call)
        if type(layer).__name__ in IDLE:
            return given[0]
        if not isinstance(layer, keras.Layer):
            return layer(*given, **more)  # such as x + y
        if id(layer) not in made:
            made[id(layer)] = layer.__class__.from_config(layer.get_config())
            pairs.append((layer, made[id(layer)]))
        return made[id(layer)](*given, **more)

    features = trunk._run_through_graph([x], call_fn=call)
    return features[0] if isinstance(features, list | tuple) else features, pairs
