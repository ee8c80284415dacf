"""Networks for images and other arrays, a builder a file."""

from __future__ import annotations
