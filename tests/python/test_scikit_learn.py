"""What docs/scikit-learn.md shows runs, and trains as long as it says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "scikit-learn.md"


def test_builders_stand_in_pipelines_and_searches(monkeypatch):
    import keras

    epochs: list[int] = []
    fit = keras.Model.fit

    def counted(*args, **given):
        history = fit(*args, **given)
        epochs.append(len(history.epoch))
        return history

    monkeypatch.setattr(keras.Model, "fit", counted)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    told = "\n".join(blocks)
    told = told.replace("search.score(", "scored = search.score(")
    told = told.replace("search.predict(", "classes = search.predict(")
    told = told.replace(
        "make_pipeline(StandardScaler(), number)",
        "numbers = \\\n    make_pipeline(StandardScaler(), number)",
    )
    names: dict = {}
    exec(compile(told, str(PAGE), "exec"), names)
    best = names["search"].best_params_
    assert best["sklearnclassifier__model_kwargs"] == {"units": 32}
    assert epochs == [20] * 6  # two sets on two folds, the best on all rows, and the regression
    assert names["search"].best_score_ > 0.9 and names["scored"] > 0.9
    assert set(names["classes"]) <= {0, 1, 2}
    assert names["numbers"].shape == (3,) and np.isfinite(names["numbers"]).all()
