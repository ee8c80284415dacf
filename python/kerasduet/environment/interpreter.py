"""Which Python this is, why it is that one, and how to start it afresh."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = ["Interpreter", "embedded_in_r", "explain", "fresh_environment", "python_command"]

_PYTHON_NAME = re.compile(r"(python|pypy)[\d.]*(w|t|d)*(\.exe)?", re.IGNORECASE)


class Interpreter(NamedTuple):
    """What decides which Python runs, as plain values."""

    path: str
    prefix: str
    in_r: bool
    virtual: bool
    conda: bool
    on_path: str


def embedded_in_r(variables: Mapping[str, str], modules: Mapping[str, object]) -> bool:
    """Tell whether R runs this Python through reticulate.

    The variable names the process it was set in, because child processes inherit it.

    Examples
    --------
    >>> embedded_in_r({"R_SESSION_INITIALIZED": 'PID=1:NAME="reticulate"'}, {})
    False
    """
    if "rpycall" in modules:
        return True
    match = re.fullmatch(r'PID=(\d+):NAME="reticulate"', variables.get(_SESSION, ""))
    return match is not None and int(match[1]) == os.getpid()


_SESSION = "R_SESSION_INITIALIZED"


def python_command() -> str:
    """Give the Python to start for a fresh process; inside R, `sys.executable` may be R's.

    Returns
    -------
    str
        The path of an interpreter with the same packages, or an empty text without one.
    """
    return pick_python(
        [sys.executable or "", getattr(sys, "_base_executable", "") or ""], sys.prefix
    )


def pick_python(reported: list[str], prefix: str) -> str:
    """Choose the first reported path that is a Python, preferring the one in its prefix."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    own = [
        str(Path(prefix, *parts))
        for parts in (
            ("bin", version),
            ("bin", "python3"),
            ("bin", "python"),
            ("Scripts", "python.exe"),
            ("python.exe",),
        )
    ]
    for path in [*reported[:1], *own, *reported[1:]]:
        if _PYTHON_NAME.fullmatch(Path(path).name) and os.access(path, os.X_OK):
            return path
    return ""


def fresh_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Give the variables with which a fresh Python finds this very copy of the package."""
    root = str(Path(__file__).resolve().parents[2])
    known = [path for path in variables.get("PYTHONPATH", "").split(os.pathsep) if path]
    paths = [root, *(path for path in known if path != root)]
    return {**variables, "PYTHONPATH": os.pathsep.join(paths)}


def this_interpreter() -> Interpreter:
    """Collect what `explain()` needs to know about the running Python."""
    return Interpreter(
        path=python_command(),
        prefix=sys.prefix,
        in_r=embedded_in_r(os.environ, sys.modules),
        # Inside R both prefixes are the environment's, so ask for its file as well.
        virtual=sys.prefix != sys.base_prefix or Path(sys.prefix, "pyvenv.cfg").is_file(),
        conda=Path(sys.prefix, "conda-meta").is_dir(),
        on_path=shutil.which("python3") or shutil.which("python") or "",
    )


def explain(python: Interpreter, variables: Mapping[str, str]) -> str:
    """Say why this Python runs and not another one.

    Parameters
    ----------
    python : Interpreter
        The running Python.
    variables : mapping
        Environment variables.

    Returns
    -------
    str
        The reason that decided.

    Examples
    --------
    >>> path = "/opt/bin/python3"
    >>> explain(Interpreter(path, "/opt", False, False, False, on_path=path), {})
    'the first Python on PATH'
    """
    named = variables.get("RETICULATE_PYTHON", "")
    if python.in_r and _same_place(named, python):
        return "RETICULATE_PYTHON names it"
    if python.virtual:
        return _explain_virtual_environment(python, variables)
    if python.conda:
        return f"the conda environment {python.prefix}"
    if python.on_path and os.path.realpath(python.on_path) == os.path.realpath(python.path):
        return "the first Python on PATH"
    return "the system's Python, started by its path"


def _explain_virtual_environment(python: Interpreter, variables: Mapping[str, str]) -> str:
    name = Path(python.prefix).name
    if python.in_r and name in ("r-kerasduet", "r-reticulate"):
        return f"reticulate's own virtual environment {name}"
    if python.in_r and {"reticulate", "uv"} <= set(Path(python.prefix).parts):
        return "made by reticulate for py_require()"
    active = variables.get("VIRTUAL_ENV", "")
    how = (
        "active "
        if active and os.path.realpath(active) == os.path.realpath(python.prefix)
        else ""
    )
    return f"the {how}virtual environment {python.prefix}"


def _same_place(named: str, python: Interpreter) -> bool:
    if not named or named == "managed":
        return False
    path = os.path.abspath(os.path.expanduser(named))
    return path == python.path or os.path.dirname(path) == os.path.dirname(python.path)
