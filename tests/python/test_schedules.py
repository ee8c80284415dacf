"""Learning-rate schedules: the rates of the documented formulas, and exact resume."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from conftest import seasonal
from test_training import Middle

import kerasduet as kd
from kerasduet.schedules import learning_rate
from kerasduet.training import course

SCHEDULES = ("constant", "cosine", "one_cycle", "step")
TINY = {"classes": 3, "units": 6, "input_shape": (4, 4, 1), "batch_size": 2, "epochs": 4}
PEAK = 0.01


@pytest.fixture(autouse=True)
def every_batch(monkeypatch):
    monkeypatch.setattr(course, "SECONDS_BETWEEN_EVENTS", 0)


def chosen(schedule, **changes):
    settings = TINY | {"learning_rate": PEAK, "schedule": schedule} | changes
    return kd.experiment("mnist-dense", dataset="images", **settings)


def tiny(schedule, progress=False, out=None, **changes):
    """Train a small classifier of images whose brightness tells the class."""
    y = np.arange(60) % 3
    x = np.random.default_rng(5).integers(0, 86, (60, 4, 4)) + 80 * y[:, None, None]
    data = {"x": x.astype(np.uint8), "y": y}
    made = chosen(schedule, **changes)
    return kd.run_experiment(made, data=data, progress=progress, out=out)


@cache
def whole(schedule, optimizer="adam"):
    """Train it without an interrupt, once for all tests."""
    return tiny(schedule, optimizer=optimizer)


def rates(schedule, rows=60, **changes):
    """Give the rate of every step, as Keras's object has it."""
    made = chosen(schedule, **changes)
    steps = made.epochs * math.ceil(rows / made.batch_size)
    rate = learning_rate(made, rows)
    if schedule == "constant":
        return np.full(steps, rate)
    return np.array([float(rate(step)) for step in range(steps)])


def expected(schedule, n):
    """Compute the rates from the formulas of the help."""
    k = np.arange(n)
    if schedule == "cosine":
        return PEAK / 2 * (1 + np.cos(np.pi * k / n))
    if schedule == "one_cycle":
        w = max(1, math.floor(0.3 * n))
        rise = PEAK / 25 + (PEAK - PEAK / 25) * k / w
        fall = PEAK / 2 * (1 + np.cos(np.pi * (k - w) / max(1, n - w)))
        return np.where(k < w, rise, fall)
    drops = (k >= math.ceil(n / 2)).astype(int) + (k >= math.ceil(3 * n / 4))
    return PEAK * np.array([1, 0.1, 0.01])[drops]


# 61 rows in batches of 2 and one step alone: neither is a round number of steps.
@pytest.mark.parametrize(("rows", "epochs"), [(60, 4), (61, 3), (2, 2), (2, 1)])
@pytest.mark.parametrize("schedule", SCHEDULES[1:])
def test_the_rates_follow_the_formulas(schedule, rows, epochs):
    found = rates(schedule, rows, epochs=epochs)
    wanted = expected(schedule, epochs * math.ceil(rows / 2))
    np.testing.assert_allclose(found, wanted, rtol=2e-6, atol=1e-9)


def test_one_cycle_peaks_after_three_tenths_and_begins_at_a_25th():
    found = rates("one_cycle", rows=50, epochs=4)
    assert len(found) == 100
    assert found.argmax() == 30
    assert found[30] == np.float32(PEAK)
    assert found[0] == pytest.approx(PEAK / 25)
    assert found[-1] < PEAK / 500


def test_step_is_a_tenth_after_half_and_a_hundredth_after_three_quarters():
    found = rates("step", rows=50, epochs=4)
    np.testing.assert_allclose(found[[49, 50, 74, 75]] / PEAK, [1, 0.1, 0.1, 0.01], rtol=1e-6)


def test_the_steps_counted_are_those_that_are_taken():
    # 60 rows: 6 for the test, 20% of 54 for validation.
    run = whole("cosine")
    optimizer = run.model.optimizer
    assert run.dataset.sizes["train"] == 43
    assert int(optimizer.iterations) == 4 * 22 == optimizer._learning_rate.decay_steps
    assert float(optimizer.learning_rate) == 0


def test_every_schedule_trains_to_other_bits_and_constant_to_those_of_before():
    digests = {schedule: whole(schedule).digests["weights"] for schedule in SCHEDULES}
    assert len(set(digests.values())) == len(SCHEDULES)
    plain = {k: v for k, v in chosen("constant").flat().items() if k != "schedule"}
    assert kd.experiment("mnist-dense", **plain) == chosen("constant")


# A constant rate resumes in test_training.py. SGD keeps no state but the count of the steps.
@pytest.mark.parametrize(
    ("optimizer", "schedule"), [*(("adam", s) for s in SCHEDULES[1:]), ("sgd", "one_cycle")]
)
def test_an_interrupted_training_resumes_to_the_same_bits(schedule, optimizer, tmp_path):
    expected = whole(schedule, optimizer)
    # Of the two that have one cycle, one is resumed in hand, without a folder.
    out = tmp_path / "run" if optimizer == "adam" else None
    cut = tiny(schedule, Middle(3), out, optimizer=optimizer)
    assert (cut.status, len(cut.history)) == ("interrupted", 2)
    again = kd.resume_run(cut, progress=False)
    assert again.status == "finished"
    assert again.digests == expected.digests
    assert again.history.equals(expected.history)
    loaded = kd.load_run(out or again.save(tmp_path / "run"))
    assert loaded.experiment == expected.experiment
    configs = [run.model.optimizer.get_config() for run in (loaded, expected)]
    assert configs[0]["learning_rate"] == configs[1]["learning_rate"]


def test_a_loaded_interrupted_run_goes_on_to_the_same_bits(tmp_path):
    settings = {"dataset": "mnist-subset", "units": 4, "epochs": 3, "schedule": "one_cycle"}
    whole = kd.run_experiment("mnist-dense", progress=False, **settings)
    kd.run_experiment("mnist-dense", progress=Middle(2), out=tmp_path / "run", **settings)
    again = kd.resume_run(kd.load_run(tmp_path / "run"), progress=False)
    assert again.digests == whole.digests
    kept = kd.load_run(tmp_path / "run")
    assert (kept.status, kept.experiment.schedule) == ("finished", "one_cycle")


def test_a_forecaster_has_a_schedule_and_resumes_to_the_same_bits():
    def forecaster(progress):
        return kd.run_experiment(
            "lstm-co2",
            data=seasonal(),
            progress=progress,
            schedule="one_cycle",
            **{
                "time": None,
                "target": "value",
                "frequency": None,
                "season": 7,
                "difference": 7,
            },
            **{"lookback": 8, "horizon": 3, "units": 4, "epochs": 3, "batch_size": 8},
            dropout=0.3,
        )

    expected = forecaster(False)
    again = kd.resume_run(forecaster(Middle(2)), progress=False)
    assert again.digests == expected.digests
    for run in (again, expected):
        assert float(run.model.optimizer.learning_rate) < run.experiment.learning_rate / 500
