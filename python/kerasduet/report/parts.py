"""What the page of one run and the page of several have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kerasduet._version import __version__
from kerasduet.environment import caller
from kerasduet.errors import KerasduetError
from kerasduet.report.document import code, escape
from kerasduet.report.intervals import DRAWS, SEED
from kerasduet.report.repeat import python_code, r_code
from kerasduet.report.words import count

if TYPE_CHECKING:
    from kerasduet.data import Dataset
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = [
    "SPLITS",
    "add_footer",
    "add_repeat",
    "data_of",
    "interval_note",
    "provenance",
    "warn_unfinished",
]

SPLITS = {"train": "training", "validation": "validation", "test": "test"}


KEPT_NOWHERE = (
    "They were handed over, and the folder of a run keeps only what sums them up, and a sample "
    "where it was saved with one: a report made in the session that trained it shows them too."
)
GONE = "What the run was trained on is not where it was, or is not what it was any more."


def data_of(run: Result) -> tuple[Dataset | None, str]:
    """Give the data of a run, or why they cannot be had."""
    try:
        return run.dataset, ""
    except KerasduetError:
        return None, KEPT_NOWHERE if run.source.given else GONE


def interval_note(run: Result) -> str:
    """Say how the intervals were made and what they cover."""
    task, lead = run.task, run.lead
    if lead is not None and not run.has_intervals:
        return f"{lead.over[:1].upper()}{lead.over[1:]}: too few for intervals."
    writing = task.writing()
    if writing is not None and writing.intervals is not None:
        return writing.intervals(run)
    return (
        f"The 95 % interval is from a percentile bootstrap over the {len(run.table):,} test "
        f"{task.cases_word} ({DRAWS:,} draws, seed {SEED}). It covers which {task.cases_word} "
        "happened to be in the test, not what another seed would give."
    )


def warn_unfinished(page: Document, run: Result, name: str) -> None:
    """Say that a training was interrupted."""
    if run.status == "finished":
        return
    done = f"{len(run.history)} of {count(run.experiment.all_epochs, 'epoch')}"
    page.callout(
        "warning",
        "Interrupted",
        f"The training of {escape(name)} stopped after {done}. What follows is about the network "
        "at that moment; `resume_run()` goes on.",
    )


def add_repeat(page: Document, runs: Mapping[str, Result]) -> None:
    """Add the calls that repeat the runs, in both languages."""
    page.heading("How to repeat it")
    page.add(
        "On the same machine, with the same versions, backend and threads, this gives the same "
        f"bits; {'a line for each run' if len(runs) > 1 else 'the last line'} checks that. "
        "Elsewhere the last digits may differ, and then the check says so."
    )
    if any(run.source.given for run in runs.values()):
        page.add(
            "The data were handed over and are not kept in a run: `data` stands for them, and "
            "their digest tells whether they are the same."
        )
    tabs = {
        "R": f"```r\n{r_code(runs)}\n```",
        "Python": f"```python\n{python_code(runs)}\n```",
    }
    first = caller()["language"]  # that of whoever asks opens
    page.tabs("language", {name: tabs[name] for name in sorted(tabs, key=lambda x: x != first)})


def provenance(run: Result) -> dict[str, str]:
    """Give what a run's result depends on, in Markdown, by its name."""
    facts = run.provenance
    device, threads = facts["device"], facts["threads"]
    kind = "CPU" if device["kind"] == "cpu" else str(device["kind"]).upper()
    seconds, epochs = facts["seconds"]["training"], len(run.history)
    rows = {
        "Started": escape(facts.get("started", "")),
        "Training time": f"{seconds:,.1f} s for {count(epochs, 'epoch')}",
        "Asked from": escape(f"{facts['caller']['language']} {facts['caller']['version']}"),
        "Backend": escape(facts.get("backend_chosen") or facts["backend"]),
        "Compiler": escape(facts.get("compiler", "")),
        "Device": escape(f"{kind}: {device['name']}"),
        "Threads": "chosen by the backend" if threads is None else str(threads),
        "Seed": str(facts["seed"]),
    }
    rows |= {name: escape(version) for name, version in facts["versions"].items()}
    rows["sha256 of the data"] = code(run.source.sha256)
    rows |= {f"sha256 of the {name}": code(digest) for name, digest in run.digests.items()}
    return {name: text for name, text in rows.items() if text}


def add_footer(page: Document, stem: str) -> None:
    """Say what made the page."""
    page.add(
        "::: {.quiet}\n"
        f"Written by kerasduet {escape(__version__)}; rendered by {{{{< meta renderer >}}}} "
        f"{{{{< version >}}}}. The text is in {code(stem + '.qmd')}, which holds no code to run: "
        "edit it and render it again with Quarto.\n:::"
    )
