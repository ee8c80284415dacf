"""Backend, device and threads as plain values: how they are chosen, what they export."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from kerasduet import checks

__all__ = [
    "AUTO",
    "BACKENDS",
    "DEVICES",
    "Settings",
    "difference",
    "exports",
    "install_command",
    "keras_file",
    "resolve",
]

BACKENDS = ("tensorflow", "jax", "torch")
AUTO = "auto"  # the fastest, chosen with the first network
DEVICES = ("auto", "cpu", "gpu")

# Where JAX keeps compiled programs, if a user says so, and which it leaves out: those that took
# less than a second, as most of a small network's do.
COMPILED, QUICKEST = "JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"

# By the packages' own names: whoever holds the name kerasduet on an index need not be us.
_INSTALL = {
    "tensorflow": 'pip install "tensorflow>=2.20"',
    "jax": 'pip install "jax>=0.7"',
    "torch": 'pip install "torch>=2.6"',
}


class Settings(NamedTuple):
    """What Keras starts with, and what that choice came from."""

    backend: str
    device: str = "auto"
    threads: int | None = None
    source: str = "default"


def install_command(backend: str) -> str:
    """Give the command that installs a backend.

    Examples
    --------
    >>> install_command("jax")
    'pip install "jax>=0.7"'
    """
    return _INSTALL[backend]


def difference(current: Settings, wanted: Settings) -> str | None:
    """Name the first setting in which two differ; where they came from does not count.

    Examples
    --------
    >>> difference(Settings("jax"), Settings("jax", threads=2))
    'threads'
    """
    for name in ("backend", "device", "threads"):
        if getattr(current, name) != getattr(wanted, name):
            return name
    return None


def keras_file(variables: Mapping[str, str]) -> str:
    """Find the settings file that Keras itself reads, the way Keras does."""
    folder = variables.get("KERAS_HOME")
    if folder is None:
        home = os.path.expanduser("~")
        folder = os.path.join(home if os.access(home, os.W_OK) else "/tmp", ".keras")
    return os.path.join(os.path.expanduser(folder), "keras.json")


def read_keras_file(path: str) -> dict[str, object]:
    """Read Keras's settings file; a missing or damaged one counts as empty, as in Keras."""
    import json

    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def resolve(variables: Mapping[str, str]) -> Settings:
    """Choose the backend where `use_backend()` was not called.

    KERAS_BACKEND comes first, then Keras's own settings file, then TensorFlow.

    Parameters
    ----------
    variables : mapping
        Environment variables.

    Returns
    -------
    Settings

    Raises
    ------
    UnknownName
        When the variable or the file names a backend this package does not run on.

    Examples
    --------
    >>> resolve({"KERAS_BACKEND": "jax"})
    Settings(backend='jax', device='auto', threads=None, source='KERAS_BACKEND')
    """
    named = variables.get("KERAS_BACKEND")
    if named:
        return Settings(checks.choice("KERAS_BACKEND", named, BACKENDS), source="KERAS_BACKEND")
    path = keras_file(variables)
    written = read_keras_file(path).get("backend")
    if written is not None:
        return Settings(checks.choice(f"backend in {path}", written, BACKENDS), source=path)
    return Settings("tensorflow")


def exports(settings: Settings, variables: Mapping[str, str]) -> dict[str, str]:
    """Work out the environment variables a backend reads at its start.

    What the user set already is kept, unless it contradicts an argument of `use_backend()`.

    Parameters
    ----------
    settings : Settings
        The choice to express.
    variables : mapping
        Environment variables before the choice.

    Returns
    -------
    dict
        Variable names and values to set.

    Examples
    --------
    >>> exports(Settings("torch", device="cpu", threads=2), {})["OMP_NUM_THREADS"]
    '2'
    """
    chosen = {"KERAS_BACKEND": settings.backend}
    for name, value in _DEFAULTS[settings.backend].items():
        chosen[name] = variables.get(name) or value
    if settings.device == "cpu":
        chosen |= _CPU_ONLY[settings.backend]
    if settings.threads is not None:
        for name in _THREADS[settings.backend]:
            chosen[name] = str(settings.threads)
    if settings.backend == "jax":
        if variables.get(COMPILED):
            chosen[QUICKEST] = variables.get(QUICKEST) or "0"
        chosen["XLA_FLAGS"] = _xla_flags(settings, variables.get("XLA_FLAGS", ""))
    return chosen


# Memory grows as needed instead of all at once, so that an R and a Python process (or the
# doctor's) can use one GPU side by side.
_DEFAULTS: dict[str, dict[str, str]] = {
    "tensorflow": {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_FORCE_GPU_ALLOW_GROWTH": "true"},
    "jax": {"XLA_PYTHON_CLIENT_PREALLOCATE": "false"},
    "torch": {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"},
}
# "-1" hides every GPU as an empty text does, and survives Windows, where empty means unset.
_CPU_ONLY: dict[str, dict[str, str]] = {
    "tensorflow": {"CUDA_VISIBLE_DEVICES": "-1"},
    "jax": {"JAX_PLATFORMS": "cpu"},
    "torch": {"CUDA_VISIBLE_DEVICES": "-1", "KERAS_TORCH_DEVICE": "cpu"},
}
_THREADS: dict[str, tuple[str, ...]] = {
    "tensorflow": ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"),
    # XLA has no flag for it: an "intra_op_parallelism_threads=" in XLA_FLAGS kills the process.
    "jax": ("PJRT_NPROC",),
    "torch": ("OMP_NUM_THREADS", "MKL_NUM_THREADS"),
}


def _xla_flags(settings: Settings, current: str) -> str:
    wanted = {"--xla_gpu_deterministic_ops": "true"}
    if settings.threads == 1:
        wanted["--xla_cpu_multi_thread_eigen"] = "false"
    kept = [flag for flag in current.split() if flag.partition("=")[0] not in wanted]
    return " ".join([*kept, *(f"{name}={value}" for name, value in wanted.items())])
