"""Networks for sequences, a builder a file."""

from __future__ import annotations
