"""Do intervals hold what they promise, and are they sharper than those of exponential smoothing?

    python benchmarks/intervals.py            all four series; about ten minutes on 2 cores
    python benchmarks/intervals.py co2        one of them
    python benchmarks/intervals.py quantile   all four by quantile loss, without ETS

Four series: weekly CO2 (the preset as it is), AirPassengers (in logarithms, as its season grows
with its level; scored in passengers), and two made here, whose truth is known: a season with
autocorrelated normal noise, and a season whose noise is skewed and swells with it. Each is
forecast from every test origin. Coverage is over all steps and origins, in per cent. Beside it
stand the intervals of an ETS model of statsmodels (additive, damped trend), fitted on the rows
before the test and updated at each origin with its parameters kept. With `quantile` the network
learns quantiles by pinball loss instead, calibrated in the same way.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pandas as pd
from common import Figure, finish, say

import kerasduet as kd
from kerasduet.forecasting.metrics import coverage, winkler
from kerasduet.tasks.forecasting.intervals import columns, tested

LEVELS = (80.0, 95.0)
SEEDS = 3
# R's AirPassengers: Box and Jenkins (1976), monthly, 1949 to 1960, in thousands.
PASSENGERS = """
112 118 132 129 121 135 148 148 136 119 104 118 115 126 141 135 125 149 170 170 158 133 114 140
145 150 178 163 172 178 199 199 184 162 146 166 171 180 193 181 183 218 230 242 209 191 172 194
196 196 236 235 229 243 264 272 237 211 180 201 204 188 235 227 234 264 302 293 259 229 203 229
242 233 267 269 270 315 364 347 312 274 237 278 284 277 317 313 318 374 413 405 355 306 271 306
315 301 356 348 355 422 465 467 404 347 305 336 340 318 362 348 363 435 491 505 404 359 310 337
360 342 406 396 420 472 548 559 463 407 362 405 417 391 419 461 472 535 622 606 508 461 390 432
"""


def linear(*, lookback, n_features, horizon, seed):
    """Build the network of all series but CO2: one dense layer, an autoregression."""
    import keras

    inputs = keras.Input((lookback, n_features))
    start = keras.initializers.GlorotUniform(seed=seed)
    dense = keras.layers.Dense(horizon, kernel_initializer=start)
    return keras.Model(inputs, dense(keras.layers.Flatten()(inputs)))


def passengers() -> pd.Series:
    values = np.array(PASSENGERS.split(), dtype=float)
    return pd.Series(np.log(values), pd.date_range("1949-01-01", periods=144, freq="MS"))


def autocorrelated(rows: int = 1500) -> pd.Series:
    """Season of 12, and noise that is 0.7 of the last noise and a new normal number."""
    noise = np.random.default_rng(1).normal(size=rows)
    for row in range(1, rows):
        noise[row] += 0.7 * noise[row - 1]
    season = 8 * np.sin(2 * np.pi * np.arange(rows) / 12)
    return pd.Series(50 + season + noise, pd.date_range("1900-01-01", periods=rows, freq="MS"))


def skewed(rows: int = 1500) -> pd.Series:
    """Season of 24, and independent gamma noise whose spread follows the season."""
    turn = np.sin(2 * np.pi * np.arange(rows) / 24)
    noise = (1 + 0.8 * turn) * (np.random.default_rng(2).gamma(2, 1, rows) - 2)
    return pd.Series(20 + 5 * turn + noise, pd.date_range("2024-01-01", periods=rows, freq="h"))


OWN = {"model": linear, "epochs": 200, "early_stopping": 20, "learning_rate": 0.005}
SERIES = {
    "co2": ("lstm-co2", None, {}, lambda values: values),
    "passengers": (
        "lstm-series",
        passengers,
        OWN | {"lookback": 12, "horizon": 6, "validation_split": 0.35, "test_split": 0.3},
        np.exp,
    ),
    "autocorrelated": (
        "lstm-series",
        autocorrelated,
        OWN | {"horizon": 6, "validation_split": 0.25, "test_split": 0.2},
        lambda values: values,
    ),
    "skewed": (
        "lstm-series",
        skewed,
        OWN
        | {"horizon": 12, "season": 24, "lookback": 48, "difference": 0}
        | {"validation_split": 0.25, "test_split": 0.2},
        lambda values: values,
    ),
}


def scores(truth: np.ndarray, ends: dict, unit) -> dict[str, float]:
    """Give coverage in per cent and Winkler score of each level, in the units of the series."""
    found, truth = {}, unit(truth)
    for level in LEVELS:
        lower, upper = (unit(ends[name]) for name in columns(level))
        found[f"coverage_{level:g}"] = 100 * coverage(truth, lower, upper)
        found[f"winkler_{level:g}"] = winkler(truth, lower, upper, level=level)
    return found


def ets(run: kd.Run) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Give truth and ends of ETS from every test origin, (windows, horizon) each."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    values, origins = run.dataset.table.values[:, -1], run.dataset.table.test_origins
    horizon, season = run.experiment.horizon, run.experiment.season
    shape = {"error": "add", "trend": "add", "damped_trend": True, "seasonal": "add"}
    shape |= {"seasonal_periods": season, "initialization_method": "heuristic"}
    series, first = pd.Series(values), origins[0] + 1
    parameters = ETSModel(series[:first], **shape).fit(disp=False, maxiter=500).params
    ahead = origins[:, None] + np.arange(1, horizon + 1)
    ends = {name: np.empty(ahead.shape) for level in LEVELS for name in columns(level)}
    for i, origin in enumerate(origins):
        known = ETSModel(series[: origin + 1], **shape).smooth(parameters)
        told = known.get_prediction(start=origin + 1, end=origin + horizon)
        for level in LEVELS:
            limits = told.pred_int(alpha=1 - level / 100)
            for name, end in zip(columns(level), np.asarray(limits).T, strict=True):
                ends[name][i] = end
    return values[ahead], ends


def main(names: list[str]) -> int:
    kind = "quantile" if "quantile" in names else "conformal"
    names = [name for name in names if name != "quantile"]
    figures, details, sharper = [], {}, 0
    for name in names or list(SERIES):
        preset, make, settings, unit = SERIES[name]
        rows = []
        for seed in range(SEEDS):
            data = {} if make is None else {"data": make().rename("value")}
            run = kd.run_experiment(
                preset, progress=False, seed=seed, intervals=kind, **data, **settings
            )
            table = run.predictions()
            table = table.assign(**tested(table, run.preprocessing, LEVELS))
            rows.append(scores(table["truth"].to_numpy(), table, unit))
            say(f"{name}, seed {seed}: {rows[-1]}")
        ours = pd.DataFrame(rows).mean().to_dict()
        if kind == "quantile":
            for level in LEVELS:
                gap = abs(ours[f"coverage_{level:g}"] - level)
                figures.append(
                    Figure(f"{name}: coverage at {level:g}", gap, "points off", "<= 3")
                )
            details[name] = {"seeds": rows, "mean": ours}
            continue
        theirs = scores(*ets(run), unit)
        say(f"{name}, ETS: {theirs}")
        origins = table["origin"].nunique()
        figures.append(Figure(f"{name}: origins", origins, "", ">= 8"))
        for level in LEVELS:
            gap = abs(ours[f"coverage_{level:g}"] - level)
            figures.append(Figure(f"{name}: coverage at {level:g}", gap, "points off", "<= 3"))
            share = ours[f"winkler_{level:g}"] / theirs[f"winkler_{level:g}"]
            figures.append(Figure(f"{name}: Winkler at {level:g}, of ETS's", share))
            sharper += share <= 1
        details[name] = {"seeds": rows, "mean": ours, "ets": theirs}
    if kind == "quantile":
        return finish("intervals-quantile", figures, details)
    share = sharper / (2 * len(details))
    figures.append(Figure("series and levels no worse than ETS", share, "", ">= 0.5"))
    return finish("intervals", figures, details)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main(sys.argv[1:]))
