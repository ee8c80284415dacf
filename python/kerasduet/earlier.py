"""Settings as they were written: by earlier versions of the package, or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerasduet.errors import ArgumentType
from kerasduet.names import (
    task_of,
)

__all__ = ["as_now", "given_once"]


def as_now(flat: dict[str, Any]) -> dict[str, Any]:
    """Give settings that earlier versions wrote the meaning that they had."""
    if "features" not in flat or "dataset" not in flat:
        return flat
    if "own_past" not in task_of(flat["dataset"]).Settings.names():
        return flat
    return {"own_past": _own_past(flat)} | flat


def _own_past(flat: Mapping[str, Any]) -> bool:
    """Say what features meant before `own_past` came: the inputs, the target only if named."""
    features = flat["features"] or ()
    named = features if isinstance(features, list | tuple) else (features,)
    return not named or flat.get("target") in named


def given_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse JSON that gives a name twice."""
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in values if names.count(name) > 1)
        raise ArgumentType(f"{twice}: must be given once; got it {names.count(twice)} times.")
    return values
