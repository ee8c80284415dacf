"""Figures of recurrent networks: steps, gates and gradients through time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import Array, ArrayLike, entries, real_array
from kerasduet.concepts.drawing import (
    COLORS,
    WIDTH,
    described,
    draw_cells,
    new_figure,
    tidy,
)
from kerasduet.concepts.sequences import rnn_forward, steps
from kerasduet.errors import ArgumentType
from kerasduet.style import own_look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_gates", "plot_gradient_norms", "plot_unrolled", "unrolled_parts"]

LINES = ("-", "--", "-.", ":")
GATE_TITLES = {
    "f": "forget gate f",
    "u": "update gate u",
    "o": "output gate o",
    "r": "reset gate r",
    "z": "update gate z",
    "candidate": "candidate",
    "c": "cell c",
    "a": "state a",
    "h": "state h",
}


@own_look({})
def plot_unrolled(
    inputs: ArrayLike,
    U: ArrayLike,
    W: ArrayLike,
    V: ArrayLike,
    **settings: Any,
) -> Figure:
    """Picture a simple recurrent network unrolled in time, with its numbers.

    Parameters
    ----------
    inputs, U, W, V
        As in `rnn_forward`.
    **settings
        `b`, `c`, `h0`, `activation`, `output_activation` of `rnn_forward`.

    Returns
    -------
    matplotlib.figure.Figure
        Input, state and output of each step (the first 8), joined by U, W and V.

    Raises
    ------
    KerasduetError
        As `rnn_forward`.

    Examples
    --------
    >>> figure = plot_unrolled([2, 4, 6], 1, 1, 1, activation="relu")
    >>> "12" in [text.get_text() for text in figure.axes[0].texts]
    True
    """
    figure = new_figure(WIDTH, 3.8)
    draw_cells(figure, unrolled_parts(inputs, U, W, V, **settings))
    return described(
        figure, "A recurrent network unrolled in time: input, state and output of each step"
    )


@own_look({})
def plot_gates(states: Mapping[str, Any]) -> Figure:
    """Picture the gates and states of an LSTM or GRU over time.

    Parameters
    ----------
    states : dict
        The result of `lstm_forward` or `gru_forward`.

    Returns
    -------
    matplotlib.figure.Figure
        One panel a gate or state: each unit thin, their mean thick.

    Raises
    ------
    KerasduetError
        Something else than such results.

    Examples
    --------
    >>> params = {"Wr": [[0, 0]], "Wz": [[0, 0]], "Wh": [[0, 1]], "br": 0, "bz": 0, "bh": 0}
    >>> from kerasduet.concepts import gru_forward
    >>> [axes.get_title() for axes in plot_gates(gru_forward([1, 0, 0], params)).axes]
    ['reset gate r', 'update gate z', 'candidate', 'state h']
    """
    is_gru = isinstance(states, Mapping) and "r" in states
    names = ("r", "z", "candidate", "h") if is_gru else ("f", "u", "o", "candidate", "c", "a")
    given = entries("states", states, names)
    figure = new_figure(WIDTH, 1.9 * len(names) / 2 + 0.4)
    panels = figure.subplots(len(names) // 2, 2, sharex=True).ravel()
    for axes, name in zip(panels, names, strict=True):
        values = real_array(f"states {name}", given[name], dimensions=(2,))
        time = np.arange(1, len(values) + 1)
        gate = name in "fuorz"
        color = COLORS["vermilion" if gate else "blue"]
        if values.shape[1] > 1:
            axes.plot(time, values, color=color, linewidth=0.8, alpha=0.35)
        axes.plot(time, values.mean(axis=1), color=color, linewidth=2.2)
        if gate:
            axes.set_ylim(-0.05, 1.05)
        else:
            axes.axhline(0, color="0.8", linewidth=0.8, zorder=0)
        tidy(axes, title=GATE_TITLES[name])
    for axes in panels[-2:]:
        axes.set_xlabel("time step", fontsize=10)
        axes.xaxis.get_major_locator().set_params(integer=True)
    return described(figure, "Gates and states over time")


@own_look({})
def plot_gradient_norms(norms: Mapping[str, Any]) -> Figure:
    """Picture gradient norms against the lag: vanishing, exploding or kept.

    Parameters
    ----------
    norms : dict
        The result of `gradient_norms_by_lag`, or several of them by their labels.

    Returns
    -------
    matplotlib.figure.Figure
        One line a network, on a logarithmic axis; norms of exactly 0 are left out.

    Raises
    ------
    KerasduetError
        Something else than such results.

    Examples
    --------
    >>> small = {"lag": [0, 1, 2], "norm": [1, 0.5, 0.25]}
    >>> figure = plot_gradient_norms({"W = 0.5": small})
    >>> figure.axes[0].get_yscale()
    'log'
    """
    if not isinstance(norms, Mapping) or not norms:
        raise ArgumentType(
            f"norms: must be the result of gradient_norms_by_lag(), or several by name; "
            f"got {checks.show(norms)}."
        )
    curves = {"": norms} if "norm" in norms else norms
    figure = new_figure(WIDTH, 4.0)
    axes = figure.subplots()
    axes.axhline(1, color="0.8", linewidth=0.8, zorder=0)
    colors = ("vermilion", "blue", "green", "purple", "orange", "black")
    for i, (label, curve) in enumerate(curves.items()):
        given = entries(f"norms {label}".strip(), curve, ("lag", "norm"))
        lag = real_array("lag", given["lag"], dimensions=(1,))
        norm = real_array("norm", given["norm"], dimensions=(1,))
        axes.plot(
            lag,
            np.where(norm > 0, norm, np.nan),
            color=COLORS[colors[i % len(colors)]],
            linestyle=LINES[i % len(LINES)],
            linewidth=2.2,
            label=label,
        )
    axes.set_yscale("log")
    tidy(axes, x="lag (steps back in time)", y="norm of the state's gradient")
    if len(curves) > 1:
        axes.legend(fontsize=10, frameon=False)
    return described(figure, "Norm of the gradient against the lag, on a logarithmic axis")


def unrolled_parts(inputs: Any, U: Any, W: Any, V: Any, **settings: Any) -> dict[str, Array]:
    """Compute what a picture of an unrolled network shows."""
    states = rnn_forward(inputs, U, W, V, **settings)
    return {"x": steps(inputs), "h": states["h"], "o": states["o"]}
