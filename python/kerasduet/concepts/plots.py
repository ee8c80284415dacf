"""The lessons' pictures, as matplotlib figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.activations import ELEMENTWISE, activate, activation_slope
from kerasduet.concepts.arrays import Array, ArrayLike, entries, pair, real_array
from kerasduet.concepts.convolution import convolve2d, geometry
from kerasduet.concepts.drawing import (
    COLORS,
    described,
    draw_cells,
    draw_window,
    new_figure,
    short,
    tidy,
)
from kerasduet.concepts.images import pad_border
from kerasduet.concepts.kernels import image_kernel, kernel_names
from kerasduet.concepts.neurons import threshold_neuron
from kerasduet.concepts.pooling import pool2d
from kerasduet.concepts.sequences import rnn_forward, steps
from kerasduet.concepts.two_layer import two_layer_forward
from kerasduet.errors import ArgumentRange, ArgumentType, ShapeError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "plot_activations",
    "plot_convolution",
    "plot_decision",
    "plot_feature_maps",
    "plot_gates",
    "plot_gradient_norms",
    "plot_pooling",
    "plot_unrolled",
]

WIDTH = 7.5
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


def plot_convolution(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    row: int = 0,
    column: int = 0,
    stride: Any = 1,
    padding: Any = "valid",
    flip: bool = False,
    bias: float = 0.0,
) -> Figure:
    """Picture one window of a convolution with its sum written out.

    Parameters
    ----------
    image : array (h, w)
        Numbers are written into the cells up to 12 x 12.
    kernel : array (a, b)
        The kernel.
    row, column : int
        Cell of the output, counted from 0.
    stride, padding, flip, bias
        As in `convolve2d`.

    Returns
    -------
    matplotlib.figure.Figure
        The padded image with the window framed, the kernel as it is used, the result.

    Raises
    ------
    KerasduetError
        As `convolve2d`, or a cell outside the result.

    Examples
    --------
    >>> figure = plot_convolution([[1, 7, 2], [11, 1, 23], [2, 2, 2]], [[1, 1], [0, 1]])
    >>> [axes.get_title() for axes in figure.axes]
    ['image', 'kernel', 'result']
    """
    settings = {"stride": stride, "padding": padding, "flip": flip, "bias": bias}
    parts = convolution_parts(image, kernel, **settings)
    cell = _cell(row, column, parts["output"])
    figure = new_figure(WIDTH, 3.6)
    draw_convolution(figure, parts, cell)
    return described(figure, "A convolution with one window framed")


def plot_pooling(
    image: ArrayLike,
    size: Any = 2,
    *,
    row: int = 0,
    column: int = 0,
    stride: Any = None,
    kind: str = "max",
    p: float = 2,
    seed: int | None = None,
) -> Figure:
    """Picture one window of a pooling with its arithmetic.

    Parameters
    ----------
    image : array (h, w)
        Numbers are written into the cells up to 12 x 12.
    size, stride, kind, p, seed
        As in `pool2d`.
    row, column : int
        Cell of the output, counted from 0.

    Returns
    -------
    matplotlib.figure.Figure
        The image with the window framed, and the result.

    Raises
    ------
    KerasduetError
        As `pool2d`, or a cell outside the result.

    Examples
    --------
    >>> plot_pooling([[1, 8], [6, 5]]).axes[0].get_title()
    'image'
    """
    parts = pooling_parts(image, size, stride=stride, kind=kind, p=p, seed=seed)
    cell = _cell(row, column, parts["output"])
    figure = new_figure(WIDTH, 3.8)
    draw_pooling(figure, parts, cell)
    return described(figure, "A pooling with one window framed")


def plot_feature_maps(image: ArrayLike, kernels: Any = None) -> Figure:
    """Picture an image and what kernels make of it.

    Parameters
    ----------
    image : array (h, w) or (h, w, channels)
        Gray for named kernels; with channels for weights of as many.
    kernels : list of str, or array (a, b, channels, filters), optional
        Names of `kernel_names()`, or weights such as a trained layer's; None is all names.

    Returns
    -------
    matplotlib.figure.Figure
        The image, then one feature map a kernel; each from its darkest to its brightest value.

    Raises
    ------
    KerasduetError
        An unknown name, or channels that differ.

    Examples
    --------
    >>> len(plot_feature_maps([[0, 0, 9, 9]] * 4, ["sobel", "edge"]).axes)
    3
    """
    pixels = real_array("image", image, dimensions=(2, 3))
    maps = _feature_maps(pixels, kernel_names() if kernels is None else kernels)
    panels = {"image": pixels, **maps}
    columns = min(5, len(panels))
    rows = -(-len(panels) // columns)
    figure = new_figure(WIDTH, rows * (WIDTH / columns + 0.25))
    for i, (name, values) in enumerate(panels.items()):
        axes = figure.add_subplot(rows, columns, i + 1)
        low, high = values.min(), values.max()
        axes.imshow((values - low) / ((high - low) or 1), cmap="gray")
        axes.set_title(name.replace("_", " "), fontsize=11)
        axes.axis("off")
    return described(figure, "An image and what each kernel makes of it")


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


def convolution_parts(image: Any, kernel: Any, **settings: Any) -> dict[str, Any]:
    """Compute what a picture of a convolution shows."""
    pixels = real_array("image", image, dimensions=(2,))
    weights = real_array("kernel", kernel, dimensions=(2,))
    output = convolve2d(pixels, weights, **settings)
    stride = pair("stride", settings["stride"], low=1)
    _, border = geometry(pixels.shape, weights.shape, stride, settings["padding"])
    return {
        "padded": pad_border(pixels, border),
        "padding": any(sum(side) for side in border),
        "kernel": weights[::-1, ::-1] if settings["flip"] else weights,
        "flip": settings["flip"],
        "output": output,
        "stride": stride,
        "bias": checks.number("bias", settings["bias"]),
    }


def draw_convolution(
    figure: Figure, parts: Mapping[str, Any], cell: tuple[int, int], *, ahead: bool = True
) -> None:
    """Draw one position of a convolution."""
    height, width = parts["kernel"].shape
    top, left = cell[0] * parts["stride"][0], cell[1] * parts["stride"][1]
    window = parts["padded"][top : top + height, left : left + width]
    terms = [
        f"{short(value)}\N{MULTIPLICATION SIGN}{_signed(weight)}"
        for value, weight in zip(window.flat, parts["kernel"].flat, strict=True)
    ]
    terms += [short(parts["bias"])] if parts["bias"] else []
    grids = [
        ("padded image" if parts["padding"] else "image", parts["padded"]),
        ("flipped kernel" if parts["flip"] else "kernel", parts["kernel"]),
        ("result", parts["output"]),
    ]
    formula = _sum_text(terms, width, parts["output"][cell])
    draw_window(figure, grids, (top, left, height, width), cell, formula, ahead=ahead)


def pooling_parts(image: Any, size: Any, **settings: Any) -> dict[str, Any]:
    """Compute what a picture of a pooling shows."""
    pixels = real_array("image", image, dimensions=(2,))
    output = pool2d(pixels, size, **settings)
    window = pixels.shape if isinstance(size, str) else pair("size", size, low=1)
    stride = settings["stride"]
    return {
        "image": pixels,
        "output": output,
        "window": window,
        "stride": window if stride is None else pair("stride", stride, low=1),
        "kind": settings["kind"],
        "p": settings["p"],
    }


def draw_pooling(
    figure: Figure, parts: Mapping[str, Any], cell: tuple[int, int], *, ahead: bool = True
) -> None:
    """Draw one position of a pooling."""
    height, width = parts["window"]
    top, left = cell[0] * parts["stride"][0], cell[1] * parts["stride"][1]
    values = [short(v) for v in parts["image"][top : top + height, left : left + width].flat]
    result = short(parts["output"][cell])
    listed = ", ".join(values) if len(values) <= 16 else f"{len(values)} values"
    name = f"lp (p = {short(parts['p'])})" if parts["kind"] == "lp" else parts["kind"]
    grids = [("image", parts["image"]), (f"{name} pooling", parts["output"])]
    formula = f"{name} of {listed}  =  {result}"
    draw_window(figure, grids, (top, left, height, width), cell, formula, ahead=ahead)


def unrolled_parts(inputs: Any, U: Any, W: Any, V: Any, **settings: Any) -> dict[str, Array]:
    """Compute what a picture of an unrolled network shows."""
    states = rnn_forward(inputs, U, W, V, **settings)
    return {"x": steps(inputs), "h": states["h"], "o": states["o"]}


def _cell(row: int, column: int, output: Array) -> tuple[int, int]:
    return (
        checks.whole("row", row, low=0, high=output.shape[0] - 1),
        checks.whole("column", column, low=0, high=output.shape[1] - 1),
    )


def _signed(weight: float) -> str:
    return f"({short(weight)})" if weight < 0 else short(weight)


def _sum_text(terms: list[str], per_line: int, total: float) -> str:
    """Write a sum with one line a kernel row when it is long."""
    result = short(total)
    if len(terms) > 26:
        return f"sum of {len(terms)} products  =  {result}"
    lines = [terms[i : i + per_line] for i in range(0, len(terms), per_line)]
    joint = "\n+ " if len(terms) > 6 else " + "
    return joint.join(" + ".join(line) for line in lines) + f"  =  {result}"


def _feature_maps(pixels: Array, kernels: Any) -> dict[str, Array]:
    if isinstance(kernels, str):
        kernels = [kernels]
    if isinstance(kernels, list | tuple) and all(isinstance(name, str) for name in kernels):
        return {name: convolve2d(pixels, image_kernel(name)) for name in kernels}
    weights = real_array("kernels", kernels, dimensions=(4,))
    maps = convolve2d(pixels, weights)  # (rows, columns, filters)
    return {f"filter {i + 1}": maps[:, :, i] for i in range(maps.shape[2])}


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
