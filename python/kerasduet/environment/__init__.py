"""Backend, device, threads and versions; importing this imports no Keras.

    settings -> backend -> identity
    (values)    (start)    (provenance)

`use_backend()` must come before Keras; without it KERAS_BACKEND decides, then Keras's own
settings file, then TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kerasduet.environment.backend import (
    backend_name,
    chosen_by_speed,
    device_info,
    is_running,
    settle_backend,
    start_backend,
    threads,
    use_backend,
)
from kerasduet.environment.determinism import deterministic
from kerasduet.environment.identity import caller, set_caller, version_of, versions
from kerasduet.environment.kept import keep_warnings, kept_warnings

if TYPE_CHECKING:
    from kerasduet.environment.interpreter import fresh_environment, python_command

__all__ = [
    "backend_name",
    "caller",
    "chosen_by_speed",
    "deterministic",
    "device_info",
    "fresh_environment",
    "is_running",
    "keep_warnings",
    "kept_warnings",
    "python_command",
    "set_caller",
    "settle_backend",
    "start_backend",
    "threads",
    "use_backend",
    "version_of",
    "versions",
]

# What a run does not need is imported when it is first asked for.
_LATER = {
    "fresh_environment": "interpreter",
    "python_command": "interpreter",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
