"""Commands that ask a run that is there, and the words that they use."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet import cli
from kerasduet.shell import said

FLOWERS = pd.DataFrame(
    {
        "width": np.tile([0.1, 0.9, 0.2, 0.8], 15),
        "height": np.tile([1.0, 3.0, 1.5, 2.5], 15),
        "kind": np.tile(["oak", "elm", "oak", "elm"], 15),
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Keep a run on a table, and a file with three of its rows."""
    where = tmp_path_factory.mktemp("shell")
    run = kd.run_experiment(
        "table-classes",
        data=FLOWERS,
        target="kind",
        units=8,
        epochs=4,
        out=where / "run",
        progress=False,
    )
    FLOWERS[:3].to_csv(where / "few.csv", index=False)
    return where, run


@pytest.fixture
def typed(folder, capsys, monkeypatch):
    """Type a command in the folder of the run."""
    monkeypatch.chdir(folder[0])

    def command(*words):
        status = cli.main(words)
        return status, *capsys.readouterr()

    return command


def test_predict_prints_a_row_each(typed, folder):
    run = folder[1]
    status, output, _ = typed("predict", "run", "few.csv")
    table = pd.read_csv(io.StringIO(output))
    assert status == 0 and table["row"].tolist() == [1, 2, 3]
    assert table["prediction"].tolist() == list(run.predict(FLOWERS[:3]))
    status, output, _ = typed("predict", "run", "few.csv", "--kind", "prob", "--json")
    wanted = run.predict(FLOWERS[:3], kind="prob").to_dict("records")
    assert [{k: row[k] for k in ("elm", "oak")} for row in json.loads(output)] == wanted


def test_evaluate_finds_the_target_by_itself(typed, folder):
    wanted = folder[1].evaluate(FLOWERS[:3], FLOWERS["kind"][:3])
    assert json.loads(typed("evaluate", "run", "few.csv", "--json")[1]) == wanted
    status, output, _ = typed("evaluate", "run", "few.csv")
    assert status == 0 and output.startswith(f"loss {wanted['loss']:.6g}\n")


def test_figures_and_reports_say_where_they_are(typed, folder):
    where = folder[0]
    status, output, _ = typed("plot", "run", "--kind", "history", "--out", "history.png")
    assert (status, output) == (0, f"{where / 'history.png'}\n")
    assert (where / "history.png").read_bytes().startswith(b"\x89PNG")
    status, _, error = typed("plot", "run", "--kind", "history", "--out", "history.png")
    assert (status, error) == (
        2,
        "error: out: is there already; got 'history.png'. Give --overwrite.\n",
    )
    found = typed("compare", "run", "run")
    assert found[0] == 0 and "The predictions are the same, bit for bit." in found[1]
    found = typed("compare", "run", "run", "run", "--json")
    assert {row["run"][0] for row in json.loads(found[1])["table"]} == {"B", "C"}
    status, _, error = typed("compare", "run")
    assert status == 2 and error.startswith("error: b: must be given")


def test_a_series_is_forecast_and_its_table_to_fill_is_printed(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    days = pd.date_range("2024-01-01", periods=60, freq="D")
    table = pd.DataFrame(
        {"time": days, "sold": np.arange(60) % 7.0, "open": np.arange(60) % 3.0}
    )
    run = kd.run_experiment(
        "lstm-series",
        data=table,
        target="sold",
        known_future=("open",),
        season=7,
        difference=0,
        lookback=7,
        horizon=2,
        units=2,
        epochs=1,
        early_stopping=None,
        out="run",
        progress=False,
    )
    assert cli.main(["forecast", "run", "--template"]) == 0
    empty = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert empty["time"].tolist() == ["2024-03-01", "2024-03-02"]
    empty.assign(open=1.0).to_csv("filled.csv", index=False)
    assert cli.main(["forecast", "run", "--future", "filled.csv", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    wanted = run.forecast(future=run.future_frame().assign(open=1.0))
    assert [row["forecast"] for row in found] == wanted["forecast"].tolist()
    assert found[0]["time"].startswith("2024-03-01")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            ["predict", "run", "none.csv"],
            "path: must be a CSV or Parquet file; got 'none.csv', which does not exist.",
        ),
        (
            ["predict", "run", "none.npy"],
            "file: must be there; got 'none.npy'. Check the path.",
        ),
        (
            ["predict", "run", "few.csv", "--kind", "prop"],
            "kind: no option 'prop'. Did you mean prob?",
        ),
        (
            ["evaluate", "run", "few.csv", "--label", "tree"],
            "label: no column 'tree' in few.csv; it has width, height, kind.",
        ),
        (
            ["evaluate", "run", "few.txt"],
            "file: must be a table (.csv, .tsv or .parquet) or arrays x and y (.npz); got "
            "'few.txt'.",
        ),
        (
            ["plot", "run", "--out", "plot.txt"],
            "out: must end with one of .png, .pdf, .svg, .jpg, .jpeg; got 'plot.txt'. Rename it.",
        ),
        (
            ["forecast", "run"],
            "horizon: only a series has one; got the run table-classes, a classifier of table "
            "rows. Use kerasduet predict.",
        ),
    ],
)
def test_a_wrong_question_is_one_line(typed, words, text):
    status, output, error = typed(*words)
    assert (status, output, error) == (2, "", f"error: {text}\n")


def test_arrays_are_read_without_objects(typed, folder):
    where = folder[0]
    np.savez(where / "two.npz", x=np.zeros((2, 3)), other=np.ones(2))
    np.savez(where / "other.npz", a=np.zeros(2), b=np.ones(2))
    np.save(where / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    from kerasduet.shell.typed import labelled, read_inputs

    assert read_inputs([str(where / "two.npz")]).shape == (2, 3)
    assert read_inputs(["one.png", "two.png"]) == ["one.png", "two.png"]
    assert "must hold an array x" in typed("predict", "run", "other.npz")[2]
    assert "without objects" in typed("predict", "run", "objects.npy")[2]
    with pytest.raises(kd.errors.DatasetError, match="must hold an array y"):
        labelled(str(where / "two.npz"), None)


def test_a_run_that_is_not_kept_says_so_before_it_trains(capsys):
    small = ["--dataset", "mnist-subset", "--units", "2", "--dropout", "0", "--epochs", "1"]
    assert cli.main(["run", "mnist-dnn", *small]) == 0
    output, told = capsys.readouterr()
    assert told.startswith("This run will not be kept: give --out FOLDER to keep it.\n")
    assert "not kept, for want of --out" in output and "run." not in output


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Choose another, or set overwrite = True.", "Choose another, or give --overwrite."),
        (
            'Set optimizer = "sgd", or momentum = 0.',
            "Give --optimizer sgd, or --momentum 0.",
        ),
        ("Train it with run_experiment().", "Train it with kerasduet run."),
        ("start over with kd.run_experiment(x).", "start over with kerasduet run."),
        ("The loss is w = 3 there.", "The loss is w = 3 there."),
    ],
)
def test_sentences_speak_shell(text, wanted):
    assert said.in_shell(text) == wanted


def test_bash_completes_commands_presets_and_settings(tmp_path):
    """The script is what the user's shell reads; bash itself is asked."""
    lines = [
        'try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _shtab_kerasduet; '
        'echo "${COMPREPLY[@]}"; }',
        "try kerasduet comp",
        "try kerasduet run mnist-d",
        "try kerasduet run mnist-cnn --learning-r",
    ]
    script = io.StringIO()
    with contextlib.redirect_stdout(script):
        assert cli.main(["completion", "bash"]) == 0
    file = tmp_path / "try.sh"
    file.write_text("\n".join([script.getvalue(), *lines]), "utf-8")
    told = subprocess.run(
        ["bash", str(file)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=True,
    )
    assert told.stdout.split("\n")[:3] == [
        "compare completion",
        "mnist-dense mnist-dnn",
        "--learning-rate",
    ]


def test_completion_without_its_package_names_the_command(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert cli.main(["completion", "zsh"]) == 2
    assert 'Run: pip install "shtab>=1.7"' in capsys.readouterr().err
