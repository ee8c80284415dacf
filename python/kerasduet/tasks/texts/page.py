"""What only the page of a classifier of texts has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.parts import data_of
from kerasduet.task import Writing
from kerasduet.tasks.classification.measures import class_measures
from kerasduet.tasks.classification.page import (
    add_data,
    add_measures,
    add_mistakes,
    intervals,
    percent,
)

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["WRITING", "add_comparison"]

SHOWN = 6  # texts that were right
COMMON = 10  # tokens named


def add_purpose(page: Document, run: Result) -> None:
    """Say what a classifier of texts is for and not for."""
    learned: Any = run.preprocessing
    names = words.listed([escape(name) for name in learned.class_names])
    known, found = learned.vocabulary, class_measures(run)
    unit = {"word": "words and marks", "character": "characters"}[known.unit]
    case = ", in lower case" if known.lower else ""
    side = {"start": "first", "end": "last"}[learned.cut]
    named = [token for token in known.tokens if token[0].isalnum()][:COMMON]
    common = ", ".join(map(escape, named))
    which = (
        "those given for it"
        if run.experiment.vocabulary
        else "the commonest of its training texts"
    )
    page.add(
        f"**For** texts of one of {len(learned.class_names):,} classes: {names}. It reads "
        f"{learned.length:,} {unit} of each{case}; of longer texts the {side} ones are left out. "
        f"It knows {len(known.tokens):,} of them, {which} (such as {common}), and takes all "
        "others for one unknown word.",
        "**Not for** anything else. It names one of these classes whatever it is given, also for a "
        "text of another language or on another subject. Its probabilities were not calibrated: on "
        f"the test texts it was right in {words.accuracy(found['accuracy'])} %, while it "
        "gave its answers a mean probability of "
        f"{words.accuracy(found['confidence'])} %.",
    )


def add_texts(page: Document, run: Result) -> None:
    """Give the classes of every split, and how many words of the test texts are unknown."""
    add_data(page, run)
    dataset, _ = data_of(run)
    if dataset is None:
        return
    codes = np.asarray(dataset.test.inputs)
    seen = int((codes > 0).sum())
    page.add(
        f"Of the {seen:,} tokens of the test texts that the network sees, "
        f"{words.share(float((codes == 1).sum()) / seen)} are not in its vocabulary."
    )


def add_result(page: Document, run: Result) -> None:
    """Give measures beside a bag of words, mistakes, and texts that were right."""
    bag = [
        "Baseline: bag of words, logistic regression (%)",
        f"{100 * run.metrics['bag_accuracy']:.2f}",
        "",
    ]
    add_measures(page, run, [bag])
    page.add(
        "The bag of words knows which tokens occur in what the network sees, and nothing of their "
        "order. " + _order(run)
    )
    add_mistakes(page, run, "words", "unclear or mixed texts")
    _right(page, run)


def _order(run: Result) -> str:
    gain = 100 * (run.metrics["accuracy"] - run.metrics["bag_accuracy"])
    if gain > 0:
        return f"The network gains {gain:.1f} percentage points over it."
    return "The network gains nothing over it."


def _right(page: Document, run: Result) -> None:
    """Show some texts that were right, and what spoke for the answers."""
    dataset, _ = data_of(run)
    table = run.predictions()
    right = table[table["truth"].astype(str) == table["prediction"].astype(str)]
    if dataset is None or right.empty:
        return
    rows = right.sort_values("probability", kind="stable").iloc[
        np.unique(np.linspace(0, len(right) - 1, SHOWN).astype(int))
    ]
    drawn = plot_run(run, kind="words", rows=rows["row"].tolist())
    page.heading("Right answers")
    page.figure(
        "right",
        "Test texts that were right, from the least to the most probable answer.",
        drawn,
    )
    page.add(
        "@fig-right shows what each word adds to the score of the answer: its slope times what "
        "stands for the word (gradient times input). It tells where the network looked, not why, "
        "nor whether that is a good reason."
    )


def add_comparison(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    """Give the scores of several classifiers of texts."""
    rows = []
    for name, run in zip(names, runs, strict=True):
        told = [words.DIVERGED, ""]
        if not run.diverged:
            found = class_measures(run)
            told = [
                words.among(found["accuracy"], factor=100, least=words.ACCURACY),
                words.among(found["loss"]),
            ]
        bag, guess = (percent(run.metrics[f"{who}_accuracy"]) for who in ("bag", "baseline"))
        rows.append([escape(name), *told, bag, guess, f"{len(run.table):,}"])
    page.table(
        "result",
        "Measures on the test texts, with 95 % intervals. Accuracy in per cent, cross-entropy in "
        "nats; the bag of words and the commonest training class, in per cent right.",
        [
            "Run",
            ">Accuracy",
            ">Cross-entropy",
            ">Bag of words",
            ">Commonest class",
            ">Test texts",
        ],
        rows,
    )


WRITING = Writing(add_purpose, add_texts, add_result, add_comparison, intervals)
