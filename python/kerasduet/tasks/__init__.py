"""The tasks: a folder each, found through the registry."""

from __future__ import annotations
