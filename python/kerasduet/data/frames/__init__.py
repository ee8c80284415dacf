"""Tables of columns of any kind: read, split, and encoded as a network takes them."""

from __future__ import annotations

from kerasduet.data.frames.column import Column
from kerasduet.data.frames.embedded import load_embedded
from kerasduet.data.frames.encoding import Encoding
from kerasduet.data.frames.hiding import hide_levels
from kerasduet.data.frames.learning import learn
from kerasduet.data.frames.read import digest_frame, read_frame, read_table
from kerasduet.data.frames.splits import fold_rows, split_rows

__all__ = [
    "Column",
    "Encoding",
    "digest_frame",
    "fold_rows",
    "hide_levels",
    "learn",
    "load_embedded",
    "read_frame",
    "read_table",
    "split_rows",
]
