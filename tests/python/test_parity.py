"""The same-bits check: its scripts, its comparison, its errors, and once for real in R."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import os
import stat
import sys
import textwrap
import time

import pytest

from kerasduet.environment import machine
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    ChildError,
    KerasduetError,
    UnknownName,
)
from kerasduet.experiments import Experiment, experiment
from kerasduet.jobs import languages, parity, scripts
from kerasduet.jobs.languages import Answer, Job
from kerasduet.jobs.parity import DIGESTS, Parity, check_parity, compare

SMALL = {"dataset": "mnist-subset", "units": (16,), "dropout": 0.1, "epochs": 1}
ANSWER = Answer("0.1.0", {"weights": "ab" * 32, "history": "cd" * 32, "predictions": "ef" * 32},
                {"loss": 0.5, "accuracy": 0.875}, 3.5, 7.25)  # fmt: skip


def changed(**digests):
    return dataclasses.replace(ANSWER, digests=ANSWER.digests | digests)


def result(r=ANSWER, python=ANSWER, threads=None):
    answers = {"python": python, "r": r}
    return Parity(experiment("mnist-dnn"), "tensorflow", "cpu", threads, answers)


# ---- comparing


def test_equal_answers_are_identical():
    same = result()
    assert same.identical and same.differences == ()
    assert same.table["identical"].tolist() == [True, True, True]


@pytest.mark.parametrize("what", DIGESTS)
def test_one_other_bit_is_named(what):
    other = ANSWER.digests[what][:-1] + "0"  # the last character, which the print cuts off
    differing = result(changed(**{what: other}))
    assert not differing.identical
    assert differing.differences == (what,)
    assert f"Python and R DIFFER in {what}." in str(differing)
    marked = [line for line in str(differing).splitlines() if "<- differs" in line]
    assert len(marked) == 1 and marked[0].split()[0] == what
    assert differing.table.set_index("what")["identical"].to_dict()[what] == False  # noqa: E712


def test_a_missing_digest_is_a_difference_even_on_both_sides():
    nothing = dataclasses.replace(ANSWER, digests={})
    assert compare(nothing, nothing) == DIGESTS
    assert compare(ANSWER, nothing) == DIGESTS


def test_metrics_are_compared_to_the_bit_and_missing_ones_are_equal():
    nudged = math.nextafter(0.875, 1)
    other = dataclasses.replace(ANSWER, metrics={"loss": 0.5, "accuracy": nudged})
    assert compare(ANSWER, other) == ("metrics",)
    missing = dataclasses.replace(ANSWER, metrics={"mase": math.nan})
    assert compare(missing, dataclasses.replace(missing, metrics={"mase": math.nan})) == ()


def test_the_print_says_it_plainly():
    assert str(result(threads=2)).splitlines() == [
        "mnist-dnn on tensorflow, device cpu, 2 threads: the same bits in Python and in R.",
        "",
        "               Python        R",
        "  weights      abababababab  abababababab",
        "  history      cdcdcdcdcdcd  cdcdcdcdcdcd",
        "  predictions  efefefefefef  efefefefefef",
        "  accuracy     0.875         0.875",
        "  seconds      3.5           3.5",
    ]
    older = dataclasses.replace(changed(weights="00"), version="0.0.9")
    told = str(result(older))
    assert "The versions of kerasduet differ too: 0.1.0 in Python, 0.0.9 in R." in told


def test_it_goes_through_json():
    content = json.loads(json.dumps(result(changed(history="00")).to_dict()))
    assert content["identical"] is False
    assert content["differences"] == ["history"]
    assert content["table"]["what"] == ["weights", "history", "predictions"]
    assert content["table"]["identical"] == [True, False, True]
    assert content["languages"]["r"]["digests"]["history"] == "00"
    assert Experiment.from_dict(content["experiment"]) == experiment("mnist-dnn")


# ---- scripts


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (2, "2"),
        (0.1, "0x1.999999999999ap-4"),
        ([0.5], "c(0x1.0000000000000p-1)"),
        ((), "list()"),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("W\u00e9\U0001f600", '"W\\U{e9}\\U{1f600}"'),
    ],
)
def test_settings_as_r_code(value, literal):
    assert scripts.r_literal(value) == literal


def test_a_script_holds_what_differs_from_the_preset():
    chosen = experiment("mnist-dnn", epochs=2, units=(64, 32), learning_rate=0.5)
    job = Job(experiment=chosen, backend="jax", device="cpu", threads=1, out="here")
    python = scripts.python_script(job, "answer")
    assert "kd.use_backend('jax', device='cpu', threads=1)" in python
    assert (
        "kd.run_experiment('mnist-dnn', units=[64, 32], learning_rate=0.5, epochs=2, "
        "out='here', overwrite=True)"
    ) in python
    r = scripts.r_script(job, "answer")
    assert 'use_backend("jax", device = "cpu", threads = 1)' in r
    assert (
        'run_experiment("mnist-dnn", units = c(64, 32), learning_rate = 0x1.0000000000000p-1, '
        'epochs = 2, out = "here", overwrite = TRUE)'
    ) in r


@pytest.mark.parametrize(
    "chosen",
    [
        experiment("mnist-cnn"),
        experiment("mnist-cnn", early_stopping=3, dense_units=(), clip_norm=0.1),
        experiment("lstm-co2", early_stopping=None, kind="gru", features=("co2",)),
        experiment("mnist-dnn", builder="cnn", filters=(4,)),
        dataclasses.replace(experiment("lstm-co2"), name="my own", seed=7),
    ],
    ids=lambda chosen: chosen.name,
)
def test_the_settings_in_a_script_lead_back_to_the_experiment(chosen):
    preset, changes = scripts._preset_and_changes(chosen)
    assert experiment(preset, **changes) == chosen


# ---- answers and errors


def test_an_answer_survives_its_lines():
    lines = ["version 0.1.0", "seconds 3.5"]
    lines += [f"digest {name} {value}" for name, value in ANSWER.digests.items()]
    python = [f"metric {name} {value.hex()}" for name, value in ANSWER.metrics.items()]
    r = ["metric loss 0x1p-1", "metric accuracy 0x1.cp-1"]  # as R's sprintf("%a") writes them
    assert languages.read_answer("\n".join(lines + python), 7.25) == ANSWER
    assert languages.read_answer("\n".join(lines + r), 7.25) == ANSWER
    assert math.isnan(languages.read_answer("\n".join([*lines, "metric x NA"])).metrics["x"])


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ("", ""),
        ("a\nb\n\nc\nd", "b c d"),
        (
            "noise\nTraceback (most recent call last):\n  File 'run.py'\n    run()\n"
            "kerasduet.errors.CsvError: path: must be a CSV file.\n",
            "CsvError: path: must be a CSV file.",
        ),
        (
            "Traceback (most recent call last):\n  File\nKeyError: 1\n\nDuring handling of the "
            "above exception, another exception occurred:\n\nTraceback (most recent call last):\n"
            "  File\nValueError: two\n",
            "ValueError: two",
        ),
        (
            "Error in `run_experiment()`:\n! epochs: must be whole; got 1.5.\nBacktrace:\n    x\n"
            "Execution halted\n",
            "Error in `run_experiment()`: epochs: must be whole; got 1.5.",
        ),
        (
            "Error in library(kerasduet) : there is no package called 'kerasduet'\n"
            "Execution halted\n",
            "Error in library(kerasduet) : there is no package called 'kerasduet'",
        ),
    ],
)
def test_the_childs_own_words_are_found(messages, text):
    assert languages.error_text(messages) == text


def test_a_failed_child_tells_its_own_error(tmp_path):
    missing = tmp_path / "none.csv"
    chosen = experiment("price-gru", path=str(missing))
    with pytest.raises(ChildError) as caught:
        languages.run_job(Job(experiment=chosen, backend="tensorflow"), "python")
    assert str(caught.value) == (
        "Python: must run price-gru; got status 1: DatasetError: path: must be a CSV file; "
        f"got {str(missing)!r}, which does not exist."
    )


def program(folder, name, text):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for R is a shell script")
def test_a_child_out_of_time_is_ended_with_all_it_started(tmp_path, monkeypatch):
    alive = tmp_path / "alive"
    loop = f"(while sleep 0.1; do echo x >> {alive}; done) & wait"
    monkeypatch.setattr(languages, "rscript", lambda _: program(tmp_path, "Rscript", loop))
    with pytest.raises(ChildError, match=r"R: must finish mnist-dnn within 0.5 seconds"):
        job = Job(experiment=experiment("mnist-dnn"), backend="tensorflow")
        languages.run_job(job, "r", time_limit=0.5)
    time.sleep(0.2)
    size = alive.stat().st_size
    time.sleep(0.3)
    assert alive.stat().st_size == size > 0


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for R is a shell script")
@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (None, "R: must be installed; got no Rscript on PATH. Install R"),
        (
            "echo 'kerasduet-doctor|4.2.2|0.1.0|'",
            "R: must have the package reticulate; R 4.2.2",
        ),
        (
            "echo 'kerasduet-doctor|4.2.2||1.41.0'",
            "R: must have the package kerasduet; R 4.2.2",
        ),
        ("echo broken; exit 3", "R: must be installed; "),
    ],
)
def test_what_r_lacks_is_said_before_anything_runs(answer, text, tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    if answer is not None:
        program(folder, "Rscript", answer)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("R_HOME", raising=False)
    monkeypatch.setattr(parity, "run_job", lambda *_, **__: pytest.fail("something ran"))
    with pytest.raises(ChildError) as caught:
        check_parity("mnist-dnn", progress=False)
    assert str(caught.value).startswith(text)
    assert isinstance(caught.value, KerasduetError)


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        ({"epoch": 2}, UnknownName, "Did you mean epochs?"),
        ({"backend": "theano"}, UnknownName, "backend: no option 'theano'"),
        ({"device": "tpu9"}, UnknownName, "device: no option 'tpu9'"),
        ({"threads": 0}, ArgumentRange, "threads: must be a whole number, at least 1; got 0."),
        ({"time_limit": -1}, ArgumentRange, "time_limit: must be above 0; got -1."),
        ({"dataset": "images"}, ArgumentType, "path: a fresh process cannot see the caller's"),
        ({"progress": "yes"}, ArgumentType, "progress: must be true or false"),
    ],
)
def test_bad_arguments_are_refused_before_anything_runs(settings, error, text, monkeypatch):
    monkeypatch.setattr(parity, "require", lambda _: pytest.fail("something ran"))
    with pytest.raises(error) as caught:
        check_parity("mnist-dnn", **settings)
    assert text in str(caught.value)


def test_both_languages_get_the_same_job(monkeypatch):
    asked, told = [], []
    monkeypatch.setattr(parity, "require", lambda _: None)

    def run_job(job, language, **limits):
        asked.append((job, language, limits))
        return ANSWER

    monkeypatch.setattr(parity, "run_job", run_job)
    found = check_parity(
        "mnist-dnn", epochs=2, backend="jax", device="cpu", threads=2.0, progress=told.append
    )
    assert found.identical
    job = Job(
        experiment=experiment("mnist-dnn", epochs=2), backend="jax", device="cpu", threads=2
    )
    limits = {"time_limit": 3600.0, "show": False}
    assert asked == [(job, "python", limits), (job, "r", limits)]
    assert [event["text"] for event in told] == [
        "Python: mnist-dnn, 2 epochs",
        "R: mnist-dnn, 2 epochs",
    ]


def test_the_documented_call_prints_what_stands_below_it(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(parity, "require", lambda _: None)
    monkeypatch.setattr(parity, "run_job", lambda job, *_, **__: asked.append(job) or ANSWER)
    code = textwrap.dedent(inspect.getdoc(check_parity).partition("::\n")[2])
    exec(code, {"check_parity": check_parity})
    printed = [line[2:] for line in code.splitlines() if line.startswith("# ")]
    assert printed and capsys.readouterr().out.splitlines()[: len(printed)] == printed
    assert [job.experiment for job in asked] == [experiment("mnist-dnn", epochs=2)] * 2


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for R is a shell script")
def test_r_gets_the_callers_libraries_and_this_python(monkeypatch, tmp_path):
    monkeypatch.setattr(languages, "r_libraries", lambda: ["/one", "/two"])
    given = languages.r_environment({"R_LIBS": "/three", "HOME": "/h"})
    assert given["R_LIBS"] == os.pathsep.join(["/one", "/two", "/three"])
    assert given["HOME"] == "/h"
    assert given["RETICULATE_PYTHON"].startswith(sys.prefix)
    (tmp_path / "bin").mkdir()
    own = program(tmp_path / "bin", "Rscript", "")
    assert languages.rscript({"R_HOME": str(tmp_path)}) == own


# ---- for real


@pytest.fixture(scope="module")
def r():
    found = machine.find_r(os.environ)
    for name in ("found", "reticulate", "kerasduet"):
        if not found[name]:
            pytest.skip(f"R with reticulate and kerasduet is not installed: no {name}")


@pytest.mark.usefixtures("r")
def test_r_and_python_give_the_same_bits():
    found = check_parity("mnist-dnn", progress=False, seed=7, learning_rate=0.0007, **SMALL)
    assert found.identical, str(found)
    assert found.answers["r"].metrics["accuracy"] > 0.5


@pytest.mark.usefixtures("r")
def test_of_a_recurrent_network_too():
    # A convolutional one is tests/testthat/test-parity.R's.
    small = {"lookback": 6, "horizon": 2, "units": 3, "epochs": 1, "seed": 7}
    found = check_parity("lstm-co2", progress=False, batch_size=128, **small)
    assert found.identical, str(found)
    assert found.answers["r"].metrics["mae"] > 0


@pytest.mark.usefixtures("r")
def test_an_error_in_r_arrives_in_its_own_words(tmp_path):
    missing = str(tmp_path / "none.csv")
    job = Job(experiment=experiment("price-gru", path=missing), backend="tensorflow")
    with pytest.raises(ChildError) as caught:
        languages.run_job(job, "r")
    assert "R: must run price-gru; got status 1: Error in `run_experiment()`" in str(
        caught.value
    )
    assert "which does not exist" in str(caught.value)
