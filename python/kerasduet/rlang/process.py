"""One process with R in it for a session, started when it is first asked."""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from typing import IO, Any

from kerasduet.environment import fresh_environment, python_command
from kerasduet.environment.interpreter import embedded_in_r
from kerasduet.errors import ChildError, MissingPackage

__all__ = ["ask", "is_ready", "refuse_in_r", "require"]

_lock = threading.Lock()


class _R:
    """The process, and the pipes to it."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._told: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # the same bits
        variables = fresh_environment(os.environ) | one_thread
        variables.pop("R_SESSION_INITIALIZED", None)  # of a session that hosts this Python
        self._process = subprocess.Popen(
            [python_command(), "-P", "-m", "kerasduet.rlang.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._told,
            env=variables,
            start_new_session=True,  # a Ctrl-C is the session's alone
        )
        started = self._read()
        if "failed" in started:
            self.end()
            raise ChildError(f"R: must start; got {started['failed']}.")
        self.version: str = started["ready"]

    def ask(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # that it ended is read from its other pipe
            pickle.dump((name, dict(arguments)), self._process.stdin)
            self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        try:
            answer: dict[str, Any] = pickle.load(self._process.stdout)
        except (EOFError, pickle.UnpicklingError):
            words = self._last_words()
            self.end()
            raise ChildError(f"R: must go on; got its end, after it said: {words}") from None
        return answer

    def _last_words(self) -> str:
        self._process.wait(5)
        self._told.seek(0)
        lines = self._told.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "none."

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._told):
            with contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()


_running: _R | None = None


def _r() -> _R:
    global _running
    if _running is None or _running.owner != os.getpid():
        _running = _R()
    return _running


def ask(function: str, /, **arguments: Any) -> tuple[Any, list[str]]:
    """Call a function of `kerasduet.R`.

    Parameters
    ----------
    function : str
        Its name.
    **arguments
        Texts, whole numbers and arrays.

    Returns
    -------
    (dict or list, list of str)
        What it gives, and what R warned of.

    Raises
    ------
    MissingPackage
        R or rpy2 is not there.
    ChildError
        R does not start, or ends.
    ValueError
        With R's own message.
    """
    global _running
    require()
    with _lock:
        try:
            answer = _r().ask(function, arguments)
        except BaseException:  # also a Ctrl-C: half an answer is left in the pipe
            if _running is not None:
                _running.end()
            _running = None
            raise
    if answer["error"]:
        raise ValueError(answer["error"][0])
    return answer["value"], answer["warned"]


@atexit.register
def _end() -> None:
    if _running is not None and _running.owner == os.getpid():
        _running.end()


def require(package: str | None = None) -> None:
    """Refuse where R, rpy2 or one of R's packages is missing.

    Raises
    ------
    MissingPackage
        With what installs it.
    """
    if importlib.util.find_spec("rpy2") is None:
        raise MissingPackage(
            f"rlang: needs the package rpy2; got a Python ({sys.prefix}) that lacks it. Run: "
            'pip install rpy2 (with R older than 4.5: pip install rpy2 "rpy2-rinterface<=3.6.5")'
        )
    if not _has_r():
        raise MissingPackage(
            "rlang: needs R; got no program R on the PATH. Install R, or set R_HOME to its folder."
        )
    if package is not None and not bool(ask("has_package", name=package)[0][0]):
        raise MissingPackage(
            f"rlang: needs R's package {package}; got an R without it. In R, run: "
            f'install.packages("{package}")'
        )


def _has_r() -> bool:
    home = os.environ.get("R_HOME", "")
    return shutil.which("R", path=os.path.join(home, "bin")) is not None or (
        shutil.which("R") is not None
    )


def refuse_in_r(fix: str) -> None:
    """Refuse where R hosts this Python, and has all that it would be asked for.

    Raises
    ------
    ChildError
        With what to do in R.
    """
    if embedded_in_r(os.environ, sys.modules):
        raise ChildError(f"rlang: is for Python outside R; got one that R hosts. {fix}")


def is_ready(package: str) -> bool:
    """Say whether R answers, with a package."""
    try:
        require(package)
    except (MissingPackage, ChildError):
        return False
    return True
