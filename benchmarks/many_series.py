"""How long does one forecaster of a thousand series take, from the table to the forecasts?

    python benchmarks/many_series.py        1,000 series of 200 points; about a minute on 2 cores

Daily series with a week's season of one shape, each with a level, size, weekday and noise of its
own, generated here. One LSTM learns from all of them: `run_experiment()` reads the table,
trains, calibrates intervals and scores the test rows; `forecast()` then continues every series.
The bar is 60 seconds for both.
"""

from __future__ import annotations

import sys
import tempfile
import time

import numpy as np
import pandas as pd
from common import Figure, finish, say

import kerasduet as kd

SERIES, POINTS = 1000, 200


def table() -> pd.DataFrame:
    """Make the series, a row a series and day."""
    random = np.random.default_rng(1)
    days = np.arange(POINTS)
    level, size = random.uniform(20, 500, (2, SERIES, 1)) * [[[1]], [[0.2]]]
    place = (days + random.integers(7, size=(SERIES, 1))) % 7
    week = np.array([0.0, 0.1, 0.1, 0.3, 0.7, 1.0, 0.6])
    values = level + size * (week[place] + 0.2 * random.standard_normal((SERIES, POINTS)))
    return pd.DataFrame(
        {
            "series": np.repeat(np.arange(1, SERIES + 1), POINTS),
            "time": np.tile(pd.date_range("2024-01-01", periods=POINTS), SERIES),
            "value": values.ravel(),
        }
    )


def main() -> int:
    """Train, forecast, and hold the time against the bar."""
    given = table()
    settings = {
        "id": "series",
        "target": "value",
        "season": 7,
        "difference": 0,
        "lookback": 14,
        "horizon": 7,
        "units": 32,
        "batch_size": 512,
        "epochs": 5,
        "early_stopping": None,
    }
    start, used = time.perf_counter(), time.process_time()
    run = kd.run_experiment("lstm-series", data=given, progress=False, **settings)
    trained = time.perf_counter() - start
    found = run.forecast(level=(80, 95))
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    say(f"{run.provenance['sizes']['train']:,} training windows, {len(run.history)} epochs")
    say(run.summary)
    with tempfile.TemporaryDirectory() as folder:
        loaded = kd.load_run(run.save(f"{folder}/run"))
        same = loaded.forecast(level=(80, 95)).equals(found)
    figures = [
        Figure(
            "1,000 series of 200 points: trained, scored and forecast", seconds, "s", "<= 60"
        ),
        Figure("of that until the forecast", trained, "s"),
        Figure("CPU", cpu, "s"),
        Figure("MASE of the network, of the best baseline's", _share(run), "", "< 1"),
        Figure("coverage at 80", 100 * run.metrics["coverage_80"], "%"),
        Figure("a loaded run forecasts the same", float(same), "", ">= 1"),
    ]
    return finish("many_series", figures, {"metrics": run.metrics})


def _share(run: kd.Run) -> float:
    rivals = ("naive", "seasonal_naive", "drift", "seasonal_drift")
    return run.metrics["mase"] / min(run.metrics[f"{name}_mase"] for name in rivals)


if __name__ == "__main__":
    sys.exit(main())
