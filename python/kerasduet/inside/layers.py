"""The layers of a network: shapes, parameters, multiply-adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.inside.calls import Shape, calls_of
from kerasduet.inside.counting import multiply_adds
from kerasduet.inside.networks import network_of
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from kerasduet.experiments import Experiment
    from kerasduet.result import Result

__all__ = ["Layer", "describe", "layers_of"]

TIMES = " \u00d7 "


@dataclass(frozen=True)
class Layer:
    """One layer of a network, in words and numbers.

    Parameters
    ----------
    name, kind : str
        Its own name, after that of a nested network, and its Keras class.
    detail : str
        Settings worth showing, such as "3 x 3, relu".
    shape : tuple of int or None
        Of its (first) output, without the batch; None is a size that is left open.
    parameters, trainable : int
        Numbers in it, and those that training changes.
    multiply_adds : int or None
        For one input; None where they depend on an open size.
    sources : tuple of int
        Places of the layers whose outputs it takes.
    """

    name: str
    kind: str
    detail: str
    shape: Shape
    parameters: int
    trainable: int = 0
    multiply_adds: int | None = 0
    sources: tuple[int, ...] = ()

    @property
    def shape_text(self) -> str:
        """The shape as a person writes it."""
        return TIMES.join("?" if size is None else f"{size:,}" for size in self.shape)


def layers_of(model: keras.Model) -> list[Layer]:
    """Describe the layers of a network, from the input on, each once."""
    calls = calls_of(model)
    place: dict[int, int] = {}  # of an operation among the layers
    for call in calls:
        place.setdefault(id(call.operation), len(place))
    found: list[Layer] = []
    for i, operation in enumerate(dict.fromkeys(id(call.operation) for call in calls)):
        own = [call for call in calls if id(call.operation) == operation]
        counts = [multiply_adds(call) for call in own]
        sources = {place[id(calls[j].operation)]: None for call in own for j in call.sources}
        found.append(
            Layer(
                name=own[0].name,
                kind=_kind(own[0].operation),
                detail=_detail(own[0].operation),
                shape=own[0].shape,
                parameters=_parameters(own[0].operation, "weights"),
                trainable=_parameters(own[0].operation, "trainable_weights"),
                multiply_adds=None if None in counts else sum(counts),  # type: ignore[arg-type]
                sources=tuple(j for j in sources if j < i),
            )
        )
    return found


def _kind(operation: Any) -> str:
    kind = type(operation).__name__
    return "Input" if kind == "InputLayer" else kind


def _parameters(operation: Any, which: str) -> int:
    return sum(int(np.prod(weight.shape)) for weight in getattr(operation, which, ()))


def _detail(operation: Any) -> str:
    try:
        config: Mapping[str, Any] = operation.get_config()
    except Exception:  # of an operation whose arguments have no description
        return ""
    parts = []
    for name in ("kernel_size", "pool_size"):
        if name in config:
            parts.append(TIMES.join(str(size) for size in np.atleast_1d(config[name])))
    strides = set(np.atleast_1d(config.get("strides") or 1).tolist())
    if "kernel_size" in config and strides != {1}:
        parts.append("stride " + TIMES.join(str(size) for size in sorted(strides)))
    dilation = set(np.atleast_1d(config.get("dilation_rate") or 1).tolist())
    if dilation != {1}:
        parts.append("dilation " + TIMES.join(str(size) for size in sorted(dilation)))
    if config.get("groups") not in (None, 1) and "kernel_size" in config:
        parts.append(f"{config['groups']} groups")
    if isinstance(config.get("rate"), int | float):
        parts.append(f"{100 * config['rate']:g} %")
    activation = config.get("activation")
    if isinstance(activation, str) and activation != "linear":
        parts.append(activation)
    return ", ".join(parts)


@answers()
def describe(model: keras.Model | Result | Experiment | str) -> pd.DataFrame:
    """Describe the layers of a network: output shapes, parameters, multiply-adds.

    Parameters
    ----------
    model : keras.Model, Run, Experiment or str
        The network; or a run, whose network it is; or an experiment or the name of a preset, whose
        network is built for it.

    Returns
    -------
    pandas.DataFrame
        A row a layer, from the input on: layer (its name, after that of a nested network), kind
        (its Keras class), output (the shape for one input, without the batch; "?" where a size is
        left open), parameters, multiply_adds (for one input; missing where they depend on an open
        size), share (of all multiply-adds), detail (such as the size of a kernel), inputs (the
        layers whose outputs it takes). `attrs` has the totals: parameters, trainable,
        multiply_adds.

    Raises
    ------
    ArgumentType
        No network, one that is not built, or one that is neither functional nor sequential.

    Notes
    -----
    A multiply-add is a product and the addition that follows. Those of matrix products and
    convolutions are counted, also in recurrent layers (times the steps) and in attention. What
    takes one or a few operations a number is left out, as in the papers' own counts: biases,
    activations, pooling, normalisation. A layer that is used several times is one row: its
    parameters count once, its multiply-adds each time.

    Examples
    --------
    >>> table = describe("mnist-cnn")
    >>> table[["layer", "kind", "parameters"]].to_numpy().tolist()[1]
    ['convolution_1', 'Conv2D', 320]
    >>> table.attrs["parameters"]
    693962
    """
    import pandas as pd

    layers = layers_of(network_of(model))
    counts = [layer.multiply_adds for layer in layers]
    total = None if None in counts else sum(counts)  # type: ignore[arg-type]
    known = [np.nan if count is None else count for count in counts]
    table = pd.DataFrame(
        {
            "layer": [layer.name for layer in layers],
            "kind": [layer.kind for layer in layers],
            "output": [layer.shape_text for layer in layers],
            "parameters": [layer.parameters for layer in layers],
            "multiply_adds": known,
            "share": [
                np.nan if total is None else count / total if total else 0.0 for count in known
            ],
            "detail": [layer.detail for layer in layers],
            "inputs": [", ".join(layers[i].name for i in layer.sources) for layer in layers],
        }
    )
    table.attrs = {
        "parameters": sum(layer.parameters for layer in layers),
        "trainable": sum(layer.trainable for layer in layers),
        "multiply_adds": total,
    }
    return table
