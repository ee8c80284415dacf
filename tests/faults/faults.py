"""Break run folders in every way we know, and count what went wrong; prints a Markdown table.

    python tests/faults/faults.py [short]

Each fault is a function of the folder to work in, two runs of one shape, and the effort (1 is the
whole). It gives how often it was tried, and a sentence for each time that something was lost,
mixed or let in. What writes is broken in each of the ways in which a folder is written: see Ways.
"""

from __future__ import annotations

import errno
import functools
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import numpy as np
import pandas as pd

import kerasduet as kd
from kerasduet.errors import KerasduetError, RunFolderError
from kerasduet.runs import folder as folders
from kerasduet.runs import storage
from kerasduet.runs.manifest import ALL_FILES
from kerasduet.runs.tables import history_digest
from kerasduet.training import weights_digest

SECONDS, MEGABYTES = 2.0, 300.0  # that a hostile folder may cost
TINY = {"classes": 3, "units": 4, "input_shape": (4, 4, 1), "epochs": 3}
EVENTS = {"open", "os.rename", "os.remove", "os.chmod", "os.mkdir", "os.rmdir"}

Found = tuple[int, list[str]]


def three_classes() -> dict:
    codes = np.arange(60) % 3
    x = np.zeros((60, 4, 4), np.uint8) + (codes * 100).astype(np.uint8)[:, None, None]
    return {"x": x, "y": pd.Categorical.from_codes(codes, ["pear", "apple", "fig"])}


def train(seed: int, last: int | None = None, **more) -> kd.Run:
    """Train a tiny run, to its end or until Ctrl-C after an epoch."""

    def press(event) -> None:
        if event["event"] == "epoch" and event["epoch"] == last:
            raise KeyboardInterrupt

    settings = TINY | {"data": three_classes(), "progress": press, "seed": seed} | more
    try:
        return kd.run_experiment("mnist-dense", **settings)
    except KeyboardInterrupt as error:
        return error.run


def two_runs() -> tuple[kd.Run, kd.Run]:
    """Train two runs of one shape whose weights differ."""
    return train(1), train(2)


@functools.cache
def cut_runs() -> tuple[kd.Run, kd.Run]:
    """Train the second run once more, interrupted after an epoch and after two."""
    return train(2, 1), train(2, 2)


def bits(run: kd.Run) -> tuple[str, ...]:
    """Digest all that a folder keeps of a run, anew."""
    made = weights_digest(run.model), history_digest(run.history)
    scores = (run.predictions().to_csv(index=False), str(run.metrics)) if run.scored else ()
    return (*made, *scores, str(run.experiment))


def outcome(folder: Path, runs: tuple[kd.Run, ...]) -> str:
    """Load a folder and say which of some runs it holds, whole: the old, the new or a cut one."""
    try:
        found = bits(kd.load_run(folder))
    except KerasduetError as error:
        return f"lost: {error}"
    names = ("old", "new", "cut", "cut")[: len(runs)]
    return dict(zip(map(bits, runs), names, strict=True)).get(found, "a mixture")


def replace(folder: Path, run: kd.Run) -> None:
    run.save(folder, overwrite=True)
    run.folder = None


class Way(NamedTuple):
    """A way in which a folder is written, and what may be found where it breaks off."""

    before: Callable[[Path, tuple], None]
    write: Callable[[Path, tuple], None]
    problem: Callable[[Path, tuple, bool], str]  # of a folder, and whether it was all written


def _old(folder: Path, runs: tuple[kd.Run, kd.Run]) -> None:
    replace(folder, runs[0])


def _new(folder: Path, runs: tuple[kd.Run, kd.Run]) -> None:
    replace(folder, runs[1])


def _nothing(folder: Path, runs: tuple[kd.Run, kd.Run]) -> None:
    pass


def _trained(folder: Path, runs: tuple[kd.Run, kd.Run], *, overwrite: bool = False) -> None:
    """Write all that a training writes, whose network was trained beforehand."""
    run = runs[1]
    print_of = run.provenance["fingerprint"]
    with folders.RunFolder(folder, run.experiment, overwrite=overwrite) as target:
        target.begin()
        for reached in (*cut_runs(), run):
            target.keep(reached.state, print_of)
        target.save(run)


def _retrained(folder: Path, runs: tuple[kd.Run, kd.Run]) -> None:
    _trained(folder, runs, overwrite=True)


def _cut_early(folder: Path, runs: tuple[kd.Run, kd.Run]) -> None:
    replace(folder, cut_runs()[0])


def _cut_late(folder: Path, runs: tuple[kd.Run, kd.Run]) -> None:
    cut_runs()[1].save(folder)
    cut_runs()[1].folder = None


def _one_of_two(folder: Path, runs: tuple[kd.Run, kd.Run], whole: bool) -> str:
    found = outcome(folder, runs)
    if found not in {"old", "new"} or (whole and found != "new"):
        return found
    replace(folder, runs[1])
    return "" if outcome(folder, runs) == "new" else "no writer after it"


def _none_or_new(folder: Path, runs: tuple[kd.Run, kd.Run], whole: bool) -> str:
    found = outcome(folder, runs)
    if found != "new" and (whole or "folder: must be a run folder" not in found):
        return found
    runs[1].save(folder)  # without overwrite: nothing in the way
    runs[1].folder = None
    return "" if outcome(folder, runs) == "new" else "no writer after it"


def _goes_on(folder: Path, runs: tuple[kd.Run, kd.Run], whole: bool) -> str:
    found = outcome(folder, (*runs, *cut_runs()))
    is_cut = found == "cut" or (found.startswith("lost: ") and not whole)
    return "" if found == "new" else _trains_again(folder, runs, found) if is_cut else found


def _old_or_goes_on(folder: Path, runs: tuple[kd.Run, kd.Run], whole: bool) -> str:
    found = outcome(folder, runs)
    if found not in {"old", "new"} or (whole and found != "new"):
        return found
    return _trains_again(folder, runs, found)


def _trains_again(folder: Path, runs: tuple[kd.Run, kd.Run], found: str) -> str:
    if problem := _checkpoint_problem(folder, runs[1]):
        return problem
    _trained(folder, runs, overwrite=found == "old")
    return "" if outcome(folder, runs) == "new" else "no training after it"


def _checkpoint_problem(folder: Path, run: kd.Run) -> str:
    """Read the checkpoint as a training that goes on does: an epoch's state, or none yet."""
    states = {kept.state.epoch: kept.state for kept in (*cut_runs(), run)}
    try:
        with folders.RunFolder(folder, run.experiment) as target:
            found = target.checkpoint(run.provenance["fingerprint"], run.model)
    except RunFolderError as error:
        return "" if "holds another experiment" in str(error) else f"no way on: {error}"
    if found is None:
        return ""
    pairs = zip(found.variables, states[found.epoch].variables, strict=True)
    same = all(np.array_equal(one, other) for one, other in pairs)
    return "" if same else f"a checkpoint of other bits, epoch {found.epoch}"


WAYS = {
    "a save over another run": Way(_old, _new, _one_of_two),
    "a first save": Way(_nothing, _new, _none_or_new),
    "a save once more": Way(_new, _new, _one_of_two),
    "a training": Way(_nothing, _trained, _goes_on),
    "a training over another run": Way(_old, _retrained, _old_or_goes_on),
    "a save of an interrupted run over an earlier one": Way(_cut_early, _cut_late, _goes_on),
}


def kills(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Kill a writer at each thing that it asks of the file system."""
    wrong, count, step = [], 0, max(1, round(1 / effort))
    for name, way in WAYS.items():
        for last in range(1, 1000, step):
            folder = place / f"{name}-{last}".replace(" ", "-")
            way.before(folder, runs)
            done = _ended(_forked(lambda: _killed(last, folder, way, runs)))  # noqa: B023
            if problem := way.problem(folder, runs, done):
                wrong.append(f"{name}, kill at event {last}: {problem}")
            if done:
                break
            count += 1
    return count, wrong


def _killed(last: int, folder: Path, way: Way, runs: tuple[kd.Run, kd.Run]) -> None:
    """Be the writer that is killed; forked, so that Keras needs no second start."""
    _kill_at(last, folder)
    way.write(folder, runs)


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
    for number, (what, way) in enumerate(WAYS.items()):
        for name in ("fsync", "replace", "open"):
            for last in range(1, 200, step):
                folder = place / f"{number}-{name}-{last}"
                way.before(folder, runs)
                with _failing(name, last) as left, suppress(RunFolderError):
                    way.write(folder, runs)
                runs[1].folder = None
                if left[0] > 0:
                    break
                count += 1
                if problem := way.problem(folder, runs, False):
                    wrong.append(f"{what}, {name} fails at call {last}: {problem}")
    return count, wrong


@contextmanager
def _failing(name: str, last: int):
    """Let one call of a function of the system fail."""
    real, left = getattr(os, name), [last]

    def failing(*arguments, **named):
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(*arguments, **named)

    setattr(os, name, failing)
    try:
        yield left
    finally:
        setattr(os, name, real)


def full_disks(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Let no file grow beyond some bytes, as on a disk that fills up."""
    folder = place / "run"
    replace(folder, runs[0])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    largest = max(map(len, before.values()))
    wrong, sizes = [], np.linspace(0, largest - 1, max(3, round(125 * effort))).astype(int)
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
    wrong, count, random = [], 0, np.random.default_rng(5)
    for number, kept in enumerate((runs, cut_runs())):  # the second with its checkpoint
        folder = place / str(number)
        replace(folder, kept[0])
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            raw = file.read_bytes()
            for what, changed in damage(raw, random):
                count += 1
                file.write_bytes(changed)
                if not outcome(folder, kept).startswith("lost: "):
                    wrong.append(f"{file.name}, {what}: loads unnoticed")
            file.write_bytes(raw)
        if outcome(folder, kept) != "old":
            wrong.append("the file put back does not load")
    return count, wrong


def threads(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Train in four threads at once, each run with the bits that it has alone."""
    seeds = range(1, max(2, round(27 * effort)) + 1)
    alone = {seed: train(seed).digests for seed in seeds}
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(train, [seed for seed in seeds for _ in range(4)]))
    wrong = [
        f"seed {run.experiment.seed}: other bits"
        for run in found
        if run.digests != alone[run.experiment.seed]
    ]
    return len(found), wrong


def two_writers(place: Path, runs: tuple[kd.Run, kd.Run], effort: float) -> Found:
    """Have several processes save into one folder."""
    folder, saves = place / "run", max(5, round(100 * effort))
    replace(folder, runs[0])
    children = [_forked(lambda run=run: _saves(folder, run, saves)) for run in runs * 2]
    wrong = [f"writer {n}: failed" for n, child in enumerate(children) if not _ended(child)]
    if outcome(folder, runs) not in {"old", "new"}:
        wrong.append(f"after them: {outcome(folder, runs)}")
    if left := {path.name for path in folder.iterdir()} - {"run.json", *ALL_FILES}:
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
    **{f"link {name}": linked(name) for name in ("run.json", *ALL_FILES)},
    **{f"pipe {name}": piped(name) for name in ("run.json", *ALL_FILES)},
    "socket": socketed,
    **{f"zero {name}": endless(name + ".new") for name in ALL_FILES},
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
    "a writer killed at each event": kills,
    "a call of the system fails": write_errors,
    "a disk fills up": full_disks,
    "a bit turns": bit_flips,
    "a file is cut off or lengthened": truncations,
    "four trainings at once in threads": threads,
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
