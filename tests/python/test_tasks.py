"""A stranger's task, which nothing here knows, keeps every promise; see test_conformance.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_conformance import CONTRACT, imported

import kerasduet as kd
from kerasduet.errors import ArgumentType, HorizonError, RunFolderError
from kerasduet.registry import TASKS
from kerasduet.report.measures import headline
from kerasduet.task import Task
from kerasduet.testing import check_task

PROMISES = 25


@pytest.fixture
def stranger():
    with imported(CONTRACT, "strange_task") as module:
        yield module


def points(stranger, **settings):
    data = TASKS["points"].example(stranger.PointSettings(dataset="points"))
    given = {"dataset": "points", "builder": "line", "test_split": 0.25, "epochs": 3}
    return kd.run_experiment("mnist-dense", data=data, progress=False, **given | settings)


def test_a_strangers_task_keeps_them_too(stranger):
    kept = check_task("points")
    assert len(kept) == len(set(kept)) == PROMISES
    assert all(sentence.endswith(".") for sentence in kept)


def test_a_strangers_task_is_used_like_any_other(stranger, tmp_path):
    run = points(stranger)
    assert run.task is TASKS["points"]
    assert run.experiment.description == ""  # that of the preset is of digits
    assert run.provenance["sizes"] == {"train": 36, "validation": 9, "test": 15}
    found = headline(run)
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(run.metrics["mae"])
    with pytest.raises(HorizonError, match="got the run mnist-dense, a regression"):
        run.forecast()
    other = points(stranger, layers=2, seed=3)
    page = Path(kd.render_report([run, other], tmp_path / "two.html")).read_text("utf-8")
    assert "Mean absolute error" in page and "Differences" in page
    folder = run.save(tmp_path / "run")
    with TASKS.without("points"), pytest.raises(RunFolderError, match="or register it"):
        kd.load_run(folder)
    assert kd.load_run(folder).digests == run.digests
    page = Path(kd.render_report(run, tmp_path / "one.html")).with_suffix(".qmd")
    code = re.search(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)[1]
    names = {"data": TASKS["points"].example(stranger.PointSettings(dataset="points"))}
    exec(
        code.replace("epochs=3", "epochs=3,\n  progress=False"), names
    )  # it asserts the digest
    assert names["run"].digests == run.digests


FAULTS = {
    "learned": ("Scaled(float(y[:train]", "Scaled(float(y[:]", "changed the training rows"),
    "columns": ('"prediction": "number"}', '"prediction": "prob"}', "saved|float|table"),
    "bits": ('"row": "id"', '"row": "number"', "row is int64"),
    "verdict": ("{metrics['mean_mae']:.4g}.", "{metrics['mean_mae']:.4g}", "sentences"),
    "cases": ("np.column_stack([gap, np.ones", "np.column_stack([2 * gap, np.ones", "add up"),
    "metric": ('"mae", "mean_mae")', '"mae", "median_mae")', "no median_mae"),
    "alt": ('alt=f"Truth and prediction of {len(run.table)} points."', 'alt=""', "alt"),
    "needed": ('needed = ("mae", "mean_mae")', 'needed = ("mean_mae",)', "do not tell"),
    "data": ("if not isinstance(given, dict)", "if isinstance(given, str)", "data = 3"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_promise_is_found(fault, tmp_path):
    good, bad, said = FAULTS[fault]
    code = (CONTRACT / "strange_task.py").read_text("utf-8")
    assert good in code
    name = f"faulty_task_{fault}"
    (tmp_path / f"{name}.py").write_text(code.replace(good, bad), "utf-8")
    with imported(tmp_path, name), pytest.raises(AssertionError, match=said):
        check_task("points")


NO_TASK = "task: must be an object of a class built on kerasduet.task.Task;"


class Nameless(Task):
    """It declares nothing."""

    shapes = load = heads = example = columns = table = score = None
    verdict = predict = learned = None


@pytest.mark.parametrize(
    ("task", "text"),
    [
        (
            "points",
            "task: must be an object of a class built on kerasduet.task.Task; got 'points'.",
        ),
        (Task, "task: must be an object of a class built on kerasduet.task.Task; got"),
        (Nameless(), "task: must have name, a text; got Nameless without it."),
    ],
)
def test_what_is_no_task_is_refused(task, text):
    with pytest.raises(ArgumentType) as refused:
        kd.register_task(task)
    assert str(refused.value).startswith(text)


def test_a_task_is_registered_once(stranger):
    with pytest.raises(ArgumentType, match="name: must be new; got 'points'"):
        kd.register_task(stranger.Points())
    again = stranger.Points()
    again.name = "others"
    with pytest.raises(ArgumentType, match="must name its own data sets; got 'points'"):
        kd.register_task(again)
