"""Looking inside a network of a table: what it makes of each column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LinearRegression, LogisticRegression

from kerasduet.tasks.tables import inside


def frame(rows=300):
    """Give columns of every kind."""
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "a": random.normal(size=rows),
            "b": random.normal(size=rows),
            "kind": pd.Categorical(random.choice(["x", "y", "z"], rows), ["x", "y", "z", "w"]),
            "flag": random.random(rows) < 0.3,
            "day": pd.date_range("2024-01-01", periods=rows, freq="D"),
        }
    )


def chances(frame):
    """Give the second of two classes by the columns a and kind alone."""
    logit = 2 * frame["a"] + np.where(frame["kind"] == "z", 2.0, 0.0)
    second = 1 / (1 + np.exp(-logit.to_numpy()))
    return np.column_stack([1 - second, second])


def test_columns_of_no_use_have_no_importance():
    rows = frame()
    codes = (np.random.default_rng(1).random(300) < chances(rows)[:, 1]).astype(int)
    found = inside.permutation_importance(chances, rows, codes, list(rows.columns))
    assert found["column"].tolist()[:2] == ["a", "kind"]
    table = found.set_index("column")
    assert (table.loc[["b", "flag", "day"], ["importance", "low", "high"]] == 0).all(axis=None)
    assert table.loc["a", "low"] > 0.1
    assert table.loc["a", "low"] < table.loc["a", "importance"] < table.loc["a", "high"]
    again = inside.permutation_importance(chances, rows, codes, list(rows.columns))
    pd.testing.assert_frame_equal(found, again)


def test_importance_is_the_growth_of_the_score(monkeypatch):
    rows = frame(40)
    truth = rows["a"].to_numpy() + 1.0

    def predict(given):
        return given["a"].to_numpy()

    # In two batches as in one.
    found = inside.permutation_importance(predict, rows, truth, ["a"], repeats=4, seed=3)
    monkeypatch.setattr(inside, "AT_ONCE", 80)
    parts = inside.permutation_importance(predict, rows, truth, ["a"], repeats=4, seed=3)
    pd.testing.assert_frame_equal(found, parts)
    random, square = np.random.default_rng(3), np.zeros(40)
    for _ in range(4):
        square += (truth - rows["a"].to_numpy()[random.permutation(40)]) ** 2 / 4
    assert found["importance"].item() == pytest.approx(np.sqrt(square.mean()) - 1)
    weights = np.where(np.arange(40) < 20, 1.0, 0.0)
    heavy = inside.permutation_importance(
        predict, rows, truth, ["a"], weights=weights, repeats=4, seed=3
    )
    assert heavy["importance"].item() == pytest.approx(np.sqrt(square[:20].mean()) - 1)


def test_partial_dependence_is_that_of_scikit_learn():
    x, y = load_diabetes(return_X_y=True, as_frame=True)
    fit = LinearRegression().fit(x, y)
    found = inside.partial_curves(fit.predict, x, "bmi")
    values = inside.grid_of(x["bmi"]).to_numpy()
    expected = partial_dependence(fit, x, ["bmi"], kind="both", custom_values={"bmi": values})
    mean = found.groupby("value")["prediction"].mean()
    assert mean.index.to_numpy() == pytest.approx(expected["grid_values"][0])
    assert mean.to_numpy() == pytest.approx(expected["average"][0])
    curves = found.pivot(index="row", columns="value", values="prediction").to_numpy()
    assert curves == pytest.approx(expected["individual"][0])


def test_partial_dependence_of_three_classes():
    x, y = load_iris(return_X_y=True, as_frame=True)
    fit = LogisticRegression(max_iter=1000).fit(x, y)
    name = x.columns[2]
    found = inside.partial_curves(fit.predict_proba, x, name, points=20)
    expected = partial_dependence(fit, x, [name], grid_resolution=20)["average"]
    means = found.groupby(["code", "value"])["prediction"].mean().unstack().to_numpy()
    assert means == pytest.approx(expected)
    assert means.sum(axis=0) == pytest.approx(1)


def test_grids_have_the_type_of_their_column():
    rows = frame()
    assert inside.grid_of(rows["kind"]).astype(str).tolist() == ["x", "y", "z"]
    assert inside.grid_of(rows["kind"]).dtype == rows["kind"].dtype
    assert inside.grid_of(rows["flag"]).tolist() == [False, True]
    days = inside.grid_of(rows["day"], points=5)
    assert days.dtype == rows["day"].dtype
    assert (days.iloc[0], days.iloc[-1]) == tuple(rows["day"].quantile(list(inside.ENDS)))
    assert inside.grid_of(pd.Series([1.0, 2, 2, np.nan])).tolist() == [1, 2]
    lonely = inside.grid_of(pd.Series([0.0] * 98 + list(range(40))), points=5)
    assert lonely.iloc[0] < lonely.iloc[-1]
    for name in rows:
        kept = []
        inside.partial_curves(
            lambda given, kept=kept: kept.append(given) or chances(given), rows, name
        )
        assert (kept[0].dtypes == rows.dtypes).all()


def _of_the_types_of(rows):
    def predict(given):
        assert (given.dtypes == rows.dtypes).all()
        return chances(given)

    return predict


def test_a_typical_row_has_medians_and_the_commonest():
    row = inside.typical_row(frame())
    rows = frame()
    assert (row.dtypes == rows.dtypes).all()
    assert row["a"].item() == rows["a"].quantile(0.5, interpolation="nearest")
    assert row["kind"].item() == rows["kind"].mode().item()
    assert not row["flag"].item()


def test_regions_are_the_likeliest_classes():
    rows = frame()
    found = inside.decision_regions(chances, rows, "a", "b", cells=20)
    assert len(found) == 400
    typical = inside.typical_row(rows)["kind"].item()
    border = -1.0 if typical == "z" else 0.0
    assert np.array_equal(found["code"], (found["x"] > border).astype(int))
    assert found["probability"].min() >= 0.5
    assert found["x"].min() < rows["a"].min()
