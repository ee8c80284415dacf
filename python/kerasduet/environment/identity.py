"""Who asked and with which versions: what a run's provenance records."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import util

from kerasduet import checks
from kerasduet._version import __version__
from kerasduet.environment.backend import backend_name

__all__ = ["caller", "set_caller", "version_of", "versions"]

# A backend may be installed under another name.
_DISTRIBUTIONS = {
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-macos", "tf-nightly"),
}

_caller: dict[str, str] = {}
_r_libraries: list[str] = []


def set_caller(language: str, *, libraries: Sequence[str] = ()) -> None:
    """Say which language asks; the R package calls this with `"R 4.2.2"`.

    Parameters
    ----------
    language : str
        Name and version, separated by a space.
    libraries : sequence of str
        R's `.libPaths()`, so that `doctor()` sees the packages that session sees.

    Raises
    ------
    ArgumentType
        When it is not a non-empty text.

    Examples
    --------
    >>> set_caller("R 4.2.2")
    >>> caller()
    {'language': 'R', 'version': '4.2.2'}
    >>> set_caller(f"Python {python_version()}")
    """
    name, _, version = checks.text("language", language).partition(" ")
    _caller.update(language=name, version=version.strip())
    _r_libraries[:] = [libraries] if isinstance(libraries, str) else libraries


def caller() -> dict[str, str]:
    """Give the language that asks and its version; Python unless the R package said so.

    Returns
    -------
    dict
        `language` and `version`.

    Examples
    --------
    >>> caller()["language"]
    'Python'
    """
    return _caller.copy() or {"language": "Python", "version": python_version()}


def r_libraries() -> list[str]:
    """Give the library folders of the R session that asks; none where Python does."""
    return list(_r_libraries)


def version_of(package: str) -> str:
    """Give an installed package's version without importing it; empty if it is missing.

    Examples
    --------
    >>> version_of("no-such-package")
    ''
    """
    from importlib import metadata

    for name in _DISTRIBUTIONS.get(package, (package,)):
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return "unknown" if util.find_spec(package) else ""


def versions() -> dict[str, str]:
    """Give the versions a result depends on; nothing heavy is imported.

    Returns
    -------
    dict
        `kerasduet`, `python`, `keras`, the backend under its own name, `numpy`, `pandas`, and
        `platform`.

    Examples
    --------
    >>> versions()["python"] == python_version()
    True
    """
    return versions_with(backend_name())


def versions_with(backend: str) -> dict[str, str]:
    """Give the versions for a backend by its name; an empty name leaves it out."""
    import platform

    packages = [name for name in ("keras", backend, "numpy", "pandas") if name]
    return {
        "kerasduet": __version__,
        "python": python_version(),
        **{name: version_of(name) for name in packages},
        "platform": platform.platform(),
    }


def python_version() -> str:
    """Give this Python's version, such as 3.11.7."""
    return sys.version.partition(" ")[0]
