"""Images in files: found, checked in one pass, and read when a batch asks for them."""

from __future__ import annotations

from kerasduet.data.pictures.files import ImageFiles, named, scanned
from kerasduet.data.pictures.folder import Listing, listed
from kerasduet.data.pictures.look import Look

__all__ = ["ImageFiles", "Listing", "Look", "listed", "named", "scanned"]
