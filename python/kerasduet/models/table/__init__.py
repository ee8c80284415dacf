"""Builders of networks that read the columns of a table."""

from __future__ import annotations
