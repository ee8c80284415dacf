"""Networks of the caller's: what they give for a step may not depend on what comes after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasduet.errors import ArgumentType

if TYPE_CHECKING:
    import keras

__all__ = ["refuse_looking_ahead"]


def refuse_looking_ahead(network: keras.Model) -> None:
    """Refuse a network that sees the very character that it is to foretell."""
    shape = network.inputs[0].shape
    if len(network.inputs) != 1 or len(shape) != 2 or shape[1] is None:
        return  # its shapes are refused
    codes = np.ones((2, shape[1]), dtype=np.int32)
    half = shape[1] // 2
    codes[1, half:] = 2
    one, other = np.asarray(network.predict_on_batch(codes))[:, :half]
    if not np.allclose(one, other, atol=1e-6):
        raise ArgumentType(
            "model: must give each step from the characters up to it; got outputs that change with "
            'later ones. Use recurrent layers that read one way, or padding="causal".'
        )
