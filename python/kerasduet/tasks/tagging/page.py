"""What only the page of a tagger has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.measures import headline
from kerasduet.report.parts import SPLITS, interval_note
from kerasduet.task import Writing
from kerasduet.tasks.tagging.scores import confusions, pairs

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["WRITING", "add_comparison"]


def add_purpose(page: Document, run: Result) -> None:
    """Say what a tagger is for and not for."""
    learned: Any = run.preprocessing
    tags = words.listed([escape(tag) for tag in learned.tags])
    page.add(
        f"**For** sentences of at most {learned.length} tokens like those named below: it gives "
        f"each token one of {len(learned.tags)} tags: {tags}. It knows {len(learned.tokens):,} "
        "tokens; any other is read as unknown, and tagged by what stands around it.",
        "**Not for** sentences of another kind. It gives every token one of these tags, whatever "
        "it is shown. Its probabilities were not calibrated.",
    )


def add_data(page: Document, run: Result) -> None:
    """Give sentences of each split, and the tags of the test tokens."""
    truth, _ = pairs(run.table, "prediction")
    rows = [
        [escape(tag), f"{truth.count(tag):,}", words.share(truth.count(tag) / len(truth))]
        for tag in run.preprocessing.tags  # type: ignore[attr-defined]
    ]
    told = words.listed(
        [f"{size:,} {SPLITS[name]}" for name, size in run.provenance["sizes"].items() if size]
    )
    page.table(
        "data",
        f"Tags of the {len(truth):,} test tokens. In all there are {told} sentences.",
        ["Tag", ">Tokens", ">Share"],
        rows,
    )


def add_result(page: Document, run: Result) -> None:
    """Give accuracy, F1 of each tag, confusions, and tagged sentences."""
    page.heading("Result")
    metrics, found = run.metrics, headline(run)
    accuracy = words.among(found, factor=100, least=words.ACCURACY) if found is not None else ""
    rows = [
        ["Tokens with the right tag (%)", accuracy or f"{100 * metrics['accuracy']:.2f}"],
        ["Mistakes", f"{metrics['errors']:,.0f}"],
        ["Sentences without a mistake (%)", f"{100 * metrics['sentences']:.1f}"],
        ["Mean F1 of the tags (%)", f"{100 * metrics['f1']:.1f}"],
        ["Cross-entropy (nats a token)", f"{metrics['loss']:.4f}"],
        [
            "Baseline: the commonest tag of each token (%)",
            f"{100 * metrics['baseline_accuracy']:.2f}",
        ],
    ]
    page.table("result", "Measures on the test sentences.", ["Measure", ">Value"], rows)
    page.add(interval_note(run))
    if metrics["errors"] == 0:
        page.add(
            "There was no mistake to draw, so the interval has no width; that does not mean "
            "that there is none to be made."
        )
    page.heading("By tag", level=3)
    page.figure(
        "confusion", "Confusion matrix of the test tokens.", plot_run(run, kind="confusion")
    )
    counts = confusions(run.table, run.preprocessing)
    own, true, given = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    rows = [
        [
            escape(tag),
            *(
                _percent(*pair)
                for pair in (
                    (own[i], given[i]),
                    (own[i], true[i]),
                    (2 * own[i], given[i] + true[i]),
                )
            ),
            f"{true[i]:,}",
        ]
        for i, tag in enumerate(run.preprocessing.tags)  # type: ignore[attr-defined]
    ]
    page.table(
        "tags",
        "Precision: share of the tokens given this tag that have it. Recall: share of its tokens "
        "found. F1: their harmonic mean. In per cent.",
        ["Tag", ">Precision", ">Recall", ">F1", ">Tokens"],
        rows,
    )
    page.heading("Sentences", level=3)
    page.figure("sentences", "Test sentences with their tags.", plot_run(run, kind="tags"))


def _percent(part: Any, whole: Any) -> str:
    return f"{100 * part / whole:.1f}" if whole else "\u2013"


def add_comparison(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    """Give the scores of several taggers."""
    rows = []
    for name, run in zip(names, runs, strict=True):
        found = None if run.diverged else headline(run)
        first = (
            words.DIVERGED
            if found is None
            else words.among(found, factor=100, least=words.ACCURACY)
        )
        second = "" if run.diverged else f"{100 * run.metrics['f1']:.1f}"
        baseline = f"{100 * run.metrics['baseline_accuracy']:.2f}"
        rows.append([escape(name), first, second, baseline, f"{len(run.table):,}"])
    page.table(
        "result",
        "Tokens with the right tag, with a 95 % interval, and mean F1 of the tags, in per cent; "
        "the baseline gives each token its commonest tag.",
        ["Run", ">Accuracy", ">Mean F1", ">Baseline", ">Test sentences"],
        rows,
    )


WRITING = Writing(add_purpose, add_data, add_result, add_comparison)
