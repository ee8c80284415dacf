"""R's `ets` and `auto.arima` as methods that a backtest compares a network with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasduet.forecasting.levels import columns
from kerasduet.rlang import process

__all__ = ["r_auto_arima", "r_ets"]


class _Moved:
    """A model of R's forecast package, estimated once and moved on from origin to origin.

    Seasons of more than 24 values, which neither function takes, are taken out beforehand by R's
    `stlm`, as its `stlf` does.
    """

    def __init__(self, method: str) -> None:
        self.method = method

    def is_ready(self) -> bool:
        """Say whether R and its package are there."""
        return process.is_ready("forecast")

    def check(self) -> None:
        """Refuse where they are not, with what installs them."""
        process.require("forecast")

    def __call__(
        self,
        values: np.ndarray,
        *,
        horizon: int,
        season: int,
        origins: np.ndarray,
        levels: Sequence[float] = (),
    ) -> dict[str, Any]:
        """Forecast as `kerasduet.forecasting.outside` says."""
        ordered = sorted(levels)
        found, _ = process.ask(
            "moved_forecasts",
            values=values,
            season=int(season),
            method=self.method,
            horizon=int(horizon),
            level=np.asarray(ordered or (80,), dtype=np.float64),
            origins=origins.astype(np.int64),
        )
        shape = (len(origins), max(len(ordered), 1), horizon)
        answer: dict[str, Any] = {"forecast": found["forecast"].reshape(len(origins), horizon)}
        for number, level in enumerate(ordered):
            for side, name in zip(("lower", "upper"), columns(level), strict=True):
                answer[name] = found[side].reshape(shape)[:, number]
        return answer | {"note": f"R: {found['method'][0]}"}


r_ets = _Moved("ets")
r_auto_arima = _Moved("auto.arima")
