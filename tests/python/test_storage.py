"""Files whole or absent: kills at any moment, a full disk, and one owner a folder."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from kerasduet.errors import RunFolderError
from kerasduet.runs import storage

OLD = {"a.csv": "old a", "b.json": "old b", "c.weights.h5": "old c"}
NEW = {name: text.replace("old", "new") * 100 for name, text in OLD.items()}

# Kills itself at the n-th thing it asks of the file system.
COMMIT = """
import json, os, signal, sys
from pathlib import Path
from kerasduet.runs import storage

folder, texts, last = Path(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3])
count = 0

def watch(event, arguments):
    global count
    if event in {"open", "os.rename", "os.remove", "os.chmod"} and str(folder) in str(arguments):
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
writers = {name: (lambda path, text=text: path.write_text(text)) for name, text in texts.items()}
storage.commit(folder, writers, {"set": "new"})
print(count)
"""


def commit(folder, texts, name):
    writers = {n: (lambda path, text=t: path.write_text(text)) for n, t in texts.items()}
    storage.commit(folder, writers, {"set": name})


def version(folder):
    """Say which set of files is there, whole; fail when it is a mixture."""
    manifest = storage.unsealed((folder / "run.json").read_text())
    storage.settle(folder, manifest["files"])
    texts = {"old": OLD, "new": NEW}[manifest["set"]]
    for name, text in texts.items():
        assert (folder / name).read_text() == text
        assert storage.file_sha256(folder / name) == manifest["files"][name]
    return manifest["set"]


def child(folder, last):
    command = [sys.executable, "-c", COMMIT, str(folder), json.dumps(NEW), str(last)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


@contextmanager
def disk_of(size):
    """Let no file grow beyond some bytes, as a disk that fills up."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_commit_replaces_every_file_and_leaves_nothing_else(tmp_path):
    commit(tmp_path, OLD, "old")
    commit(tmp_path, NEW, "new")
    assert version(tmp_path) == "new"
    assert {path.name for path in tmp_path.iterdir()} == {"run.json", *NEW}


def test_a_kill_at_any_moment_leaves_one_version_whole(tmp_path):
    quiet = tmp_path / "quiet"
    quiet.mkdir()
    done = child(quiet, 0)
    assert done.returncode == 0, done.stderr
    steps = int(done.stdout)
    assert steps >= 20
    found = []
    for last in range(1, steps + 1):
        folder = tmp_path / f"killed-{last}"
        folder.mkdir()
        commit(folder, OLD, "old")
        assert child(folder, last).returncode == -signal.SIGKILL
        found.append(version(folder))
        # Whatever was left half-done does not hinder the next writer.
        commit(folder, NEW, "new")
        assert version(folder) == "new"
    assert found == sorted(found, reverse=True)
    assert set(found) == {"old", "new"}


def test_a_kill_during_the_first_commit_leaves_nothing_that_counts(tmp_path):
    assert child(tmp_path, 9).returncode == -signal.SIGKILL
    assert not (tmp_path / "run.json").exists()


@pytest.mark.parametrize("size", [0, 1, 4, 100, 499])
def test_a_full_disk_keeps_the_old_version(tmp_path, size):
    commit(tmp_path, OLD, "old")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with disk_of(size), pytest.raises(RunFolderError) as raised:
        commit(tmp_path, NEW, "new")
    assert str(raised.value).startswith(f"out: must be writable; got {str(tmp_path)!r}: ")
    assert version(tmp_path) == "old"
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert after == before


@pytest.mark.parametrize("function", ["fsync", "replace", "open"])
def test_a_disk_that_fails_at_any_call_leaves_one_version_whole(
    tmp_path, monkeypatch, function
):
    real = getattr(os, function)
    left = [0]

    def failing(*arguments, **named):
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments, **named)

    monkeypatch.setattr(os, function, failing)
    failures = 0
    for count in range(1, 100):
        folder = tmp_path / str(count)
        folder.mkdir()
        left[0] = -1
        commit(folder, OLD, "old")
        left[0] = count
        try:
            commit(folder, NEW, "new")
        except RunFolderError as error:
            assert "No space left on device" in str(error)
            failures += 1
        if left[0] > 0:
            break
        left[0] = -1
        assert version(folder) in {"old", "new"}
        assert not list(folder.glob("*" + storage.STAGED))
    assert failures >= 4


def test_a_failed_write_leaves_the_file_and_no_other(tmp_path):
    file = tmp_path / "a.txt"
    storage.write_text(file, "first")

    def broken(path):
        path.write_text("half")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        storage.write_atomic(file, broken)
    assert file.read_text() == "first"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_is_as_readable_as_the_users_others(tmp_path):
    old = os.umask(0o027)
    try:
        storage.write_text(tmp_path / "a.txt", "text")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640
    assert os.umask(old) == old


def test_a_file_is_on_the_disk_before_it_counts(tmp_path, monkeypatch):
    calls = []
    real = {name: getattr(os, name) for name in ("fsync", "replace")}
    for name in real:
        monkeypatch.setattr(os, name, lambda *a, n=name: (calls.append(n), real[n](*a))[1])
    storage.write_text(tmp_path / "a.txt", "text")
    assert calls == ["fsync", "replace", "fsync"]


def test_settling_never_takes_a_file_of_another_version(tmp_path):
    commit(tmp_path, OLD, "old")
    (tmp_path / ("a.csv" + storage.STAGED)).write_text("half")
    assert version(tmp_path) == "old"


def test_a_digest_is_that_of_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"\0\1\2" * 100_000)
    expected = hashlib.sha256(b"\0\1\2" * 100_000).hexdigest()
    assert storage.file_sha256(tmp_path / "a") == expected


CONTENT = {"text": "naïve", "number": 0.1, "small": 1e-300, "list": [1, [2.5]], "none": None}


def test_a_seal_holds_the_content():
    text = storage.sealed(CONTENT)
    content = storage.unsealed(text)
    assert {key: content[key] for key in CONTENT} == CONTENT
    assert storage.sealed(content) == text


def test_every_flipped_bit_breaks_the_seal():
    raw = storage.sealed(CONTENT).encode()
    for position in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(ValueError):
            storage.unsealed(changed.decode())


def test_every_truncation_breaks_the_seal():
    text = storage.sealed(CONTENT)
    for length in range(len(text)):
        with pytest.raises(ValueError):
            storage.unsealed(text[:length])


HOLD = """
import sys
from pathlib import Path
from kerasduet.runs.storage import Owner

with Owner(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(folder):
    """Have another process hold a folder."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.stdin.close()


def test_a_second_writer_is_told_who_owns_the_folder(tmp_path):
    with held(tmp_path) as process, pytest.raises(RunFolderError) as raised:
        storage.Owner(tmp_path).__enter__()
    assert str(raised.value) == (
        f"out: one writer a folder; got {str(tmp_path)!r}, in use by process {process.pid} on "
        f"{os.uname().nodename}. Wait for it, or choose another folder."
    )
    with storage.Owner(tmp_path):
        assert (tmp_path / ".owner").exists()


def test_a_dead_owners_folder_is_taken_over(tmp_path):
    with held(tmp_path) as process:
        process.kill()
        process.wait(30)
    assert f"process {process.pid} " in (tmp_path / ".owner").read_text()
    with storage.Owner(tmp_path):
        assert f"process {os.getpid()} " in (tmp_path / ".owner").read_text()
    assert list(tmp_path.iterdir()) == []


def test_an_owner_leaves_nothing_behind(tmp_path):
    with storage.Owner(tmp_path):
        pass
    with pytest.raises(KeyError), storage.Owner(tmp_path):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_could_not_be_taken_is_free_again(tmp_path, monkeypatch):
    def full(*arguments, **named):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(RunFolderError, match="No space left on device"):
            storage.Owner(tmp_path).__enter__()
    assert list(tmp_path.iterdir()) == []
    with storage.Owner(tmp_path):
        pass


def test_an_error_of_the_system_names_the_folder(tmp_path):
    with pytest.raises(RunFolderError) as raised, storage.writing_errors(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")
    assert str(raised.value) == (
        f"out: must be writable; got {str(tmp_path)!r}: Permission denied."
    )
    assert isinstance(raised.value.__cause__, PermissionError)


def test_a_folder_that_this_process_holds_says_what_to_do(tmp_path):
    with (
        storage.Owner(tmp_path),
        pytest.raises(
            RunFolderError, match=r"in use by this very process. Wait .* restart the"
        ),
    ):
        storage.Owner(tmp_path).__enter__()
    assert list(tmp_path.iterdir()) == []
