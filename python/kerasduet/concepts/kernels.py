"""The lessons' named 3 x 3 kernels."""

from __future__ import annotations

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import Array

__all__ = ["image_kernel", "kernel_names"]

KERNELS: dict[str, list[list[int]]] = {
    "vertical": [[1, 0, -1], [1, 0, -1], [1, 0, -1]],
    "horizontal": [[1, 1, 1], [0, 0, 0], [-1, -1, -1]],
    "sobel": [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
    "scharr": [[3, 0, -3], [10, 0, -10], [3, 0, -3]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "edge": [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
    "strong_edge": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "corner": [[1, 0, -1], [0, 0, 0], [-1, 0, 1]],
    "texture": [[1, -2, 1], [-2, 4, -2], [1, -2, 1]],
}


def kernel_names() -> list[str]:
    """List the kernels that `image_kernel()` knows.

    Returns
    -------
    list of str
        Names, in the order of the lessons.

    Examples
    --------
    >>> kernel_names()[:4]
    ['vertical', 'horizontal', 'sobel', 'scharr']
    """
    return list(KERNELS)


def image_kernel(name: str) -> Array:
    """Give a 3 x 3 kernel by its name.

    Parameters
    ----------
    name : str
        One of `kernel_names()`.

    Returns
    -------
    array (3, 3)
        The kernel, to be used with `convolve2d` without flipping.

    Raises
    ------
    UnknownName
        A name that is not in `kernel_names()`; the nearest ones are offered.

    Notes
    -----
    vertical, sobel and scharr answer to vertical edges (bright left of dark); transposed, to
    horizontal ones. edge and strong_edge are Laplacians with four and eight neighbours, sharpen
    is the image plus its edges. corner is the mixed second difference, zero along straight
    horizontal and vertical edges; texture is the second difference in both directions, Laws'
    (1980) spot mask S3S3.

    Examples
    --------
    >>> image_kernel("sobel")
    array([[ 1.,  0., -1.],
           [ 2.,  0., -2.],
           [ 1.,  0., -1.]])
    """
    return np.array(KERNELS[checks.choice("name", name, KERNELS)], dtype=np.float64)
