"""Break run folders in every way we know, and count what went wrong; prints a Markdown table.

    python tests/faults/faults.py [short]

Each fault is a function of the folder to work in, two runs of one shape, and the effort (1 is the
whole). It gives how often it was tried, and a sentence for each time that something was lost,
mixed or let in.
"""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import numpy as np
import pandas as pd

import kerasduet as kd
from kerasduet.errors import KerasduetError, RunFolderError
from kerasduet.runs import folder as folders
from kerasduet.runs import storage

SECONDS, MEGABYTES = 2.0, 300.0  # that a hostile folder may cost
TINY = {"classes": 3, "units": 4, "input_shape": (4, 4, 1), "epochs": 3}
EVENTS = {"open", "os.rename", "os.remove", "os.chmod", "os.mkdir", "os.rmdir"}

Found = tuple[int, list[str]]


def two_runs() -> tuple[kd.Run, kd.Run]:
    """Train two runs of one shape whose weights differ."""
    codes = np.arange(60) % 3
    x = np.zeros((60, 4, 4), np.uint8) + (codes * 100).astype(np.uint8)[:, None, None]
    data = {"x": x, "y": pd.Categorical.from_codes(codes, ["pear", "apple", "fig"])}
    one, other = (
        kd.run_experiment("mnist-dense", data=data, progress=False, seed=seed, **TINY)
        for seed in (1, 2)
    )
    return one, other


def bits(run: kd.Run) -> tuple[str, ...]:
    """Digest all that a folder keeps of a run, anew."""
    table = run.predictions().to_csv(index=False)
    made = folders.weights_digest(run.model), folders.history_digest(run.history), table
    return (*made, str(run.metrics), str(run.experiment))


def outcome(folder: Path, runs: tuple[kd.Run, kd.Run]) -> str:
    """Load a folder and say which of two runs it holds, whole."""
    try:
        found = bits(kd.load_run(folder))
    except KerasduetError as error:
        return f"lost: {error}"
    return {bits(runs[0]): "old", bits(runs[1]): "new"}.get(found, "a mixture")


def replace(folder: Path, run: kd.Run) -> None:
    run.save(folder, overwrite=True)
    run.folder = None


def kills(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Kill a save at each thing that it asks of the file system."""
    wrong, count, last, step = [], 0, 1, max(1, round(1 / effort))
    while True:
        folder = place / str(last)
        replace(folder, runs[0])
        # Forked, so that every kill is a real one and Keras needs no second start.
        if (child := os.fork()) == 0:
            signal.alarm(120)
            _kill_at(last, folder)
            replace(folder, runs[1])
            os._exit(0)
        _, status = os.waitpid(child, 0)
        found = outcome(folder, runs)
        if found not in {"old", "new"} or (status == 0 and found != "new"):
            wrong.append(f"kill at event {last}: {found}")
        replace(folder, runs[1])
        if outcome(folder, runs) != "new":
            wrong.append(f"kill at event {last}: no writer after it")
        if status == 0:
            return count, wrong
        count, last = count + 1, last + step


def _kill_at(last: int, folder: Path) -> None:
    count = [0]

    def watch(event: str, arguments: tuple) -> None:
        if event in EVENTS and str(folder) in str(arguments):
            count[0] += 1
            if count[0] == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def write_errors(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Let each call that writes fail once."""
    wrong, count, step = [], 0, max(1, round(1 / effort))
    for name in ("fsync", "replace", "open"):
        real = getattr(os, name)
        for last in range(1, 200, step):
            folder = place / f"{name}-{last}"
            replace(folder, runs[0])
            left = [last]

            def failing(*arguments, real=real, left=left, **named):
                left[0] -= 1
                if left[0] == 0:
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
                return real(*arguments, **named)

            setattr(os, name, failing)
            try:
                with suppress(RunFolderError):
                    replace(folder, runs[1])
            finally:
                setattr(os, name, real)
            if left[0] > 0:
                break
            count += 1
            if (found := outcome(folder, runs)) not in {"old", "new"}:
                wrong.append(f"{name} fails at call {last}: {found}")
    return count, wrong


def full_disks(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Let no file grow beyond some bytes, as on a disk that fills up."""
    folder = place / "run"
    replace(folder, runs[0])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    largest = max(map(len, before.values()))
    wrong, sizes = [], np.linspace(0, largest - 1, max(3, round(120 * effort))).astype(int)
    for size in sizes:
        with _disk_of(int(size)):
            try:
                replace(folder, runs[1])
                wrong.append(f"a disk of {size} bytes: no error")
            except RunFolderError:
                pass
        if {path.name: path.read_bytes() for path in folder.iterdir()} != before:
            wrong.append(f"a disk of {size} bytes: other files")
    return len(sizes), wrong


@contextmanager
def _disk_of(size: int):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def bit_flips(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Turn single bits of every file."""

    def flips(raw: bytes, random: np.random.Generator):
        for position in random.integers(0, len(raw) * 8, max(5, round(200 * effort))):
            changed = bytearray(raw)
            changed[position // 8] ^= 1 << position % 8
            yield f"bit {position}", bytes(changed)

    return _damages(place, runs, flips)


def truncations(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Cut every file off, and lengthen it."""

    def cuts(raw: bytes, random: np.random.Generator):
        lengths = {0, 1, len(raw) // 2, len(raw) - 2, len(raw) - 1}
        more = random.integers(0, len(raw), round(15 * effort)).tolist()
        for length in sorted(lengths | set(more)):
            yield f"{length} bytes", raw[:length]
        yield "a byte more", raw + b"\n"

    return _damages(place, runs, cuts)


def _damages(place: Path, runs: tuple[kd.Run, kd.Run], damage: Callable) -> Found:
    folder = place / "run"
    replace(folder, runs[0])
    wrong, count, random = [], 0, np.random.default_rng(5)
    for file in sorted(folder.iterdir()):
        raw = file.read_bytes()
        for what, changed in damage(raw, random):
            count += 1
            file.write_bytes(changed)
            if not outcome(folder, runs).startswith("lost: "):
                wrong.append(f"{file.name}, {what}: loads unnoticed")
        file.write_bytes(raw)
    if outcome(folder, runs) != "old":
        wrong.append("the file put back does not load")
    return count, wrong


def two_writers(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Have several processes save into one folder."""
    folder, saves = place / "run", max(5, round(100 * effort))
    replace(folder, runs[0])
    children = [_forked(lambda run=run: _saves(folder, run, saves)) for run in runs * 2]
    wrong = [f"writer {n}: failed" for n, child in enumerate(children) if not _ended(child)]
    if outcome(folder, runs) not in {"old", "new"}:
        wrong.append(f"after them: {outcome(folder, runs)}")
    if left := {path.name for path in folder.iterdir()} - {"run.json", *folders.FILES}:
        wrong.append(f"left behind: {sorted(left)}")
    return saves * len(children), wrong


def readers_and_a_writer(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Load while another process replaces the folder without a pause."""
    folder, loads = place / "run", max(10, round(1000 * effort))
    replace(folder, runs[0])
    done = place / "done"

    def write() -> None:
        saves = 0
        while not done.exists() or saves < loads:
            replace(folder, runs[saves % 2])
            saves += 1

    writer = _forked(write)
    found = [outcome(folder, runs) for _ in range(loads)]
    done.touch()
    wrong = [f"load {n}: {text}" for n, text in enumerate(found) if text not in {"old", "new"}]
    if not _ended(writer):
        wrong.append("the writer failed")
    if len(set(found)) < 2 and effort == 1:
        wrong.append("the writer never came in between")
    return loads, wrong


def _saves(folder: Path, run: kd.Run, count: int) -> None:
    for _ in range(count):
        while True:
            try:
                replace(folder, run)
                break
            except RunFolderError as error:
                if "one writer a folder" not in str(error):
                    raise
                time.sleep(0.002)


def _forked(work: Callable[[], None]) -> int:
    if (child := os.fork()) == 0:
        signal.alarm(1200)
        status = 1
        try:
            work()
            status = 0
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    return child


def _ended(child: int) -> bool:
    return os.waitpid(child, 0)[1] == 0


def hostile_folders(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Load, resume and replace folders that a stranger made: refused, quickly, in little memory."""
    wrong, count = [], 0
    outside = place / "outside"
    outside.write_text("mine")
    for name, make in HOSTILE.items():
        folder = place / name.replace(" ", "-")
        replace(folder, runs[0])
        make(folder, outside)
        for verb in (_load, _replace):
            if verb is _load and name in UNREAD:
                continue
            count += 1
            problem = _cost(folder, runs[1], verb)
            if problem:
                wrong.append(f"{name}, {verb.__name__[1:]}: {problem}")
        if outside.read_text() != "mine":
            wrong.append(f"{name}: wrote outside")
            outside.write_text("mine")
    return count, wrong


def _load(folder: Path, run: kd.Run) -> None:
    kd.load_run(folder)


def _replace(folder: Path, run: kd.Run) -> None:
    run.save(folder)  # of another seed: refused at the latest for that


def _cost(folder: Path, run: kd.Run, verb: Callable) -> str:
    """Say what is wrong with an answer, in a process that measures its own memory."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        signal.alarm(60)
        Path("/proc/self/clear_refs").write_text("5")
        before, began = _peak(), time.perf_counter()
        try:
            verb(folder, run)
            text = "accepted"
        except KerasduetError:
            text = ""
        except BaseException as error:
            text = f"{type(error).__name__}: {error}"
        seconds, more = time.perf_counter() - began, _peak() - before
        if not text and (seconds > SECONDS or more > MEGABYTES):
            text = f"{seconds:.1f} s, {more:.0f} MB"
        os.write(write, text[:500].encode())
        os._exit(0)
    os.close(write)
    with open(read) as answer:
        text = answer.read()
    return text if _ended(child) else "killed after a minute"


def _peak() -> float:
    text = Path("/proc/self/status").read_text()
    return float(text.split("VmHWM:")[1].split()[0]) / 1024


def rewritten(folder: Path, **changes) -> None:
    """Change entries of run.json, with a seal that fits."""
    manifest = storage.unsealed((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(storage.sealed(manifest | changes), "utf-8")


def put(folder: Path, name: str, content: bytes) -> None:
    """Replace a file and note its sha256."""
    (folder / name).write_bytes(content)
    manifest = storage.unsealed((folder / "run.json").read_text("utf-8"))
    rewritten(folder, files=manifest["files"] | {name: storage.file_sha256(folder / name)})


def linked(name: str) -> Callable:
    def make(folder: Path, outside: Path) -> None:
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(outside)

    return make


def piped(name: str) -> Callable:
    def make(folder: Path, outside: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return make


def endless(name: str) -> Callable:
    def make(folder: Path, outside: Path) -> None:
        (folder / name.removesuffix(storage.STAGED)).unlink(missing_ok=True)
        (folder / name).symlink_to("/dev/zero")

    return make


def socketed(folder: Path, outside: Path) -> None:
    (folder / "history.csv").unlink()
    here = os.getcwd()
    os.chdir(folder)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("history.csv")
    os.chdir(here)


def sparse(name: str) -> Callable:
    def make(folder: Path, outside: Path) -> None:
        with open(folder / name, "r+b") as file:
            file.truncate(2**34)

    return make


def wide(**model) -> Callable:
    """Ask for a network far larger than its weights."""

    def make(folder: Path, outside: Path) -> None:
        manifest = storage.unsealed((folder / "run.json").read_text("utf-8"))
        experiment = manifest["experiment"]
        network = experiment["network"] | model
        rewritten(folder, experiment=experiment | {"network": network})

    return make


def weights_of(fill: Callable[[h5py.File], None]) -> Callable:
    def make(folder: Path, outside: Path) -> None:
        with h5py.File(folder / "model.weights.h5", "w") as file:
            fill(file)
        put(folder, "model.weights.h5", (folder / "model.weights.h5").read_bytes())

    return make


def bomb(file: h5py.File) -> None:
    size = 2**27
    file.create_dataset(
        "layers/dense/vars/0", (size,), "f8", compression="gzip", chunks=(2**20,)
    )
    file["layers/dense/vars/0"][: 2**23] = 0


def hollow(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (40_000, 20_000), "f4")


def many(file: h5py.File) -> None:
    for i in range(15_000):
        file.create_dataset(f"vars/{i}", (1,), "f4")


def external(file: h5py.File) -> None:
    file["layers"] = h5py.ExternalLink("/etc/passwd", "/")


def nested(folder: Path, outside: Path) -> None:
    put(folder, "preprocessing.json", b"[" + b"[]," * 9_000_000 + b"[]]")


def wide_table(folder: Path, outside: Path) -> None:
    put(folder, "predictions.csv", b"," * 9_000_000)


def owner_link(folder: Path, outside: Path) -> None:
    (folder / ".owner").symlink_to(outside)
    rewritten(folder, status="running", files={})


def checkpoint_link(folder: Path, outside: Path) -> None:
    away = outside.parent / (folder.name + "-away")
    away.mkdir()
    (away / "epoch-00001.npz").write_text("mine")
    (folder / "checkpoint").symlink_to(away)
    rewritten(folder, status="running", files={})


HOSTILE: dict[str, Callable] = {
    **{f"link {name}": linked(name) for name in ("run.json", *folders.FILES)},
    **{f"pipe {name}": piped(name) for name in ("run.json", *folders.FILES)},
    "socket": socketed,
    **{f"zero {name}": endless(name + ".new") for name in folders.FILES},
    "sparse run.json": sparse("run.json"),
    "sparse weights": sparse("model.weights.h5"),
    "sparse history": sparse("history.csv"),
    "wide network": wide(units=[40_000, 20_000], dropout=[0.0]),
    "wide layers of one": wide(units=[1] * 100_000, dropout=[0.0]),
    "packed weights": weights_of(bomb),
    "hollow weights": weights_of(hollow),
    "many weights": weights_of(many),
    "weights elsewhere": weights_of(external),
    "nested json": nested,
    "wide table": wide_table,
    "owner elsewhere": owner_link,
    "lock elsewhere": linked(".lock"),
    "checkpoint elsewhere": checkpoint_link,
}
UNREAD = {"lock elsewhere"}  # by a reader
FAULTS = {
    "a save killed at each event": kills,
    "a call of the system fails": write_errors,
    "a disk fills up": full_disks,
    "a bit turns": bit_flips,
    "a file is cut off or lengthened": truncations,
    "four writers at once": two_writers,
    "a reader against a writer": readers_and_a_writer,
    "a hostile folder": hostile_folders,
}


def main(effort: float) -> int:
    """Run every fault; print the table and what went wrong."""
    runs = two_runs()
    problems: list[str] = []
    print("| Fault | Tried | Lost, mixed or let in | Seconds |\n|---|---:|---:|---:|")
    for name, fault in FAULTS.items():
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="faults-") as place:
            count, wrong = fault(Path(place), runs, effort)
        seconds = time.perf_counter() - began
        print(f"| {name} | {count:,} | {len(wrong)} | {seconds:.0f} |", flush=True)
        problems += [f"{name}: {text}" for text in wrong]
    print("\n".join(problems[:50]), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(0.05 if sys.argv[1:] == ["short"] else 1))
