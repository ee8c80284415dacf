"""Packages that only some calls need."""

from __future__ import annotations

import importlib.util
import sys

from kerasduet.checks import show
from kerasduet.errors import MissingPackage

__all__ = ["require"]

# By the packages' own names: whoever holds the name kerasduet on an index need not be us.
_INSTALL = {
    "optuna": 'pip install "optuna>=4.0"',
    "ray": 'pip install "ray>=2.40"',
    "shtab": 'pip install "shtab>=1.7"',
}


def require(package: str, argument: str) -> None:
    """Make sure that a package is installed.

    Raises
    ------
    MissingPackage
        With the command that installs it.
    """
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:  # a folder of that name is no package
        raise MissingPackage(
            f"{argument}: needs the package {package}; got {show(package)}, which this "
            f"Python ({sys.prefix}) lacks. Run: {_INSTALL[package]}"
        )
