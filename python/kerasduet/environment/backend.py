"""Choose a backend before Keras starts, and start it once."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from typing import Any

from kerasduet import checks
from kerasduet.environment import devices
from kerasduet.environment.fastest import fastest, kind_of
from kerasduet.environment.importing import PREPARE, import_keras
from kerasduet.environment.settings import (
    AUTO,
    BACKENDS,
    DEVICES,
    Settings,
    difference,
    exports,
    install_command,
    resolve,
)
from kerasduet.errors import BackendError
from kerasduet.interrupts import held
from kerasduet.settings.named import answers

__all__ = [
    "backend_name",
    "chosen_by_speed",
    "current_settings",
    "device_info",
    "is_running",
    "settle_backend",
    "start_backend",
    "threads",
    "use_backend",
]

BY_SPEED = "chosen for the speed"
RESTART = "Restart the Python or R session, then call use_backend() first."


class _Session:
    """What this process has chosen so far."""

    chosen: Settings | None = None
    started: bool = False
    forked: bool = False  # from a process in which Keras ran
    before: dict[str, str | None]  # variables as they were before this package set them

    def __init__(self) -> None:
        self.before = {}
        self.process = os.getpid()


_session = _Session()
_lock = threading.RLock()


def _after_fork() -> None:
    global _lock
    _session.forked = _session.forked or is_running()
    _session.process = os.getpid()
    _lock = threading.RLock()  # a thread that stayed behind may hold the other one


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@answers()
def use_backend(
    backend: str = "tensorflow", *, device: str = "auto", threads: int | None = None
) -> None:
    """Choose what Keras computes with, before anything has started it.

    Parameters
    ----------
    backend : str
        `"tensorflow"`, `"jax"`, `"torch"`, or `"auto"`: the fastest that is installed for the kind
        of the first network, as measured. Bits differ between backends.
    device : str
        `"auto"` takes a GPU where there is one, `"cpu"` hides every GPU, `"gpu"` insists on
        one.
    threads : int, optional
        CPU threads for one operation, at least 1. None leaves it to the backend. Results are
        bit-identical only between runs with the same number.

    Raises
    ------
    BackendError
        When Keras already runs with other settings, or the backend is not installed.
    UnknownName
        When the backend or the device does not exist.

    Notes
    -----
    Without this call KERAS_BACKEND decides, then the backend in Keras's settings file
    (`keras.json` in KERAS_HOME or `~/.keras`), then TensorFlow. Neither Keras nor a backend
    is imported here.

    Where JAX_COMPILATION_CACHE_DIR names a folder, JAX keeps compiled programs in it, and the
    next process loads them: the same bits sooner. JAX runs what it finds there, so the folder
    must be nobody else's to write in, and of one machine.

    Examples
    --------
    >>> import kerasduet.environment as environment
    >>> environment.use_backend("torch", threads=2)  # doctest: +SKIP
    """
    wanted = Settings(
        checks.choice("backend", backend, (*BACKENDS, AUTO)),
        checks.choice("device", device, DEVICES),
        None if threads is None else checks.whole("threads", threads, low=1),
        "use_backend()",
    )
    with _lock:
        if is_running():
            current = current_settings()
            if wanted.backend == AUTO:
                wanted = wanted._replace(backend=current.backend)
            _refuse_change(current, wanted)
            return
        if wanted.backend == AUTO:
            _session.chosen = wanted
            return
        _require_installed(wanted.backend)
        if _session.chosen is None or difference(_session.chosen, wanted):
            _refuse_late(wanted)
        _export(wanted)
        _session.chosen = wanted


def settle_backend(builder: str) -> None:
    """Choose the backend for a builder's network, where `use_backend("auto")` left it open.

    Examples
    --------
    >>> settle_backend("cnn")
    """
    with _lock:
        left_open = _session.chosen
        if left_open is None or left_open.backend != AUTO or is_running():
            return
        kind = kind_of(builder)
        name = fastest(kind, left_open.device)
        use_backend(name, device=left_open.device, threads=left_open.threads)
        networks = f"{kind} networks" if kind else "networks without recurrence"
        _session.chosen = current_settings()._replace(source=f"{BY_SPEED} of {networks}")


def chosen_by_speed() -> str:
    """Say which backend was chosen for its speed, and with which networks; empty if none was.

    Examples
    --------
    >>> chosen_by_speed()
    ''
    """
    chosen = current_settings()
    return f"{chosen.backend}, {chosen.source}" if chosen.source.startswith(BY_SPEED) else ""


def start_backend() -> None:
    """Import Keras on the chosen backend.

    The core calls this right before it first uses Keras; later calls cost nothing.

    Raises
    ------
    BackendError
        When the backend is not installed or does not start, when Keras already runs on
        another one, when the device that was asked for is not there, or in a process that
        was forked from one in which Keras ran.

    Notes
    -----
    A Ctrl-C waits until Keras is imported: a backend whose import was broken off can neither
    be used nor imported again.

    Examples
    --------
    >>> start_backend()
    >>> is_running()
    True
    """
    _refuse_fork()
    if not _session.started:
        with held(), _lock:
            _start()


def _start() -> None:
    if not _session.started:  # by another thread meanwhile
        chosen = current_settings()
        if not is_running():
            _require_installed(chosen.backend)
            _export(chosen)
        running = import_keras(chosen.backend).config.backend()
        if running != chosen.backend:
            raise BackendError(
                f"backend: must be chosen before Keras starts; got {chosen.backend!r} while "
                f"{running} is running. {RESTART}"
            )
        PREPARE[chosen.backend](chosen)
        _require_device(chosen)
        _session.chosen = chosen
        _session.started = True


def is_running() -> bool:
    """Tell whether Keras is imported, so that its backend is settled."""
    return "keras" in sys.modules


def current_settings() -> Settings:
    """Give the settings in force: chosen, found running, or what Keras would start with."""
    chosen = _session.chosen
    if chosen is not None and chosen.backend == AUTO and not is_running():
        return chosen._replace(backend=fastest("", chosen.device))
    if chosen is not None and chosen.backend != AUTO:
        return chosen
    if is_running():
        return Settings(sys.modules["keras"].config.backend(), source="imported before")
    return resolve(os.environ)


def backend_name() -> str:
    """Name the backend that runs, or that would be started.

    Returns
    -------
    str
        `"tensorflow"`, `"jax"` or `"torch"`.

    Examples
    --------
    >>> backend_name() in ("tensorflow", "jax", "torch")
    True
    """
    return current_settings().backend


def threads() -> int | None:
    """Give the number of threads that was asked for; None where the backend decides.

    Examples
    --------
    >>> threads() is None
    True
    """
    return current_settings().threads


def device_info() -> dict[str, Any]:
    """Describe the device that does the work, starting the backend if needed.

    Returns
    -------
    dict
        `kind` (`"cpu"`, `"gpu"` or `"tpu"`), `name` as its maker gives it, and `count`.

    Raises
    ------
    BackendError
        When the backend cannot start.

    Examples
    --------
    >>> sorted(device_info())
    ['count', 'kind', 'name']
    """
    start_backend()
    found = devices.in_use(backend_name())
    return {"kind": found[0].kind, "name": found[0].name, "count": len(found)}


def _refuse_fork() -> None:
    """Refuse to use Keras where it would hang: a fork has none of the backend's threads."""
    if _session.process != os.getpid():
        # R's mclapply() forks without a word to Python.
        _after_fork()
    if _session.forked:
        raise BackendError(
            "process: must not be a fork of one in which Keras runs, where it would hang; got "
            f'process {os.getpid()}. Start fresh ones: multiprocessing.get_context("spawn") in '
            "Python, parallel::makeCluster() instead of mclapply() in R."
        )


def _refuse_change(current: Settings, wanted: Settings) -> None:
    name = difference(current, wanted)
    if name is None:
        return
    now = getattr(current, name)
    kept = "" if name == "backend" else f" with {name} {checks.show(now)}"
    raise BackendError(
        f"{name}: must be chosen before Keras starts; got "
        f"{checks.show(getattr(wanted, name))} while {current.backend} is running{kept}. "
        f"{RESTART}"
    )


def _refuse_late(wanted: Settings) -> None:
    """Refuse settings a backend reads when it is imported, once it has been."""
    if wanted.backend not in sys.modules:
        return
    for name, usual in (("device", "auto"), ("threads", None)):
        value = getattr(wanted, name)
        if value != usual:
            raise BackendError(
                f"{name}: must be chosen before {wanted.backend} is imported; got "
                f"{checks.show(value)} while {wanted.backend} is running. {RESTART}"
            )


def _require_installed(backend: str) -> None:
    if importlib.util.find_spec(backend) is None:
        raise BackendError(
            f"backend: must be installed; got {backend!r}, which this Python "
            f"({sys.prefix}) lacks. Run: {install_command(backend)}"
        )


def _require_device(chosen: Settings) -> None:
    if chosen.device == "auto":
        return
    kinds = {device.kind for device in devices.in_use(chosen.backend)}
    if chosen.device not in kinds:
        raise BackendError(
            f"device: must be one that {chosen.backend} can use; got {chosen.device!r} where "
            f"it only has {' and '.join(sorted(kinds))}. Restart the Python or R session with "
            'device="auto", or run doctor() to see what is missing.'
        )


def _export(settings: Settings) -> None:
    """Set the variables of a choice, after taking back those of an earlier one."""
    for name, value in _session.before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    values = exports(settings, os.environ)
    _session.before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
