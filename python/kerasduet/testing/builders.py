"""What every builder promises, tried one by one."""

from __future__ import annotations

import contextlib
import copy
import inspect
import json
import math
import pickle
import re
import tempfile
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kerasduet import environment
from kerasduet.data import load_data
from kerasduet.errors import ArgumentType, RunFolderError
from kerasduet.experiments import Experiment
from kerasduet.models import build_model
from kerasduet.models.registering import fault_of, fitting_task
from kerasduet.names import names_of, network_arguments
from kerasduet.registry import BUILDERS
from kerasduet.run import load_run
from kerasduet.settings import arguments_of
from kerasduet.settings.sections import plain
from kerasduet.testing.processes import Process, installed, refusal_fault
from kerasduet.training import predict_outputs, weights_digest
from kerasduet.workflow import resume_run, run_experiment

if TYPE_CHECKING:
    import keras

    from kerasduet.data import Dataset
    from kerasduet.run import Run
    from kerasduet.task import Task

__all__ = ["Case", "check_builder", "keep", "refusal_fault", "same_bits", "sentence"]

TRAINING = {"epochs": 2, "batch_size": 16, "seed": 7, "validation_split": 0.25}


def check_builder(name: str, *, data: Any = None, **small: Any) -> list[str]:
    """Try everything that is promised of a builder, on tiny data; half a minute or so.

    What fresh processes have to do, one a backend, they do at once, beside this process.

    Parameters
    ----------
    name : str
        A builder's name: built in, announced by a package, or given to `register_builder`. Its
        function must lie in a module, which fresh processes import.
    data : optional
        What `run_experiment` takes, instead of a few random images or a short series.
    **small
        Arguments of the builder, and other settings, that make it small.

    Returns
    -------
    list of str
        The promises, all of them kept.

    Raises
    ------
    AssertionError
        A promise that is not kept, and how.
    KerasduetError
        No such builder, or a setting outside its rule.

    Examples
    --------
    In a test of your own::

        kept = check_builder("dnn", units=(8, 4), dropout=0.2, l2=1e-4)
    """
    function = BUILDERS.look_up("name", name)
    keep(name, _is_a_builder, function)
    with contextlib.closing(Case(name, function, data, small)) as case:
        for promise in PROMISES:
            keep(name, promise, case)
    return [sentence(promise) for promise in (_is_a_builder, *PROMISES)]


def keep(name: str, promise: Callable[[Any], None], case: Any) -> None:
    """Try a promise; an AssertionError says whose it is, what is promised and how it is broken."""
    try:
        promise(case)
    except Exception as error:
        # A fault of the suite's own caller is told as it is.
        if isinstance(error, ArgumentType) and str(error).startswith("data:"):
            raise
        what = str(error) if isinstance(error, AssertionError) else repr(error)
        raise AssertionError(f"{name}: {sentence(promise)} Broken: {what}") from error


def sentence(promise: Callable[[Any], None]) -> str:
    """Give what is promised."""
    return (promise.__doc__ or "").strip()


class Case:
    """A builder with a tiny experiment; what is trained for one promise serves the others."""

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        data: Any,
        small: Mapping[str, Any],
        task: Task | None = None,
    ) -> None:
        self.name = name
        self.function = function
        self.arguments = arguments_of(function)
        self.task: Task = task or fitting_task(function)
        # Where a fresh process finds a task that is not built in.
        self.modules = (type(self.task).__module__,)
        known = names_of(self.task, name)
        training = {key: value for key, value in TRAINING.items() if key in known}
        self.experiment = Experiment(
            **{"name": f"check-{name}", "dataset": self.task.own_data, "builder": name}
            | dict(self.task.tiny)
            | training
            | dict(small)
        )
        self.data = self.task.example(self.experiment.data) if data is None else data
        self.own = network_arguments(name, self.task)

    def run(self, **more: Any) -> Run:
        """Train it on the tiny data."""
        return run_experiment(self.experiment, data=self.data, **{"progress": False} | more)

    @cached_property
    def model(self) -> keras.Model:
        """The network, untrained."""
        return build_model(self.experiment, self.dataset)

    @cached_property
    def dataset(self) -> Dataset:
        """The tiny data, split."""
        return load_data(self.experiment, self.data)

    @cached_property
    def whole(self) -> Run:
        """A run that nothing interrupted."""
        return self.run()

    @property
    def fresh(self) -> dict[str, Any]:
        """What a fresh process says on the backend of this one."""
        return self.processes[environment.backend_name()].answer

    @cached_property
    def processes(self) -> dict[str, Process]:
        """A fresh process for every installed backend, all of them at work."""
        return {backend: Process(self, backend) for backend in installed()}

    def close(self) -> None:
        """End the processes, should they still be at work."""
        for process in self.__dict__.get("processes", {}).values():
            process.close()


# Promises: the sentence is what is promised, the body tries it.


def _is_a_builder(function: Any) -> None:
    """It is a function of keyword-only arguments, each with a rule and a default."""
    fault = fault_of(function)
    assert fault is None, fault


def _is_documented(case: Case) -> None:
    """Every argument is described under Parameters of its docstring."""
    text = inspect.getdoc(case.function) or ""
    _, _, below = text.partition("Parameters\n----------\n")
    heads = re.findall(r"^(\w+(?:, \w+)*) : \S", below, flags=re.MULTILINE)
    named = {name for head in heads for name in head.split(", ")}
    lacking = sorted(set(case.arguments) - named)
    assert not lacking, f"no word on {', '.join(lacking)}."


def _defaults_keep_their_rules(case: Case) -> None:
    """Every default keeps the rule of its argument."""
    for name, argument in case.arguments.items():
        argument.rule(name, argument.default)


def _cleaning_ends(case: Case) -> None:
    """A cleaned value stays what it is, also after a way through JSON."""
    for name, argument in case.arguments.items():
        once = argument.rule(name, argument.default)
        for again in (once, json.loads(json.dumps(plain(once)))):
            assert argument.rule(name, again) == once, f"{name} goes from {once} to {again}."


def _bad_values_are_refused(case: Case) -> None:
    """An experiment refuses every bad value in a sentence that begins with the argument."""
    for name, argument in case.own.items():
        for value in argument.rule.bad():
            found = refusal_fault(name, value, lambda n, v: case.experiment.replace(**{n: v}))
            assert found is None, found


def _bad_values_start_no_keras(case: Case) -> None:
    """Called itself, it refuses every bad value before it imports Keras."""
    assert not case.fresh["keras_on_import"], "its module imports Keras; import it inside."
    assert case.fresh["fault"] is None, case.fresh["fault"]
    assert not case.fresh["keras_on_refusal"], (
        "Keras was imported before the values were refused."
    )


def experiments_travel(case: Case) -> None:
    """Its experiment goes to JSON and back, nested and flat, and is copied and pickled."""
    same = case.experiment
    ways = {
        "JSON": Experiment.from_json(same.to_json()),
        "flat names": Experiment.from_dict(json.loads(json.dumps(plain(same.flat())))),
        "copy": copy.deepcopy(same),
        "pickle": pickle.loads(pickle.dumps(same)),
    }
    for way, other in ways.items():
        assert other == same, f"{way} gives another experiment."
        assert other.to_json() == same.to_json(), f"{way} gives another text."


def _is_plain(case: Case) -> None:
    """The network is a plain functional Keras model of Keras's own layers, without Lambda."""
    kind = type(case.model)
    own = kind.__module__.startswith("keras.")
    assert own and kind.__name__ == "Functional", (
        f"it gives a {kind.__module__}.{kind.__name__}."
    )
    for layer in case.model._flatten_layers(include_self=False):
        kind = type(layer)
        assert kind.__module__.startswith("keras."), f"{layer.name} is a {kind.__name__}."
        assert kind.__name__ != "Lambda", f"{layer.name} is a Lambda."


def _config_is_safe(case: Case) -> None:
    """The network's configuration goes to JSON and back in Keras's safe mode."""
    import keras

    text = json.dumps(keras.saving.serialize_keras_object(case.model))
    back = keras.saving.deserialize_keras_object(json.loads(text), safe_mode=True)
    shapes = [[tuple(w.shape) for w in model.weights] for model in (back, case.model)]
    assert shapes[0] == shapes[1], "the weights of the rebuilt network have other shapes."


def _output_fits(case: Case) -> None:
    """The network's output has the shape of the targets; of classes, probabilities."""
    import numpy as np

    dataset = case.dataset
    outputs = predict_outputs(case.model, dataset.preprocessing, dataset.test.inputs)
    classes = dataset.y_test.dtype.kind == "i"
    wanted = (len(dataset.test), *dataset.y_test.shape[1:])
    learned: Any = dataset.preprocessing
    if classes:
        # Codes of tokens have no names of classes.
        names = getattr(learned, "class_names", None)
        wanted += (case.model.output_shape[-1] if names is None else len(names),)
    if classes and wanted[-1] == 2 and outputs.shape[-1] == 1:  # that of the second class
        outputs = np.concatenate([1 - outputs, outputs], axis=-1)
    assert outputs.shape == wanted, f"it gives {outputs.shape} for {wanted}."
    if classes:
        assert (outputs >= 0).all(), "a probability is below 0."
        assert np.allclose(outputs.sum(axis=-1), 1, atol=1e-4), "a row does not sum to 1."


def _seed_decides(case: Case) -> None:
    """The same seed gives the same initial weights, another seed others."""
    again, other = (
        weights_digest(build_model(case.experiment.replace(seed=seed), case.dataset))
        for seed in (case.experiment.seed, 8)
    )
    first = weights_digest(case.model)
    assert first == again, "built twice, the initial weights differ."
    assert first != other, "another seed gives the same initial weights."


def _seed_decides_in_a_fresh_process(case: Case) -> None:
    """A fresh process gives the same initial weights."""
    assert case.fresh["weights"] == weights_digest(case.model), "the initial weights differ."


def repeats(case: Case) -> None:
    """Trained twice it has the same bits: weights, history and predictions."""
    same_bits(case.run().digests, case.whole.digests)


def repeats_in_a_fresh_process(case: Case) -> None:
    """Trained in a fresh process it has the same bits."""
    same_bits(case.fresh["digests"], case.whole.digests)


def resumes(case: Case) -> None:
    """Interrupted after an epoch and resumed it has the bits of a run that was not."""

    def interrupt(event: Mapping[str, Any]) -> None:
        if event["event"] == "epoch" and event["epoch"] == 1:
            raise KeyboardInterrupt

    with tempfile.TemporaryDirectory() as folder:
        try:
            cut = case.run(out=f"{folder}/run", progress=interrupt)
        except KeyboardInterrupt as error:  # in a script
            assert hasattr(error, "run"), "an interrupt leaves no run."
            cut = error.run
        assert cut.status == "interrupted", f"after an interrupt it is {cut.status}."
        resumed = resume_run(f"{folder}/run", data=case.data, progress=False)
    same_bits(resumed.digests, case.whole.digests)


def is_loaded(case: Case) -> None:
    """Saved and loaded it gives the same predictions."""
    import numpy as np

    dataset = case.dataset
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_run(case.whole.save(f"{folder}/run"))
    assert loaded.experiment == case.experiment.on_own_data(), "the experiment is another one."
    there, here = (
        predict_outputs(run.model, run.preprocessing, dataset.test.inputs)
        for run in (case.whole, loaded)
    )
    assert np.array_equal(there, here), "the predictions differ."
    assert loaded.predictions().equals(case.whole.predictions()), "the table differs."


def _is_refused_by_name(case: Case) -> None:
    """Where it is not registered its run is refused by its name, not called damaged."""
    with tempfile.TemporaryDirectory() as folder:
        kept = case.whole.save(f"{folder}/run")
        with BUILDERS.without(case.name):
            try:
                load_run(kept)
            except RunFolderError as error:
                text = str(error)
            else:
                raise AssertionError("it was loaded all the same.")
    assert repr(case.name) in text and "or register it" in text, text
    assert "damaged" not in text, text


def learns_on_every_backend(case: Case) -> None:
    """On every installed backend it is trained, and its losses are finite numbers."""
    for backend, process in case.processes.items():
        losses = process.answer["losses"]
        assert losses, f"{backend}: no epoch was finished."
        assert all(map(math.isfinite, losses)), f"{backend}: {losses}."


# What needs neither a training nor a fresh process.
UNTRAINED: tuple[Callable[[Case], None], ...] = (
    _is_documented,
    _defaults_keep_their_rules,
    _cleaning_ends,
    _bad_values_are_refused,
    experiments_travel,
    _is_plain,
    _config_is_safe,
    _output_fits,
    _seed_decides,
)
PROMISES: tuple[Callable[[Case], None], ...] = (
    *UNTRAINED,
    _bad_values_start_no_keras,
    _seed_decides_in_a_fresh_process,
    repeats,
    repeats_in_a_fresh_process,
    resumes,
    is_loaded,
    _is_refused_by_name,
    learns_on_every_backend,
)


def same_bits(found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Insist on equal digests."""
    other = [part for part in wanted if found[part] != wanted[part]]
    assert not other, f"other {' and '.join(other)}."


# A fresh process: it imports the builder as any other session would.
