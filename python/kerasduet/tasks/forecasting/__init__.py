"""What comes next? The steps after the end of a series."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.errors import ArgumentType
from kerasduet.task import Metric, Task, Writing
from kerasduet.tasks.forecasting.settings import SeriesSettings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.folds import Origin
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead

__all__ = ["TASK"]


class Forecasting(Task):
    """The next steps of one column of a series."""

    name = "forecasting"
    noun = "a forecaster"
    kinds = ("forecast",)
    is_paced = True
    Settings = SeriesSettings
    own_data = "series"
    file_data = "series"
    metrics = (
        Metric("mae", "mean absolute error"),
        Metric("rmse", "root mean squared error", root=True),
        Metric("smape", "sMAPE", "%"),
        Metric("mase", "MASE"),
        Metric("coverage_80", "coverage of 80 % intervals", "%", factor=100.0, nominal=0.8),
        Metric("winkler_80", "Winkler score of 80 % intervals"),
        Metric("coverage_95", "coverage of 95 % intervals", "%", factor=100.0, nominal=0.95),
        Metric("winkler_95", "Winkler score of 95 % intervals"),
        Metric("pinball", "pinball loss"),
    )
    needed = ("mae", "naive_mae")
    key = ("origin", "time", "step")  # and of several series the id, which comes first
    later_columns = ("filled", "seasonal_drift")
    rows = "times"
    cases_word = "windows"
    ask = "forecast()"
    tiny: ClassVar = {"lookback": 6, "horizon": 2}
    overview = ("forecast", "history", "horizon")
    # They decide what the network sees and what it is scored on.
    page_settings = (
        "lookback",
        "horizon",
        "id",
        "strategy",
        "difference",
        "transform",
        "scaling",
        "known_future",
        "calendar",
        "holidays",
        "season",
        "straddle",
        "test_split",
    )

    @property
    def learned(self) -> tuple[type[Learned], ...]:
        """What the training rows teach."""
        from kerasduet.data.panel_preprocessing import PanelPreprocessing
        from kerasduet.data.preprocessing import SeriesPreprocessing

        return (SeriesPreprocessing, PanelPreprocessing)

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the size of one window and the steps to forecast."""
        return {
            "lookback": data.lookback,
            "n_features": len(data.input_columns(data.target)) + data.ahead_columns,
            "horizon": data.outputs,
        }

    def sides(self, data: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Give one window and the steps after it."""
        shapes = self.shapes(data)
        return (shapes["lookback"], shapes["n_features"]), (shapes["horizon"],)

    def sized(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> Mapping[str, Any]:
        """Take the length of windows and the horizon from a network."""
        known = {"lookback": inputs[0]} if len(inputs) == 2 and inputs[0] is not None else {}
        return known | ({"horizon": outputs[0]} if len(outputs) == 1 else {})

    def targets(self, data: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give scaled values, the same, and values far from them."""
        import numpy as np

        truth = np.linspace(-1, 2, 3 * data.steps_at_once, dtype=np.float32).reshape(3, -1)
        return truth, truth, truth + 3

    def load(self, experiment: Experiment, given: Any) -> Dataset:
        """Read the series, check its times and values, and cut its windows."""
        from kerasduet.data import panel, series

        if experiment.id is not None:
            return panel.load(experiment, given)
        return series.load(experiment, given)

    def packages(self, experiment: Experiment) -> tuple[str, ...]:
        """Name the package that knows public holidays, where they are seen."""
        return ("holidays",) if experiment.data.holidays else ()

    def pace(self, experiment: Experiment, dataset: Dataset) -> dict[str, Any]:
        """Count patience in steps."""
        from kerasduet.tasks.forecasting import pace

        return pace.pace(experiment, dataset)

    def course(self, run: Any) -> Mapping[str, str]:
        """Say how many steps short epochs had."""
        from kerasduet.tasks.forecasting import pace

        return pace.course(run)

    def advice(self, run: Any) -> str:
        """Name differences of the season, or more epochs where there were few steps."""
        from kerasduet.tasks.forecasting import pace

        return pace.advice(run)

    def extended(self, run: Any, chosen: Experiment, rows: Any) -> Dataset:
        """Add rows after the end of the series, or take the whole, longer series."""
        from kerasduet.tasks.forecasting import updates

        return updates.extended(run, chosen, rows)

    def folds(
        self, experiment: Experiment, given: Any, folds: int, repeats: int
    ) -> Sequence[Dataset]:
        """Refuse them: folds of mixed rows would train on what comes after the test."""
        raise ArgumentType(
            "folds: must be of rows without an order of time, which a forecast has to keep; got "
            f"the series of {experiment.name}. Score it on its last rows, with run_experiment(), "
            "or on several pieces of them, with backtest()."
        )

    def origin(self, experiment: Experiment, given: Any, origin: Origin) -> Dataset:
        """Give a piece of the test rows, and the rows before it to train on."""
        from kerasduet.data import panel, series

        if experiment.id is not None:
            return panel.load(experiment, given, origin)
        return series.load(experiment, given, origin)

    def heads(self, data: Any, network: Any) -> dict[str, Any]:
        """Give loss and metric of the one output."""
        if data.intervals == "quantile":
            from kerasduet.tasks.forecasting import quantiles

            return {"loss": quantiles.pinball_loss(), "metrics": [quantiles.median_error()]}
        return {"loss": "mean_squared_error", "metrics": ["mean_absolute_error"]}

    def check_objects(self, experiment: Experiment) -> None:
        """Refuse another loss, and further metrics, of quantiles."""
        if experiment.data.intervals == "quantile":
            name = "loss" if experiment.loss is not None else "metrics"
            raise ArgumentType(
                f'{name}: excludes intervals = "quantile", whose loss is the pinball loss; got '
                'both. Leave it out, or set intervals = "conformal".'
            )
        super().check_objects(experiment)

    def example(self, data: Any) -> Any:
        """Give a random series of days."""
        import numpy as np
        import pandas as pd

        rows = 20 * (data.lookback + data.horizon)
        index = pd.date_range("2024-01-01", periods=rows, freq="D", name="time")
        return pd.Series(np.random.default_rng(5).normal(size=rows), index, name="value")

    def columns(self, learned: Any) -> dict[str, str]:
        """Give origin, time, step, truth, and a column a forecast."""
        from kerasduet.forecasting.baselines import BASELINES, COPY

        own = {"origin": "time", "time": "time", "step": "id", "truth": "number"}
        if learned.kind == "panel":
            own = {"id": "id" if learned.numbered else "text"} | own
        names = ("forecast", *BASELINES, *((COPY,) if learned.copied else ()))
        own |= {"filled": "flag"} | dict.fromkeys(names, "number")
        if learned.intervals == "quantile":
            from kerasduet.tasks.forecasting.quantiles import COLUMNS

            own |= dict.fromkeys(COLUMNS, "number")
        return own

    def steps(self, learned: Any) -> int:
        """Give the steps of a window."""
        horizon: int = learned.horizon
        return horizon

    def run_network(
        self, predict: Callable[[Any], Any], learned: Any, inputs: Any
    ) -> np.ndarray:
        """Give the steps of each window: at once, or one after the other."""
        from kerasduet.tasks.forecasting import recursion

        return recursion.outputs(predict, learned, inputs)

    def attributes(self, learned: Any) -> dict[str, str]:
        """Say how further steps were forecast."""
        return {"strategy": learned.strategy}

    def table(self, dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
        """Lay forecasts and baselines beside the truth, in the target's units."""
        from kerasduet.tasks.forecasting import scores, several

        return (several if dataset.panel else scores).table(dataset, outputs)

    def score(self, table: pd.DataFrame, learned: Any) -> dict[str, float]:
        """Give errors of the network and of each baseline, and scores of its intervals."""
        from kerasduet.tasks.forecasting import intervals, scores, several

        own = several if learned.kind == "panel" else scores
        return own.score(table, learned) | intervals.score(table, learned)

    def calibrated(self, predict: Callable[[Any], Any], dataset: Dataset) -> Learned:
        """Add the errors on validation windows, which intervals are made of."""
        from kerasduet.tasks.forecasting import intervals

        return intervals.calibrated(predict, dataset)

    def cases(self, table: pd.DataFrame, learned: Any) -> Mapping[str, np.ndarray]:
        """Give the absolute and squared error of each test window, and the steps that count."""
        from kerasduet.tasks.forecasting import measures

        return measures.cases(table, learned)

    def metrics_of(self, experiment: Experiment) -> tuple[Metric, ...]:
        """Give MASE first for several series, whose units differ."""
        if experiment.id is None:
            return self.metrics
        return tuple(sorted(self.metrics, key=lambda metric: metric.name != "mase"))

    def unit(self, experiment: Experiment) -> str:
        """Give the unit of the embedded series; of others it is not known."""
        return "ppm" if experiment.dataset == "co2" else ""

    def tested(self, table: pd.DataFrame, learned: Any) -> Mapping[str, np.ndarray]:
        """Say which truths were not filled, and give the intervals that are scored."""
        from kerasduet.tasks.forecasting import intervals, scores

        ends = intervals.tested(table, learned, intervals.SCORED)
        return ends | {"known": scores.known_truth(table)}

    def block(self, table: pd.DataFrame, learned: Any) -> int:
        """Give how many successive windows are drawn together."""
        from kerasduet.tasks.forecasting.measures import test_block

        return test_block(table, learned)

    def facts(self, learned: Any) -> Mapping[str, str]:
        """Say which season is in force, and how further steps were forecast."""
        from kerasduet.tasks.forecasting import facts

        return facts.facts(learned)

    def lead(
        self, table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]
    ) -> Lead | None:
        """Compare the error with that of the best baseline, window by window."""
        from kerasduet.tasks.forecasting import measures

        return measures.lead(table, learned, metrics)

    def verdict(self, metrics: Mapping[str, float]) -> str:
        """Put the error and that of the best baseline beside each other."""
        from kerasduet.tasks.forecasting import scores

        return scores.verdict(metrics)

    def check_learned(self, learned: Any, experiment: Experiment) -> None:
        """Refuse other columns or windows than those of the experiment."""
        from kerasduet.tasks.forecasting import saved

        saved.check(learned, experiment)

    def steps_of(self, run: Any, x: Any, name: str) -> tuple[Any, pd.DataFrame]:
        """Give what the network reads of a series, and what stands at each step."""
        from kerasduet.tasks.forecasting import verbs

        return verbs.steps_of(run, x, name)

    def predict(self, run: Any, x: Any, kind: str) -> Any:
        """Continue another series; the table of `forecast`, whatever kind is asked for."""
        from kerasduet.tasks.forecasting import verbs

        return verbs.predict(run, x, kind)

    @property
    def verbs(self) -> Mapping[str, Callable[..., Any]]:
        """The steps after the end of the series, and the scores of each of several."""
        from kerasduet.tasks.forecasting import panels, verbs

        return {
            "forecast": verbs.forecast,
            "future_frame": verbs.future_frame,
            "series_scores": panels.scores_by_series,
        }

    @property
    def panels(self) -> tuple[Any, ...]:
        """Forecasts beside the truth, and the error by step."""
        from kerasduet.figures import Kind
        from kerasduet.tasks.forecasting.figures import forecast_panel
        from kerasduet.tasks.forecasting.future_figure import future_panel
        from kerasduet.tasks.forecasting.horizon_figure import horizon_panel

        mine = (self.name,)
        return (
            Kind("forecast", forecast_panel, mine, ("windows", "series")),
            Kind("horizon", horizon_panel, mine),
            Kind("future", future_panel, mine, ("horizon", "level", "future", "series")),
        )

    def curves(self, experiment: Experiment) -> dict[str, tuple[str, float]]:
        """Give the errors of the scaled target."""
        scaled = "scaled to 0..1" if experiment.scaling == "min-max" else "standardized"
        loss = "pinball" if experiment.intervals == "quantile" else "MSE"
        return {
            "loss": (self.loss_label(experiment, f"Loss ({loss}, {scaled})"), 1.0),
            "mean_absolute_error": (f"MAE ({scaled})", 1.0),
        }

    def writing(self) -> Writing:
        """Write what is forecast, from which windows, and how far off it was."""
        from kerasduet.tasks.forecasting.page import WRITING

        return WRITING

    def same_rows(self, one: Any, other: Any) -> bool:
        """Say whether both forecast one column."""
        from kerasduet.tasks.forecasting.comparison import same_rows

        return same_rows(one, other)

    def comparable(self, one: Any, other: Any) -> bool:
        """Say whether both errors are in the units of one target."""
        from kerasduet.tasks.forecasting.comparison import comparable

        return comparable(one, other)


TASK = Forecasting()
