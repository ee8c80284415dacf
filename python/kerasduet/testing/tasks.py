"""What every task promises, tried one by one."""

from __future__ import annotations

import contextlib
import io
import json
import pickle
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kerasduet.data.part import mapped
from kerasduet.errors import ArgumentType, KerasduetError, RunFolderError
from kerasduet.registry import BUILDERS, TASKS
from kerasduet.run import load_run
from kerasduet.settings import Argument, arguments_of
from kerasduet.settings.sections import plain
from kerasduet.task import COLUMN_KINDS, Task
from kerasduet.tasks.registering import fault_of
from kerasduet.testing.cases import Case
from kerasduet.testing.data_promises import (
    bad_data_are_refused,
    data_are_whole,
    no_test_row_teaches,
    what_was_learned_travels,
)
from kerasduet.testing.processes import refusal_fault
from kerasduet.testing.promises import (
    experiments_travel,
    is_loaded,
    keep,
    learns_on_every_backend,
    repeats,
    repeats_in_a_fresh_process,
    resumes,
    same_bits,
    sentence,
)
from kerasduet.training import predict_outputs
from kerasduet.verbs import ABSENT

__all__ = ["check_task"]

# How a column of each kind is held.
DTYPES = {"id": "i", "prob": "f", "number": "f", "flag": "b", "text": "O", "boxes": "O"}


def check_task(
    task: Task | str, tiny: Mapping[str, Any] | None = None, *, data: Any = None
) -> list[str]:
    """Try everything that is promised of a task, on a few rows; half a minute or so.

    Parameters
    ----------
    task : Task or str
        A registered task, or its name. Its class must lie in a module, which fresh processes
        import.
    tiny : mapping, optional
        Settings of a small experiment, `builder` among them; by default the task's own and the
        first builder that fits.
    data : optional
        What `run_experiment` takes, instead of the task's own example.

    Returns
    -------
    list of str
        The promises, all of them kept.

    Raises
    ------
    AssertionError
        A promise that is not kept, and how.
    KerasduetError
        No such task or builder, or a setting outside its rule.
    """
    found = TASKS.look_up("task", task) if isinstance(task, str) else task
    name = getattr(found, "name", type(found).__name__)
    keep(name, _is_a_task, found)
    small = dict(tiny or {})
    builder = small.pop("builder", None) or _fitting_builder(found)
    function = BUILDERS.look_up("builder", builder)
    with contextlib.closing(Case(builder, function, data, small, found)) as case:
        for promise in PROMISES:
            keep(name, promise, case)
    return [sentence(promise) for promise in (_is_a_task, *PROMISES)]


def _fitting_builder(task: Task) -> str:
    from kerasduet.names import fits, shape_names

    fitting = [n for n in BUILDERS if fits(task, BUILDERS[n])]
    if not fitting:
        raise ArgumentType(
            f"tiny: must name a builder that takes {', '.join(sorted(shape_names(task)))}; got "
            "none, and none is registered. Register one with register_builder()."
        )
    return fitting[0]


# Promises: the sentence is what is promised, the body tries it.


def _is_a_task(task: Any) -> None:
    """It is a registered object of a class built on Task, with all that one declares."""
    fault = fault_of(task)
    assert fault is None, fault
    assert TASKS.get(task.name) is task, "it is not registered."


def _settings(task: Task) -> Mapping[str, Argument]:
    kind: Any = task.Settings
    return arguments_of(kind)


def _settings_keep_their_rules(case: Case) -> None:
    """Every data setting has a rule that keeps its default, also after a way through JSON."""
    for name, argument in _settings(case.task).items():
        if argument.required:
            continue
        once = argument.rule(name, argument.default)
        again = argument.rule(name, json.loads(json.dumps(plain(once))))
        assert again == once, f"{name} goes from {once} to {again}."


def _bad_settings_are_refused(case: Case) -> None:
    """An experiment refuses every bad value in a sentence that begins with the setting."""
    for name, argument in _settings(case.task).items():
        for value in argument.rule.bad():
            fault = refusal_fault(name, value, lambda n, v: case.experiment.replace(**{n: v}))
            assert fault is None, fault


def _columns_are_as_declared(case: Case) -> None:
    """The table of predictions has the declared columns, each of its declared kind."""
    kinds, table = case.task.columns(case.whole.preprocessing), case.whole.predictions()
    assert list(table.columns) == list(kinds), f"it has {', '.join(map(str, table.columns))}."
    for name, kind in kinds.items():
        assert kind in COLUMN_KINDS, f"{name}: there is no kind {kind}."
        wanted = DTYPES.get(kind)
        assert wanted in (None, table[name].dtype.kind), f"{name} is {table[name].dtype}."
    tests = len(case.dataset.test) * case.task.steps(case.whole.preprocessing)
    assert len(table) == tests, f"it has {len(table)} rows for {tests}."
    assert set(case.task.key) | {"truth"} <= set(table.columns), (
        "a key or the truth is missing."
    )


def _scores_come_from_the_table(case: Case) -> None:
    """The saved table alone gives the scores, to the last bit."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_run(case.whole.save(f"{folder}/run"))
    again = case.task.score(loaded.table, loaded.preprocessing)
    assert again == case.whole.metrics == loaded.metrics, f"{again} and {case.whole.metrics}."


def _scores_are_whole(case: Case) -> None:
    """The scores are finite numbers, those that were declared and needed among them."""
    metrics = case.whole.metrics
    lacking = {*case.task.needed, *(m.name for m in case.task.metrics)} - set(metrics)
    assert not lacking, f"no {', '.join(sorted(lacking))}."
    assert all(type(value) is float for value in metrics.values()), f"{metrics}"
    assert np.isfinite(list(metrics.values())).all(), f"{metrics}"


def _cases_give_the_headline(case: Case) -> None:
    """The cases of the test, where a task gives them, add up to the scores."""
    run = case.whole
    metrics = {metric.name: metric for metric in case.task.metrics}
    for name, cases in case.task.cases(run.table, run.preprocessing).items():
        values, weights = cases.sum(axis=0)
        score = np.sqrt(values / weights) if metrics[name].root else values / weights
        assert np.isclose(score, run.metrics[name]), f"{name}: {score} for {run.metrics[name]}."


def _divergence_is_said(case: Case) -> None:
    """A network that gives no finite numbers is said to have diverged, and predicts nothing."""
    dataset, learned = case.dataset, case.dataset.preprocessing
    outputs = predict_outputs(case.model, learned, dataset.test.inputs)
    outputs = mapped(lambda head: np.full_like(head, np.nan), outputs)
    metrics = case.task.score(case.task.table(dataset, outputs), learned)
    assert case.task.diverged(metrics), f"{metrics} do not tell."
    assert not case.task.diverged(case.whole.metrics), "a sound run is said to have diverged."
    broken = replace(case.whole, model=case.model)
    broken.model.set_weights([np.full_like(w, np.nan) for w in broken.model.get_weights()])
    try:
        broken.predict(dataset)
    except KerasduetError:
        return
    raise AssertionError("it predicts something all the same.")


def _verdict_is_a_sentence(case: Case) -> None:
    """The verdict and the run's own words are sentences."""
    for text in (case.task.verdict(case.whole.metrics), case.whole.summary):
        assert text.strip() == text and text.endswith(".") and "\n" not in text, repr(text)
    lead = case.task.lead(case.whole.table, case.whole.preprocessing, case.whole.metrics)
    told = "" if lead is None else f" over {lead.cases:,} test "
    assert told in case.whole.summary, (
        "the summary does not say over how many test cases it is."
    )
    assert case.task.ask in repr(case.whole), "the run does not say what to ask next."


def _predicts(case: Case) -> None:
    """A loaded run predicts new data as the run did."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_run(case.whole.save(f"{folder}/run"))
    ours, theirs = (run.predict(case.dataset) for run in (case.whole, loaded))
    assert len(ours), "it gives nothing."
    assert np.array_equal(np.asarray(ours), np.asarray(theirs)), "the predictions differ."


def _absent_verbs_are_refused(case: Case) -> None:
    """A verb that the task lacks is refused in one sentence that names the run."""
    asked = {
        "evaluate": lambda run: run.evaluate([], []),
        "forecast": lambda run: run.forecast(),
        "future_frame": lambda run: run.future_frame(),
        "generate": lambda run: run.generate("a"),
        "series_scores": lambda run: run.series_scores(),
    }
    for name in set(ABSENT) - set(case.task.verbs):
        try:
            asked[name](case.whole)
        except KerasduetError as error:
            assert case.experiment.name in str(error), str(error)
        else:
            raise AssertionError(f"{name}() gives something.")


def _is_packed(case: Case) -> None:
    """A pickled run is the same run, and no larger than 1.1 times its folder."""
    content = pickle.dumps(case.whole)
    same_bits(pickle.loads(content).digests, case.whole.digests)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(case.whole.save(f"{folder}/run"))
        size = sum(file.stat().st_size for file in kept.iterdir())
    assert len(content) <= 1.1 * size, f"{len(content)} bytes for {size}."


def _task_is_refused_by_name(case: Case) -> None:
    """Where it is not registered its run is refused by its name, not called damaged."""
    with tempfile.TemporaryDirectory() as folder:
        kept = case.whole.save(f"{folder}/run")
        with TASKS.without(case.task.name):
            try:
                load_run(kept)
            except RunFolderError as error:
                text = str(error)
            else:
                raise AssertionError("it was loaded all the same.")
    assert "register it" in text and "damaged" not in text, text


def _figures_are_drawn(case: Case) -> None:
    """Every kind of figure is drawn, says in words what it shows, and goes to R as plain data."""
    from kerasduet.figures import figure_kinds
    from kerasduet.plots import plot_data, plot_run

    kinds = figure_kinds(case.task.name)
    for kind in kinds:
        drawn = plot_run(case.whole, kind=kind)
        assert drawn.alt_text.strip(), f"{kind} has no alt text."
        file = io.BytesIO()
        drawn.savefig(file, format="png", dpi=40)
        for panel in plot_data(case.whole, kind).panels:
            json.dumps(panel.to_dict())
    assert {kind.name for kind in case.task.panels} <= set(kinds), "a kind is not listed."


def _pages_render(case: Case) -> None:
    """The report of a run and that of two render, with the result in them."""
    from kerasduet.report import render_report

    with tempfile.TemporaryDirectory() as folder:
        for given, name in ((case.whole, "one.html"), ([case.whole, case.cut], "two.html")):
            page = Path(render_report(given, f"{folder}/{name}")).read_text("utf-8")
            assert case.experiment.name in page, "the page does not name the run."
            assert "Result" in page, "the page has no result."


PROMISES: tuple[Callable[[Case], None], ...] = (
    _settings_keep_their_rules,
    _bad_settings_are_refused,
    experiments_travel,
    bad_data_are_refused,
    data_are_whole,
    what_was_learned_travels,
    no_test_row_teaches,
    _columns_are_as_declared,
    _scores_are_whole,
    is_loaded,
    _is_packed,
    _task_is_refused_by_name,
    _scores_come_from_the_table,
    _cases_give_the_headline,
    _divergence_is_said,
    _verdict_is_a_sentence,
    _predicts,
    _absent_verbs_are_refused,
    _figures_are_drawn,
    resumes,
    _pages_render,
    repeats,
    repeats_in_a_fresh_process,
    learns_on_every_backend,
)
