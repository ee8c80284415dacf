"""What a set of runs consists of: its jobs, each a folder, and the file that names them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kerasduet import checks
from kerasduet.data.folds import Fold, Origin, fold_of
from kerasduet.errors import KerasduetError, RunFolderError, UnknownName
from kerasduet.experiments import Experiment
from kerasduet.runs import storage
from kerasduet.runs.manifest import DAMAGE, DIGEST, LINE, SET_FILE, WORD, fits, refuse_endless
from kerasduet.runs.reading import run_path

__all__ = [
    "FILE",
    "Job",
    "Plan",
    "longest_first",
    "outside_jobs",
    "read_plan",
    "refuse_another",
    "shown_names",
    "take",
    "with_kept_names",
    "write_plan",
]

FILE = SET_FILE
FORMAT = 1
KINDS = {
    "runs": "run_many()",
    "folds": "cross_validate()",
    "trials": "tune()",
    "backtest": "backtest()",
}
BACKTEST = {"folds": int, "refit": bool, "window": WORD, "methods": [str]}  # its settings
ORIGIN = {"origin": int, "origins": int, "window": WORD}
SHAPE = {
    "kind": WORD,
    "settings": {},
    "jobs": [{"name": WORD, "experiment": {}, "fold": (ORIGIN, {str: int}, None)}],
    "data": ([DIGEST], None),
}


@dataclass(frozen=True)
class Job:
    """One run of a set.

    Parameters
    ----------
    name : str
        Of its folder within that of the set.
    experiment : Experiment
        What to run.
    fold : Fold or Origin, optional
        Of the rows, what is trained on and what is held out.
    methods : tuple of str
        Methods from outside that forecast the fold, instead of a network.
    until : int, optional
        Epoch after which it waits, to be gone on with or given up.
    label : str
        What the caller calls its experiment; empty where it has no name.
    """

    name: str
    experiment: Experiment
    fold: Fold | Origin | None = None
    methods: tuple[str, ...] = ()
    until: int | None = None
    label: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        plain: dict[str, Any] = {
            "name": self.name,
            "experiment": self.experiment.to_dict(),
            "fold": None if self.fold is None else self.fold.to_dict(),
        }
        plain |= {"methods": list(self.methods)} if self.methods else {}
        return plain | ({"label": self.label} if self.label else {})


@dataclass(frozen=True)
class Plan:
    """All of a set but its results.

    Parameters
    ----------
    kind : {"runs", "folds", "trials", "backtest"}
        What made it: `run_many`, `cross_validate`, `tune` or `backtest`.
    jobs : tuple of Job
        In order, a run each; what a backtest compares them with follows from its settings.
    settings : mapping
        What else decided the jobs, as plain values.
    data : tuple of str, optional
        sha256 of the caller's data, as each experiment reads them; None where there are none.
    """

    kind: str
    jobs: tuple[Job, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    data: tuple[str, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            "format": FORMAT,
            "kind": self.kind,
            "settings": dict(self.settings),
            "jobs": [job.to_dict() for job in self.jobs],
            "data": None if self.data is None else list(self.data),
        }


def take(folder: Any, plan: Plan) -> tuple[Path, list[Path]]:
    """Make a folder ready for a set, or refuse one that holds something else.

    Returns
    -------
    (Path, list of Path)
        The folder, and those that had to be made.
    """
    path = run_path(folder)
    with storage.reading_errors(path):
        if path.exists() and not path.is_dir():
            raise RunFolderError(f"folder: must be a folder; got the file {str(path)!r}.")
        made = [p for p in (path, *path.parents) if not p.exists()]
        found = [] if made else sorted(p.name for p in path.iterdir() if p.name[0] != ".")
    if FILE in found:
        refuse_another(path, read_plan(path), plan)
    elif found:
        raise RunFolderError(
            f"folder: must be empty or hold this set of runs; got {str(path)!r}, which holds "
            f"{', '.join(found[:3])}. Choose another folder."
        )
    with storage.writing_errors(path):
        path.mkdir(parents=True, exist_ok=True)
    return path, made


def write_plan(path: Path, plan: Plan) -> None:
    """Write down what a set consists of."""
    with storage.writing_errors(path):
        storage.write_text(path / FILE, storage.sealed(plan.to_dict()))


def read_plan(path: Path) -> Plan:
    """Read what a set consists of.

    Raises
    ------
    RunFolderError
        The folder holds no set, or a damaged one, or one of a newer version.
    """
    with storage.reading_errors(path):
        storage.refuse_special(path / FILE)
        try:
            content = storage.read_plain(path / FILE)
        except (FileNotFoundError, NotADirectoryError):
            what = f"has no {FILE}." if path.is_dir() else "is not a folder."
            if (path / "run.json").is_file():
                what = "is that of one run. Load it with load_run()."
            raise RunFolderError(
                f"folder: must hold a set of runs; got {str(path)!r}, which {what}"
            ) from None
    try:
        return _checked(content.decode("utf-8"))
    except _Newer as error:
        raise RunFolderError(
            f"folder: must have format {FORMAT} or older; got format {checks.show(error.args[0])} "
            f"in {str(path)!r}. Update kerasduet."
        ) from None
    except UnknownName as error:
        raise RunFolderError(
            f"folder: builders, tasks and settings of its runs must be known here; got "
            f"{str(path)!r}, where {error} Update kerasduet, or register it."
        ) from None
    except (*DAMAGE, KerasduetError) as error:
        raise RunFolderError(
            f"folder: {FILE} must be whole; got a damaged one in {str(path)!r} "
            f"({type(error).__name__}). Restore it."
        ) from None


class _Newer(Exception):
    """A later version wrote it."""


def _checked(text: str) -> Plan:
    version = storage.parsed(text)["format"]
    if type(version) is not int or version < 1:
        raise ValueError("another format")
    if version > FORMAT:
        raise _Newer(version)
    values = storage.unsealed(text)
    if not fits(values, SHAPE) or values["kind"] not in KINDS:
        raise ValueError("other entries")
    if values["kind"] == "backtest" and not fits(values["settings"], BACKTEST):
        raise ValueError("other settings")
    jobs = []
    for job in values["jobs"]:
        refuse_endless(job["experiment"])
        experiment = Experiment.from_dict(job["experiment"])
        label = job.get("label", "")
        if not fits(label, LINE):
            raise ValueError("another name")
        jobs.append(Job(job["name"], experiment, fold_of(job["fold"]), label=label))
    for names in ([job.name for job in jobs], shown_names(jobs)):
        if len(set(names)) < len(jobs):
            raise ValueError("two jobs of one name")
    data = None if values["data"] is None else tuple(values["data"])
    return Plan(values["kind"], tuple(jobs), values["settings"], data)


def refuse_another(path: Path, theirs: Plan, ours: Plan) -> None:
    """Refuse a folder of another set, saying what differs first."""
    what = _difference(theirs, ours)
    if what:
        raise RunFolderError(
            f"folder: holds another set of runs; got {str(path)!r}, {what}. Choose another folder."
        )


def _difference(theirs: Plan, ours: Plan) -> str:
    if theirs.kind != ours.kind:
        return f"which {KINDS[theirs.kind]} made"
    for name in ours.settings:
        if theirs.settings.get(name) != ours.settings[name]:
            return f"of another {name}"
    if len(theirs.jobs) != len(ours.jobs) and ours.kind != "trials":
        return f"of {len(theirs.jobs)} runs, not {len(ours.jobs)}"
    for one, other in zip(theirs.jobs, ours.jobs, strict=False):
        if one.experiment != other.experiment:
            before, now = one.experiment.flat(), other.experiment.flat()
            names = [name for name in now if name not in before or before[name] != now[name]]
            return f"whose {one.name} differs in {', '.join(names)}"
        if one.label != other.label and one.label and other.label:
            called = f"{checks.show(one.label)}, not {checks.show(other.label)}"
            return f"whose {one.name} is called {called}"
    if theirs.data != ours.data:
        return "trained on other data"
    return ""


def outside_jobs(plan: Plan) -> tuple[Job, ...]:
    """Give the jobs that ask methods from outside, one for each fold of a backtest."""
    methods = tuple(plan.settings["methods"]) if plan.kind == "backtest" else ()
    found: dict[Any, Job] = {}
    for job in plan.jobs if methods else ():
        name = job.name.split("-seed-")[0].replace("fold", "outside")
        name = name if name.startswith("outside") else "outside"  # of all folds at once
        found.setdefault(job.fold, Job(name, job.experiment, job.fold, methods))
    return tuple(found.values())


def named(kind: str, experiments: Sequence[Experiment]) -> tuple[Job, ...]:
    """Make a job of each experiment, its folder named by its number."""
    width = len(str(len(experiments)))
    return tuple(
        Job(f"{kind}-{number:0{width}d}", experiment)
        for number, experiment in enumerate(experiments, start=1)
    )


def shown_names(jobs: Sequence[Job]) -> list[str]:
    """Name the runs as the caller does, with their seeds where a name has several; else by folder.

    Examples
    --------
    >>> from kerasduet.experiments import experiment
    >>> small = experiment("mnist-dense")
    >>> jobs = [Job("run-1", small, label="a"), Job("run-2", small.replace(seed=1), label="a")]
    >>> shown_names(jobs), shown_names(jobs[:1]), shown_names([Job("run-1", small)])
    (['a, seed 0', 'a, seed 1'], ['a'], ['run-1'])
    """
    counts = Counter(job.label for job in jobs)
    return [
        f"{job.label}, seed {job.experiment.seed}"
        if job.label and counts[job.label] > 1
        else job.label or job.name
        for job in jobs
    ]


def with_kept_names(plan: Plan, kept: Plan) -> Plan:
    """Give the runs of a plan the names that they have in the folder of their set."""
    if any(job.label for job in plan.jobs) or not any(job.label for job in kept.jobs):
        return plan
    labels = {job.name: job.label for job in kept.jobs}
    jobs = tuple(replace(job, label=labels.get(job.name, "")) for job in plan.jobs)
    return replace(plan, jobs=jobs)


def waiting(job: Job, until: int | None) -> Job:
    """Give a job that waits after an epoch, unless that is its last."""
    return replace(job, until=until if until and until < job.experiment.all_epochs else None)


def longest_first(jobs: Sequence[Job], workers: int) -> list[Job]:
    """Order jobs so that several workers end at about the same time; one keeps the order.

    The one with the most epochs comes first: begun last, the others would wait for it.
    """
    if workers == 1:
        return list(jobs)
    return sorted(jobs, key=lambda job: -(job.until or job.experiment.all_epochs))
