"""Files that are whole or absent: atomic writes, checksums, one owner a folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kerasduet.errors import RunFolderError

__all__ = [
    "Owner",
    "commit",
    "file_sha256",
    "parsed",
    "read_plain",
    "reading_errors",
    "refuse_special",
    "sealed",
    "settle",
    "unsealed",
    "unstage",
    "write_atomic",
    "writing_errors",
]

STAGED = ".new"
HALF_WRITTEN = ".kerasduet-"
# A JSON file of a run is smaller, and takes less memory once read, even after 100,000 epochs.
MOST_JSON = 2**25  # bytes
MOST_NESTED = 300_000  # lists and mappings
MOST_ITEMS = 1_500_000
SEAL = re.compile(r',\n  "seal": "([0-9a-f]{64})"\n}\n')
SEAL_LENGTH = len(',\n  "seal": ""\n}\n') + 64
OWNER = re.compile(r"process [0-9]{1,20} on [A-Za-z0-9._-]{0,255}")


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


def refuse_special(path: Path, *, folder: bool = False) -> None:
    """Refuse a link, a pipe or a device where a file, or a folder, of a run has to be.

    Raises
    ------
    RunFolderError
        It is there and is something else; nothing is opened to find out.
    """
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not (stat.S_ISDIR(mode) if folder else stat.S_ISREG(mode)):
        raise _special(path, mode, "folder" if folder else "file")


def _special(path: Path, mode: int, wanted: str) -> RunFolderError:
    kinds = {
        "a link": stat.S_ISLNK,
        "a pipe": stat.S_ISFIFO,
        "a socket": stat.S_ISSOCK,
        "a folder": stat.S_ISDIR,
        "a file": stat.S_ISREG,
    }
    kind = next((name for name, is_one in kinds.items() if is_one(mode)), "a device")
    return RunFolderError(
        f"folder: {path.name} must be a {wanted} of its own; got {kind} in {str(path.parent)!r}. "
        f"Put the {wanted} itself there."
    )


def read_plain(path: Path, most: int = MOST_JSON) -> bytes:
    """Read a file once, whole, unless it is a link, a pipe or a device, or too large.

    Parameters
    ----------
    path : Path
        A file of a run folder.
    most : int
        Bytes that it may have.

    Raises
    ------
    RunFolderError
        It is no file of its own, or larger.
    OSError
        It cannot be read.
    """
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise RunFolderError(
                f"folder: {path.name} must have at most {most:,} bytes, enough for what the run "
                f"says of itself; got {size:,} in {str(path.parent)!r}. Restore the file."
            )
        return file.read(most)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    refuse_special(path)
    # Looked at again once open: without waiting for a pipe's other end, never through a link.
    flags = ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
    handle = os.open(path, os.O_RDONLY | sum(getattr(os, name, 0) for name in flags))
    with open(handle, "rb") as file:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise _special(path, mode, "file")
        yield file


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
    text = json.dumps(entries, indent=2)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f'{text[:-2]},\n  "seal": "{digest}"\n}}\n'


def unsealed(text: str) -> dict[str, Any]:
    """Read what `sealed` wrote; a ValueError when it is not that any more."""
    seal = SEAL.fullmatch(text, max(len(text) - SEAL_LENGTH, 0))
    entries = text[:-SEAL_LENGTH] + "\n}"
    if seal is None or hashlib.sha256(entries.encode()).hexdigest() != seal[1]:
        raise ValueError("changed after it was written")
    return parsed(text)


def parsed(text: str) -> dict[str, Any]:
    """Read a JSON object; a TypeError for another value, a ValueError if it fills the memory."""
    if text.count("[") + text.count("{") > MOST_NESTED or text.count(",") > MOST_ITEMS:
        raise ValueError("more entries than a run has")
    content = json.loads(text)
    if not isinstance(content, dict):
        raise TypeError("no entries by name")
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
        with contextlib.suppress(FileNotFoundError):
            if file_sha256(staged) == digest:
                os.replace(staged, folder / name)
    _sync_folder(folder)


def unstage(folder: Path, names: Iterable[str]) -> None:
    """Remove what a commit staged in vain; what `run.json` notes the sha256 of stays."""
    noted = b""
    with contextlib.suppress(FileNotFoundError):
        noted = read_plain(folder / "run.json")
    for name in names:
        staged = folder / (name + STAGED)
        if staged.exists() and file_sha256(staged).encode() not in noted:
            staged.unlink()


def file_sha256(path: Path) -> str:
    """Digest a file's bytes."""
    with _opened(path) as file:
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
            for file in (self._folder / ".lock", self._note):
                refuse_special(file)
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                owner = self._holder()
                raise self._in_use(owner, ours=owner == _this_process()) from None
            except PermissionError:
                # Where the folder can be written to, it is the lock that another user made.
                if os.access(self._folder, os.W_OK) and (self._folder / ".lock").exists():
                    raise self._in_use(f"another user ({self._holder()})") from None
                raise
            try:
                self._write_note()
            except BaseException:
                self.__exit__()
                raise
        return self

    def _in_use(self, owner: str, *, ours: bool = False) -> RunFolderError:
        fix = "Wait for it, or choose another folder."
        if ours:
            owner = "this very process"
            fix = (
                "Wait for the run that writes there; if none does, an interrupt cut it off: "
                "restart the Python or R session."
            )
        return RunFolderError(
            f"out: one writer a folder; got {str(self._folder)!r}, in use by {owner}. {fix}"
        )

    def _holder(self) -> str:
        """Say who holds the folder, in the words that `_write_note` uses and no others."""
        text = ""
        with contextlib.suppress(OSError, RunFolderError, ValueError):
            text = read_plain(self._note, 1000).decode("ascii")
        return text if OWNER.fullmatch(text) else "another process"

    def _write_note(self) -> None:
        # Replaced, not written to: what lies there may be a link by now.
        write_text(self._note, _this_process())

    def __exit__(self, *_: Any) -> None:
        """Give the folder back and leave nothing behind."""
        # Removed while it is held: filelock notices a lock on a removed file and tries again.
        for name in (".owner", ".lock"):
            with contextlib.suppress(OSError):
                (self._folder / name).unlink(missing_ok=True)
        self._lock.release()


def _this_process() -> str:
    import platform

    node = re.sub(r"[^A-Za-z0-9._-]", "", platform.node())[:255]
    return f"process {os.getpid()} on {node}"


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
