"""Backend, device, threads, versions, and the doctor; importing this imports no Keras.

    settings -> backend -> identity, probe -> diagnosis -> text
    (values)    (start)    (provenance, devices)  (doctor)

`use_backend()` must come before Keras; without it KERAS_BACKEND decides, then Keras's own
settings file, then TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kerasduet.environment.backend import (
    backend_name,
    deterministic,
    device_info,
    is_running,
    start_backend,
    threads,
    use_backend,
)
from kerasduet.environment.identity import caller, set_caller, versions

if TYPE_CHECKING:
    from kerasduet.environment.diagnosis import Report, doctor
    from kerasduet.environment.interpreter import fresh_environment, python_command
    from kerasduet.environment.text import doctor_text

__all__ = [
    "Report",
    "backend_name",
    "caller",
    "deterministic",
    "device_info",
    "doctor",
    "doctor_text",
    "fresh_environment",
    "is_running",
    "python_command",
    "set_caller",
    "start_backend",
    "threads",
    "use_backend",
    "versions",
]

# What a run does not need is imported when it is first asked for.
_LATER = {
    "Report": "diagnosis",
    "doctor": "diagnosis",
    "doctor_text": "text",
    "fresh_environment": "interpreter",
    "python_command": "interpreter",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
