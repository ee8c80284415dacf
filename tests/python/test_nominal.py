"""A score that is to be near to a number, as coverage: the nearest is best, not the highest."""

from __future__ import annotations

import pytest

from kerasduet.registry import TASKS
from kerasduet.report.compare import UNCLEAR, Difference
from kerasduet.report.intervals import Interval

METRICS = {metric.name: metric for metric in TASKS["forecasting"].metrics}


@pytest.mark.parametrize(("name", "nominal"), [("coverage_80", 0.8), ("coverage_95", 0.95)])
def test_the_coverage_nearest_to_its_level_is_best(name, nominal):
    metric = METRICS[name]
    assert min([1.0, 0.5, nominal + 0.01], key=metric.badness) == nominal + 0.01
    assert not metric.higher


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (0.95, 0.85, "second better"),
        (0.5, 0.7, "second better"),
        (0.7, 0.5, "first better"),
        (0.7, 0.95, UNCLEAR),
    ],
)
def test_no_verdict_prefers_the_highest_coverage(first, second, verdict):
    gap = first - second
    interval = Interval(gap, gap - 0.01, gap + 0.01)
    assert Difference(METRICS["coverage_80"], first, second, interval).verdict == verdict


def test_other_scores_are_better_low_or_high():
    assert METRICS["mae"].badness(2.0) > METRICS["mae"].badness(1.0)
    accuracy = TASKS["classification"].metrics[0]
    assert accuracy.badness(0.9) < accuracy.badness(0.8)
