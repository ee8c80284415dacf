"""The operations of a network in the order in which they run, those of nested networks too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["Call", "Shape", "calls_of", "functional"]

Shape = tuple[int | None, ...]  # without the batch


@dataclass(frozen=True)
class Call:
    """One operation, called once.

    Parameters
    ----------
    name : str
        Of the operation; within a nested network after that one's name and a stroke.
    operation : keras.Operation
        A layer, or a function of tensors such as `x + y`.
    inputs, outputs : tuple of Shape
        What it takes and gives, without the batch.
    sources : tuple of int
        Places, in the list of calls, of those whose outputs it takes.
    """

    name: str
    operation: Any
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    sources: tuple[int, ...]

    @property
    def shape(self) -> Shape:
        """Of its first output."""
        return self.outputs[0] if self.outputs else ()


def functional(network: Any) -> Any:
    """Give the graph of a built network: of a sequential one the functional one inside it."""
    return getattr(network, "_functional", None) or network


def calls_of(network: Any) -> list[Call]:
    """Go through a built network, into those that are nested in it.

    Parameters
    ----------
    network : keras.Model
        Functional or sequential.
    """
    calls: list[Call] = []
    graph = functional(network)
    _walk(graph, list(graph.inputs), [None] * len(graph.inputs), "", calls)
    return _counted_anew(calls)


def _counted_anew(calls: list[Call]) -> list[Call]:
    """Count operations that are no layers from 0; Keras counts on over all networks."""
    import keras

    taken = {call.name for call in calls if isinstance(call.operation, keras.Layer)}
    names: dict[int, str] = {}
    for call in calls:
        own = call.operation
        if isinstance(own, keras.Layer) or id(own) in names:
            continue
        base = re.sub(r"_\d+$", "", call.name)
        if base.rpartition("/")[2].replace("_", "") != type(own).__name__.lower():
            continue  # a name of the caller's
        number = 0
        while (name := f"{base}_{number}" if number else base) in taken:
            number += 1
        taken.add(name)
        names[id(own)] = name
    return [replace(call, name=names.get(id(call.operation), call.name)) for call in calls]


def _walk(
    graph: Any, inputs: Sequence[Any], origins: Sequence[int | None], prefix: str, calls: list
) -> list[tuple[Any, int]]:
    """Add the calls of a graph, and give each of its outputs with the call that it comes from."""
    known: dict[int, tuple[Any, int | None]] = {
        id(own): (given, origin)
        for own, given, origin in zip(graph.inputs, inputs, origins, strict=True)
    }
    same = all(
        own.shape == given.shape for own, given in zip(graph.inputs, inputs, strict=True)
    )
    for node in _nodes(graph):
        if node.is_input:
            if not prefix:
                shape = tuple(node.outputs[0].shape[1:])
                calls.append(Call(node.operation.name, node.operation, (), (shape,), ()))
                known[id(node.outputs[0])] = (node.outputs[0], len(calls) - 1)
            continue
        taken = [known[id(tensor)] for tensor in node.input_tensors]
        operation, name = node.operation, prefix + node.operation.name
        if hasattr(functional(operation), "_nodes_by_depth"):
            nested, origins_in = functional(operation), [origin for _, origin in taken]
            ends = _walk(nested, [tensor for tensor, _ in taken], origins_in, f"{name}/", calls)
            known |= dict(zip(map(id, node.outputs), ends, strict=True))
            continue
        outputs = node.outputs if same else _again(node, known)
        calls.append(
            Call(
                name,
                operation,
                tuple(tuple(tensor.shape[1:]) for tensor, _ in taken),
                tuple(tuple(tensor.shape[1:]) for tensor in outputs),
                tuple(dict.fromkeys(origin for _, origin in taken if origin is not None)),
            )
        )
        ends = [(tensor, len(calls) - 1) for tensor in outputs]
        known |= dict(zip(map(id, node.outputs), ends, strict=True))
    return [known[id(tensor)] for tensor in graph.outputs]  # type: ignore[misc]


def _nodes(graph: Any) -> Iterator[Any]:
    for _, nodes in sorted(graph._nodes_by_depth.items(), reverse=True):
        yield from (node for node in nodes if node.operation)


def _again(node: Any, known: dict[int, tuple[Any, int | None]]) -> list[Any]:
    """Give what a call gives for inputs of another size than the network was built for."""
    from keras import tree

    tensors = {place: tensor for place, (tensor, _) in known.items()}
    given, named = node.arguments.fill_in(tensors)
    return list(tree.flatten(node.operation.compute_output_spec(*given, **named)))
