"""Figures that only reports have: the network, residuals, several runs in one plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.figures import Facets, Mark, Panel, PlotData, Scale
from kerasduet.figures.words import whole_ticks
from kerasduet.report.words import count
from kerasduet.style import GREY, OKABE_ITO, WIDTH, blend

if TYPE_CHECKING:
    import keras

    from kerasduet.figures.canvas import RunFigure

__all__ = ["Layer", "draw_curves", "draw_network", "layers_of"]

# Kind of layer: colour, and the classes of Keras that are of this kind.
LAYER_COLOURS = (
    ("sky", ("Conv", "Pool")),
    ("green", ("LSTM", "GRU", "RNN")),
    ("orange", ("Dense",)),
    ("purple", ("Dropout",)),
)
RUN_COLOURS = ("blue", "vermilion", "green", "purple", "orange", "sky", "black")
RUN_LINES = ("solid", "dashed", "dotdash", "dotted")
ARROW = "#7F7F7F"
MOST_DRAWN = 40  # layers of a network


@dataclass(frozen=True)
class Layer:
    """One layer of a network, in words.

    Parameters
    ----------
    name, kind : str
        Its own name and its Keras class.
    detail : str
        Settings worth showing, such as "3 x 3, relu".
    shape : tuple of int
        Of its output, without the batch.
    parameters : int
        Trained numbers in it.
    """

    name: str
    kind: str
    detail: str
    shape: tuple[int, ...]
    parameters: int

    @property
    def shape_text(self) -> str:
        """The shape as a person writes it."""
        return " \u00d7 ".join(f"{size:,}" for size in self.shape)


def layers_of(model: keras.Model) -> list[Layer]:
    """Describe the layers of a network, from the input on."""
    return [
        Layer(
            name=layer.name,
            kind="Input" if type(layer).__name__ == "InputLayer" else type(layer).__name__,
            detail=_detail(layer.get_config()),
            shape=tuple(int(size) for size in layer.output.shape[1:]),
            parameters=int(layer.count_params()),
        )
        for layer in model.layers
    ]


def _detail(config: Mapping[str, Any]) -> str:
    parts = []
    for name in ("kernel_size", "pool_size"):
        if name in config:
            parts.append(" \u00d7 ".join(str(size) for size in np.atleast_1d(config[name])))
    if "rate" in config:
        parts.append(f"{100 * config['rate']:g} %")
    activation = config.get("activation")
    if isinstance(activation, str) and activation != "linear":
        parts.append(activation)
    return ", ".join(parts)


def draw_network(layers: Sequence[Layer], name: str) -> RunFigure:
    """Draw a network: a box a layer, as wide as the layer's output is large.

    Parameters
    ----------
    layers : sequence of Layer
        From the input on; the middle of a very deep network is left out.
    name : str
        For the alt text.
    """
    from kerasduet.figures.drawing import draw

    alt = (
        f"Diagram of the network {name}, {len(layers)} layers from top to bottom: "
        + "; ".join(
            f"{layer.name} ({layer.kind}), output {layer.shape_text}" for layer in layers
        )
        + "."
    )
    shown: list[Layer | None] = list(layers)
    if len(layers) > MOST_DRAWN:
        half = MOST_DRAWN // 2
        shown = [*layers[:half], None, *layers[-half:]]
    rows = range(1, len(shown))
    arrows = {
        "x": 0.0,
        "y": [r - 0.68 for r in rows],
        "to_x": 0.0,
        "to_y": [r - 0.3 for r in rows],
    }
    corners = {side: side for side in ("x", "y", "to_x", "to_y")}
    words = {part: part for part in ("x", "y", "label", "align", "colour", "size")}
    panel = Panel(
        kind="network",
        title="",
        subtitle="",
        x="",
        y="",
        alt=alt,
        frames={
            "arrows": pd.DataFrame(arrows),
            "boxes": _layer_boxes(layers, shown),
            "words": _layer_words(shown, left_out=len(layers) - MOST_DRAWN),
        },
        marks=(
            Mark("rule", "arrows", corners, {"colour": ARROW, "arrow": True}),
            Mark("box", "boxes", corners | {"colour": "fill", "edge": "edge"}, {"round": True}),
            Mark("text", "words", words),
        ),
        x_scale=Scale(low=-1.45, high=1.45),
        y_scale=Scale(low=-0.55, high=len(shown) - 0.45, reverse=True),
        axes="none",
    )
    height = 0.52 * len(shown) + 0.1
    return draw(PlotData("network", "", "", (panel,), width=0.75 * WIDTH, height=height))


def _layer_boxes(layers: Sequence[Layer], shown: Sequence[Layer | None]) -> pd.DataFrame:
    most = max(np.log(np.prod(layer.shape) + 1) for layer in layers)
    rows = []
    for row, layer in enumerate(shown):
        if layer is not None:
            # Half a width between 0.34, so that words fit, and 0.72.
            half = 0.34 + 0.38 * np.log(np.prod(layer.shape) + 1) / most
            colour = _layer_colour(layer.kind)
            rows.append((-half, row - 0.26, half, row + 0.26, blend(colour, 0.25), colour))
    return pd.DataFrame(rows, columns=["x", "y", "to_x", "to_y", "fill", "edge"])


def _layer_words(shown: Sequence[Layer | None], *, left_out: int) -> pd.DataFrame:
    rows: list[tuple[float, int, str, float, str, float]] = []
    for row, layer in enumerate(shown):
        if layer is None:
            rows.append((0.0, row, f"... {left_out} more layers ...", 0.5, "#000000", 8.5))
            continue
        what = layer.kind + (f" ({layer.detail})" if layer.detail else "")
        told = layer.shape_text
        if layer.parameters:
            told += f"\n{layer.parameters:,} parameters"
        rows += [
            (0.0, row, what, 0.5, "#000000", 9.0),
            (-0.8, row, layer.name, 1.0, GREY, 8.5),
            (0.8, row, told, 0.0, GREY, 8.5),
        ]
    return pd.DataFrame(rows, columns=["x", "y", "label", "align", "colour", "size"])


def _layer_colour(kind: str) -> str:
    for colour, words in LAYER_COLOURS:
        if any(word in kind for word in words):
            return OKABE_ITO[colour]
    return ARROW


def draw_curves(histories: Mapping[str, pd.DataFrame], *, loss: str) -> RunFigure:
    """Draw the loss of several runs by epoch: training on the left, validation on the right.

    Parameters
    ----------
    histories : mapping
        History of each run by its name, each with a finite loss.
    loss : str
        Name and unit of the loss.
    """
    from kerasduet.figures.drawing import draw

    told = [
        f"{name} {_ends(frame['loss'])} in {count(len(frame), 'epoch')}"
        for name, frame in histories.items()
    ]
    every = [
        pd.DataFrame(
            {"epoch": frame["epoch"], "run": name, "rows": rows, "loss": frame[column]}
        )
        for column, rows in (("loss", "Training"), ("val_loss", "Validation"))
        for name, frame in histories.items()
        if column in frame
    ]
    lines = pd.concat(every, ignore_index=True)
    lines = lines[np.isfinite(lines["loss"])]
    key = pd.DataFrame(
        [
            (
                name,
                OKABE_ITO[RUN_COLOURS[i % len(RUN_COLOURS)]],
                RUN_LINES[i % len(RUN_LINES)],
                1.5,
            )
            for i, name in enumerate(histories)
        ],
        columns=["label", "colour", "line", "width"],
    )
    panes = tuple(lines["rows"].unique())
    columns = {"x": "epoch", "y": "loss", "series": "run"}
    panel = Panel(
        kind="curves",
        title="",
        subtitle="",
        x="Epoch",
        y=loss,
        alt=(
            f"Line plots of the loss of {len(histories)} runs by epoch. Training: "
            f"{'; '.join(told)}."
        ),
        frames={"lines": lines, "key": key},
        marks=(Mark("line", "lines", columns), Mark("point", "lines", columns)),
        x_scale=Scale(ticks=whole_ticks(int(lines["epoch"].max()), most=8)),
        facets=Facets("rows", panes, panes, len(panes)),
    )
    height = 3.1 + 0.12 * len(histories)
    return draw(PlotData("curves", "", "", (panel,), height=height))


def _ends(losses: pd.Series) -> str:
    first, last = losses.iloc[0], losses.iloc[-1]
    return f"{first:.3g} to " + (f"{last:.3g}" if np.isfinite(last) else "no finite number")
