"""The manifest that both suites read: every public name, its arguments and its defaults."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import kerasduet as kd

FILE = json.loads((Path(__file__).parents[1] / "contract" / "manifest.json").read_text("utf-8"))
FUNCTIONS = [*FILE["functions"], *FILE["methods"]]
CONCEPTS = FILE["concepts"]


def find(path):
    found = kd
    for part in path.split("."):
        found = getattr(found, part)
    return found


def python_name(argument):
    return argument.get("python", argument.get("name"))


def plain(value):
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def described(function):
    """Describe a function's signature as the manifest does."""
    parameters = list(inspect.signature(function).parameters.values())
    open_ended = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    extra = [p.name for p in parameters if p.kind in open_ended]
    named = [p for p in parameters if p.kind not in open_ended]
    defaults = {p.name: plain(p.default) for p in named if p.default is not p.empty}
    keyword = [i for i, p in enumerate(named, start=1) if p.kind is p.KEYWORD_ONLY]
    return {
        "names": [p.name for p in named],
        "defaults": defaults,
        "keyword_from": keyword[0] if keyword else None,
        "variadic": extra[0] if extra else None,
    }


def promised(entry):
    arguments = entry["arguments"]
    return {
        "names": [python_name(a) for a in arguments],
        "defaults": {python_name(a): a["default"] for a in arguments if "default" in a},
        "keyword_from": entry.get("keyword_from"),
        "variadic": entry.get("variadic"),
    }


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry["python"])
def test_signature_is_the_promised_one(entry):
    assert described(find(entry["python"])) == promised(entry)


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry["python"])
def test_every_argument_is_either_required_or_has_a_default(entry):
    for argument in entry["arguments"]:
        assert ("default" in argument) != argument.get("required", False)


def test_signature_of_every_listed_lesson_function():
    wrong = [e["python"] for e in CONCEPTS if described(find(e["python"])) != promised(e)]
    assert wrong == []


def test_every_lesson_function_is_listed():
    listed = {entry["python"] for entry in CONCEPTS}
    public = {f"concepts.{name}" for name in kd.concepts.__all__}
    # Empty until the lessons have their R functions; then complete.
    assert listed in (set(), public)


def test_every_public_name_is_listed():
    listed = {entry["python"] for entry in FILE["functions"] if "." not in entry["python"]}
    assert listed | {entry["python"] for entry in FILE["python_only"]} == set(kd.__all__)


def test_every_builder_is_listed():
    names = {entry["python"] for entry in FILE["functions"]}
    listed = {name for name in names if name.startswith("models.")}
    assert listed == {f"models.{name}" for name in kd.models.BUILDERS}


def test_every_method_of_a_run_is_listed():
    methods = {
        f"{owner.__name__}.{name}"
        for owner in (kd.Run, kd.RunSet)
        for name, value in inspect.getmembers(owner, inspect.isfunction)
        if not name.startswith("_")
    }
    assert {entry["python"] for entry in FILE["methods"]} == methods


def test_no_name_is_listed_twice():
    for language in ("python", "r"):
        names = [
            entry[language]
            for part in ("functions", "methods", "concepts", "python_only", "r_only")
            for entry in FILE[part]
            if language in entry
        ]
        assert len(set(names)) == len(names)


def test_an_r_name_is_the_python_name():
    for entry in FILE["functions"]:
        module, _, name = entry["python"].rpartition(".")
        assert entry["r"] == (f"model_{name}" if module == "models" else name)


def test_names_of_one_language_alone_have_a_reason():
    for entry in [*FILE["python_only"], *FILE["r_only"]]:
        assert entry["reason"].endswith(".")


def test_a_changed_default_is_noticed():
    entry = next(e for e in FUNCTIONS if e["python"] == "resume_run")

    def same(run, *, data=None, progress=True, callbacks=None):
        return run, data, progress, callbacks

    def changed(run, *, data=None, progress=False, callbacks=None):
        return run, data, progress, callbacks

    assert described(same) == promised(entry)
    assert described(changed) != promised(entry)


def test_public_names_load_and_unknown_ones_do_not():
    assert set(dir(kd)) == {*kd.__all__, "__version__"}
    with pytest.raises(AttributeError, match="has no attribute 'missing'"):
        _ = kd.missing


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys, kerasduet; "
        "heavy = {'keras', 'tensorflow', 'jax', 'torch', 'numpy', 'pandas', 'matplotlib'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_describing_an_experiment_starts_no_backend():
    code = (
        "import sys, kerasduet as kd; kd.experiment('mnist-cnn', epochs=2); kd.presets(); "
        "sys.exit(', '.join({'keras', 'tensorflow'} & set(sys.modules)) or 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_error_says_what_it_is_for_and_is_a_value_error():
    classes = [v for v in vars(kd.errors).values() if inspect.isclass(v)]
    raised = [c for c in classes if issubclass(c, Exception) and not issubclass(c, Warning)]
    assert len(raised) >= 24
    assert all(issubclass(c, ValueError) and c.__doc__ for c in raised)
