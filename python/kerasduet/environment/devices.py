"""The devices a running backend has, and the one its work goes to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

__all__ = ["Device", "in_use", "kind_in_use", "listed", "where"]


class Device(NamedTuple):
    """One device: its kind, its maker's name and the label `keras.device()` takes."""

    kind: str
    name: str
    label: str


def listed(backend: str) -> list[Device]:
    """List every device of a backend that is already running.

    Parameters
    ----------
    backend : str
        `"tensorflow"`, `"jax"` or `"torch"`.

    Returns
    -------
    list of Device
        The CPU first.
    """
    return _LISTED[backend]()


def in_use(backend: str) -> list[Device]:
    """List the devices that new tensors go to: the accelerators, or else the CPU."""
    devices = listed(backend)
    kind = _KIND_IN_USE[backend](devices)
    return [device for device in devices if device.kind == kind]


def kind_in_use(backend: str) -> str:
    """Name the kind of device that new tensors go to, such as "cpu"."""
    return _KIND_IN_USE[backend](listed(backend))


def where(backend: str, tensor: Any) -> str:
    """Give the label of the device that a tensor is on.

    TensorFlow quietly computes on the CPU when a device cannot; only the result tells.
    """
    return _WHERE[backend](tensor)


@cache
def cpu_name() -> str:
    """Name the processor as its maker does, or at least its architecture."""
    import platform

    with contextlib.suppress(OSError), open("/proc/cpuinfo", errors="replace") as table:
        for line in table:
            key, _, value = line.partition(":")
            if key.strip().lower() == "model name" and value.strip():
                return value.strip()
    return platform.machine() or "CPU"


def _tensorflow() -> list[Device]:
    import tensorflow as tf

    found = []
    for kind in ("CPU", "GPU"):
        physical = tf.config.get_visible_devices(kind)
        for index, device in enumerate(physical):
            name = tf.config.experimental.get_device_details(device).get("device_name")
            named = cpu_name() if kind == "CPU" else str(name or kind)
            found.append(Device(kind.lower(), named, f"{kind.lower()}:{index}"))
    return found


def _jax() -> list[Device]:
    import jax

    by_kind = {}
    with contextlib.suppress(RuntimeError):  # JAX_PLATFORMS may leave the CPU out
        by_kind["cpu"] = jax.devices("cpu")
    for device in jax.devices():
        by_kind.setdefault(device.platform, jax.devices(device.platform))
    return [
        Device(
            kind, cpu_name() if kind == "cpu" else str(device.device_kind), f"{kind}:{index}"
        )
        for kind, devices in by_kind.items()
        for index, device in enumerate(devices)
    ]


def _torch() -> list[Device]:
    import torch

    found = [Device("cpu", cpu_name(), "cpu:0")]
    for index in range(torch.cuda.device_count()):
        found.append(Device("gpu", torch.cuda.get_device_name(index), f"gpu:{index}"))
    if torch.backends.mps.is_available():
        found.append(Device("gpu", "Apple Metal", "mps:0"))
    return found


def _first_accelerator(devices: list[Device]) -> str:
    return next((device.kind for device in devices if device.kind != "cpu"), "cpu")


def _torch_kind(devices: list[Device]) -> str:
    import keras

    # Keras picks the device for torch (KERAS_TORCH_DEVICE, MPS, CUDA): ask it, not torch.
    return "cpu" if str(keras.ops.zeros(()).device).startswith("cpu") else "gpu"


def _where_tensorflow(tensor: Any) -> str:
    return str(tensor.device).rpartition("device:")[2].lower()


def _where_jax(tensor: Any) -> str:
    device = next(iter(tensor.devices()))
    return f"{device.platform}:{device.id}"


def _where_torch(tensor: Any) -> str:
    kind, _, index = str(tensor.device).partition(":")
    return f"{'gpu' if kind == 'cuda' else kind}:{index or 0}"


_WHERE: dict[str, Callable[[Any], str]] = {
    "tensorflow": _where_tensorflow,
    "jax": _where_jax,
    "torch": _where_torch,
}
_LISTED: dict[str, Callable[[], list[Device]]] = {
    "tensorflow": _tensorflow,
    "jax": _jax,
    "torch": _torch,
}
_KIND_IN_USE: dict[str, Callable[[list[Device]], str]] = {
    "tensorflow": _first_accelerator,
    "jax": _first_accelerator,
    "torch": _torch_kind,
}
