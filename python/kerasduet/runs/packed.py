"""The files of a run in one sequence of bytes, for pickle and for R's saveRDS()."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from kerasduet.errors import RunFolderError
from kerasduet.runs.manifest import ALL_FILES, NETWORK, SCORED

__all__ = ["pack_files", "unpack_files"]

HEAD = b"kerasduet run 1\n"
DIGEST_SIZE = hashlib.sha256().digest_size
NAMES = ("run.json", *ALL_FILES)


def pack_files(files: Mapping[str, bytes]) -> bytes:
    """Put the files of a run folder into one container; the same files give the same bytes.

    Parameters
    ----------
    files : mapping
        The content of each file, by its name.

    Returns
    -------
    bytes
        A head, the sha256 of the rest, and a zip archive that is not compressed.
    """
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_STORED) as archive:
        for name in (name for name in NAMES if name in files):
            entry = zipfile.ZipInfo(name)  # with a fixed time
            entry.create_system = 3  # whatever system this is
            archive.writestr(entry, files[name])
    content = memory.getvalue()
    return HEAD + hashlib.sha256(content).digest() + content


def unpack_files(content: Any) -> dict[str, bytes]:
    """Read what `pack_files` wrote.

    Raises
    ------
    RunFolderError
        The bytes are others, or hold other files than a run folder does.
    """
    try:
        return _files(bytes(memoryview(content)))
    except (TypeError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile):
        raise RunFolderError(
            "run: the bytes it was kept as must be those that were written; got others. Restore "
            "the file, or load the run from its folder."
        ) from None


def _files(content: bytes) -> dict[str, bytes]:
    start = len(HEAD) + DIGEST_SIZE
    rest = content[start:]
    if content[:start] != HEAD + hashlib.sha256(rest).digest():
        raise ValueError("changed after it was written")
    with zipfile.ZipFile(io.BytesIO(rest)) as archive:
        entries = archive.infolist()
        # Names are compared, so that none can lead out of a folder.
        names = [entry.filename for entry in entries]
        # Whether the run may lack these is for its manifest to say.
        needed = {*NAMES} - {SCORED, NETWORK}
        if len(set(names)) < len(names) or not needed <= {*names} <= {*NAMES}:
            raise ValueError("other files")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise ValueError("packed files, of any size")
        if sum(entry.file_size for entry in entries) > len(rest):
            raise ValueError("more bytes than there are")
        return {entry.filename: archive.read(entry) for entry in entries}
