"""The boxes of a network's diagram: a layer each, several layers where those are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kerasduet.figures.words import count
from kerasduet.inside.layers import Layer
from kerasduet.style import OKABE_ITO

__all__ = ["ARROW", "MOST", "Box", "boxes_of"]

# Kind of layer: colour, and the classes of Keras that are of this kind.
COLOURS = (
    ("sky", ("Conv", "Pool")),
    ("green", ("LSTM", "GRU", "RNN", "Attention")),
    ("orange", ("Dense", "Embedding")),
    ("purple", ("Dropout", "Normalization")),
)
ARROW = "#7F7F7F"
# Layers without a box of their own in a network of more than FOLD boxes.
SMALL = ("Activation", "BatchNormalization", "Dropout", "Flatten", "Padding", "ReLU", "ELU")
FOLD, MOST = 16, 24  # boxes
UNNAMED = "keras_tensor"  # how Keras calls the input of a part of a network


@dataclass(frozen=True)
class Box:
    """One layer, or several that are drawn as one.

    Parameters
    ----------
    title, name : str
        What it is, and what it is called.
    kinds : tuple of str
        Kinds and settings of its layers: boxes that are alike have the same.
    shape : str
        Of its output.
    parameters : int
        Of all its layers.
    colour : str
        Hexadecimal.
    sources : tuple of int
        Places of the boxes whose outputs it takes.
    layers : int
        How many it stands for.
    """

    title: str
    name: str
    kinds: tuple[str, ...]
    shape: str
    parameters: int
    colour: str
    sources: tuple[int, ...]
    layers: int = 1

    @property
    def told(self) -> str:
        """Its name, shape and parameters on one line."""
        counted = count(self.parameters, "parameter") if self.parameters else ""
        return " \u00b7 ".join(filter(None, [self.name, self.shape, counted]))


def boxes_of(layers: Sequence[Layer]) -> list[Box]:
    """Give the boxes of a network, fewer than its layers where those are many."""
    boxes = [
        Box(
            title=layer.kind + (f" ({layer.detail})" if layer.detail else ""),
            name="" if layer.name.startswith(UNNAMED) else layer.name,
            kinds=(f"{layer.kind} {layer.detail}",),
            shape=layer.shape_text,
            parameters=layer.parameters,
            colour=_colour(layer.kind),
            sources=layer.sources,
        )
        for layer in layers
    ]
    for most, shorter in ((FOLD, _folded), (MOST, _blocks), (MOST, _repeats), (MOST, _ends)):
        if len(boxes) > most:
            boxes = shorter(boxes)
    return boxes


def _colour(kind: str) -> str:
    for colour, words in COLOURS:
        if any(word in kind for word in words):
            return OKABE_ITO[colour]
    return ARROW


def _folded(boxes: Sequence[Box]) -> list[Box]:
    """Put small layers into the box of the layer before, where no other takes its output."""
    takers = [sum(i in box.sources for box in boxes) for i in range(len(boxes))]
    groups: list[list[int]] = []
    for i, box in enumerate(boxes):
        small = any(word in box.kinds[0] for word in SMALL) and len(box.sources) == 1
        group = next((group for group in groups if small and group[-1] == box.sources[0]), None)
        if group is not None and takers[group[-1]] == 1 and boxes[group[0]].sources:
            group.append(i)
        else:
            groups.append([i])
    return _merged(boxes, groups, _with_small)


def _with_small(boxes: Sequence[Box]) -> str:
    more = [box.title.partition(" (")[0] for box in boxes[1:]]
    known = {
        "BatchNormalization": "norm",
        "ZeroPadding2D": "padding",
        "Activation": "activation",
    }
    return " + ".join([boxes[0].title, *(known.get(name, name) for name in more)])


def _blocks(boxes: Sequence[Box]) -> list[Box]:
    """Put what lies between two boxes that every path meets into one box, and so each head."""
    takers = [{j for j, box in enumerate(boxes) if i in box.sources} for i in range(len(boxes))]
    trunk, heads = _trunk_and_heads(takers)
    groups: list[list[int]] = []
    reach = 0  # the farthest box of the trunk that takes an output of those so far
    inside: list[int] = []
    for i in trunk:
        inside.append(i)
        if reach <= i:
            groups.append(inside)
            inside = []
        reach = max([reach, *takers[i].intersection(trunk)])
    groups += [inside] if inside else []
    for head in heads:
        known = {source for i in head for source in boxes[i].sources}
        after = [number for number, group in enumerate(groups) if known & set(group)]
        groups.insert(max(after, default=-1) + 1, head)
    return _merged(boxes, groups, lambda some: f"Block of {sum(b.layers for b in some)} layers")


def _trunk_and_heads(takers: Sequence[set[int]]) -> tuple[list[int], list[list[int]]]:
    """Tell the way to the output that most boxes lead to from what leads to one other alone."""
    ends: list[set[int]] = [set() for _ in takers]  # that a box leads to
    for i in reversed(range(len(takers))):
        ends[i] = set().union(*(ends[j] for j in takers[i])) if takers[i] else {i}
    outputs = [i for i, some in enumerate(takers) if not some]
    main = max(outputs, key=lambda output: sum(output in some for some in ends))
    heads = [
        [i for i, some in enumerate(ends) if some == {output}]
        for output in outputs
        if output != main
    ]
    apart = {i for head in heads for i in head}
    return [i for i in range(len(takers)) if i not in apart], heads


def _repeats(boxes: Sequence[Box]) -> list[Box]:
    """Put boxes in a row that are alike into one."""
    groups: list[list[int]] = []
    for i, box in enumerate(boxes):
        before = boxes[groups[-1][0]] if groups else None
        alike = before is not None and (before.kinds, before.shape) == (box.kinds, box.shape)
        if alike and box.sources == (i - 1,):
            groups[-1].append(i)
        else:
            groups.append([i])
    return _merged(boxes, groups, lambda some: f"{len(some)} \u00d7 {some[0].title}")


def _ends(boxes: Sequence[Box]) -> list[Box]:
    """Leave the middle out."""
    half = MOST // 2
    middle = list(range(half, len(boxes) - half))
    first, last = range(half), range(len(boxes) - half, len(boxes))
    groups = [[i] for i in first] + [middle] + [[i] for i in last]
    return _merged(
        boxes, groups, lambda some: f"... {sum(b.layers for b in some)} more layers ..."
    )


def _merged(boxes: Sequence[Box], groups: Sequence[Sequence[int]], title: Any) -> list[Box]:
    place = {i: number for number, group in enumerate(groups) for i in group}
    found = []
    for number, group in enumerate(groups):
        some = [boxes[i] for i in group]
        sources = dict.fromkeys(place[i] for box in some for i in box.sources)
        if len(some) == 1:
            found.append(replace(some[0], sources=tuple(i for i in sources if i < number)))
            continue
        blocky = title is not _with_small
        found.append(
            Box(
                title=title(some),
                name=f"{some[0].name} to {some[-1].name}" if blocky else some[0].name,
                kinds=tuple(kind for box in some for kind in box.kinds),
                shape=some[-1].shape,
                parameters=sum(box.parameters for box in some),
                colour=some[0].colour,
                sources=tuple(i for i in sources if i < number),
                layers=sum(box.layers for box in some),
            )
        )
    return found
