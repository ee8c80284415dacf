"""Convolution as networks compute it: windows, output size, and the dense layer it hides."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import Array, ArrayLike, pair, real_array, sizes, vector
from kerasduet.concepts.images import pad_border
from kerasduet.errors import ArgumentRange, ShapeError

__all__ = ["conv_output_size", "convolution_as_dense", "convolve2d", "same_padding"]

Border = tuple[int, int]
PADDINGS = ("valid", "same", "causal")


def convolve2d(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: Any = 1,
    padding: Any = "valid",
    flip: bool = False,
    bias: Any = 0.0,
) -> Array:
    """Slide a kernel over an image and sum the products at every position.

    Parameters
    ----------
    image : array (h, w) or (h, w, channels)
        Any finite numbers.
    kernel : array (a, b), (a, b, channels) or (a, b, channels, filters)
        Weights, with as many channels as the image. The last form is the weight array of a
        Keras `Conv2D`.
    stride : int or pair of int
        Pixels between two windows, down and across, at least 1.
    padding : number or pair of numbers, or {"valid", "same", "causal"}
        That many zeros on each side, where a half such as 2.5 means 2 before and 3 after.
        "valid": no border. "same": the border that keeps ceil(size / stride), an odd pixel
        below and right, as in Keras. "causal": kernel - 1 zeros above and left only.
    flip : bool
        False gives the cross-correlation that networks call convolution; True flips the kernel
        in both directions first: the convolution of mathematics and signal processing.
    bias : float, or one a filter
        Added to every output.

    Returns
    -------
    array (rows, columns) or (rows, columns, filters)
        The feature map, or one a filter.

    Raises
    ------
    KerasduetError
        Arrays that are not finite, rectangular and numeric; channels that differ; a kernel
        larger than the padded image; a stride below 1; an unknown padding.

    Notes
    -----
    S[i, j] = bias + sum over a, b, c of I[i s + a, j t + b, c] K[a, b, c]; for other borders
    than zeros, use `pad2d` first.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), Deep Learning, equations 9.4 to 9.6.

    Examples
    --------
    >>> convolve2d([[1, 7, 2], [11, 1, 23], [2, 2, 2]], [[1, 1], [0, 1]])
    array([[ 9., 32.],
           [14., 26.]])
    >>> convolve2d([[1, 7, 2], [11, 1, 23], [2, 2, 2]], [[1, 1], [0, 1]], flip=True)
    array([[13., 31.],
           [15.,  5.]])
    """
    pixels, weights, many = _image_and_kernel(image, kernel)
    if checks.flag("flip", flip):
        weights = weights[::-1, ::-1]
    offsets = vector("bias", bias, length=weights.shape[-1])
    steps = pair("stride", stride, low=1)
    windows = _windows(pixels, weights.shape[:2], steps, padding)
    maps = np.einsum("ijcab,abcf->ijf", windows, weights) + offsets  # (rows, columns, filters)
    return maps if many else maps[:, :, 0]


def conv_output_size(size: Any, kernel: Any, *, stride: Any = 1, padding: Any = 0) -> Any:
    """Count the positions that a kernel or a pooling window takes.

    Parameters
    ----------
    size : int or pair of int
        Size of the input in pixels, at least 1.
    kernel : int or pair of int
        Size of the kernel or window in pixels, at least 1.
    stride : int or pair of int
        Pixels between two positions, at least 1.
    padding : number or pair of numbers, or {"valid", "same", "causal"}
        Zeros on each side, as in `convolve2d`.

    Returns
    -------
    int or pair of int
        Size of the output: one number when every argument is one.

    Raises
    ------
    KerasduetError
        A kernel larger than the padded input, or a number outside its range.

    Notes
    -----
    floor((W - K + 2 P) / S) + 1.

    Where course notes differ
    -------------------------
    For W 125 x 49, K 5, P 2 and S 2 the size is 63 x 25; notes that print 62 x 24 lost the + 1.
    Pooling follows the same rule, floor((n - f) / s) + 1; notes that write (n - f + 1) / s get
    111.5 for n 224, f 2, s 2, instead of the 112 that every framework gives.

    Examples
    --------
    >>> conv_output_size((125, 49), 5, stride=2, padding=2)
    (63, 25)
    >>> conv_output_size(224, 2, stride=2)
    112
    """
    shape = pair("size", size, low=1)
    window = pair("kernel", kernel, low=1)
    output, _ = geometry(shape, window, pair("stride", stride, low=1), padding)
    is_one = all(np.ndim(value) == 0 for value in (size, kernel, stride, padding))
    return output[0] if is_one else output


def same_padding(kernel: int) -> dict[str, float]:
    """Compute the zeros that keep an image's size at stride 1.

    Parameters
    ----------
    kernel : int
        Size of the kernel in pixels, at least 1.

    Returns
    -------
    dict
        `each` = (kernel - 1) / 2, `before` and `after`: the zeros on the two sides.

    Raises
    ------
    KerasduetError
        A kernel that is not a whole number of at least 1.

    Notes
    -----
    P = (K - 1) / 2. An even kernel has no such whole number: K = 6 gives 2.5, so 2 zeros
    before and 3 after, which is what Keras does.

    Examples
    --------
    >>> same_padding(6)
    {'each': 2.5, 'before': 2, 'after': 3}
    """
    total = checks.whole("kernel", kernel, low=1) - 1
    return {"each": total / 2, "before": total // 2, "after": total - total // 2}


def convolution_as_dense(
    kernel: ArrayLike, input_shape: Any, *, stride: Any = 1, padding: Any = "valid"
) -> dict[str, Any]:
    """Write a convolution as the weight matrix of a dense layer.

    Parameters
    ----------
    kernel : array (a, b), (a, b, channels) or (a, b, channels, filters)
        As in `convolve2d`.
    input_shape : 2 or 3 int
        Height, width and perhaps channels of the image.
    stride, padding
        As in `convolve2d`.

    Returns
    -------
    dict
        `weights` (outputs, inputs): times the flattened image it is the flattened result of
        `convolve2d`. `mask` (outputs, inputs): 1 where a connection exists, 0 elsewhere.
        `output_shape`; `dense` (weights of a full dense layer), `connections` (weights of a
        sparsely connected one) and `shared` (weights of the convolution), all without biases.

    Raises
    ------
    KerasduetError
        As `convolve2d`.

    Notes
    -----
    Flattened means row by row, pixels' channels together: NumPy's and Keras's order; in R,
    `as.vector(t(image))` for a matrix. The two savings of a convolution: sparse connections
    (most of `mask` is 0) and shared weights (the same few numbers in every row).

    Examples
    --------
    >>> layer = convolution_as_dense([[1, 2], [3, 4]], (4, 4), stride=2)
    >>> layer["weights"][0].astype(int)
    array([1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    >>> layer["dense"], layer["connections"], layer["shared"]
    (64, 16, 4)
    """
    shape = sizes("input_shape", input_shape, lengths=(2, 3))
    inputs = int(np.prod(shape))
    numbered = np.arange(1.0, inputs + 1).reshape(shape)  # 0 is left for the padding
    pixels, weights, many = _image_and_kernel(numbered, kernel)
    windows = _windows(pixels, weights.shape[:2], pair("stride", stride, low=1), padding)
    rows, columns = windows.shape[:2]
    filters = weights.shape[-1]
    sources = windows.astype(np.intp)[:, :, None]  # (rows, columns, 1, channels, a, b)
    values = weights.transpose(3, 2, 0, 1)  # (filters, channels, a, b)
    outputs = np.arange(rows * columns * filters).reshape(rows, columns, filters, 1, 1, 1)
    dense = np.zeros((outputs.size, inputs + 1))
    mask = np.zeros_like(dense)
    dense[outputs, sources] = values
    mask[outputs, sources] = 1.0
    mask = mask[:, 1:]
    return {
        "weights": dense[:, 1:],
        "mask": mask,
        "output_shape": (rows, columns, filters) if many else (rows, columns),
        "dense": mask.size,
        "connections": int(mask.sum()),
        "shared": weights.size,
    }


def _image_and_kernel(image: Any, kernel: Any) -> tuple[Array, Array, bool]:
    """Bring both to their full dimensions: (h, w, channels) and (a, b, channels, filters)."""
    pixels = real_array("image", image, dimensions=(2, 3))
    weights = real_array("kernel", kernel, dimensions=(2, 3, 4))
    many = weights.ndim == 4
    pixels = pixels.reshape(*pixels.shape, *[1] * (3 - pixels.ndim))
    weights = weights.reshape(*weights.shape, *[1] * (4 - weights.ndim))
    if pixels.shape[2] != weights.shape[2]:
        raise ShapeError(
            f"kernel: must have the image's channels, {pixels.shape[2]}; "
            f"got {weights.shape[2]}. Give one kernel slice a channel."
        )
    return pixels, weights, many


def _windows(
    pixels: Array, window: tuple[int, ...], stride: tuple[int, int], padding: Any
) -> Array:
    """Cut the padded image into windows (rows, columns, channels, a, b)."""
    _, border = geometry(pixels.shape[:2], window, stride, padding)
    padded = pad_border(pixels, border)
    views = np.lib.stride_tricks.sliding_window_view(padded, window, axis=(0, 1))
    return views[:: stride[0], :: stride[1]]


def geometry(
    size: tuple[int, ...],
    window: tuple[int, ...],
    stride: tuple[int, ...],
    padding: Any,
    *,
    name: str = "kernel",
) -> tuple[tuple[int, int], tuple[Border, Border]]:
    """Give the output's size and the zeros (before, after) rows and columns."""
    rows, columns = (
        _side(padding if isinstance(padding, str) else amount, *axis)
        for amount, *axis in zip(_amounts(padding), size, window, stride, strict=True)
    )
    padded = tuple(n + sum(b) for n, b in zip(size, (rows, columns), strict=True))
    if any(k > n for k, n in zip(window, padded, strict=True)):
        raise ShapeError(
            f"{name}: must fit inside the padded image, {padded[0]} x {padded[1]}; "
            f"got {window[0]} x {window[1]}. Use a smaller {name} or more padding."
        )
    down, across = ((n - k) // s + 1 for n, k, s in zip(padded, window, stride, strict=True))
    return (down, across), (rows, columns)


def _amounts(padding: Any) -> tuple[float, float]:
    """Read a numeric padding of halves as a pair; a named one has no amounts of its own."""
    if isinstance(padding, str):
        checks.choice("padding", padding, PADDINGS)
        return 0, 0
    items = np.atleast_1d(np.asarray(padding, dtype=object)).tolist()
    if len(items) not in (1, 2):
        raise ShapeError(
            f"padding: must be a name, one number or two; got {checks.show(items)}."
        )
    amounts = [checks.number("padding", item, low=0) for item in items]
    for amount in amounts:
        if not (2 * amount).is_integer():
            raise ArgumentRange(
                f"padding: must be whole or half pixels; got {checks.show(amount)}."
            )
    return amounts[0], amounts[-1]


def _side(padding: str | float, size: int, window: int, stride: int) -> Border:
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return window - 1, 0
    if padding == "same":
        total = max((-(-size // stride) - 1) * stride + window - size, 0)
    else:
        total = int(2 * float(padding))
    return total // 2, total - total // 2
