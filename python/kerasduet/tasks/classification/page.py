"""What only the page of a classifier has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.errors import ArgumentType
from kerasduet.inside.filters import plot_filters
from kerasduet.inside.maps import plot_maps
from kerasduet.inside.networks import subject_of
from kerasduet.inside.saliency import METHODS, grad_cam_layer
from kerasduet.inside.saliency_figure import plot_saliency
from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.intervals import DRAWS, SEED, Interval
from kerasduet.report.own import classes_of
from kerasduet.report.parts import SPLITS, data_of, interval_note
from kerasduet.task import Writing
from kerasduet.tasks.classification.measures import class_measures, class_scores

if TYPE_CHECKING:
    from kerasduet.figures.canvas import RunFigure
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = [
    "WRITING",
    "add_comparison",
    "add_data",
    "add_measures",
    "add_mistakes",
    "intervals",
    "measured",
    "percent",
]

MISTAKES = 12  # shown


def add_purpose(page: Document, run: Result) -> None:
    """Say what a classifier is for and not for."""
    learned: Any = run.preprocessing
    height, width, channels = learned.input_shape
    sort = "grey" if channels == 1 else f"{channels}-channel"
    names = words.listed([escape(name) for name in learned.class_names])
    found = class_measures(run)
    page.add(
        f"**For** {sort} images of {height} \u00d7 {width} pixels that show one of "
        f"{len(learned.class_names):,} classes: {names}.",
        f"**Not for** anything else. It names one of these classes whatever it is shown, also "
        "for an image that shows none of them. It has learned from the images named below "
        "only; images made in another way (another scanner, other cropping or centring) were "
        "not tested. Its probabilities were not calibrated: on the test images it was right in "
        f"{words.accuracy(found['accuracy'])} %, while it gave its answers a mean "
        f"probability of {words.accuracy(found['confidence'])} %.",
    )


def add_data(page: Document, run: Result) -> None:
    """Give the classes of every split, or of the test alone without the data."""
    dataset, _ = data_of(run)
    names, sizes = run.class_names, run.provenance["sizes"]
    if dataset is None:
        counts = classes_of(run)
    else:
        labels = {
            "train": dataset.y_train,
            "validation": dataset.y_validation,
            "test": dataset.y_test,
        }
        counts = {k: np.bincount(v, minlength=len(names)) for k, v in labels.items() if len(v)}
    rows = [
        [escape(name), *(_part(found[i], found.sum()) for found in counts.values())]
        for i, name in enumerate(names)
    ]
    rows.append(["**all**", *(f"**{found.sum():,}**" for found in counts.values())])
    told = words.listed([f"{size:,} {SPLITS[name]}" for name, size in sizes.items() if size])
    page.table(
        "data",
        f"{run.task.rows.capitalize()} of each class, and their share of the split. In all {told} "
        f"{run.task.rows}.",
        ["Class", *(f">{SPLITS[name].capitalize()}" for name in counts)],
        rows,
    )


def _part(number: Any, total: Any) -> str:
    return f"{number:,}{words.NO_BREAK}({words.share(number / total)})"


def add_measures(page: Document, run: Result, more: Sequence[list[str]] = ()) -> None:
    """Give measures, with more rows at their end, the confusion matrix and those of every class."""
    found, tests, cases = class_measures(run), len(run.table), run.task.cases_word
    page.heading("Result")
    accuracy = found["accuracy"]
    wrong = tests - round(accuracy.value * tests)
    between = words.FEW
    if run.has_intervals:
        fewest, most = (round(tests * (1 - end)) for end in (accuracy.high, accuracy.low))
        between = f"{fewest:,} to {most:,}"
    rows = [
        measured("Accuracy (%)", accuracy, factor=100, least=words.ACCURACY),
        ["Mistakes", f"{wrong:,} of {tests:,}", between],
        measured("Cross-entropy (nats)", found["loss"]),
        measured(
            "Mean probability of the answer (%)",
            found["confidence"],
            factor=100,
            least=words.ACCURACY,
        ),
        [
            "Baseline: always the commonest training class (%)",
            f"{100 * run.metrics['baseline_accuracy']:.{words.ACCURACY}f}",
            "",
        ],
        *more,
    ]
    page.table(
        "result", f"Measures on the test {cases}.", ["Measure", ">Value", "95 % interval"], rows
    )
    page.add(interval_note(run))
    if wrong == 0 and run.has_intervals:
        page.add(
            "There was no mistake to draw, so the interval has no width; that does not mean "
            "that there is none to be made."
        )
    page.heading("By class", level=3)
    drawn = plot_run(run, kind="confusion")
    page.figure("confusion", f"Confusion matrix of the test {cases}.", drawn)
    scores = class_scores(run.table, run.class_names)
    rows = [
        [
            escape(name),
            *(percent(row[m]) for m in ("precision", "recall", "f1")),
            f"{row.support:,.0f}",
        ]
        for name, row in scores.iterrows()
    ]
    means = [percent(scores[m].mean()) for m in ("precision", "recall", "f1")]
    rows.append(["**mean**", *(f"**{mean}**" for mean in means), f"**{tests:,}**"])
    page.table(
        "classes",
        "Precision: share of the answers of this class that are right. Recall: share of this "
        f"class's {cases} found. F1: their harmonic mean. In per cent; support is the number of "
        f"test {cases}.",
        ["Class", ">Precision", ">Recall", ">F1", ">Support"],
        rows,
    )


def measured(name: str, found: Interval, *, factor: float = 1, least: int = 1) -> list[str]:
    """Give a row of a table of measures, with so many decimals of one in per cent."""
    wording: dict[str, Any] = {"factor": factor, "least": least}
    return [name, words.score(found.value, **wording), words.scored(found, **wording)]


def percent(part: float) -> str:
    """Write a share in per cent."""
    return "\u2013" if np.isnan(part) else f"{100 * part:.1f}"


def add_mistakes(page: Document, run: Result, kind: str, unclear: str) -> None:
    """Show the mistakes that the network was surest of, in a figure of a kind."""
    dataset, _ = data_of(run)
    table = run.predictions()
    wrong = table[table["truth"] != table["prediction"]]
    page.heading("Mistakes")
    if wrong.empty:
        page.add(f"It made no mistake on the test {run.task.cases_word}.")
        return
    worst = wrong.sort_values("probability", ascending=False, kind="stable").head(MISTAKES)
    some = f"{len(worst)} of {len(wrong):,}" if len(wrong) > len(worst) else f"{len(wrong)}"
    where = (
        "@fig-mistakes and @tbl-mistakes show" if dataset is not None else "@tbl-mistakes shows"
    )
    page.add(
        f"{where} the {some} mistakes that the network was surest of. Look "
        f"for what they have in common: {unclear}, wrong labels, or a pair of classes that "
        "it confuses."
    )
    if dataset is not None:
        drawn = plot_run(run, kind=kind, rows=worst["row"].tolist())
        page.figure(
            "mistakes",
            "The most confident mistakes.",
            drawn,
            # Pen strokes may be drawn light on dark; photographs may not.
            chart=run.experiment.dataset.startswith("mnist"),
        )
    rows = [
        [
            f"{row['row']:,}",
            escape(str(row["truth"])),
            escape(str(row["prediction"])),
            percent(row["probability"]),
        ]
        for row in worst.to_dict("records")
    ]
    page.table(
        "mistakes",
        "The most confident mistakes, by their row in `predictions()`; probability in per cent.",
        [">Row", "Truth", "Prediction", ">Probability"],
        rows,
    )


def _inside(page: Document, run: Result) -> None:
    """Show filters, the maps of one image, and what the network looked at in it."""
    dataset, _ = data_of(run)
    if dataset is None:
        return
    image = np.asarray(dataset.test.take(np.array([0]))[0])
    methods = [name for name in METHODS if name != "grad-cam" or _has_maps(run)]
    figures: dict[str, tuple[str, Callable[[], RunFigure]]] = {
        "filters": ("Filters of the first layer that has any.", lambda: plot_filters(run)),
        "maps": (
            "The first test image and what the layers make of it.",
            lambda: plot_maps(run, image),
        ),
        "saliency": (
            "The first test image and which of its pixels count for the answer.",
            lambda: plot_saliency(run, image, methods),
        ),
    }
    page.heading("What the network sees")
    for label, (caption, draw) in figures.items():
        try:
            drawn = draw()
        except ArgumentType:  # a network without such layers
            continue
        page.figure(label, caption, drawn, chart=False)
        if label == "saliency":
            _on_saliency(page, methods)


def _on_saliency(page: Document, methods: Sequence[str]) -> None:
    told = "the slope of the score of the class at each pixel (gradient)"
    if "grad-cam" in methods:
        told += ", where the maps of the last convolution speak for it (Grad-CAM)"
    page.add(
        f"@fig-saliency shows {told}, and what each pixel adds to the score on the way from a "
        "black image (integrated gradients). It tells where the network looked, not why, nor "
        "whether that is a good reason."
    )


def _has_maps(run: Result) -> bool:
    try:
        grad_cam_layer(subject_of(run), None)
    except ArgumentType:
        return False
    return True


def add_result(page: Document, run: Result) -> None:
    """Give measures, the scores of each class, the worst mistakes, and a look inside."""
    add_measures(page, run)
    add_mistakes(page, run, "digits", "unclear images")
    _inside(page, run)


def intervals(run: Result) -> str:
    """Say how the intervals were made and what they cover."""
    return (
        f"The 95 % intervals are from a percentile bootstrap over the {len(run.table):,} "
        f"test {run.task.cases_word} ({DRAWS:,} draws, seed {SEED}). They cover which "
        f"{run.task.cases_word} happened to be in the test, not what other training "
        f"{run.task.rows} or another seed would give."
    )


def add_comparison(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    """Give the scores of several classifiers."""
    rows, cases = [], runs[0].task.cases_word
    for name, run in zip(names, runs, strict=True):
        if run.diverged:
            measured = [words.DIVERGED, ""]
        else:
            found = class_measures(run)
            measured = [
                words.among(found["accuracy"], factor=100, least=words.ACCURACY),
                words.among(found["loss"]),
            ]
        rows.append(
            [
                escape(name),
                *measured,
                f"{100 * run.metrics['baseline_accuracy']:.{words.ACCURACY}f}",
                f"{len(run.table):,}",
            ]
        )
    page.table(
        "result",
        f"Measures on the test {cases}, with 95 % intervals. Accuracy in per cent, cross-entropy "
        "in nats; the baseline, in per cent, always names the commonest training class.",
        ["Run", ">Accuracy", ">Cross-entropy", ">Baseline", f">Test {cases}"],
        rows,
    )


WRITING = Writing(add_purpose, add_data, add_result, add_comparison, intervals)
