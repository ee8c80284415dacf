"""Build the wheel as setuptools does, beside the sources: a clone stays as it is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403

OWN = "DIST_EXTRA_CONFIG"  # a file that setuptools reads beside pyproject.toml


@contextmanager
def elsewhere() -> Iterator[None]:
    """Have build/ and the egg-info made in a folder that goes again."""
    with tempfile.TemporaryDirectory(prefix="kerasduet-") as folder:
        settings = Path(folder, "settings.cfg")
        settings.write_text(
            f"[build]\nbuild_base = {folder}/build\n[egg_info]\negg_base = {folder}\n", "utf-8"
        )
        before = os.environ.get(OWN)
        os.environ[OWN] = str(settings)
        try:
            yield
        finally:
            os.environ.pop(OWN)
            if before is not None:
                os.environ[OWN] = before


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """Name what the build needs beside setuptools: nothing."""
    return []


def prepare_metadata_for_build_wheel(metadata_directory: str, *settings: Any) -> str:
    """Write the metadata."""
    with elsewhere():
        return build_meta.prepare_metadata_for_build_wheel(metadata_directory, *settings)


def build_wheel(wheel_directory: str, *settings: Any) -> str:
    """Build the wheel."""
    with elsewhere():
        return build_meta.build_wheel(wheel_directory, *settings)
