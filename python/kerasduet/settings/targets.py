"""Losses and metrics of the caller's, tried on a few targets before any data are loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.settings.objects import brief, parsed, rebuilt

__all__ = ["refuse_other_loss", "refuse_taken_names"]


def refuse_other_loss(
    text: str, cases: tuple[np.ndarray, np.ndarray, np.ndarray] | None
) -> None:
    """Refuse a loss that cannot read the targets, or reads them as something else.

    Parameters
    ----------
    text : str
        Of the loss.
    cases : tuple of numpy.ndarray, optional
        Targets, right outputs and wrong outputs, a case along the first axis.
    """
    if cases is None:
        return
    loss = rebuilt(text)
    try:
        right, wrong = (
            [
                float(np.asarray(loss(truth[None], given[None])).mean())
                for truth, given in zip(cases[0], outputs, strict=True)
            ]
            for outputs in cases[1:]
        )
    except Exception as error:  # of any backend
        raise _no_loss(text, type(error).__name__) from None
    # A loss may leave a class out.
    fits = np.isfinite(right).all() and all(a <= b for a, b in zip(right, wrong, strict=True))
    if not fits or right == wrong:
        raise _no_loss(text, "no lower loss for right outputs")


def _no_loss(text: str, found: str) -> ArgumentType:
    name = parsed(text)["class_name"]
    hint = (
        f" Use Sparse{name}, which reads class codes." if name.startswith("Categorical") else ""
    )
    return ArgumentType(
        f"loss: must be lower where the outputs are right, for targets as the data give them; got "
        f"{found} with {brief(text)}.{hint}"
    )


def refuse_taken_names(metrics: Sequence[str], heads: Mapping[str, Any]) -> None:
    """Refuse metrics that the task has already, and those beside several outputs."""
    own = heads.get("metrics", ())
    if metrics and not isinstance(own, list | tuple):
        raise ArgumentType(
            "metrics: only a network of one output has them; got several outputs."
        )
    taken = {"loss", "epoch", *own}
    for metric in metrics:
        name = parsed(metric)["config"]["name"]
        if name in taken or str(name).startswith("val_"):
            raise ArgumentType(
                f"metrics: must have names that are not taken; got {show(name)}. Give it another "
                "name."
            )
