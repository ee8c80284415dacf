"""Every builder keeps every promise: those built in, the example of CONTRIBUTING, a stranger's."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import textwrap
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated

import numpy as np
import pandas as pd
import pytest
from conftest import fruits

import kerasduet as kd
from kerasduet import interrupts
from kerasduet.environment import backend_name
from kerasduet.errors import ArgumentType, RunFolderError
from kerasduet.registry import BUILDERS, TASKS, Registry
from kerasduet.settings.common import CLASSES, SEED, SHAPE
from kerasduet.testing import builders, cases, check_builder, tasks
from kerasduet.testing.promises import keep

CONTRACT = Path(__file__).parents[1] / "contract"
CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"
PROMISES = 18


def documented():
    """Give the builder and the settings in the example of check_builder()'s docstring."""
    example = inspect.getdoc(check_builder).partition("::\n")[2]
    (call,) = (x for x in ast.walk(ast.parse(textwrap.dedent(example))) if type(x) is ast.Call)
    assert ast.unparse(call.func) == "check_builder"
    return ast.literal_eval(call.args[0]), {
        keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords
    }


SMALL = {
    "cnn_norm": {"filters": (4, 4), "dense_units": 8, "dropout": 0.2},
    **dict([documented()]),
    "encoder_decoder": {"units": 4, "embedding": 4, "dropout": 0.2},
    "next_token": {"embedding": 3, "units": (4,), "kind": "gru", "dropout": 0.2},
    "recurrent": {"units": (4, 3), "dense_units": 4, "dropout": 0.2},
    "table_dense": {"units": (4, 3), "dropout": 0.2, "l2": 1e-4},
    "text_recurrent": {"units": 3, "embedding": 3, "dropout": 0.2, "bidirectional": True},
    "token_tagger": {"embedding": 3, "units": (4,), "dropout": 0.2},
    "transfer": {"base": "cnn", "weights": None, "head": (4,)},
    "video_recurrent": {"filters": (3, 3), "units": 3, "kind": "gru", "dropout": 0.2},
    "yolo_small": {"filters": (4, 4, 4), "cell_filters": (4,)},
}
# Tried together with their tasks: the task, and how many inputs the network has.
PAIRS = {
    "dnn": ("classification", 1),
    "encoder_decoder": ("translation", 2),
    "next_token": ("generation", 1),
    "recurrent": ("forecasting", 1),
    "table_dense": ("table-classification", 2),  # numbers, and a column that is embedded
    "text_recurrent": ("text-classification", 1),
    "token_tagger": ("tagging", 1),
    "video_recurrent": ("video-classification", 1),
    "yolo_small": ("detection", 1),
}
# Tasks that stand in no pair.
TINY = {
    "image-classification": {"builder": "cnn", "filters": 2, "dense_units": (4,)},
    "sequence-regression": {"builder": "recurrent", "units": (2,)},
    "table-regression": {"builder": "table_dense", "units": (4,)},
}
# Of it no headline example is tried on the other backends: several inputs, and an embedding.
ON_ALL_BACKENDS = {"table_dense"}
# Of networks that other tests train, what needs no training: one of those that share a function.
TRAINED_ELSEWHERE = {
    "alexnet": {"input_shape": (67, 67, 1), "width": 0.02},
    "cnn": {"filters": (4, 4), "dense_units": 8, "dropout": 0.2},
    "googlenet": {"input_shape": (65, 65, 1), "width": 0.02},
    "lenet5": {"input_shape": (16, 16, 1)},
    "resnet18": {"input_shape": (32, 32, 1), "width": 0.02},
    "text_cnn": {"embedding": 3, "filters": 4, "window": (2, 3), "dense_units": 4},
    "torch_tutorial_cnn": {"input_shape": (16, 16, 1), "width": 0.02},
    "vgg16": {"input_shape": (32, 32, 1), "width": 0.02},
    "yolo_v1": {"width": 1 / 256},
    "zfnet": {"input_shape": (53, 53, 1), "width": 0.02},
}
SHARED = {"resnet34", "resnet50", "resnet152", "vgg19"}


def test_every_builder_is_tried():
    assert {*SMALL, *TRAINED_ELSEWHERE, *SHARED} == set(BUILDERS)


def test_every_task_is_tried():
    assert {*TINY, *(task for task, _ in PAIRS.values())} == set(TASKS)


@pytest.fixture
def one_backend(monkeypatch):
    """Leave the other backends to the builder of tables, and to test_backends.py."""
    monkeypatch.setattr(cases, "installed", lambda: (backend_name(),))


def keep_untrained(name, small):
    """Try the promises that need no training."""
    with closing(cases.Case(name, BUILDERS[name], None, small)) as case:
        for promise in builders.UNTRAINED:
            keep(name, promise, case)
        assert "processes" not in vars(case) and "whole" not in vars(case)


@pytest.mark.parametrize("name", TRAINED_ELSEWHERE)
def test_a_builder_keeps_the_promises_that_need_no_training(name):
    keep_untrained(name, TRAINED_ELSEWHERE[name])


def case_of(name):
    """Give the case of a builder, or of a task of TINY."""
    if name not in TINY:
        return cases.Case(name, BUILDERS[name], None, SMALL[name])
    small = dict(TINY[name])
    builder = small.pop("builder")
    return cases.Case(builder, BUILDERS[builder], None, small, TASKS[name])


@pytest.fixture(scope="module")
def tried(request):
    """Give the cases of the tests that are run; they share a fresh process."""
    tests = {
        test_a_builder_keeps_its_promises,
        test_a_task_keeps_its_promises,
        test_a_builder_and_its_task_keep_their_promises,
    }
    items = [item for item in request.session.items if getattr(item, "function", None) in tests]
    with ExitStack() as ends:
        found = {
            name: case_of(name) for name in (item.callspec.params["name"] for item in items)
        }
        for case in found.values():
            ends.enter_context(closing(case))
        everywhere = [case for name, case in found.items() if name in ON_ALL_BACKENDS]
        here = [backend_name()]
        others = [backend for backend in cases.installed() if backend not in here]
        for backends, sharing in ((here, [*found.values()]), (others, everywhere)):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(cases, "installed", lambda backends=backends: backends)
                ends.enter_context(cases.in_one_process(sharing))
        yield found


@pytest.mark.parametrize("name", sorted({*SMALL} - {*PAIRS}))
def test_a_builder_keeps_its_promises(name, tried):
    keep(name, builders._is_a_builder, tried[name].function)
    for promise in builders.PROMISES:
        keep(name, promise, tried[name])


@pytest.mark.parametrize("name", TINY)
def test_a_task_keeps_its_promises(name, tried):
    keep(name, tasks._is_a_task, tried[name].task)
    for promise in tasks.PROMISES:
        keep(name, promise, tried[name])


@pytest.mark.parametrize("name", PAIRS)
def test_a_builder_and_its_task_keep_their_promises(name, tried, monkeypatch):
    """What check_builder() and check_task() try, on the same few trainings."""
    promises = dict.fromkeys([*builders.PROMISES, *tasks.PROMISES])
    shared = set(builders.PROMISES) & set(tasks.PROMISES)
    assert len(promises) == len(builders.PROMISES) + len(tasks.PROMISES) - len(shared)
    assert {promise.__name__ for promise in shared} >= {"resumes", "repeats", "is_loaded"}
    task, inputs = PAIRS[name]
    if name == "dnn":  # in a script, too
        monkeypatch.setattr(interrupts, "at_prompt", lambda: False)
    case = tried[name]
    assert case.task.name == task
    assert len(case.model.inputs) == inputs
    wanted = set(cases.installed()) if name in ON_ALL_BACKENDS else {backend_name()}
    assert set(case.processes) == wanted
    keep(name, builders._is_a_builder, case.function)
    keep(name, tasks._is_a_task, case.task)
    for promise in promises:
        keep(name, promise, case)


@contextmanager
def imported(folder, module):
    """Import a module that fresh processes find too, and forget it and its builders afterwards."""
    before = [(registry, set(registry)) for registry in (BUILDERS, TASKS)]
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(module)
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop(module, None)
        for registry, names_before in before:
            for name in set(registry) - names_before:
                registry.remove(name)


@pytest.fixture
def stranger():
    with imported(CONTRACT, "strange_builder") as module:
        yield module


def test_a_strangers_builder_keeps_them_too(stranger, one_backend):
    kept = check_builder("residual", width=3, blocks=1)
    assert len(kept) == len(set(kept)) == PROMISES
    assert all(sentence.endswith(".") for sentence in kept)


def test_a_strangers_builder_is_used_like_any_other(stranger, tmp_path):
    x, y = fruits()
    settings = {"builder": "residual", "input_shape": (4, 4, 1), "classes": 3, "width": 2}
    settings |= {"epochs": 2, "data": {"x": x, "y": y}}
    whole = kd.run_experiment("mnist-dense", progress=False, **settings)

    def interrupt(event):
        if event["event"] == "epoch" and event["epoch"] == 1:
            raise KeyboardInterrupt

    folder = tmp_path / "run"
    cut = kd.run_experiment("mnist-dense", out=folder, progress=interrupt, **settings)
    assert cut.status == "interrupted"
    assert kd.resume_run(folder, data={"x": x, "y": y}, progress=False).digests == whole.digests
    loaded = kd.load_run(folder)
    assert loaded.predictions().equals(whole.predictions())
    assert (loaded.experiment.width, loaded.experiment.blocks) == (2, 2)
    assert len(loaded.plot().axes) > 1
    page = kd.render_report(loaded, tmp_path / "report.html")
    text = Path(page).read_text("utf-8")
    assert "residual" in text and "short_cut_1" in text

    with BUILDERS.without("residual"), pytest.raises(RunFolderError) as refused:
        kd.load_run(folder)
    assert "no option 'residual'" in str(refused.value)
    assert str(refused.value).endswith("Update kerasduet, or register it.")
    assert kd.load_run(folder).digests == whole.digests


def test_the_example_of_contributing_is_a_builder(tmp_path):
    text = (
        CONTRIBUTING.read_text("utf-8").partition("## Add a builder")[2].partition("\n## ")[0]
    )
    (code,) = re.findall(r"   ```python\n(.*?)   ```", text, flags=re.DOTALL)
    (tmp_path / "separable.py").write_text(textwrap.dedent(code), "utf-8")
    with imported(tmp_path, "separable") as module:
        kd.register_builder("separable", module.separable)
        keep_untrained("separable", {"filters": (4,)})
        x, y = fruits()
        settings = {"input_shape": (4, 4, 1), "classes": 3, "filters": 2, "kernel_size": 2}
        settings |= {"builder": "separable", "epochs": 1, "data": {"x": x, "y": y}}
        run = kd.run_experiment("images", progress=False, **settings)
        assert [layer.name for layer in run.model.layers][1:3] == ["separable_1", "pooling_1"]
        assert 0 < run.metrics["loss"] < 10


def test_a_second_training_that_goes_another_way_is_found():
    from kerasduet.testing.promises import repeats

    once = pd.DataFrame({"epoch": [1, 2], "loss": [0.5, 0.25]})
    whole = SimpleNamespace(history=once)
    repeats(SimpleNamespace(whole=whole, cut=SimpleNamespace(history=once[:1])))
    for other in (once[:1].assign(loss=np.nextafter(0.5, 1)), once[:0], once[1:]):
        with pytest.raises(AssertionError):
            repeats(SimpleNamespace(whole=whole, cut=SimpleNamespace(history=other)))


# What breaks a promise must be found: each builder has one fault.

HEAD = """
from __future__ import annotations
from typing import Annotated
from kerasduet.models.parts import Parts
from kerasduet.settings import Number, Rule, Whole, checked
from kerasduet.settings.common import CLASSES, SEED, SHAPE
"""
BODY = """
def faulty(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (12, 12, 1),
    classes: Annotated[int, CLASSES] = 3,
    rate: Annotated[float, Number(low=0, below=1)] = 0.5,
    seed: Annotated[int, SEED] = 0,
):
    '''Build it.

    Parameters
    ----------
    input_shape : tuple of int
        An image.
    classes, seed : int
        As ever.
    rate : float
        A rate.
    '''
    parts = Parts(seed)
    import keras
    inputs = keras.Input(input_shape)
    x = keras.layers.Flatten()(inputs)
    return keras.Model(inputs, parts.dense(classes, "out", activation="softmax")(x))
"""
LAMBDA = "x = keras.layers.Lambda(lambda x: 2 * x, output_shape=(144,))(x)\n    return"
OWN_LAYER = "x = type('Own', (keras.layers.Flatten,), {})()(x)\n    return"
FAULTS = {
    "no word": ("rate : float", "rates : float", "no word on rate"),
    "default": ("= 0.5", "= 1.5", "Every default keeps.*below 1"),
    "not checked": ("@checked()", "", "Called itself.*input_shape = 0"),
    "Keras too early": ("from typing", "import keras\nfrom typing", "import it inside"),
    "Lambda": ("return", LAMBDA, "is a Lambda"),
    "own layer": ("return", OWN_LAYER, "is a Own"),
    "no softmax": ('"softmax"', '"tanh"', "a probability is below 0|does not sum to 1"),
    "other shape": ("parts.dense(classes", "parts.dense(7", r"it gives \(\d+, 7\)"),
    "seed ignored": ("Parts(seed)", "Parts(1)", "another seed gives the same"),
    "no seed": ('parts.dense(classes, "out"', "keras.layers.Dense(classes", "weights differ"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_promise_is_found(fault, tmp_path, one_backend):
    good, bad, said = FAULTS[fault]
    code = f"{HEAD}\n\n@checked(){BODY}"
    assert good in code
    name = "faulty_" + fault.replace(" ", "_")
    (tmp_path / f"{name}.py").write_text(code.replace(good, bad), "utf-8")
    with imported(tmp_path, name) as module:
        kd.register_builder(name, module.faulty)
        with pytest.raises(AssertionError, match=said):
            check_builder(name)


def names(**settings):
    pass


def without_rule(*, units=3):
    pass


def clashing(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (4, 4, 1),
    classes: Annotated[int, CLASSES] = 3,
    epochs: Annotated[int, SEED] = 3,
    seed: Annotated[int, SEED] = 0,
):
    pass


def of_no_task(*, units: Annotated[int, SEED] = 3, seed: Annotated[int, SEED] = 0):
    pass


def seedless(*, units: Annotated[int, SEED] = 3):
    pass


def required(*, units: Annotated[int, SEED], seed: Annotated[int, SEED] = 0):
    pass


REFUSED = {
    "text": ("dnn2", "function: must be a function that builds a network; got 'dnn2'."),
    "class": (dict, "function: must be a function that builds a network; got"),
    "settings": (
        names,
        "function: must have keyword-only arguments; got names() with settings.",
    ),
    "nothing": (
        lambda: None,
        "function: must have keyword-only arguments; got <lambda>() without",
    ),
    "rule": (
        without_rule,
        "function: must have a rule on each argument; got without_rule(), where",
    ),
    "clash": (
        clashing,
        "function: must name its own arguments unlike other settings; got clashing",
    ),
    "task": (of_no_task, "function: must take what a task's data decide: classes, input_shape"),
    "seed": (seedless, "function: must have an argument seed"),
    "default": (
        required,
        "function: must have a default for each argument; got required() with",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_builder_is_refused(case):
    function, text = REFUSED[case]
    with pytest.raises(ArgumentType) as refused:
        kd.register_builder("new_one", function)
    assert str(refused.value).startswith(text)
    assert "new_one" not in BUILDERS


def test_a_name_unknown_for_a_while_comes_back_at_its_place():
    ours = Registry("builder", {"cnn": "models.vision.cnn:cnn", "dnn": "models.vision.dnn:dnn"})
    for name in ("one", "two", "three"):
        ours.register(name, len)
    before = list(ours)
    for name in before:
        with ours.without(name):
            assert list(ours) == [other for other in before if other != name]
        assert list(ours) == before
    with ours.without("one"):
        ours.remove("two")
        ours.register("four", len)
    assert list(ours) == ["cnn", "dnn", "one", "three", "four"]
    assert (ours["one"], ours["cnn"]) == (len, BUILDERS["cnn"])


@pytest.mark.parametrize("name", ["dnn", "two words", 3, None])
def test_a_name_is_new_and_a_word(name):
    with pytest.raises(ArgumentType, match=r"^name: must be "):
        kd.register_builder(name, BUILDERS["cnn"])


def test_packages_announce_builders(tmp_path, monkeypatch):
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    points = "[kerasduet.builders]\nannounced = announcing:build\ncnn = announcing:build\n"
    (info / "entry_points.txt").write_text(points)
    (tmp_path / "announcing.py").write_text("def build():\n    return 'announced'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    builders = Registry("builder", {"cnn": "models.vision.cnn:cnn"})
    assert builders["announced"]() == "announced"
    assert list(builders) == ["cnn", "announced"]
    assert builders["cnn"] is BUILDERS["cnn"]  # a built-in name stays what it is
    with pytest.raises(ArgumentType, match="must be new"):
        builders.register("announced", len)
