"""What only the page of a network that learned a text has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import code, escape
from kerasduet.report.intervals import DRAWS, SEED
from kerasduet.report.measures import headline
from kerasduet.report.parts import SPLITS, data_of, interval_note
from kerasduet.task import Writing
from kerasduet.tasks.generation.ngrams import MOST_ORDER
from kerasduet.tasks.generation.scores import ORDERS
from kerasduet.tasks.generation.verbs import generate

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["WRITING", "add_comparison", "intervals"]

SAMPLE = 160  # characters
TEMPERATURES = (0.0, 0.5, 1.0)
START = 40  # characters of the test text that a sample goes on with


def add_purpose(page: Document, run: Result) -> None:
    """Say what such a network is for and not for."""
    learned: Any = run.preprocessing
    page.add(
        f"**For** texts like the one named below: it gives the probability of each of "
        f"{len(learned.tokens):,} characters to come next, after up to {learned.length} "
        "characters, and writes text that looks like it.",
        "**Not for** facts. What it writes is likely to follow, letter by letter; it means "
        "nothing and may repeat passages of the training text.",
    )


def add_data(page: Document, run: Result) -> None:
    """Give windows and characters of each split."""
    learned: Any = run.preprocessing
    dataset, _ = data_of(run)
    rows = []
    for name, size in run.provenance["sizes"].items():
        part = None if dataset is None else getattr(dataset, name).inputs
        characters = "\u2013" if part is None else f"{len(part.codes):,}"
        rows.append([SPLITS[name].capitalize(), f"{size:,}", characters])
    page.table(
        "data",
        f"Windows of {learned.length} characters in each part. The parts follow each other in the "
        "text. Of each window of the test the second half is scored, which has seen the first.",
        ["Part", ">Windows", ">Characters"],
        rows,
    )


def add_result(page: Document, run: Result) -> None:
    """Give perplexities, a coloured passage, and samples at several temperatures."""
    learned: Any = run.preprocessing
    page.heading("Result")
    metrics, found = run.metrics, headline(run)
    between = words.among(found) if found is not None else ""
    rows = [
        ["Network: perplexity a character", between or words.score(metrics["perplexity"])],
        ["Network: cross-entropy (nats a character)", words.score(metrics["loss"])],
        ["Network: characters foretold (%)", f"{100 * metrics['accuracy']:.1f}"],
    ]
    for order, name in zip(range(1, MOST_ORDER + 1), ORDERS, strict=True):
        best = ", best on the validation text" if order == learned.order else ""
        rows.append([f"{order}-gram{best}", words.score(metrics[f"{name}_perplexity"])])
    page.table(
        "result",
        f"Measures on {len(run.table):,} test characters. The n-grams (Witten and Bell) are those "
        "of the training text, and foretell the same characters.",
        ["Measure", ">Value"],
        rows,
    )
    page.add(interval_note(run))
    page.figure("perplexity", "Perplexity beside n-grams.", plot_run(run, kind="perplexity"))
    page.figure(
        "characters",
        "A passage of the test text, coloured by the network's surprise.",
        plot_run(run, kind="characters"),
    )
    page.heading("Samples", level=3)
    start = "".join(run.table["truth"].iloc[:START])
    rows = [
        [
            f"{temperature:g}",
            escape(generate(run, start, SAMPLE, temperature, None, 1)[len(start) :]),
        ]
        for temperature in TEMPERATURES
        if start.strip()
    ]
    page.table(
        "samples",
        f"What the network writes after {code(start)}, with seed 1. At temperature 0 it always "
        "takes the most probable character, at 1 it draws as its probabilities say.",
        [">Temperature", "Text"],
        rows,
    )


def intervals(run: Result) -> str:
    """Say that windows were drawn."""
    windows = len(run.table) // run.task.steps(run.preprocessing)
    return (
        f"The 95 % interval is from a percentile bootstrap over the {windows:,} test windows "
        f"({DRAWS:,} draws, seed {SEED}). It covers which passages happened to be in the test, "
        "not what another text or another seed would give."
    )


def add_comparison(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    """Give the scores of several networks."""
    rows = []
    for name, run in zip(names, runs, strict=True):
        found = None if run.diverged else headline(run)
        first = words.DIVERGED if found is None else words.among(found)
        accuracy = "" if run.diverged else f"{100 * run.metrics['accuracy']:.1f}"
        baseline = words.score(run.metrics["baseline_perplexity"])
        rows.append([escape(name), first, accuracy, baseline, f"{len(run.table):,}"])
    page.table(
        "result",
        "Perplexity a character of the test text, with its 95 % interval, and characters foretold "
        "in per cent; the baseline is the perplexity of the best n-gram.",
        ["Run", ">Perplexity", ">Accuracy", ">Baseline", ">Test characters"],
        rows,
    )


WRITING = Writing(add_purpose, add_data, add_result, add_comparison, intervals)
