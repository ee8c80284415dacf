"""What a recurrent layer holds at each step, and the gates that let it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.concepts.keras_weights import recurrent_from_keras
from kerasduet.concepts.sequences import gru_forward, lstm_forward, rnn_forward
from kerasduet.data.part import leaves, taken
from kerasduet.environment import deterministic
from kerasduet.errors import ArgumentType, NonFinite, ShapeError
from kerasduet.inside.calls import Call
from kerasduet.inside.hooks import changed
from kerasduet.inside.networks import Subject, chosen_call, subject_of
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["KINDS", "Read", "forward", "read_one", "states"]

KINDS = {"SimpleRNN": "rnn", "LSTM": "lstm", "GRU": "gru"}
# Ours for what a layer computes, by the name that the lessons' equations have for it.
NAMES: dict[str, dict[str, str]] = {
    "rnn": {"state": "h"},
    "lstm": {
        "state": "a",
        "cell": "c",
        "input": "u",
        "forget": "f",
        "output": "o",
        "candidate": "candidate",
    },
    "gru": {"state": "h", "update": "z", "reset": "r", "candidate": "candidate"},
}
SIMPLE = {"tanh": "tanh", "relu": "relu", "sigmoid": "sigmoid", "linear": "identity"}


@dataclass(frozen=True)
class Read:
    """One sequence, as a recurrent layer reads it.

    Parameters
    ----------
    layer : str
        Its name.
    kind : {"rnn", "lstm", "gru"}
        What it is.
    found : dict of numpy.ndarray
        What it computes (steps, units), by our names, in the order of the sequence.
    steps : pandas.DataFrame
        A row a step: step, from 1, and token, time or frame where one stands at it.
    begun : mapping of numpy.ndarray
        State, and of an LSTM cell (units,), before the first step; 0 where there is none.
    """

    layer: str
    kind: str
    found: dict[str, np.ndarray]
    steps: pd.DataFrame
    begun: Mapping[str, np.ndarray] = field(default_factory=dict)


@answers()
def states(run: Result, x: Any, layer: str | None = None) -> pd.DataFrame:
    """Say what a recurrent layer holds after each step of a sequence, and what its gates do.

    Parameters
    ----------
    run : Run
        Of texts, of sentences with tags, of pairs of texts, of a text to go on with, of sequences,
        of videos, or of one series, with a network that has a recurrent layer.
    x : str, array or table
        One text, sequence or video, or a series, as for `predict`; of a series its last window is
        read. A decoder reads what `predict` writes for the text.
    layer : str, optional
        A recurrent layer by its name; by default the first. Of one that reads both ways it is the
        part that reads forward, unless the name is that of the other part.

    Returns
    -------
    pandas.DataFrame
        A row a step and unit: step (from 1; padding that the layer passes over has none), token,
        time or frame where one stands at the step, unit (from 1), state, and of an LSTM cell,
        input, forget, output and candidate; of a GRU update, reset and candidate. Gates lie between
        0 and 1. A decoder sees at each step the token before, first the mark "[start]".

    Raises
    ------
    ArgumentType
        No run, one of another kind, a layer that is not recurrent, or a network that has none.
    UnknownName
        No such layer.
    ShapeError
        More than one text, sequence or video.
    EmptyData, MissingValue, SeriesTooShort
        What `predict` refuses too.

    Notes
    -----
    LSTM: cell = forget * the cell before + input * candidate, state = output * tanh(cell). GRU:
    state = (1 - update) * the state before + update * candidate. Keras's own update gate of a GRU
    is 1 minus this one. See `concepts.lstm_forward`, `concepts.gru_forward`.

    Hochreiter and Schmidhuber (1997), Long short-term memory, Neural Computation 9; Cho et al.
    (2014), Learning phrase representations using RNN encoder-decoder, EMNLP.
    """
    read = read_one(run, x, layer)
    steps, units = read.found["state"].shape
    table = read.steps.iloc[np.repeat(np.arange(steps), units)].reset_index(drop=True)
    table["unit"] = np.tile(np.arange(1, units + 1), steps)
    for name, values in read.found.items():
        table[name] = values.ravel()
    return table


@deterministic()
def read_one(run: Any, x: Any, layer: Any) -> Read:
    """Let a recurrent layer of a run read one sequence; see `states`."""
    subject = subject_of(run)
    task: Any = None if subject.run is None else subject.run.task
    if not hasattr(task, "steps_of"):
        what = (
            "a network by itself"
            if subject.run is None
            else f"the run {subject.name}, {task.noun}"
        )
        raise ArgumentType(
            "run: must read texts, sequences, videos or one series, step by step; got "
            f"{what}. Train one with a recurrent layer, such as the preset sentiment."
        )
    call = _call(subject, layer)
    cell, name = _part(subject, call, layer)
    kind = KINDS[type(cell).__name__]
    _refuse_other_functions(cell, kind, name)
    raw, labels = task.steps_of(run, x, "x")
    rows = len(next(leaves(raw)))
    if rows != 1:
        raise ShapeError(f"x: must be one text, sequence or video; got {rows}.")
    if isinstance(labels, Mapping):  # of a network with several inputs, by their names
        labels = labels[_side(subject, call, list(labels))]
    given = run.preprocessing.to_network(taken(raw, slice(0, 1)))
    inputs, mask, first = _taken(subject, call, cell, given)
    kept = np.ones(len(inputs), bool) if mask is None else mask
    steps = pd.DataFrame({"step": np.arange(1, len(inputs) + 1)})
    if len(inputs) in [one.shape[1] for one in leaves(given)]:  # a step of an input
        kept = kept & (np.arange(len(inputs)) < len(labels))
        for column in labels:
            steps[column] = labels[column].reindex(steps.index)
    seen = inputs[kept]
    if not len(seen):
        raise ShapeError("x: must have a step that the layer reads; got padding alone.")
    back = bool(cell.go_backwards)
    begun = dict(zip(("state", "cell"), first, strict=False))
    found = forward(kind, cell, seen[::-1] if back else seen, first)
    if back:
        found = {what: values[::-1] for what, values in found.items()}
    steps = steps[kept].reset_index(drop=True).assign(step=np.arange(1, len(seen) + 1))
    return Read(name, kind, found, steps, begun)


def forward(
    kind: str, cell: Any, inputs: np.ndarray, begun: Sequence[np.ndarray] = ()
) -> dict[str, np.ndarray]:
    """Compute what a recurrent layer of Keras does with inputs (steps, features), by our names.

    It begins with the state `begun`, of an LSTM followed by the cell, (units,) each; otherwise 0.
    """
    weights = [np.asarray(one, np.float64) for one in cell.get_weights()]
    if not all(np.isfinite(one).all() for one in (*weights, inputs, *begun)):
        raise NonFinite(
            "run: its network must hold finite numbers; got NaN or infinity, as after a diverged "
            "training."
        )
    units = len(weights[1])
    h0, c0 = (*begun, np.zeros(units), np.zeros(units))[:2]
    if kind == "gru" and cell.reset_after:
        found = _gru_reset_after(weights, inputs.astype(np.float64), h0)
    elif kind == "rnn":
        p = recurrent_from_keras(kind, weights)
        activation = SIMPLE[_named(cell.activation)]
        eye = np.eye(units)
        found = rnn_forward(inputs, p["U"], p["W"], eye, b=p["b"], h0=h0, activation=activation)
    elif kind == "lstm":
        found = lstm_forward(inputs, recurrent_from_keras(kind, weights), a0=h0, c0=c0)
    else:
        found = gru_forward(inputs, recurrent_from_keras(kind, weights), h0=h0)
    return {name: found[own] for name, own in NAMES[kind].items()}


def _gru_reset_after(
    weights: list[np.ndarray], inputs: np.ndarray, h: np.ndarray
) -> dict[str, np.ndarray]:
    """Run a GRU whose reset gate acts after the product with the state; z is 1 minus Keras's."""
    kernel, recurrent = weights[:2]
    units = len(recurrent)
    bias = weights[2] if len(weights) > 2 else np.zeros((2, 3 * units))
    rows = []
    for x in inputs @ kernel + bias[0]:
        z_x, r_x, c_x = np.split(x, 3)
        z_h, r_h, c_h = np.split(h @ recurrent + bias[1], 3)
        z, r = (1 / (1 + np.exp(-one)) for one in (-(z_x + z_h), r_x + r_h))
        candidate = np.tanh(c_x + r * c_h)
        h = (1 - z) * h + z * candidate
        rows.append((h, z, r, candidate))
    return dict(zip(("h", "z", "r", "candidate"), np.array(rows).swapaxes(0, 1), strict=True))


def _parts(operation: Any) -> list[Any]:
    """Give the recurrent layers that an operation is made of, the one that reads forward first."""
    kind = type(operation).__name__
    if kind == "Bidirectional":
        ways = [operation.forward_layer, operation.backward_layer]
        return [way for way in ways if type(way).__name__ in KINDS]
    return [operation] if kind in KINDS else []


def _call(subject: Subject, layer: Any) -> Call:
    """Find the recurrent layer, also by the name of a part of one that reads both ways."""
    from kerasduet.inside.calls import calls_of

    if isinstance(layer, str):
        for call in calls_of(subject.model):
            if layer in [part.name for part in _parts(call.operation)]:
                return call
    what = "a recurrent layer (SimpleRNN, LSTM or GRU)"
    return chosen_call(subject, layer, lambda call: bool(_parts(call.operation)), what)


def _part(subject: Subject, call: Call, layer: Any) -> tuple[Any, str]:
    """Give the layer, or the part of it that is asked for, and its name."""
    parts = _parts(call.operation)
    for part in parts:
        if part.name == layer:
            return part, part.name
    return parts[0], call.name if parts[0] is call.operation else parts[0].name


def _named(activation: Any) -> str:
    return str(getattr(activation, "__name__", activation))


def _refuse_other_functions(cell: Any, kind: str, name: str) -> None:
    """Refuse a layer that computes something else than the equations."""
    activation = _named(cell.activation)
    fits = (
        activation in SIMPLE
        if kind == "rnn"
        else activation == "tanh" and _named(cell.recurrent_activation) == "sigmoid"
    )
    if not fits:
        wanted = ", ".join(SIMPLE) if kind == "rnn" else "tanh with sigmoid gates"
        raise ArgumentType(
            f"layer: must have the activation {wanted}; got {name} with {activation}."
        )


def _side(subject: Subject, call: Call, names: list[str]) -> str:
    """Say which input of several a layer reads: the last of `names` that leads to it."""
    from kerasduet.inside.calls import calls_of

    calls = calls_of(subject.model)
    place = next(i for i, own in enumerate(calls) if own.name == call.name)
    left, seen = (
        list(calls[place].sources[:1]),
        set[str](),
    )  # not the states that it begins with
    while left:
        own = calls[left.pop()]
        seen.add(own.name)
        left += own.sources
    return next((name for name in reversed(names) if name in seen), names[0])


def _taken(
    subject: Subject, call: Call, cell: Any, given: Any
) -> tuple[np.ndarray, np.ndarray | None, list[np.ndarray]]:
    """Give what a layer takes (steps, features), which steps it reads, and how it begins."""
    from keras import ops, tree

    seen: dict[str, Any] = {}

    def change(inner: Any) -> Any:
        def noting(*args: Any, **named: Any) -> Any:
            begun = args[1] if len(args) > 1 else named.get("initial_state")
            seen.update(inputs=args[0], mask=named.get("mask"), begun=begun)
            return inner(*args, **named)

        return noting

    with changed(call.operation, change):
        subject.model(given, training=False)
    inputs, mask = seen["inputs"], seen["mask"]
    begun = [] if seen["begun"] is None else tree.flatten(seen["begun"])
    if isinstance(inputs, list | tuple):
        inputs, *begun = inputs
    parts = _parts(call.operation)
    if parts[0] is not call.operation:  # reads both ways, each with its half of the states
        half = len(begun) // 2
        begun = begun[:half] if cell is parts[0] else begun[half:]

    def number(one: Any) -> np.ndarray:
        return np.asarray(ops.convert_to_numpy(one), np.float64)

    found = number(inputs)
    if found.ndim != 3:
        raise ShapeError(
            f"layer: must read steps of numbers; got {call.name} with {found.ndim} axes."
        )
    kept = None if mask is None else np.asarray(ops.convert_to_numpy(mask))[0] > 0
    return found[0], kept, [number(one)[0] for one in begun]
