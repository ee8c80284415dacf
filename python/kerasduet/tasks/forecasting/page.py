"""What only the page of a forecaster has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.preprocessing import PanelPreprocessing, SeriesPreprocessing
from kerasduet.forecasting.levels import columns
from kerasduet.lead import FEW, TOO_FEW
from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.intervals import DRAWS, SEED
from kerasduet.report.measures import same_test_rows
from kerasduet.report.parts import SPLITS, data_of, interval_note
from kerasduet.report.words import count
from kerasduet.task import Writing
from kerasduet.tasks.forecasting import future_page, several_page
from kerasduet.tasks.forecasting.figures import forecast_names
from kerasduet.tasks.forecasting.intervals import SCORED, tested
from kerasduet.tasks.forecasting.measures import (
    SERIES_MEASURES,
    gain,
    series_measures,
    test_block,
    windows_apart,
)
from kerasduet.tasks.forecasting.residuals import check_residuals, draw_residuals
from kerasduet.tasks.forecasting.scores import best_baseline, known_truth, note

if TYPE_CHECKING:
    from kerasduet.data import Dataset
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["WRITING", "add_comparison", "comparable", "intervals", "same_rows"]

STEPS = 6  # of the horizon, in the table


def add_purpose(page: Document, run: Result) -> None:
    """Say what a forecaster is for and not for."""
    learned: Any = run.preprocessing
    needed = learned.lookback + learned.lag
    target, columns = (
        escape(learned.target),
        words.listed(
            [escape(c) for c in (*learned.columns, *learned.known_future, *learned.calendar)]
            + [f"holidays of {escape(c)}" for c in learned.holidays]
        ),
    )
    spacing = (
        f", spaced {escape(learned.frequency)} (a pandas offset)" if learned.frequency else ""
    )
    steps = count(learned.horizon, "step")
    last = escape(_moment(run.table["time"].max()))
    beyond = (
        "Beyond that it is fed its own forecasts, and their errors add up."
        if learned.target_is_input
        else "It cannot go further, because the future of its other inputs is unknown."
    )
    page.add(
        f"**For** forecasting {target} up to {steps} ahead from the last {needed:,} values of "
        f"{columns}{spacing}.",
        f"**Not for** another series: {_scales(learned)}. It "
        f"was tested up to {steps} ahead. {beyond} {_around(learned)} The test ends at {last}; if "
        "the series behaves differently after that, the errors below do not hold.",
    )


def _scales(learned: Any) -> str:
    if learned.kind == "panel":
        return (
            f"scale and mean of each of the {len(learned.ids):,} series are those of its own "
            "training rows"
        )
    return "scale and mean are those of this one's training rows"


def _around(learned: Any) -> str:
    if learned.errors is None and learned.intervals == "conformal":
        return "It gives single numbers, without an interval around them."
    return "`forecast(level = 80)` gives intervals too, as far as the trained horizon."


def add_data(page: Document, run: Result) -> None:
    """Give the windows of every split, and the times they forecast."""
    dataset, _ = data_of(run)
    if isinstance(run.preprocessing, PanelPreprocessing):
        several_page.add_data(page, run, dataset)
        return
    table, sizes = run.table, run.provenance["sizes"]
    tested = f"{_moment(table['time'].iloc[0])} to {_moment(table['time'].iloc[-1])}"
    rows = []
    for name, label in SPLITS.items():
        if sizes[name]:
            span = escape(tested) if name == "test" else _span(dataset, name, run)
            rows.append([label, f"{sizes[name]:,}", span])
    horizon, lookback = run.experiment.horizon, run.experiment.lookback
    page.table(
        "data",
        f"Windows of each split: {count(lookback, 'step')} in, {count(horizon, 'step')} out. "
        "The scale was learned from the training rows alone.",
        ["Split", ">Windows", "Forecast times"],
        rows,
    )
    if dataset is not None and dataset.table is not None:
        values = dataset.table.values[:, -1]
        first, last = _moment(dataset.table.times[0]), _moment(dataset.table.times[-1])
        page.add(
            f"The series runs from {escape(first)} to {escape(last)}; its values lie between "
            f"{values.min():,.4g} and {values.max():,.4g}, with a mean of {values.mean():,.4g}."
        )


def _span(dataset: Dataset | None, name: str, run: Result) -> str:
    if dataset is None or dataset.table is None:
        return ""
    times, horizon = dataset.table.times, run.experiment.horizon
    if name == "validation":
        origins = dataset.table.validation_origins
        first, last = int(origins[0]) + 1, int(origins[-1]) + horizon
    else:
        first = run.experiment.data.lag + run.experiment.lookback
        last = first + len(dataset.train) - 1 + horizon - 1
    return escape(f"{_moment(times[first])} to {_moment(times[last])}")


def _moment(time: Any) -> str:
    written = time.isoformat() if hasattr(time, "isoformat") else f"{time:g}"
    return written.removesuffix("T00:00:00")


def _errors(page: Document, run: Result) -> None:
    """Give the errors of the network and of every baseline, and their difference."""
    found, names = series_measures(run), forecast_names(run)
    page.heading("Result")
    rows = [
        [
            f"**{label}**" if column == "forecast" else label,
            *(words.among(found[column][measure]) for measure in SERIES_MEASURES),
        ]
        for column, label in names.items()
    ]
    target = escape(getattr(run.preprocessing, "target", ""))
    intervals = ", with 95 % intervals" if run.has_intervals else ""
    page.table(
        "result",
        f"Errors of {run.experiment.strategy} forecasts on the test windows, all steps "
        f"together{intervals}. MAE and RMSE are in the units of {target}, sMAPE in per cent; MASE "
        "below 1 is better than the seasonal naive forecast was on the training rows"
        + (" of each series." if run.preprocessing.kind == "panel" else "."),
        ["Forecast", ">MAE", ">RMSE", ">sMAPE", ">MASE"],
        rows,
    )
    _copied(page, run)
    name, better = gain(run)
    label = names[name]
    if isinstance(run.preprocessing, PanelPreprocessing):
        several_page.add_gain(page, run, label, better)
        return
    lead = run.lead
    verdict = (
        "The test windows are too few to judge."
        if lead is not None and not lead.is_judged
        else "The interval does not hold 0: the difference is more than the choice of the test "
        "windows explains."
        if better.excludes_zero
        else "The interval holds 0: on these test windows neither is clearly better."
    )
    page.add(
        f"Window by window, the mean absolute error of the network is lower than that of the best "
        f"baseline, {label}, by {words.gap(better)}. {verdict}"
        if better.value >= 0
        else f"Window by window, the mean absolute error of the best baseline, {label}, is lower "
        f"than that of the network: the difference is {words.gap(better)}. {verdict}",
        interval_note(run),
    )


def _copied(page: Document, run: Result) -> None:
    """Say which input the baseline `copy` repeats, and whether it all but contains the target."""
    learned: Any = run.preprocessing
    if "copy" in forecast_names(run) and not isinstance(learned, PanelPreprocessing):
        judged = "validation" if run.provenance["sizes"]["validation"] else "training"
        page.add(
            f"The baseline copy repeats the last value of {escape(learned.copied)}: of all inputs "
            f"the one nearest to the target on the {judged} rows."
        )
    told = note(learned)
    if told:
        page.add(f"**Note:** {escape(told)}.")


def _forecasts(page: Document, run: Result) -> None:
    """Show forecasts, and the error by step ahead."""
    page.heading("Forecasts")
    drawn = plot_run(run, kind="forecast")
    page.figure(
        "forecast",
        "Forecasts of the last test windows beside the truth and the baselines.",
        drawn,
    )
    if run.experiment.horizon == 1:
        return
    page.heading("Error by step ahead", level=3)
    drawn = plot_run(run, kind="horizon")
    page.figure("horizon", "Mean absolute error by step ahead.", drawn)
    table, names = run.predictions(), forecast_names(run)
    table, horizon = table[known_truth(table)], run.experiment.horizon
    steps = np.unique(np.linspace(1, horizon, STEPS).round().astype(int))
    gaps = table[list(names)].rsub(table["truth"], axis=0)  # truth minus forecast
    size = gaps.abs().groupby(table["step"]).mean()
    steps = steps[np.isin(steps, size.index)]
    size = size.loc[steps]
    bias = gaps["forecast"].groupby(table["step"]).mean().loc[steps]
    places = words.decimals(size.to_numpy().min()) + 1
    rows = [
        [
            str(step),
            *(f"{mae:,.{places}f}" for mae in size.loc[step]),
            words.signed(f"{bias.loc[step]:,.{places}f}"),
        ]
        for step in steps
    ]
    best = forecast_names(run)[best_baseline(run.metrics)]
    page.table(
        "steps",
        f"Mean absolute error at some steps ahead, and the network's mean error (truth minus "
        f"forecast: above 0 it forecasts too low). Over all steps the best baseline is {best}.",
        [">Step", *(f">{label.capitalize()}" for label in names.values()), ">Mean error"],
        rows,
    )


def _intervals(page: Document, run: Result) -> None:
    """Say how many truths the intervals held, and how wide they were."""
    table, learned = run.predictions(), run.preprocessing
    assert isinstance(learned, SeriesPreprocessing | PanelPreprocessing)
    ends = tested(table, learned, SCORED)
    if not ends:
        return
    page.heading("Intervals")
    known = known_truth(table)
    wide = []
    for level in SCORED:
        lower, upper = (ends[name][known] for name in columns(level))
        wide.append(float(np.mean(upper - lower)))
    scores = [run.metrics[f"winkler_{level:g}"] for level in SCORED]
    told = words.alike([*wide, *scores])  # in one unit, to be compared
    rows = [
        [
            f"{level:g} %",
            f"{100 * run.metrics[f'coverage_{level:g}']:.1f} %",
            told[place],
            told[place + len(SCORED)],
        ]
        for place, level in enumerate(SCORED)
    ]
    page.table(
        "intervals",
        "Intervals of the test windows, all steps together. Coverage should be near the level. The "
        "Winkler score is the width and a penalty for each truth outside: less is better. Width "
        f"and score are in the units of {escape(learned.target)}.",
        ["Level", ">Coverage", ">Mean width", ">Winkler score"],
        rows,
    )
    if learned.intervals == "quantile":
        on = f", moved by where the truths of {_windows(learned)} lay among them"
        page.add(
            "They are quantiles that the network learned by pinball loss: 2.5, 10, 50, 90 and 97.5 "
            f"% a step{on if learned.errors else ', without a calibration'}. They cannot cross. "
            f"Their mean pinball loss is {run.metrics['pinball']:,.4g}."
        )
        return
    windows = _windows(learned)
    if isinstance(learned, PanelPreprocessing):
        page.add(
            f"Split conformal intervals, a step ahead and a side at a time: quantiles of the "
            f"errors on {windows} of all series, each in units of its own series. They cover so "
            "many truths of all series together; of a single one it may be more or fewer."
        )
        return
    page.add(
        f"Split conformal intervals, a step ahead and a side at a time: quantiles of the errors on "
        f"{windows}, and on those test windows whose truth was known at the time. The mean "
        f"pinball loss of the quantiles 2.5, 10, 50, 90 and 97.5 % is "
        f"{run.metrics['pinball']:,.4g}."
    )


def _windows(learned: Any) -> str:
    """Count the validation windows that intervals are calibrated on."""
    return count(len(learned.errors[0]) if learned.errors else 0, "validation window")


def _residuals(page: Document, run: Result) -> None:
    """Say whether the one-step errors hold structure."""
    page.heading("Residuals", level=3)
    found = check_residuals(run.predictions(), season=run.experiment.season)
    if found is None:
        page.add("There are too few different one-step errors to check them.")
        return
    n, lags = len(found.errors), len(found.correlations)
    bias = (
        "The interval does not hold 0: the forecasts are biased, on the whole too "
        f"{'low' if found.mean.value > 0 else 'high'}."
        if found.mean.excludes_zero
        else "The interval holds 0: no bias is to be seen."
    )
    chance = "below 0.001" if found.p_value < 0.001 else f"{found.p_value:.3f}"
    left = (
        "Errors that knew nothing of each other would rarely look like this: the past holds "
        "something that the network did not use, and intervals that take the errors as "
        "independent would be too narrow."
        if found.p_value < 0.05
        else "That is what errors that know nothing of each other look like."
    )
    page.add(
        f"The one-step errors (truth minus forecast) of the {n:,} test windows, in time order, "
        "see @fig-residuals.",
        f"- Mean {words.gap(found.mean)}, standard deviation {found.deviation:.3g}. {bias}\n"
        f"- {len(found.outside)} of {count(lags, 'autocorrelation')} lie outside "
        f"\u00b1{found.limit:.2f}, where 95 % of those of white noise lie; about "
        f"{0.05 * lags:.0f} would by chance.\n"
        f"- Ljung-Box over {count(lags, 'lag')}: Q = {found.statistic:.4g}, p {chance}. {left}",
    )
    target = getattr(run.preprocessing, "target", "")
    unit = run.task.unit(run.experiment)
    drawn = draw_residuals(found, name=target, unit=unit)
    page.figure(
        "residuals",
        "One-step errors: over time, their autocorrelation with the limits of white noise, and "
        "their histogram.",
        drawn,
    )


def add_result(page: Document, run: Result) -> None:
    """Give the errors, forecasts beside the truth, and what the one-step errors still hold."""
    _errors(page, run)
    if isinstance(run.preprocessing, PanelPreprocessing):
        several_page.add_forecasts(page, run)
        _intervals(page, run)
        future_page.add_future(page, run)
        return
    _forecasts(page, run)
    _intervals(page, run)
    _residuals(page, run)
    future_page.add_future(page, run)


def intervals(run: Result) -> str:
    """Say how the intervals were made and what they cover."""
    if isinstance(run.preprocessing, PanelPreprocessing):
        return several_page.intervals(run)
    windows = len(run.table) // run.experiment.horizon
    block = test_block(run.table, run.preprocessing)
    apart = windows_apart(windows, run.experiment.horizon)
    text = (
        f"The 95 % intervals are from a percentile bootstrap over the {windows:,} test windows "
        f"({DRAWS:,} draws, seed {SEED}). Windows that begin close together share steps and "
        f"errors, so they were drawn in blocks of {block} successive ones (circular block "
        f"bootstrap). The test holds {count(apart, 'window')} without a step in common"
    )
    rough = "."
    if apart < FEW:
        rough = ", few for an interval: take it as rough."
    if apart < TOO_FEW:
        rough = ", too few for an interval: do not judge by it."
    return (
        text
        + rough
        + " The intervals cover which stretch of time happened to be the test, not "
        "what another seed would give."
    )


def add_comparison(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    """Give the errors of several forecasters and of their baselines."""
    rows = []
    for i, (name, run) in enumerate(zip(names, runs, strict=True)):
        found = series_measures(run)
        if run.diverged:
            measured = [words.DIVERGED] + [""] * (len(SERIES_MEASURES) - 1)
        else:
            measured = [words.among(found["forecast"][m]) for m in SERIES_MEASURES]
        rows.append([escape(name), *measured])
        following = runs[i + 1] if i + 1 < len(runs) else None
        if following is None or not same_test_rows(run, following):
            rows += [
                [f"*{label}*", *(words.among(found[column][m]) for m in SERIES_MEASURES)]
                for column, label in forecast_names(run).items()
                if column != "forecast"
            ]
    page.table(
        "result",
        "Errors on the test windows, all steps together, with 95 % intervals. MAE and RMSE are "
        "in the units of the series, sMAPE in per cent. In italics the baselines on the same "
        "test windows.",
        ["Run", ">MAE", ">RMSE", ">sMAPE", ">MASE"],
        rows,
    )


def same_rows(one: Result, other: Result) -> bool:
    """Say whether two forecasters of the same times forecast the same column."""
    if _target(one) != _target(other) or ("id" in one.table) != ("id" in other.table):
        return False
    return "id" not in one.table or one.table["id"].equals(other.table["id"])


def comparable(one: Result, other: Result) -> bool:
    """Say whether two forecasters' errors are in the same units.

    They are in those of the target, which the test values tell where they overlap in time.
    """
    if _target(one) != _target(other):
        return False
    if one.source.sha256 == other.source.sha256:
        return True
    if "id" in one.table or "id" in other.table:
        return False
    truths = [run.table.groupby("time")["truth"].first() for run in (one, other)]
    try:
        shared = truths[0].index.intersection(truths[1].index)
        return len(shared) > 0 and np.array_equal(truths[0][shared], truths[1][shared])
    except TypeError:  # dates beside numbers, or times with and without a zone
        return False


def _target(run: Result) -> str:
    return str(getattr(run.preprocessing, "target", ""))


WRITING = Writing(add_purpose, add_data, add_result, add_comparison, intervals)
