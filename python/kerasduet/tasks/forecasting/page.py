"""What only the page of a forecaster has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.lead import brief_text
from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.parts import SPLITS, data_of, interval_note
from kerasduet.report.words import count
from kerasduet.task import Writing
from kerasduet.tasks.forecasting import future_page, several_page
from kerasduet.tasks.forecasting.comparison import add_comparison
from kerasduet.tasks.forecasting.figure_words import forecast_names
from kerasduet.tasks.forecasting.intervals_page import add_intervals, intervals
from kerasduet.tasks.forecasting.measures import SERIES_MEASURES, gain, series_measures
from kerasduet.tasks.forecasting.residuals import check_residuals, draw_residuals
from kerasduet.tasks.forecasting.scores import best_baseline, known_truth, note

if TYPE_CHECKING:
    from kerasduet.data import Dataset
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["WRITING"]

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
        low, high, mean = words.alike([values.min(), values.max(), values.mean()])
        page.add(
            f"The series runs from {escape(first)} to {escape(last)}; its values lie between "
            f"{low} and {high}, with a mean of {mean}."
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
        f"- Mean {words.gap(found.mean)}, standard deviation "
        f"{brief_text(found.deviation)}. {bias}\n"
        f"- {len(found.outside)} of {count(lags, 'autocorrelation')} lie outside "
        f"\u00b1{found.limit:.2f}, where 95 % of those of white noise lie; about "
        f"{0.05 * lags:.0f} would by chance.\n"
        f"- Ljung-Box over {count(lags, 'lag')}: Q = {brief_text(found.statistic, 4)}, "
        f"p {chance}. {left}",
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
        add_intervals(page, run)
        future_page.add_future(page, run)
        return
    _forecasts(page, run)
    add_intervals(page, run)
    _residuals(page, run)
    future_page.add_future(page, run)


WRITING = Writing(add_purpose, add_data, add_result, add_comparison, intervals)
