"""Figures that only reports have: the network, residuals, several runs in one plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.report.words import count
from kerasduet.style import OKABE_ITO, RC, WIDTH, blend

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from kerasduet.figures.canvas import RunFigure
    from kerasduet.report.residuals import Residuals

__all__ = ["Layer", "draw_curves", "draw_network", "draw_residuals", "layers_of"]

# Kind of layer: colour, and the classes of Keras that are of this kind.
LAYER_COLOURS = (
    ("sky", ("Conv", "Pool")),
    ("green", ("LSTM", "GRU", "RNN")),
    ("orange", ("Dense",)),
    ("purple", ("Dropout",)),
)
RUN_COLOURS = ("blue", "vermilion", "green", "purple", "orange", "sky", "black")
RUN_LINES = ("-", "--", "-.", ":")
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
    import matplotlib
    from matplotlib.patches import FancyBboxPatch

    from kerasduet.figures.canvas import RunFigure

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
    sizes = [np.log(np.prod(layer.shape) + 1) for layer in layers]
    with matplotlib.rc_context(RC):
        figure = RunFigure(alt_text=alt, figsize=(0.75 * WIDTH, 0.52 * len(shown) + 0.1))
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set(xlim=(-1.45, 1.45), ylim=(len(shown) - 0.45, -0.55))
        for row, layer in enumerate(shown):
            if row:
                look = {"arrowstyle": "->", "color": "#7F7F7F"}
                axes.annotate("", xytext=(0, row - 0.68), xy=(0, row - 0.3), arrowprops=look)
            if layer is None:
                left_out = len(layers) - MOST_DRAWN
                axes.text(0, row, f"... {left_out} more layers ...", ha="center", va="center")
                continue
            # Half a width between 0.34, so that words fit, and 0.72.
            half_width = 0.34 + 0.38 * np.log(np.prod(layer.shape) + 1) / max(sizes)
            colour = _layer_colour(layer.kind)
            box = FancyBboxPatch(
                (-half_width, row - 0.26),
                2 * half_width,
                0.52,
                boxstyle="round,pad=0,rounding_size=0.06",
                facecolor=blend(colour, 0.25),
                edgecolor=colour,
            )
            axes.add_patch(box)
            words = f"{layer.kind}" + (f" ({layer.detail})" if layer.detail else "")
            axes.text(0, row, words, ha="center", va="center", size=9)
            axes.text(-0.8, row, layer.name, ha="right", va="center", color="#4D4D4D")
            told = layer.shape_text
            if layer.parameters:
                told += f"\n{layer.parameters:,} parameters"
            axes.text(0.8, row, told, ha="left", va="center", color="#4D4D4D", linespacing=1.3)
    return figure


def _layer_colour(kind: str) -> str:
    for colour, words in LAYER_COLOURS:
        if any(word in kind for word in words):
            return OKABE_ITO[colour]
    return "#7F7F7F"


def draw_residuals(residuals: Residuals, *, name: str, unit: str) -> RunFigure:
    """Draw one-step errors: over time, their autocorrelation, their histogram."""
    import matplotlib

    from kerasduet.figures.canvas import RunFigure

    label = f"Error ({unit})" if unit else "Error"
    outside = residuals.outside
    alt = (
        f"Three plots of the {len(residuals.errors):,} one-step errors of {name}. Over time: "
        f"between {residuals.errors.min():.3g} and {residuals.errors.max():.3g}, mean "
        f"{residuals.mean.value:.3g}. Autocorrelation: {len(outside)} of "
        f"{len(residuals.correlations)} lags outside the limits of plus and minus "
        f"{residuals.limit:.2f}. Histogram: standard deviation {residuals.deviation:.3g}."
    )
    blue, grey = OKABE_ITO["blue"], "#4D4D4D"
    with matplotlib.rc_context(RC):
        figure = RunFigure(alt_text=alt, figsize=(WIDTH, 4.6))
        panes = figure.subplot_mosaic([["time", "time"], ["acf", "histogram"]])
        panes["time"].axhline(0, color=grey, linewidth=0.8)
        panes["time"].plot(residuals.times, residuals.errors, color=blue, linewidth=1)
        panes["time"].set(title="Over time", ylabel=label)
        lags = np.arange(1, len(residuals.correlations) + 1)
        acf = panes["acf"]
        acf.axhline(0, color=grey, linewidth=0.8)
        for limit in (-residuals.limit, residuals.limit):
            acf.axhline(limit, color=OKABE_ITO["vermilion"], linestyle="--", linewidth=1)
        acf.vlines(lags, 0, residuals.correlations, color=blue, linewidth=2)
        acf.set(title="Autocorrelation", xlabel="Lag (steps)")
        panes["histogram"].hist(
            residuals.errors, bins="auto", color=blend(blue, 0.6), edgecolor="white"
        )
        panes["histogram"].axvline(0, color=grey, linewidth=0.8)
        panes["histogram"].set(title="Histogram", xlabel=label, ylabel="Forecasts")
    return figure


def draw_curves(histories: Mapping[str, pd.DataFrame], *, loss: str) -> RunFigure:
    """Draw the loss of several runs by epoch: training on the left, validation on the right.

    Parameters
    ----------
    histories : mapping
        History of each run by its name, each with a finite loss.
    loss : str
        Name and unit of the loss.
    """
    import matplotlib
    from matplotlib.ticker import MaxNLocator

    from kerasduet.figures.canvas import RunFigure

    told = [
        f"{name} {_ends(frame['loss'])} in {count(len(frame), 'epoch')}"
        for name, frame in histories.items()
    ]
    panes_of = [("loss", "Training"), ("val_loss", "Validation")]
    panes_of = [p for p in panes_of if any(p[0] in frame for frame in histories.values())]
    alt = f"Line plots of the loss of {len(histories)} runs by epoch. Training: {'; '.join(told)}."
    with matplotlib.rc_context(RC):
        figure = RunFigure(alt_text=alt, figsize=(WIDTH, 3.1 + 0.12 * len(histories)))
        panes = figure.subplots(1, len(panes_of), sharey=True, squeeze=False)[0]
        for axes, (column, title) in zip(panes, panes_of, strict=True):
            for i, (name, frame) in enumerate(histories.items()):
                if column in frame:
                    axes.plot(
                        frame["epoch"],
                        frame[column],
                        color=OKABE_ITO[RUN_COLOURS[i % len(RUN_COLOURS)]],
                        linestyle=RUN_LINES[i % len(RUN_LINES)],
                        marker="o",
                        markersize=3,
                        label=name,
                    )
            axes.set(title=title, xlabel="Epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        panes[0].set_ylabel(loss)
        handles, labels = panes[0].get_legend_handles_labels()
        longest = max(map(len, labels))
        columns = max(min(len(labels), 100 // (longest + 8)), 1)
        figure.legend(handles, labels, loc="outside lower center", ncols=columns)
    return figure


def _ends(losses: pd.Series) -> str:
    first, last = losses.iloc[0], losses.iloc[-1]
    return f"{first:.3g} to " + (f"{last:.3g}" if np.isfinite(last) else "no finite number")
