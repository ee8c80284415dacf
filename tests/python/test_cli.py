"""The command: what it prints, where it prints it, and its exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kerasduet
from kerasduet import cli
from kerasduet.shell import options

SMALL = ["mnist-dnn", "--dataset", "mnist-subset", "--units", "16", "--dropout", "0.1"]


def fresh(*arguments, **settings):
    """Start the command in a process of its own."""
    root = str(Path(kerasduet.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-m", "kerasduet", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
        **settings,
    )


def finished(*arguments):
    process = fresh(*arguments)
    output, errors = process.communicate(timeout=600)
    return process.returncode, output, errors


# ---- values and settings


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("epochs", "2", 2),
        ("epochs", "2.5", 2.5),
        ("epochs", "two", "two"),  # the core says what is wrong with it
        ("learning_rate", "1e-3", 0.001),
        ("units", "256,128", [256, 128]),
        ("units", "[64]", [64]),
        ("dense_units", "[]", []),
        ("dropout", "0.4, 0.3", [0.4, 0.3]),
        ("straddle", "TRUE", True),
        ("clip_norm", "none", None),
        ("path", "none", None),
        ("path", "a,b.csv", "a,b.csv"),
        ("target", "2020", "2020"),
        ("features", "open,close", ["open", "close"]),
        ("features", "open", ["open"]),
    ],
)
def test_a_value_is_read_as_its_setting_wants(name, text, value):
    found = options.parse_value(name, text)
    assert (found, type(found)) == (value, type(value))


def test_settings_are_told_from_the_commands_own_options():
    typed = [
        "run",
        "--batch-size=64",
        "mnist-cnn",
        "--set",
        "units=8,4",
        "--seed",
        "7",
        "--json",
    ]
    known, settings = options.split([*typed, "--out", "here"])
    assert known == ["run", "mnist-cnn", "--json", "--out", "here"]
    assert settings == {"batch_size": 64, "units": [8, 4], "seed": 7}


# ---- errors: one line on standard error, status 2


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ["run", "mnist-cnn", "--epoch", "2"],
            "epoch: the experiment mnist-cnn has no such setting. Did you mean epochs?",
        ),
        (
            ["run", "--epochs", "0", "mnist-cnn"],
            "epochs: must be a whole number, at least 1; got 0.",
        ),
        (
            ["parity", "mnist-cn"],
            "preset: no preset 'mnist-cn'. Did you mean mnist-cnn or mnist-dnn or mnist-cnn-sgd?",
        ),
        (
            ["run", "mnist-cnn", "--seed", "-1"],
            "seed: must be a whole number, at least 0 and at most 4294967295; got -1.",
        ),
        (
            ["run", "mnist-cnn", "--epochs"],
            "epochs: must have a value; got none. Write --epochs VALUE.",
        ),
        (
            ["run", "mnist-cnn", "--epochs", "--json"],
            "epochs: must have a value; got none. Write --epochs VALUE.",
        ),
        (["run", "mnist-cnn", "--set", "units"], "set: must be name=value; got 'units'."),
        (
            ["run", "mnist-cnn", "--threads", "few"],
            "threads: must be a whole number, at least 1; got 'few'.",
        ),
        (
            ["resume", "no-such-folder"],
            "folder: must be a run folder; got '{here}/no-such-folder', which is not a folder.",
        ),
        (
            ["parity", "price-gru"],
            "path: a fresh process cannot see the caller's own data; got price-gru without a "
            "file. Save the data and set path.",
        ),
        (
            ["parity", "mnist-dnn", "--time-limit", "0"],
            "time_limit: must be above 0; got 0.",
        ),
    ],
)
def test_an_error_is_one_line_and_status_2(arguments, text, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 2
    expected = text.replace("{here}", str(tmp_path))
    assert capsys.readouterr() == ("", f"error: {expected}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["frobnicate"], ["run"], ["presets", "--foo"]])
def test_a_wrong_command_line_is_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert "usage: kerasduet" in capsys.readouterr().err


def test_no_command_shows_the_help(capsys):
    assert cli.main([]) == 2
    assert "train an example and score it" in capsys.readouterr().out


# ---- the quick commands


def test_help_and_version_import_nothing_heavy():
    code = (
        "import sys; from kerasduet.cli import main\n"
        "try: main(['run', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'keras', 'tensorflow', 'jax', 'torch', 'numpy', 'pandas', 'matplotlib'}\n"
        "sys.exit(','.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "early_stopping" in done.stdout and "kernel_size" in done.stdout


def test_version_from_the_module():
    assert finished("--version") == (0, f"kerasduet {kerasduet.__version__}\n", "")


def test_presets_as_text_and_as_json(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    started = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert started == kerasduet.presets()["name"].tolist()
    assert cli.main(["presets", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == kerasduet.presets()["name"].tolist()


@pytest.mark.parametrize(("ok", "status"), [(True, 0), (False, 1)])
def test_the_doctors_verdict_is_the_exit_status(ok, status, capsys, monkeypatch):
    class Report:
        def to_dict(self):
            return {"ok": ok}

    Report.ok = ok
    monkeypatch.setattr("kerasduet.diagnosis.doctor", lambda run_devices: Report())
    assert cli.main(["doctor", "--json"]) == status
    assert json.loads(capsys.readouterr().out) == {"ok": ok}


# ---- runs


def test_run_prints_one_json_document_and_keeps_the_run(capsys, tmp_path):
    out = tmp_path / "run"
    arguments = ["run", *SMALL, "--epochs", "1", "--seed", "7", "--out", str(out), "--json"]
    assert cli.main(arguments) == 0
    output, errors = capsys.readouterr()
    content = json.loads(output)
    assert content["status"] == "finished"
    assert content["folder"] == str(out)
    assert "epoch 1/1" in errors
    run = kerasduet.load_run(out)
    assert run.experiment.seed == 7 and run.experiment.model["units"] == (16,)
    assert content["digests"] == run.digests
    assert content["metrics"] == run.metrics

    # The same command again loads what is there; another experiment is refused.
    assert cli.main([*arguments, "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["digests"] == run.digests
    assert cli.main([*arguments, "--epochs", "2"]) == 2
    assert "out: holds another experiment" in capsys.readouterr().err


def test_a_diverged_run_is_still_json(capsys):
    wild = ["--optimizer", "sgd", "--learning-rate", "1e30"]
    assert cli.main(["run", *SMALL, *wild, "--epochs", "1", "--quiet", "--json"]) == 0
    output = capsys.readouterr().out
    assert "NaN" not in output
    assert json.loads(output)["metrics"]["loss"] is None


def test_quiet_leaves_only_the_result(capsys):
    assert cli.main(["run", *SMALL, "--epochs", "1", "--quiet"]) == 0
    output, errors = capsys.readouterr()
    assert errors == ""
    assert output.startswith("<kerasduet run> mnist-dnn, finished, 1 of 1 epochs")


def test_data_takes_the_place_of_the_embedded_series(capsys, tmp_path):
    rows = [f"2020-01-{day:02},{day % 7 + day / 10}" for day in range(1, 32)]
    table = tmp_path / "sales.csv"
    table.write_text("\n".join(["day,sold", *rows]) + "\n")
    columns = ["--time", "day", "--target", "sold", "--frequency", "D", "--difference", "0"]
    sizes = ["--lookback", "3", "--horizon", "1", "--season", "7", "--epochs", "1"]
    command = ["run", "lstm-co2", "--data", str(table), *columns, *sizes, "--quiet", "--json"]
    assert cli.main(command) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["source"]["path"] == str(table)
    assert content["source"]["rows"] == 31


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process on Windows")
def test_ctrl_c_leaves_a_run_that_resumes_to_the_same_bits(tmp_path, capsys):
    cut, whole = str(tmp_path / "cut"), str(tmp_path / "whole")
    setting = [*SMALL, "--epochs", "9"]
    process = fresh("run", *setting, "--out", cut)
    while "epoch 1/9" not in (line := process.stderr.readline()):
        assert line, "the run ended by itself"
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=600)
    assert process.returncode == -signal.SIGINT  # 130 in a shell, whose loops it ends
    assert "Traceback" not in errors
    assert f"Go on with: kerasduet resume {cut}" in errors
    assert "mnist-dnn, interrupted" in output

    assert cli.main(["resume", cut, "--json", "--quiet"]) == 0
    resumed = json.loads(capsys.readouterr().out)
    assert resumed["status"] == "finished"
    assert cli.main(["run", *setting, "--out", whole, "--json", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["digests"] == resumed["digests"]


def test_parity_says_by_its_status_whether_the_bits_are_the_same(capsys, monkeypatch):
    asked = {}

    class Parity:
        identical = False

        def __str__(self):
            return "Python and R DIFFER"

    def check_parity(experiment, **settings):
        asked.update(settings, epochs=experiment.epochs)
        return Parity()

    monkeypatch.setattr("kerasduet.jobs.parity.check_parity", check_parity)
    command = ["parity", "mnist-dnn", "--epochs", "2", "--threads", "1", "--time-limit", "60"]
    assert cli.main([*command, "--backend", "jax"]) == 1
    assert capsys.readouterr().out == "Python and R DIFFER\n"
    assert asked == {
        "epochs": 2,
        "backend": "jax",
        "device": None,
        "threads": 1,
        "time_limit": 60,
        "progress": True,
    }
    Parity.identical = True
    assert cli.main(command) == 0


def test_a_reader_that_stops_reading_is_no_error():
    process = fresh("presets", "--json")
    process.stdout.close()
    assert process.wait(timeout=600) == 0
    assert process.stderr.read() == ""
    process.stderr.close()


def test_list_names_runs_and_damaged_folders(image_run, tmp_path, capsys):
    image_run.save(tmp_path / "good")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "run.json").write_text("{}")
    assert cli.main(["list", str(tmp_path)]) == 0
    bad, good = capsys.readouterr().out.splitlines()
    assert bad.startswith("bad: folder: run.json must be whole")
    accuracy = f"{image_run.metrics['accuracy']:.4f}"
    assert good == f"good: mnist-dnn, finished, 2 of 2 epochs, accuracy {accuracy}"
    assert cli.main(["list", str(tmp_path), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["status"] for row in rows] == ["damaged", "finished"]
