"""What comes next? The steps after the end of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.task import Task
from kerasduet.tasks.forecasting.settings import SeriesSettings

if TYPE_CHECKING:
    from kerasduet.data.dataset import Dataset
    from kerasduet.experiments import Experiment

__all__ = ["TASK"]


class Forecasting(Task):
    """The next steps of one column of a series."""

    name = "forecasting"
    Settings = SeriesSettings
    own_data = "series"
    file_data = "series"
    needed = ("mae", "naive_mae")

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the size of one window and the steps to forecast."""
        return {
            "lookback": data.lookback,
            "n_features": len(data.input_columns(data.target)),
            "horizon": data.horizon,
        }

    def load(self, experiment: Experiment, given: Any) -> Dataset:
        """Read the series, check its times and values, and cut its windows."""
        from kerasduet.data import series

        return series.load(experiment, given)

    def heads(self, experiment: Experiment) -> dict[str, Any]:
        """Give loss and metric of the one output."""
        return {"loss": "mean_squared_error", "metrics": ["mean_absolute_error"]}


TASK = Forecasting()
