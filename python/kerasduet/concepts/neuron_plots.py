"""Figures of neurons: activations, and what two of them decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.activations import ELEMENTWISE, activate, activation_slope
from kerasduet.concepts.arrays import Array, ArrayLike, real_array
from kerasduet.concepts.drawing import (
    COLORS,
    WIDTH,
    described,
    new_figure,
    tidy,
)
from kerasduet.concepts.neurons import threshold_neuron
from kerasduet.concepts.two_layer import two_layer_forward
from kerasduet.errors import ArgumentRange, ArgumentType, ShapeError
from kerasduet.style import own_look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_activations", "plot_decision"]


@own_look({})
def plot_activations(names: Any = None, *, low: float = -5, high: float = 5) -> Figure:
    """Picture activation functions and their derivatives.

    Parameters
    ----------
    names : list of str, optional
        Of "identity", "step", "sigmoid", "tanh", "relu"; None is all but the identity.
    low, high : float
        Ends of the x axis, low < high.

    Returns
    -------
    matplotlib.figure.Figure
        One panel a function: its values and, dashed, its slope.

    Raises
    ------
    KerasduetError
        An unknown name, or low >= high.

    Examples
    --------
    >>> [axes.get_title() for axes in plot_activations(["tanh", "relu"]).axes]
    ['tanh', 'relu']
    """
    wanted = ("step", "sigmoid", "tanh", "relu") if names is None else names
    chosen = [
        checks.choice("names", name, ELEMENTWISE)
        for name in checks.several(checks.text)("names", wanted)
    ]
    low, high = checks.number("low", low), checks.number("high", high)
    if low >= high:
        raise ArgumentRange(
            f"high: must be above low ({checks.show(low)}); got {checks.show(high)}."
        )
    x = np.linspace(low, high, 1001)
    columns = min(2, len(chosen))
    rows = -(-len(chosen) // columns)
    figure = new_figure(WIDTH, 0.4 + 2.4 * rows)
    for i, name in enumerate(chosen):
        axes = figure.add_subplot(rows, columns, i + 1)
        axes.axhline(0, color="0.8", linewidth=0.8)
        axes.axvline(0, color="0.8", linewidth=0.8)
        axes.plot(x, activate(x, name), color=COLORS["blue"], linewidth=2)
        slope = activation_slope(x, name)
        axes.plot(x, slope, color=COLORS["vermilion"], linewidth=2, linestyle="--")
        values = np.concatenate([activate(x, name), slope])
        margin = 0.1 * (values.max() - values.min())
        axes.set_ylim(values.min() - margin, min(values.max(), 3) + margin)
        tidy(axes, title=name)
    lines = figure.axes[0].get_lines()[-2:]
    figure.legend(
        lines, ["function", "slope"], loc="outside lower center", ncols=2, fontsize=10
    )
    return described(figure, "Activation functions and, dashed, their slopes")


@own_look({})
def plot_decision(
    inputs: ArrayLike,
    *,
    outputs: ArrayLike,
    weights: ArrayLike | None = None,
    threshold: float = 0.0,
    params: Mapping[str, Any] | None = None,
    hidden_activation: str = "tanh",
) -> Figure:
    """Picture how a neuron or a two-layer network divides the plane.

    Parameters
    ----------
    inputs : array (samples, 2)
        One sample a row.
    outputs : array (samples,)
        Their true class, 0 or 1.
    weights : array (2,), optional
        Those of a neuron as in `threshold_neuron`. Give `weights` or `params`.
    threshold : float
        Threshold of that neuron.
    params : dict, optional
        Those of a network as in `two_layer_forward`.
    hidden_activation : {"identity", "step", "sigmoid", "tanh", "relu"}
        Activation of that network.

    Returns
    -------
    matplotlib.figure.Figure
        The output over the plane, the boundary (output 0.5) and the samples.

    Raises
    ------
    KerasduetError
        Inputs that are not pairs, or neither or both of `weights` and `params`.

    Examples
    --------
    >>> points = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> figure = plot_decision(points, outputs=[0, 0, 0, 1], weights=[1, 1], threshold=1.5)
    >>> figure.axes[0].get_xlabel()
    '$x_1$'
    """
    if (weights is None) == (params is None):
        given = "neither" if weights is None else "both"
        raise ArgumentType(f"weights: give either weights or params; got {given}.")
    points = real_array("inputs", inputs, dimensions=(2,))
    classes = real_array("outputs", outputs, dimensions=(1, 2)).ravel()
    if points.shape != (classes.size, 2):
        raise ShapeError(
            f"inputs: must have shape [{classes.size}, 2], a pair for each output; "
            f"got {list(points.shape)}."
        )
    span = np.ptp(points, axis=0).max() or 1.0
    ends = np.stack([points.min(axis=0) - 0.35 * span, points.max(axis=0) + 0.35 * span])
    xs, ys = (np.linspace(ends[0, i], ends[1, i], 201) for i in (0, 1))
    plane = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)  # (points, 2)
    if params is not None:
        states = two_layer_forward(plane.T, params, hidden_activation=hidden_activation)
        heights = states["A2"][0]
    else:
        heights = threshold_neuron(plane, weights, threshold)  # type: ignore[arg-type]
    surface = heights.reshape(len(ys), len(xs))
    return _decision_figure(xs, ys, surface, points, classes)


def _decision_figure(
    xs: Array, ys: Array, surface: Array, points: Array, classes: Array
) -> Figure:
    from matplotlib.colors import LinearSegmentedColormap

    figure = new_figure(6.0, 4.8)
    axes = figure.subplots()
    shades = LinearSegmentedColormap.from_list("", [COLORS["orange"], "white", COLORS["blue"]])
    filled = axes.imshow(
        surface,
        cmap=shades,
        vmin=0,
        vmax=1,
        origin="lower",
        extent=(xs[0], xs[-1], ys[0], ys[-1]),
        aspect="auto",
        alpha=0.6,
    )
    if surface.min() < 0.5 < surface.max():
        axes.contour(xs, ys, surface, levels=[0.5], colors="black", linewidths=1.5)
    for value, marker, color in ((0, "o", "orange"), (1, "^", "blue")):
        chosen = points[classes == value]
        axes.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=90,
            marker=marker,
            color=COLORS[color],
            edgecolor="black",
            label=f"class {value}",
            zorder=3,
        )
    figure.colorbar(filled, ax=axes, label="output", ticks=[0, 0.25, 0.5, 0.75, 1])
    figure.legend(loc="outside upper center", ncols=2, fontsize=10, frameon=False)
    tidy(axes, x="$x_1$", y="$x_2$")
    return described(
        figure, "Samples of two classes on the output over the plane, with the boundary"
    )
