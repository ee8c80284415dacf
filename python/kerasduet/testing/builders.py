"""What every builder promises, tried one by one."""

from __future__ import annotations

import contextlib
import inspect
import json
import re
import tempfile
from collections.abc import Callable
from typing import Any

from kerasduet.errors import RunFolderError
from kerasduet.models import build_model
from kerasduet.models.registering import fault_of
from kerasduet.registry import BUILDERS
from kerasduet.run import load_run
from kerasduet.settings.sections import plain
from kerasduet.testing.cases import Case
from kerasduet.testing.processes import refusal_fault
from kerasduet.testing.promises import (
    experiments_travel,
    is_loaded,
    keep,
    learns_on_every_backend,
    repeats,
    repeats_in_a_fresh_process,
    resumes,
    sentence,
)
from kerasduet.training import predict_outputs, weights_digest

__all__ = ["check_builder"]


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
