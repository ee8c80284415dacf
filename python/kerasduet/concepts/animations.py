"""The lessons' pictures that move, as GIF files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import ArrayLike
from kerasduet.concepts.drawing import MOST_CELLS, WIDTH, draw_cells, new_figure
from kerasduet.concepts.image_plots import (
    convolution_parts,
    draw_convolution,
    draw_pooling,
    pooling_parts,
)
from kerasduet.concepts.sequence_plots import unrolled_parts
from kerasduet.errors import ArgumentRange, ArgumentType, ShapeError
from kerasduet.runs.storage import write_atomic
from kerasduet.style import own_look

__all__ = ["animate_convolution", "animate_pooling", "animate_unrolled"]

MOST_FRAMES = 150


def animate_convolution(
    image: ArrayLike,
    kernel: ArrayLike,
    path: str | os.PathLike[str],
    *,
    stride: Any = 1,
    padding: Any = "valid",
    flip: bool = False,
    bias: float = 0.0,
    seconds: float = 0.8,
) -> str:
    """Write a GIF of a kernel sliding over an image.

    Parameters
    ----------
    image, kernel, stride, padding, flip, bias
        As in `plot_convolution`; at most 150 windows.
    path : path
        The file, ending in .gif; an existing one is replaced when the new one is complete.
    seconds : float
        Time a window is shown, at least 0.02.

    Returns
    -------
    str
        The path.

    Raises
    ------
    KerasduetError
        As `plot_convolution`; a path that cannot be written; too many windows.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = animate_convolution([[1, 2, 3]], [[1, 1]], folder + "/sum.gif")
    ...     Path(path).read_bytes()[:6]
    b'GIF89a'
    """
    settings = {"stride": stride, "padding": padding, "flip": flip, "bias": bias}
    parts = convolution_parts(image, kernel, **settings)
    return _write_gif(path, 3.6, _each_cell(draw_convolution, parts), seconds)


def animate_pooling(
    image: ArrayLike,
    path: str | os.PathLike[str],
    *,
    size: Any = 2,
    stride: Any = None,
    kind: str = "max",
    p: float = 2,
    seed: int | None = None,
    seconds: float = 0.8,
) -> str:
    """Write a GIF of a pooling window sliding over an image.

    Parameters
    ----------
    image, size, stride, kind, p, seed
        As in `plot_pooling`; at most 150 windows.
    path, seconds
        As in `animate_convolution`.

    Returns
    -------
    str
        The path.

    Raises
    ------
    KerasduetError
        As `plot_pooling`; a path that cannot be written; too many windows.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = animate_pooling([[1, 8], [6, 5]], folder + "/max.gif")
    ...     Path(path).name
    'max.gif'
    """
    parts = pooling_parts(image, size, stride=stride, kind=kind, p=p, seed=seed)
    return _write_gif(path, 3.8, _each_cell(draw_pooling, parts), seconds)


def animate_unrolled(
    inputs: ArrayLike,
    U: ArrayLike,
    W: ArrayLike,
    V: ArrayLike,
    path: str | os.PathLike[str],
    *,
    seconds: float = 1.0,
    **settings: Any,
) -> str:
    """Write a GIF of a simple recurrent network computing step by step.

    Parameters
    ----------
    inputs, U, W, V, **settings
        As in `plot_unrolled`.
    path, seconds
        As in `animate_convolution`, a time step a frame.

    Returns
    -------
    str
        The path.

    Raises
    ------
    KerasduetError
        As `rnn_forward`, or a path that cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = animate_unrolled([2, 4], 1, 1, 1, folder + "/rnn.gif", activation="relu")
    ...     Path(path).name
    'rnn.gif'
    """
    rows = unrolled_parts(inputs, U, W, V, **settings)
    frames = [
        partial(draw_cells, rows=rows, upto=step)
        for step in range(-1, min(len(rows["h"]), MOST_CELLS))
    ]
    return _write_gif(path, 3.8, frames, seconds)


def _each_cell(
    draw: Callable[..., None], parts: Mapping[str, Any]
) -> list[Callable[..., None]]:
    count = parts["output"].size
    if count > MOST_FRAMES:
        raise ShapeError(
            f"image: must give at most {MOST_FRAMES} windows to animate; got {count}. "
            "Use a smaller image or a larger stride."
        )
    cells = np.ndindex(parts["output"].shape)
    return [partial(draw, parts=parts, cell=cell, ahead=False) for cell in cells]


def _write_gif(
    path: Any, height: float, frames: Iterable[Callable[..., None]], seconds: float
) -> str:
    seconds = checks.number("seconds", seconds, low=0.02)
    if not isinstance(path, str | os.PathLike) or Path(path).suffix.lower() != ".gif":
        raise ArgumentType(f"path: must end in .gif; got {checks.show(path)}.")
    from matplotlib.animation import PillowWriter

    figure = new_figure(WIDTH, height)

    def write(file: Path) -> None:
        writer = PillowWriter(fps=1 / seconds)  # type: ignore[arg-type]
        named = file.with_name(file.name + ".gif")  # Pillow knows the format by its suffix
        try:
            writer.setup(figure, str(named), dpi=100)
            for draw in frames:
                with own_look({}):
                    draw(figure)
                writer.grab_frame()
            writer.finish()
            os.replace(named, file)
        finally:
            named.unlink(missing_ok=True)

    try:
        write_atomic(Path(path), write)
    except OSError as error:
        raise ArgumentRange(
            f"path: must be writable; got {os.fspath(path)!r}: {error.strerror or error}."
        ) from error
    return os.fspath(path)
