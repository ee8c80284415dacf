"""What the machine offers besides Python: cores, memory, and the programs reports need."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["bundled_pandoc", "cores", "find_program", "find_r", "has_nvidia_gpu", "memory"]

TIME_LIMIT = 15.0  # seconds for one small program
_R_MARK = "kerasduet-doctor"
_R_QUESTION = (
    "v <- function(p) tryCatch(as.character(utils::packageVersion(p)), error = function(e) '');"
    f"cat('\\n', '{_R_MARK}|', as.character(getRversion()), '|', v('kerasduet'), '|',"
    " v('reticulate'), '\\n', sep = '')"
)


def cores() -> int:
    """Count the processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> dict[str, float]:
    """Give `total_gb` and `free_gb` in GiB, within a container's limit; 0 where unknown."""
    total, free = _physical_memory()
    folder = Path("/sys/fs/cgroup")
    limit, used = _number_in(folder / "memory.max"), _number_in(folder / "memory.current")
    if limit and limit < total:
        total, free = limit, min(free, max(limit - used, 0.0))
    return {"total_gb": round(total / 2**30, 1), "free_gb": round(free / 2**30, 1)}


def _physical_memory() -> tuple[float, float]:
    table = Path("/proc/meminfo")
    if table.exists():
        pairs = re.findall(r"^(\w+):\s+(\d+) kB", table.read_text(), flags=re.MULTILINE)
        kilobytes = {name: float(value) for name, value in pairs}
        total = kilobytes.get("MemTotal", 0.0)
        return total * 1024, kilobytes.get("MemAvailable", 0.0) * 1024
    try:
        return float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE"), 0.0
    except (AttributeError, OSError, ValueError):
        return 0.0, 0.0


def _number_in(path: Path) -> float:
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return 0.0


def has_nvidia_gpu() -> bool:
    """Tell whether an NVIDIA driver is loaded, whatever a backend makes of it."""
    return Path("/proc/driver/nvidia/version").exists() or bool(shutil.which("nvidia-smi"))


def bundled_pandoc() -> str | None:
    """Give the path of the pandoc that the package pypandoc_binary brings, if it is there."""
    package = importlib.util.find_spec("pypandoc")
    folders = (package and package.submodule_search_locations) or []
    files = (Path(folder, "files", "pandoc") for folder in folders)
    return next((path for path in map(shutil.which, map(str, files)) if path), None)


def find_program(
    name: str, *, named_by: str = "", bundled: str | None = None
) -> dict[str, Any]:
    """Find a program and ask for its version.

    Parameters
    ----------
    name : str
        What it is called on PATH.
    named_by : str
        An environment variable that may hold its path, or its folder, instead.
    bundled : str, optional
        Path of a copy that comes before all others.

    Returns
    -------
    dict
        `found`, `path`, `version`, and `note` (why it does not answer; empty when it does).
    """
    hint = os.environ.get(named_by, "")
    path = bundled or shutil.which(hint) or shutil.which(name, path=hint or None)
    path = path or shutil.which(name)
    if path is None:
        return {"found": False, "path": "", "version": "", "note": ""}
    output, note = _ask([path, "--version"])
    version = re.search(r"\d+(\.\d+)+", output)
    return {
        "found": version is not None,
        "path": path,
        "version": version[0] if version else "",
        "note": note if version is None else "",
    }


def find_r(variables: Mapping[str, str], *, libraries: Sequence[str] = ()) -> dict[str, Any]:
    """Find R, and which versions of kerasduet and reticulate it has.

    Parameters
    ----------
    variables : mapping
        Environment variables; a running R names its home there.
    libraries : sequence of str
        Library folders of a running R, looked into first.

    Returns
    -------
    dict
        As `find_program()`, with `kerasduet` and `reticulate` (versions, empty when missing).
    """
    missing = {
        "found": False,
        "path": "",
        "version": "",
        "note": "",
        "kerasduet": "",
        "reticulate": "",
    }
    home = variables.get("R_HOME", "")
    path = (home and shutil.which("Rscript", path=str(Path(home, "bin")))) or shutil.which(
        "Rscript"
    )
    if not path:
        return missing
    known = [variables["R_LIBS"]] if variables.get("R_LIBS") else []
    shared = {**variables, "R_LIBS": os.pathsep.join([*libraries, *known])}
    command = [path, "--no-save", "--no-restore", "-e", _R_QUESTION]
    output, note = _ask(command, shared)
    answer = read_r_answer(output)
    if answer is None:
        return {**missing, "path": path, "note": note or "Rscript gave no answer"}
    return {**missing, "found": True, "path": path, **answer}


def read_r_answer(output: str) -> dict[str, str] | None:
    r"""Read R's one line among whatever a start-up file printed.

    Examples
    --------
    >>> read_r_answer("Welcome\nkerasduet-doctor|4.2.2||1.41.0\n")
    {'version': '4.2.2', 'kerasduet': '', 'reticulate': '1.41.0'}
    """
    for line in output.splitlines():
        if line.startswith(_R_MARK):
            fields = line.split("|")[1:]
            return dict(zip(("version", "kerasduet", "reticulate"), fields, strict=True))
    return None


def _ask(command: list[str], variables: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Run a small program; give its output, and what went wrong."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=TIME_LIMIT,
            env=variables,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {TIME_LIMIT:g} seconds"
    except OSError as error:
        return "", str(error)
    note = f"ended with status {done.returncode}" if done.returncode else ""
    return done.stdout, note
