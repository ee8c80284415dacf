"""Runs on disk: folders that either language loads, of this format and of every earlier one."""

from __future__ import annotations
