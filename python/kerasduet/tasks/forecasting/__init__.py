"""What comes next? The steps after the end of a series."""

from __future__ import annotations

from typing import Any

from kerasduet.task import Task
from kerasduet.tasks.forecasting.settings import SeriesSettings

__all__ = ["TASK"]


class Forecasting(Task):
    """The next steps of one column of a series."""

    name = "forecasting"
    Settings = SeriesSettings
    own_data = "series"

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the size of one window and the steps to forecast."""
        return {
            "lookback": data.lookback,
            "n_features": len(data.input_columns(data.target)),
            "horizon": data.horizon,
        }


TASK = Forecasting()
