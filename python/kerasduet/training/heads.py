"""Auxiliary heads of a classifier: they learn the same classes, and are not asked afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

__all__ = ["AUXILIARY", "MAIN", "WEIGHT", "head_names", "main_head", "shared", "spread", "told"]

MAIN = "probabilities"
AUXILIARY = "auxiliary_"
WEIGHT = 0.3  # of the main head's loss, as in GoogLeNet (Szegedy et al., 2015)


def head_names(model: keras.Model) -> tuple[str, ...]:
    """Name the heads of a network whose outputs are the main head and auxiliary ones.

    Returns
    -------
    tuple of str
        The main head first; empty for any other network.
    """
    outputs = getattr(model, "output", None)  # which a Sequential has only once it is built
    return _names(outputs) if isinstance(outputs, Mapping) else ()


def spread(settings: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Give loss and metrics of one head to several, as `keras.Model.compile` takes them."""
    if not names:
        return dict(settings)
    return {
        "loss": dict.fromkeys(names, settings["loss"]),
        "loss_weights": {name: 1.0 if name == MAIN else WEIGHT for name in names},
        "metrics": {MAIN: settings.get("metrics", [])},
    }


def shared(targets: Any, names: tuple[str, ...]) -> Any:
    """Give every head the same targets."""
    return dict.fromkeys(names, targets) if names else targets


def told(name: str, names: tuple[str, ...]) -> str:
    """Name a number of the history as if there were the main head alone.

    Examples
    --------
    >>> heads = ("probabilities", "auxiliary_1")
    >>> told("val_probabilities_accuracy", heads), told("val_loss", heads)
    ('val_accuracy', 'val_loss')
    """
    own = f"{MAIN}_loss"
    if not names or name.endswith(own):  # of all heads together is the loss
        return name
    return name.replace(f"{MAIN}_", "", 1)


def main_head(outputs: Any) -> Any:
    """Give what the main head said, where there are auxiliary ones."""
    return outputs[MAIN] if isinstance(outputs, Mapping) and _names(outputs) else outputs


def _names(outputs: Mapping[str, Any]) -> tuple[str, ...]:
    others = [name for name in outputs if name != MAIN]
    if MAIN not in outputs or not all(name.startswith(AUXILIARY) for name in others):
        return ()
    return (MAIN, *others)
