"""Bad inputs, from the file that R's suite reads too: one error class and one text a case."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet import errors
from kerasduet.environment import start_backend

FOLDER = Path(__file__).parents[1] / "contract" / "bad-inputs"
FILES = [json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.json"))]
EXPERIMENTS = {
    name: base for file in FILES for name, base in file.get("experiments", {}).items()
}
CASES = [case for file in FILES for case in file.get("cases", [])]
SETS = {"run_many", "cross_validate", "tune", "backtest"}
LOOKS = {"importance", "partial_dependence", "baseline_coefficients"}
INSIDE = {"describe", "plot_network", "plot_filters", "plot_maps", "plot_embedding"}
INSIDE |= {"saliency", "plot_saliency"}
OF_RUNS = {"predict", "evaluate", "forecast", "generate"} | LOOKS | INSIDE
SPECIAL = {"NA": float("nan"), "NaN": float("nan"), "Inf": np.inf, "-Inf": -np.inf}
HOLDER = """
import sys
from pathlib import Path
from kerasduet.runs.storage import Owner

Path(sys.argv[1]).mkdir()
with Owner(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def label(case):
    return f"{case['row']}-{case['call']}-{case['name'].replace(' ', '-')}"


def plain(value):
    """Give a scalar of the file; what JSON cannot write stands as {"special": name}."""
    special = isinstance(value, dict) and "special" in value
    return SPECIAL[value["special"]] if special else value


def settings_of(case, folder):
    base = EXPERIMENTS[case["experiment"]]
    settings = base["settings"] | case.get("settings", {})
    settings = {name: plain(value) for name, value in settings.items()}
    if isinstance(settings.get("path"), str):
        settings["path"] = settings["path"].replace("{folder}", str(folder))
    return case.get("preset", base["preset"]), settings


def build(spec):
    """Make an array, a vector, a table or a list of them from its description."""
    if "array" in spec:
        values = np.full(spec["array"], spec["fill"], dtype=object)
    elif "sequence" in spec:
        values = np.arange(1, spec["sequence"] + 1).astype(object)
    elif "vector" in spec:
        values = np.resize(np.array(spec["vector"], dtype=object), spec["length"])
    elif "table" in spec:
        return pd.DataFrame({name: build(column) for name, column in spec["table"].items()})
    else:
        return {name: build(part) for name, part in spec.items()}
    for place in spec.get("set", []):
        values[tuple(index - 1 for index in place["at"])] = plain(place["value"])
    return typed(values, spec)


def typed(values, spec):
    """Give values the type asked for; whole numbers with a gap have to be floats."""
    missing = np.array([item != item for item in values.flat], dtype=bool)
    if spec["type"] == "factor":
        kept = [None if gap else item for item, gap in zip(values, missing, strict=True)]
        return pd.Categorical(kept, categories=spec["levels"])
    whole = "float64" if missing.any() else "int64"
    kinds = {"integer": whole, "double": "float64", "text": "str", "logical": "bool"}
    return values.astype(kinds[spec["type"]])


def snapshot(folder):
    """Say all that is under a folder: names, and the bytes of its files."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if path.name not in {".lock", ".owner"}
    }


def call(case, folder, runs, events):
    """Do what a case describes."""
    name = case["call"]
    if name in {"predict", "evaluate", "forecast"}:
        run = runs(case["experiment"])
        if name == "forecast":
            level = case.get("level")
            levels = [plain(one) for one in level] if isinstance(level, list) else plain(level)
            return run.forecast(plain(case["horizon"]), levels)
        x = build(case["x"])
        return (
            run.predict(x)
            if name == "predict"
            else run.evaluate(x, build(case["y"]) if "y" in case else None)
        )
    if name == "generate":
        given = {key: plain(value) for key, value in case.get("arguments", {}).items()}
        return runs(case["experiment"]).generate(case["start"], **given)
    if name in LOOKS:
        data = build(case["data"]) if "data" in case else None
        return getattr(kd, name)(
            runs(case["experiment"]), data=data, **case.get("arguments", {})
        )
    if name in INSIDE:
        run = runs(case["experiment"])
        given = {key: plain(value) for key, value in case.get("arguments", {}).items()}
        given |= {key: build(case[key]) for key in ("image", "images") if key in case}
        return getattr(kd, name)(case.get("instead", run), **given)
    if "folder" in case:
        return getattr(kd, name)(case["folder"].replace("{folder}", str(folder)))
    preset, settings = settings_of(case, folder)
    data = build(case["data"]) if "data" in case else None
    if name == "experiment":
        return kd.experiment(preset, **settings)
    if name == "load_data":
        return kd.load_data(kd.experiment(preset, **settings), data)
    if name == "check_leakage":
        return kd.check_leakage(kd.experiment(preset, **settings), data)
    out = case.get("out", "{folder}/out").replace("{folder}", str(folder))
    if name in SETS:
        one = kd.experiment(preset, **settings)
        first = [one] * case.get("times", 1) if name == "run_many" else one
        given = case.get("arguments", {}) | {"folder": out, "data": data}
        return getattr(kd, name)(first, **given, progress=events.append)
    if "data" in case and "dataset" not in case.get("settings", {}):
        # The experiment's own data set, which own data would be refused beside.
        preset, settings = kd.experiment(preset, **settings), {}
    return kd.run_experiment(preset, data=data, out=out, progress=events.append, **settings)


@pytest.fixture(scope="module")
def runs():
    """Give the runs that predictions are asked of, each trained once."""
    trained = {}

    def run(name):
        if name not in trained:
            base = EXPERIMENTS[name]
            data = build(base["data"]) if "data" in base else None
            trained[name] = kd.run_experiment(
                base["preset"], data=data, progress=False, **base["settings"]
            )
        return trained[name]

    return run


@pytest.fixture(scope="module", autouse=True)
def started():
    # Keras writes its own keras.json when it starts: before the first look at that folder.
    start_backend()


@pytest.fixture
def folder(tmp_path, request):
    """Give a folder with the files of the case in it, and its busy folder held."""
    case = request.node.callspec.params["case"]
    for name, content in case.get("files", {}).items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            file.write_bytes(base64.b64decode(content["base64"]))
        else:
            file.write_text(content, "utf-8", newline="")
    if "busy" not in case:
        yield tmp_path
        return
    held = str(tmp_path / case["busy"])
    command = [sys.executable, "-c", HOLDER, held]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout.readline() == "held\n"
        yield tmp_path
        owner.stdin.close()


@pytest.mark.parametrize("case", CASES, ids=label)
def test_refused_with_its_text_and_nothing_left_behind(case, folder, runs, monkeypatch):
    if case["call"] in OF_RUNS:
        runs(case["experiment"])
    workplace = folder / "workplace"
    workplace.mkdir()
    monkeypatch.chdir(workplace)
    before = snapshot(folder)
    cache = snapshot(Path(os.environ["KERAS_HOME"]))
    events = []
    with pytest.raises(errors.KerasduetError) as raised:
        call(case, folder, runs, events)
    text = case["text"].replace("{folder}", str(folder))
    if "busy" in case:
        text = text.replace("{owner}", (folder / case["busy"] / ".owner").read_text("utf-8"))
    assert str(raised.value) == text
    assert type(raised.value).__name__ == case["error"]
    assert events == []
    assert snapshot(folder) == before
    assert snapshot(Path(os.environ["KERAS_HOME"])) == cache
    assert Path.cwd() == workplace


def test_every_promised_row_has_a_case():
    assert {case["row"] for case in CASES} == {*range(1, 31), 34, 35, 36, 37, 38}


def test_cases_have_names_of_their_own():
    labels = [label(case) for case in CASES]
    assert len(set(labels)) == len(labels)


def test_the_experiments_of_the_cases_train(runs):
    """So that a case is refused for what it gives, not for what it stands on."""
    untrained = {"experiment", "load_data"}
    needed = {case.get("experiment") for case in CASES if case["call"] not in untrained}
    for name, base in EXPERIMENTS.items():
        if name in needed:
            assert runs(name).status == "finished"
        else:
            kd.experiment(base["preset"], **base["settings"])
    assert len(needed & set(EXPERIMENTS)) > len(EXPERIMENTS) / 2


def test_no_two_files_name_an_experiment_alike():
    names = [name for file in FILES for name in file.get("experiments", {})]
    assert len(names) == len(set(names)), sorted(names)
