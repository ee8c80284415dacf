"""Losses and metrics of the caller's, tried on a few targets before any data are loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.settings.allowed import LOSSES, METRICS
from kerasduet.settings.configurations import parsed, rebuilt
from kerasduet.settings.elsewhere import object_name
from kerasduet.settings.objects import brief

__all__ = [
    "refuse_named_loss",
    "refuse_other_loss",
    "refuse_other_metrics",
    "refuse_taken_names",
]


# The losses worth offering, by what they read.
_VALUES = {
    *("CosineSimilarity", "Huber", "LogCosh", "MeanAbsoluteError", "MeanSquaredError"),
    *("MeanAbsolutePercentageError", "MeanSquaredLogarithmicError"),
}
_CHANCES = {
    *("BinaryCrossentropy", "BinaryFocalCrossentropy", "Dice", "Hinge", "Huber", "LogCosh"),
    *("MeanAbsoluteError", "MeanSquaredError", "Poisson", "SquaredHinge", "Tversky"),
}


def refuse_named_loss(
    value: str, cases: tuple[np.ndarray, np.ndarray, np.ndarray] | None
) -> None:
    """Refuse the name of a loss, and offer an object only where the targets can be read by it.

    Parameters
    ----------
    value : str
        What was given as loss.
    cases : tuple of numpy.ndarray, optional
        As for `refuse_other_loss`; None leaves the refusal to the rule of the setting.
    """
    if cases is None:
        return
    truth, outputs = cases[:2]
    name = object_name(value, LOSSES)
    if truth.dtype.kind == "f":
        known, instead = _VALUES, ""
    elif outputs.shape[-1] == 1:
        known, instead = _CHANCES, "BinaryCrossentropy"
    else:
        known, instead = {"SparseCategoricalCrossentropy"}, "SparseCategoricalCrossentropy"
    if name not in known and name.endswith("Crossentropy"):
        name = instead
    fix = (
        f"Give keras.losses.{name}()." if name in known else "Leave it out for the task's own."
    )
    raise ArgumentType(f"loss: must be a Keras loss; got {show(value)}. {fix}")


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
        whole = float(np.asarray(loss(cases[0], cases[1])).mean())
        right, wrong = (
            [
                float(np.asarray(loss(truth[None], given[None])).mean())
                for truth, given in zip(cases[0], outputs, strict=True)
            ]
            for outputs in cases[1:]
        )
    except Exception as error:  # of any backend
        raise _no_loss(text, type(error).__name__) from None
    if not np.isfinite(whole):
        raise _no_loss(text, "no finite number")
    # A loss may leave a class out.
    fits = np.isfinite(right).all() and all(a <= b for a, b in zip(right, wrong, strict=True))
    if not fits or right == wrong:
        raise _no_loss(text, "no lower loss for right outputs")


def _no_loss(text: str, found: str) -> ArgumentType:
    return ArgumentType(
        f"loss: must be lower where the outputs are right, for targets as the data give them; got "
        f"{found} with {brief(text)}.{_sparse(text, LOSSES)}"
    )


def _sparse(text: str, known: Set[str]) -> str:
    """Say which class of Keras does the same for class codes, if there is one."""
    sparse = f"Sparse{parsed(text)['class_name']}"
    return f" Use {sparse}, which reads class codes." if sparse in known else ""


def refuse_other_metrics(
    texts: Sequence[str], cases: tuple[np.ndarray, np.ndarray, np.ndarray] | None
) -> None:
    """Refuse a metric that cannot read the targets, or reads them as something else."""
    for text in texts if cases is not None else ():
        truth, right, wrong = cases  # type: ignore[misc]
        other = np.roll(np.arange(len(truth)), 1)
        try:
            values = [
                _measured(text, *given)
                for given in ((truth, right), (truth[other], right[other]), (truth, wrong))
            ]
        except Exception as error:  # of any backend
            found = type(error).__name__
        else:
            if np.allclose(values[0], values[1], rtol=1e-3) and values[0] != values[2]:
                continue
            found = "values that do not follow them"
        raise ArgumentType(
            f"metrics: must read the targets as the data give them; got {found} from "
            f"{brief(text)}.{_sparse(text, METRICS)}"
        )


def _measured(text: str, truth: np.ndarray, outputs: np.ndarray) -> float:
    metric = rebuilt(text)
    metric.update_state(truth, outputs)
    return float(np.asarray(metric.result()))


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
