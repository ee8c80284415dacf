"""Import Keras and its backend: quietly, whole, and with the threads and devices asked for."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from kerasduet.environment.postponed import leave_tensorflow, postponed
from kerasduet.environment.settings import Settings
from kerasduet.errors import BackendError

__all__ = ["PREPARE", "import_keras"]


def import_keras(backend: str) -> Any:
    """Import Keras, which imports its backend; refuse one that is half imported."""
    _refuse_half(backend)
    try:
        quiet = backend == "tensorflow" and os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "3"
        hushed = _without_noise() if quiet else contextlib.nullcontext()
        with _uncollected(), hushed, postponed(backend):
            import keras

            if backend != "tensorflow":
                leave_tensorflow()
    except Exception as error:
        raise BackendError(
            f"backend: must start; got {backend!r}, which failed with "
            f"{type(error).__name__}: {error}. Run doctor() to see what is missing."
        ) from error
    return keras


# Objects that the collector knows in a session that has little more than pandas, Matplotlib and
# scikit-learn; PyTorch alone brings as many again.
FRESH = 200_000


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the many objects of an import, which all stay, from the collector for good.

    It would look through them time and again: a fifth of what a small training takes. What was
    there before is kept from it, too; so not in a session that holds much of its own already.
    """
    is_fresh = len(gc.get_objects()) < FRESH
    if "keras" in sys.modules or not gc.isenabled() or not is_fresh:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    gc.collect()
    gc.freeze()


def _refuse_half(backend: str) -> None:
    """Refuse what an import that was broken off has left: it cannot be imported again."""
    for package in (backend, "keras"):
        parts = (name for name in list(sys.modules) if name.startswith(f"{package}."))
        if package not in sys.modules and any(parts):
            raise BackendError(
                f"backend: must start whole; got {backend!r}, whose import was broken off in "
                f"this session, with {package} half loaded. Restart the Python or R session."
            )


# TensorFlow's libraries report on themselves before any log level is read.
_NOISE = re.compile(
    r"[IWE]\d{4} |\d{4}-\d\d-\d\d .*: [IWE] (tensorflow|external)/|"
    r"WARNING: All log messages before absl::InitializeLog|"
    r"To enable the following instructions"
)


def _kept_lines(text: str) -> str:
    """Drop the lines TensorFlow writes about its own start; keep everything else."""
    return "".join(line for line in text.splitlines(True) if not _NOISE.match(line))


@contextlib.contextmanager
def _without_noise() -> Iterator[None]:
    """Hold back what native code writes to standard error, then pass on what matters."""
    try:
        original = os.dup(2)
    except OSError:  # a session without standard error has nothing to hold back
        yield
        return
    import tempfile

    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(original, 2)
            os.close(original)
            held.seek(0)
            kept = _kept_lines(held.read().decode(errors="replace"))
            if kept:
                os.write(2, kept.encode())


def _prepare_tensorflow(chosen: Settings) -> None:
    import tensorflow as tf

    # Apple's Metal devices do not listen to CUDA_VISIBLE_DEVICES.
    if chosen.device == "cpu" and tf.config.get_visible_devices("GPU"):
        tf.config.set_visible_devices([], "GPU")
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "3":
        # Several networks in one session are no reason for its advice on retracing.
        tf.get_logger().setLevel("ERROR")


def _prepare_jax(chosen: Settings) -> None:
    """Do nothing: XLA_FLAGS carries what JAX needs."""


def _prepare_torch(chosen: Settings) -> None:
    import torch

    if chosen.threads is not None:
        torch.set_num_threads(chosen.threads)


PREPARE: dict[str, Callable[[Settings], None]] = {
    "tensorflow": _prepare_tensorflow,
    "jax": _prepare_jax,
    "torch": _prepare_torch,
}
