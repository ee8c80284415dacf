"""Figures of convolution and pooling, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kerasduet import checks
from kerasduet.concepts.arrays import Array, ArrayLike, pair, real_array
from kerasduet.concepts.convolution import convolve2d, geometry
from kerasduet.concepts.drawing import (
    WIDTH,
    described,
    draw_window,
    new_figure,
    short,
)
from kerasduet.concepts.images import pad_border
from kerasduet.concepts.kernels import image_kernel, kernel_names
from kerasduet.concepts.pooling import pool2d
from kerasduet.style import own_look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "convolution_parts",
    "draw_convolution",
    "draw_pooling",
    "plot_convolution",
    "plot_feature_maps",
    "plot_pooling",
    "pooling_parts",
]


@own_look({})
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


@own_look({})
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


@own_look({})
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
