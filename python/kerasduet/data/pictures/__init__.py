"""Images in files: found, checked in one pass, and read when a batch asks for them."""

from __future__ import annotations

from kerasduet.data.pictures.files import ImageFiles, named, scanned
from kerasduet.data.pictures.folder import Listing, listed
from kerasduet.data.pictures.look import QUARTER_TURNS, Look
from kerasduet.data.pictures.paths import files_of

__all__ = [
    "QUARTER_TURNS",
    "ImageFiles",
    "Listing",
    "Look",
    "files_of",
    "listed",
    "named",
    "scanned",
]
