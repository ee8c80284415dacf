"""R's auto.arima and ets beside ours of statsmodels: models, forecasts, errors.

    python benchmarks/r_forecasts.py

Of six of R's series the last season (the last 8 years of yearly ones) is held out. Needs R with its
package forecast, and rpy2. Nothing is to be reached: it shows how far apart the two are.
"""

from __future__ import annotations

import sys

import numpy as np
from common import Figure, finish, say

import kerasduet as kd
from kerasduet.forecasting.outside import forecasts_of

SERIES = {
    "AirPassengers": 12,
    "co2": 12,
    "nottem": 12,
    "UKgas": 4,
    "JohnsonJohnson": 4,
    "lynx": 1,
}
PAIRS = {"auto.arima": "arima", "ets": "ets"}
YEARS = 8


def main() -> int:
    figures, details = [], []
    for name, season in SERIES.items():
        table = kd.rlang.dataset(name)
        steps = season if season > 1 else YEARS
        known, truth = table[:-steps], table["value"].to_numpy()[-steps:]
        for method, ours in PAIRS.items():
            theirs = kd.rlang.r_forecast(known, steps, method)
            values = known["value"].to_numpy()
            found = forecasts_of(
                ours,
                values,
                horizon=steps,
                season=season,
                origins=np.array([len(values) - 1]),
                levels=(80, 95),
            )
            forecast, other = theirs["forecast"].to_numpy(), found["forecast"][0]
            row = {
                "series": name,
                "R": theirs.attrs["method"],
                "statsmodels": found.get("note", ""),
                "error of R": float(np.abs(forecast - truth).mean()),
                "error of statsmodels": float(np.abs(other - truth).mean()),
                "apart": float(np.abs(forecast - other).mean()),
                "size": float(np.abs(truth).mean()),
            }
            say("  ".join(f"{key} {value}" for key, value in row.items()))
            details.append(row)
            share = 100 * row["apart"] / row["size"]
            figures += [
                Figure(f"{name}, {method}: MAE in R", row["error of R"]),
                Figure("  with statsmodels", row["error of statsmodels"]),
                Figure("  mean difference of the forecasts", share, "%"),
            ]
    return finish("r_forecasts", figures, {"rows": details})


if __name__ == "__main__":
    sys.exit(main())
