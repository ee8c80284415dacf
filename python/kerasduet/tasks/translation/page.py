"""What only the page of a translator has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.errors import DatasetError
from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.measures import headline
from kerasduet.report.parts import SPLITS, data_of, interval_note
from kerasduet.task import Writing

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["WRITING", "add_comparison"]

SHOWN = 5  # right texts, and wrong ones
BASELINE = "target of the most similar training source"


def add_purpose(page: Document, run: Result) -> None:
    """Say what a translator is for and not for."""
    learned: Any = run.preprocessing
    source, target = learned.source, learned.target
    width = run.experiment.beam
    way = "the likeliest next token" if width == 1 else f"the best of {width} partial texts"
    page.add(
        "**For** texts like those that it learned from, of at most "
        f"{words.count(learned.source_length, source.unit)}: it writes at most "
        f"{words.count(learned.target_length, target.unit)} for each, "
        f"following {way}.",
        f"**Not for** other languages or kinds of texts, nor for {source.unit}s that are not among "
        f"the {len(source.tokens):,} of its vocabulary: those it reads as unknown. It always "
        "writes something, and never says that it cannot.",
    )


def add_data(page: Document, run: Result) -> None:
    """Give the pairs of each split, the vocabularies, and the first test pairs."""
    learned: Any = run.preprocessing
    sizes = run.provenance["sizes"]
    told = words.listed([f"{size:,} {SPLITS[name]}" for name, size in sizes.items() if size])
    page.add(
        f"Pairs: {told}. No source of the test occurs among those of the training. The sources "
        f"have {len(learned.source.tokens):,} different {learned.source.unit}s in the training "
        f"rows, the targets {len(learned.target.tokens):,} {learned.target.unit}s."
    )
    page.table(
        "data",
        "The first test pairs.",
        ["Source", "Target"],
        [_cells(row, "source", "truth") for row in _rows(run.table.head(SHOWN))],
    )


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    found: Any = table.to_dict("records")
    rows: list[dict[str, Any]] = found
    return rows


def _cells(row: dict[str, Any], *columns: str) -> list[str]:
    return [escape(_short(str(row[name]))) for name in columns]


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def add_result(page: Document, run: Result) -> None:
    """Give the scores, right and wrong texts, the places of mistakes and the attention."""
    page.heading("Result")
    metrics, found = run.metrics, headline(run)
    between = words.among(found, factor=100) if found is not None else ""
    page.table(
        "result",
        f"Scores on the test rows, in per cent; the baseline is the {BASELINE}.",
        ["Measure", ">Network", ">Baseline"],
        [
            [
                "Texts right from end to end",
                between or _percent(metrics["exact"]),
                _percent(metrics["baseline_exact"]),
            ],
            ["True tokens in their place", _percent(metrics["token_accuracy"]), ""],
            [
                "Tokens to change, a true token",
                _percent(metrics["error_rate"]),
                _percent(metrics["baseline_error_rate"]),
            ],
        ],
    )
    page.add(interval_note(run))
    page.heading("Examples", level=3)
    right = (run.table["prediction"] == run.table["truth"]).to_numpy()
    for label, word, own in (
        ("wrong", "wrong", np.flatnonzero(~right)),
        ("right", "right", np.flatnonzero(right)),
    ):
        if not len(own):
            page.add(f"No test text is {word}.")
            continue
        page.table(
            label,
            f"Test texts that the network wrote {word}: the first of {len(own):,}.",
            ["Source", "Truth", "Network", ">Its probability", "Baseline"],
            [
                [
                    *_cells(row, "source", "truth", "prediction"),
                    f"{row['probability']:.3f}",
                    *_cells(row, "baseline"),
                ]
                for row in _rows(run.table.iloc[own[:SHOWN]])
            ],
        )
    page.figure(
        "places",
        "Share of the true tokens that were written, by their place.",
        plot_run(run, kind="places"),
    )
    dataset, why = data_of(run)
    if dataset is None:
        page.add(f"Where the network looked is not shown. {escape(why)}")
        return
    try:
        drawn = plot_run(run, kind="attention")
    except DatasetError:
        return
    page.heading("Attention", level=3)
    page.figure(
        "attention",
        "Weights of the source's tokens for each token that the network wrote. A row sums to 1, "
        "with what lies on the padding before the source.",
        drawn,
    )


def add_comparison(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    """Give the scores of several translators."""
    rows = []
    for name, run in zip(names, runs, strict=True):
        found = None if run.diverged else headline(run)
        first = words.DIVERGED if found is None else words.among(found, factor=100)
        second = "" if run.diverged else _percent(run.metrics["error_rate"])
        baseline = _percent(run.metrics["baseline_exact"])
        rows.append([escape(name), first, second, baseline, f"{len(run.table):,}"])
    page.table(
        "result",
        "Test texts that are right from end to end in per cent, with the 95 % interval, and tokens "
        f"to change, a true token, in per cent; the baseline is the {BASELINE}.",
        ["Run", ">Right", ">To change", ">Baseline, right", ">Test rows"],
        rows,
    )


WRITING = Writing(add_purpose, add_data, add_result, add_comparison)
