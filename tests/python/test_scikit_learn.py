"""What docs/scikit-learn.md shows runs, with fewer epochs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "scikit-learn.md"


def test_builders_stand_in_pipelines_and_searches():
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    told = "\n".join(blocks).replace('"epochs": 20', '"epochs": 4')
    told = told.replace("search.score(", "scored = search.score(")
    told = told.replace("search.predict(", "classes = search.predict(")
    told = told.replace(
        "make_pipeline(StandardScaler(), number)",
        "numbers = \\\n    make_pipeline(StandardScaler(), number)",
    )
    names: dict = {}
    exec(compile(told, str(PAGE), "exec"), names)
    assert names["search"].best_params_ == {"sklearnclassifier__model_kwargs": {"units": 32}}
    assert 0.5 < names["scored"] <= 1
    assert set(names["classes"]) <= {0, 1, 2}
    assert names["numbers"].shape == (3,) and np.isfinite(names["numbers"]).all()
