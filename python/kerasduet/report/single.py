"""The page of one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.inside.diagram import plot_network
from kerasduet.inside.layers import describe
from kerasduet.plots import plot_run
from kerasduet.report import plain, words
from kerasduet.report.document import code, escape
from kerasduet.report.parts import add_footer, add_repeat, data_of, provenance, warn_unfinished
from kerasduet.report.repeat import flat_settings
from kerasduet.report.words import count
from kerasduet.settings.configurations import is_object
from kerasduet.settings.objects import shown

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["write_page"]

TRAINING = (
    "optimizer", "learning_rate", "schedule", "momentum", "weight_decay", "clip_norm",
    "clip_value", "epochs", "batch_size", "early_stopping", "validation_split", "seed",
)  # fmt: skip


def write_page(page: Document, run: Result, *, stem: str) -> None:
    """Write everything there is to say about a run.

    Parameters
    ----------
    page : Document
        An empty page.
    run : Result
        The run.
    stem : str
        Name of the page's files without their endings.
    """
    page.headline(run.summary)
    warn_unfinished(page, run, run.experiment.name)
    if not run.diverged:
        page.heading("What the model is for")
        plain.write(page, run, "purpose")
    _data(page, run)
    _network(page, run)
    _training(page, run)
    if run.diverged:
        _no_result(page, run)
    else:
        plain.write(page, run, "result")
    add_repeat(page, {"run": run})
    page.heading("Provenance")
    rows = [(escape(name), text) for name, text in provenance(run).items()]
    page.table("provenance", "What the result depends on.", ["Fact", "Value"], rows)
    add_footer(page, stem)


def _data(page: Document, run: Result) -> None:
    source, (_, problem) = run.source, data_of(run)
    page.heading("Data")
    # The folder is the business of whoever ran it.
    file = str(source.path).replace("\\", "/").rpartition("/")[2] if source.path else ""
    from_file = f", file {code(file)}" if file else ""
    page.add(
        f"Source: {escape(source.name)}{from_file}, {source.rows:,} {run.task.rows}. "
        f"{escape(source.note)}",
        f"sha256 of the arrays: {code(source.sha256)}",
    )
    if problem:
        page.callout(
            "note",
            "Without the data",
            f"The data cannot be had now, so this page shows less of them. {problem}",
        )
    plain.write(page, run, "data")


def _network(page: Document, run: Result) -> None:
    layers = describe(run.model)
    totals = layers.attrs
    page.heading("Network")
    maker = f"Builder {code(run.experiment.builder)}"
    if run.experiment.has_own_network:
        maker = f"A network of the caller's, kept as {code('network.json')}"
    page.add(
        f"{maker}: {count(len(layers), 'layer')} with {count(totals['parameters'], 'parameter')}, "
        "see @tbl-network and @fig-network."
    )
    rows = [
        [
            code(layer["layer"]),
            escape(layer["kind"] + (f" ({layer['detail']})" if layer["detail"] else "")),
            layer["output"].replace(" ", words.NO_BREAK),
            f"{layer['parameters']:,}",
            _whole(layer["multiply_adds"]),
            "" if np.isnan(layer["share"]) else words.share(layer["share"]),
        ]
        for layer in layers.to_dict("records")
    ]
    total = _whole(np.nan if totals["multiply_adds"] is None else totals["multiply_adds"])
    rows.append(["**all**", "", "", f"**{totals['parameters']:,}**", f"**{total}**", ""])
    page.table(
        "network",
        "Layers, the shape of their output for one input, their parameters, and the multiply-adds "
        "of their matrix products and convolutions for one input, with the share of them.",
        ["Layer", "Kind", "Output shape", ">Parameters", ">Multiply-adds", ">Share"],
        rows,
    )
    drawn = plot_network(run.model)
    page.figure(
        "network",
        "The network from its input to its output.",
        drawn,
        small=drawn.get_figwidth() < 6,
    )


def _whole(number: float) -> str:
    return "\u2013" if np.isnan(number) else f"{number:,.0f}"


def _training(page: Document, run: Result) -> None:
    page.heading("Training")
    settings = flat_settings(run.experiment)
    own = tuple(name for name in run.experiment.training.names() if name not in TRAINING)
    named = TRAINING + own + run.task.page_settings
    rows = [
        [
            name.replace("_", " ").capitalize(),
            escape(words.setting(shown(name, settings[name]))),
        ]
        for name in named
        if settings[name] not in (None, 0, ()) or name == "seed"
        if name != "learning_rate" or not is_object(settings["schedule"])
        if name != "fine_tune_rate" or settings["fine_tune_epochs"] is not None
    ]
    rows += [
        [
            f"Network: {escape(name.replace('_', ' '))}",
            escape(words.setting(shown(name, given))),
        ]
        for name, given in run.experiment.model.items()
    ]
    if "callbacks" in run.provenance:
        rows.append(["Callbacks", escape(", ".join(run.provenance["callbacks"]))])
    page.table(
        "settings", "Settings of the training and of the network.", ["Setting", "Value"], rows
    )
    if run.history.empty:
        page.add("No epoch was finished, so there are no curves.")
        return
    last = run.history.iloc[-1]
    told = "; ".join(
        f"{escape(name.replace('val_', 'validation ').replace('_', ' '))} {_number(last[name])}"
        for name in run.history.columns
        if name != "epoch"
    )
    kept = run.kept_epoch
    of_kept = ""
    if kept is not None and kept < len(run.history):
        of_kept = f" The weights are those of epoch {kept}, whose validation loss is the least."
    page.add(f"After the last of {count(len(run.history), 'epoch')}: {told}.{of_kept}")
    finite = np.isfinite(run.history["loss"])
    if not finite.all():
        first = int(run.history["epoch"][~finite].iloc[0])
        page.add(f"The training diverged in epoch {first}.")
    if not finite.any():
        return
    drawn = plot_run(run, kind="history")
    page.figure("history", "Loss and metric by epoch.", drawn)


def _number(value: Any) -> str:
    return f"{value:.4g}" if np.isfinite(value) else "not a finite number"


def _no_result(page: Document, run: Result) -> None:
    page.heading("Result")
    page.callout(
        "warning",
        "Diverged",
        f"The network gives no finite numbers for the test {run.task.cases_word}. It has no "
        "measures, beats no baseline and is of no use.",
    )
