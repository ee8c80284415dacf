"""Methods from outside: their own figures, what they promise, strangers, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.statespace.sarimax import SARIMAX
from threadpoolctl import threadpool_limits

from kerasduet.errors import ArgumentType, ForecastError, UnknownName
from kerasduet.forecasting import outside
from kerasduet.forecasting.arima import Orders, _differenced, _lags, _restored, differences
from kerasduet.forecasting.outside import forecasts_of, register_forecaster
from kerasduet.registry import FORECASTERS
from kerasduet.testing import check_forecaster

STEPS = np.arange(120.0)
SERIES = 50 + 0.3 * STEPS + 6 * np.sin(2 * np.pi * STEPS / 6)
SERIES += np.random.default_rng(5).normal(0, 1, 120)
LAST = np.array([99])


def asked(name, **changes):
    given = {"horizon": 8, "season": 6, "origins": LAST, "levels": (80, 95)} | changes
    return forecasts_of(name, SERIES, **given)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):  # small matrices are slower with more
        yield


@pytest.fixture
def stranger():
    """Register a method for a test."""
    names = []

    def register(method, name="stranger"):
        register_forecaster(name, method)
        names.append(name)
        return name

    yield register
    for name in names:
        FORECASTERS.remove(name)


@pytest.mark.parametrize(
    "name",
    [
        "naive",
        "seasonal_naive",
        "drift",
        "seasonal_drift",
        "copy_feature",
        "theta",
        "ets",
        "arima",
    ],
)
def test_a_method_keeps_its_promises(name):
    assert name in FORECASTERS
    assert len(check_forecaster(name)) == 4


def test_theta_is_that_of_statsmodels():
    fitted = ThetaModel(SERIES[:100], period=6).fit()
    assert asked("theta")["forecast"][0] == pytest.approx(fitted.forecast(8).to_numpy())
    assert "season of 6" in asked("theta")["note"]
    flat = ThetaModel(SERIES[:100], deseasonalize=False).fit().forecast(8).to_numpy()
    assert asked("theta", season=1)["forecast"][0] == pytest.approx(flat)


def test_ets_is_the_best_form_of_statsmodels():
    found = asked("ets")
    forms = [
        ETSModel(SERIES[:100], "add", trend, damped, seasonal, 6 if seasonal else None)
        for trend, damped in ((None, False), ("add", False), ("add", True))
        for seasonal in (None, "add", "mul")
    ]
    best = min((form.fit(disp=False, maxiter=200) for form in forms), key=lambda fit: fit.aicc)
    assert found["forecast"][0] == pytest.approx(best.forecast(8))
    assert found["note"].startswith("ETS(A,A,")


def test_the_variance_of_ets_is_that_of_the_book():
    values = np.random.default_rng(2).normal(size=120).cumsum() + 100
    found = forecasts_of("ets", values, horizon=5, season=1, origins=LAST, levels=(95,))
    assert found["note"] == "ETS(A,N,N)"
    fit = ETSModel(values[:100], error="add").fit(disp=False, maxiter=200)
    h = np.arange(1, 6)
    # Hyndman and others (2008), table 6.2: sigma^2 (1 + alpha^2 (h - 1)).
    deviation = np.sqrt(fit.mse * (1 + fit.smoothing_level**2 * (h - 1)))
    half = (found["upper_95"] - found["lower_95"])[0] / 2
    assert half == pytest.approx(1.959963984540054 * deviation)


def test_arima_forecasts_as_statsmodels_does():
    found = asked("arima")
    assert found["note"] == "ARIMA(0,0,0)(0,1,1)[6] with mean"
    changes = SERIES[6:100] - SERIES[:94]
    mean = changes.mean()
    fit = SARIMAX(changes - mean, order=(0, 0, 0), seasonal_order=(0, 0, 1, 6)).fit(
        disp=False, maxiter=100
    )
    ahead = fit.get_forecast(8)
    levels = [*SERIES[94:100]]
    for step in range(8):
        levels.append(levels[step] + ahead.predicted_mean[step] + mean)
    assert found["forecast"][0] == pytest.approx(levels[6:], rel=1e-9)
    # Within the first season differencing adds no variance; ours is that of a settled filter.
    half = (found["upper_95"] - found["lower_95"])[0, :6] / 2
    assert half == pytest.approx(1.959963984540054 * ahead.se_mean[:6], rel=5e-3)


def test_an_integrated_arima_widens_as_a_walk_does():
    walk = np.random.default_rng(9).normal(size=400).cumsum()
    end = np.array([390])
    found = forecasts_of("arima", walk, horizon=9, season=1, origins=end, levels=(80,))
    half = (found["upper_80"] - found["lower_80"])[0] / 2
    assert found["note"].startswith("ARIMA(0,1,0)")
    assert half / half[0] == pytest.approx(np.sqrt(np.arange(1, 10)))


def test_differences_are_undone():
    for d, seasonal_d, season in ((0, 0, 1), (1, 0, 1), (2, 0, 4), (0, 1, 4), (1, 1, 4)):
        lags = _lags(d, seasonal_d, season)
        changes = _differenced(SERIES, lags)
        rows = 40 - len(lags) + np.arange(1, 6)
        back = _restored(changes[rows][None], SERIES, np.array([40]), lags)
        assert back[0] == pytest.approx(SERIES[41:46])


def test_orders_of_differencing_are_those_of_the_tests():
    noise = np.random.default_rng(1).normal(size=200)
    assert differences(noise, 1) == (0, 0)
    assert differences(noise.cumsum(), 1) == (1, 0)
    assert differences(noise.cumsum().cumsum(), 1) == (2, 0)
    assert differences(noise + 9 * (np.arange(200) % 4), 4) == (0, 1)
    assert Orders(1, 2, 0, 1, True).count == 6


def test_the_nearest_column_is_copied():
    close = np.random.default_rng(3).normal(size=120).cumsum()
    opened = np.concatenate([[0], close[:-1]]) + 0.01  # yesterday's close, all but a cent
    features = np.column_stack([opened, close + 5, close])
    given = {"horizon": 1, "season": 1, "origins": np.array([99, 100]), "levels": ()}
    held = np.arange(70, 95)
    found = forecasts_of("copy_feature", opened, features=features, validation=held, **given)
    assert found["forecast"].ravel().tolist() == close[[99, 100]].tolist()
    assert found["note"] == "input column 3, error 0.01 on the validation rows"
    naive = forecasts_of("naive", opened, **given)["forecast"].ravel()
    assert np.abs(found["forecast"].ravel() - opened[[100, 101]]) == pytest.approx([0.01] * 2)
    assert (np.abs(naive - opened[[100, 101]]) > 0.05).all()
    # What follows the validation does not choose.
    features[96:, 2] += 50
    assert (
        "input column 3"
        in forecasts_of("copy_feature", opened, features=features, validation=held, **given)[
            "note"
        ]
    )


def test_parameters_are_those_of_the_first_origin():
    one = asked("ets", origins=np.array([99, 105]))
    assert np.array_equal(one["forecast"][0], asked("ets")["forecast"][0])
    assert not np.array_equal(one["forecast"][1], one["forecast"][0])


def test_a_straight_line_is_forecast_by_arima():
    line = 3 + 2 * np.arange(60.0)
    found = forecasts_of("arima", line, horizon=3, season=1, origins=np.array([49]))
    assert found["forecast"][0].tolist() == [103, 105, 107]


def test_a_stranger_gives_an_array(stranger):
    def mean(values, *, horizon, season, origins, levels=()):
        return np.array([[values[: row + 1].mean()] * horizon for row in origins])

    name = stranger(mean)
    assert asked(name)["forecast"][0, 0] == SERIES[:100].mean()
    assert len(check_forecaster(name)) == 4


def test_a_stranger_that_looks_ahead_is_found_out(stranger):
    def ahead(values, *, horizon, season, origins, levels=()):
        return np.repeat(values[-1], len(origins) * horizon).reshape(len(origins), horizon)

    with pytest.raises(AssertionError, match="uses no value after an origin"):
        check_forecaster(stranger(ahead))


def test_features_and_validation_go_to_those_that_name_them(stranger):
    seen = {}

    def asks(values, *, horizon, season, origins, levels=(), features, validation):
        seen.update(features=features, validation=validation)
        return outside.naive(values, horizon=horizon, season=season, origins=origins)

    asked(stranger(asks), features=SERIES[:, None], validation=np.array([80]))
    assert len(seen["features"]) == 100 and seen["validation"].tolist() == [80]


def test_other_answers_are_refused(stranger):
    def given(answer):
        def method(values, *, horizon, season, origins, levels=()):
            return answer

        return method

    for name, answer, text in (
        ("flat", np.zeros(8), "must give forecast of shape (1, 8), a row an origin; got (8,)."),
        ("empty", {"note": "none"}, "must give forecast; got note."),
        (
            "nan",
            np.full((1, 8), np.nan),
            "must give finite forecasts; got NaN or infinite ones.",
        ),
    ):
        with pytest.raises(ForecastError) as raised:
            asked(stranger(given(answer), name))
        assert str(raised.value) == f"{name}: {text}"

    def fails(values, **asked):
        raise ZeroDivisionError("by zero")

    with pytest.raises(ForecastError, match=r"^fails: by zero$"):
        asked(stranger(fails, "fails"))


def test_what_cannot_be_registered_is_refused():
    with pytest.raises(ArgumentType, match=r"^method: must be a function; got 5"):
        register_forecaster("five", 5)
    with pytest.raises(ArgumentType, match=r"^name: must be new; got 'theta'"):
        register_forecaster("theta", outside.theta)
    with pytest.raises(UnknownName, match=r"^methods: no option 'thetta'. Did you mean theta"):
        asked("thetta")
