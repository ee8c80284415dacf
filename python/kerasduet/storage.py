"""Files that are whole or absent: atomic writes, checksums, one owner a folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kerasduet.errors import RunFolderError

__all__ = [
    "Owner",
    "commit",
    "file_sha256",
    "reading_errors",
    "sealed",
    "settle",
    "unsealed",
    "unstage",
    "write_atomic",
    "writing_errors",
]

STAGED = ".new"
HALF_WRITTEN = ".kerasduet-"


def writing_errors(folder: Path) -> contextlib.AbstractContextManager[None]:
    """Turn an operating-system error into one that names the folder to write."""
    return _system_errors("out: must be writable", folder)


def reading_errors(folder: Path) -> contextlib.AbstractContextManager[None]:
    """Turn an operating-system error into one that names the folder to read."""
    return _system_errors("folder: must be readable", folder)


@contextlib.contextmanager
def _system_errors(rule: str, folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunFolderError(
            f"{rule}; got {str(folder)!r}: {error.strerror or error}."
        ) from error


def write_atomic(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file completely or not at all: temporary file, fsync, rename.

    Parameters
    ----------
    path : Path
        The file to make or replace.
    write : callable
        Writes the whole content to the path it is given.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=HALF_WRITTEN)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        # mkstemp makes private files; a run folder is as readable as the user's others.
        temporary.chmod(0o666 & ~_umask())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file completely or not at all."""
    write_atomic(path, lambda file: _write_bytes(file, text.encode("utf-8")))


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def sealed(content: Mapping[str, Any]) -> str:
    """Write JSON that carries the sha256 of its other entries, so that a lost bit is noticed."""
    entries = {name: value for name, value in content.items() if name != "seal"}
    digest = hashlib.sha256(json.dumps(entries, indent=2).encode()).hexdigest()
    return json.dumps(entries | {"seal": digest}, indent=2) + "\n"


def unsealed(text: str) -> dict[str, Any]:
    """Read what `sealed` wrote; a ValueError when it is not that any more."""
    content = json.loads(text)
    if not isinstance(content, dict) or sealed(content) != text:
        raise ValueError("changed after it was written")
    return content


def commit(folder: Path, writers: Mapping[str, Callable[[Path], None]], manifest: dict) -> None:
    """Replace several files of a folder together; a kill at any moment leaves one set whole.

    The files are staged beside the old ones, then `run.json` with their sha256 is replaced:
    from that moment the new set counts, and `settle` can finish what a kill interrupted. An
    error before it leaves nothing staged.

    Parameters
    ----------
    folder : Path
        The run folder.
    writers : mapping
        How to write each file, by its name.
    manifest : dict
        Content of `run.json`; its entry "files" is filled in.
    """
    with writing_errors(folder):
        try:
            for name, write in writers.items():
                write_atomic(folder / (name + STAGED), write)
            manifest["files"] = {n: file_sha256(folder / (n + STAGED)) for n in writers}
            write_text(folder / "run.json", sealed(manifest))
        except BaseException:
            with contextlib.suppress(OSError):
                unstage(folder, writers)
            raise
        settle(folder, manifest["files"])


def settle(folder: Path, files: Mapping[str, str]) -> None:
    """Finish a commit that was interrupted after its manifest was written."""
    for name, digest in files.items():
        staged = folder / (name + STAGED)
        # A reader may finish the commit of a writer that is still at it.
        with contextlib.suppress(FileNotFoundError):
            if file_sha256(staged) == digest:
                os.replace(staged, folder / name)
    _sync_folder(folder)


def unstage(folder: Path, names: Iterable[str]) -> None:
    """Remove what a commit staged in vain; what `run.json` notes the sha256 of stays."""
    noted = ""
    with contextlib.suppress(FileNotFoundError):
        noted = (folder / "run.json").read_text("utf-8", errors="replace")
    for name in names:
        staged = folder / (name + STAGED)
        if staged.exists() and file_sha256(staged) not in noted:
            staged.unlink()


def file_sha256(path: Path) -> str:
    """Digest a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Owner:
    """Hold a folder for one writer; the operating system frees it when the owner dies.

    Parameters
    ----------
    folder : Path
        An existing folder.
    """

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock

        self._folder = folder
        self._note = folder / ".owner"
        self._lock = FileLock(folder / ".lock")

    def __enter__(self) -> Owner:
        """Take the folder or say who has it."""
        from filelock import Timeout

        with writing_errors(self._folder):
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                with contextlib.suppress(OSError):
                    owner = self._note.read_text("utf-8")
                    raise RunFolderError(
                        f"out: one writer a folder; got {str(self._folder)!r}, in use by "
                        f"{owner}. Wait for it, or choose another folder."
                    ) from None
                raise RunFolderError(
                    f"out: one writer a folder; got {str(self._folder)!r}, in use by another "
                    "process. Wait for it, or choose another folder."
                ) from None
            import platform

            try:
                self._note.write_text(f"process {os.getpid()} on {platform.node()}", "utf-8")
            except BaseException:
                self.__exit__()
                raise
        return self

    def __exit__(self, *_: Any) -> None:
        """Give the folder back and leave nothing behind."""
        # Removed while it is held: filelock notices a lock on a removed file and tries again.
        for name in (".owner", ".lock"):
            with contextlib.suppress(OSError):
                (self._folder / name).unlink(missing_ok=True)
        self._lock.release()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
