"""Progress: the order of the events, the lines, and what a terminal shows."""

from __future__ import annotations

import io
import re
import sys

import pytest
from conftest import fruits

import kerasduet as kd
from kerasduet import progress
from kerasduet.errors import ArgumentType

START = {
    "event": "start",
    "name": "mnist-dnn",
    "epochs": 12,
    "done": 0,
    "steps": 4,
    "parameters": 235_146,
    "memory": 15_700_000,
    "source": "the Keras cache",
    "note": "",
}
BEGIN = (
    "mnist-dense: 83 parameters, 1 step an epoch, about 1 MB beyond the backend's own, "
    "data from the caller's arrays"
)
EPOCH = {
    "event": "epoch",
    "epoch": 3,
    "epochs": 12,
    "seconds": 1.26,
    "left": 0.0,
    "logs": {"epoch": 3, "loss": 0.25, "val_loss": 0.5},
}


def train(report, **changes):
    x, y = fruits()
    settings = {"classes": 3, "units": 4, "input_shape": (4, 4, 1), "epochs": 3}
    return kd.run_experiment(
        "mnist-dense", data={"x": x, "y": y}, progress=report, **settings | changes
    )


def test_events_come_in_order():
    events = []
    run = train(events.append, batch_size=20)
    kinds = [event["event"] for event in events]
    assert re.fullmatch(r"start (batch )*(epoch (batch )*)*end", " ".join(kinds))
    assert kinds[0] == "start"
    assert kinds[-1] == "end"
    assert [e["epoch"] for e in events if e["event"] == "epoch"] == [1, 2, 3]
    batches = [e for e in events if e["event"] == "batch"]
    places = [(e["epoch"], e["step"]) for e in batches]
    assert places == sorted(places)
    # The last batch of every epoch is always told, so that a bar ends full.
    assert {(epoch, 3) for epoch in (1, 2, 3)} <= set(places)
    assert all(e["steps"] == 3 and e["epochs"] == 3 for e in batches)
    assert events[0]["parameters"] == run.model.count_params()
    assert events[0]["memory"] > 4 * 4 * run.model.count_params()
    # The first epoch compiles the steps: the time left follows from the others.
    first, second, last = [event for event in events if event["event"] == "epoch"]
    assert first["left"] == 2 * first["seconds"]
    assert second["left"] == second["seconds"]
    assert last["left"] == 0
    assert events[0]["source"] == "the caller's arrays"
    assert events[-1] == {
        "event": "end",
        "status": "finished",
        "epoch": 3,
        "text": run.summary,
    }


def test_epoch_events_carry_the_history():
    events = []
    run = train(events.append)
    logs = [event["logs"] for event in events if event["event"] == "epoch"]
    assert logs == run.history.to_dict("records")


def test_lines():
    assert progress.event_line(START) == (
        "mnist-dnn: 235,146 parameters, 4 steps an epoch, about 16 MB beyond "
        "the backend's own, data from the Keras cache"
    )
    assert progress.event_line(START | {"done": 2, "note": "Filled."}) == (
        "mnist-dnn: 235,146 parameters, 4 steps an epoch, about 16 MB beyond "
        "the backend's own, data from the Keras cache, "
        "going on after epoch 2\n  Filled."
    )
    assert progress.event_line(EPOCH) == "epoch  3/12  1.3 s  loss 0.2500  val_loss 0.5000"
    assert progress.event_line(EPOCH | {"left": 420.0}).endswith("val_loss 0.5000  7 min left")
    assert progress.event_line({"event": "batch"}) is None
    end = {"event": "end", "status": "finished", "epoch": 12, "text": "Good."}
    assert progress.event_line(end) == "Good."
    assert progress.event_line(end | {"status": "interrupted", "epoch": 5}) == (
        "Interrupted after epoch 5; go on with resume_run(). Good."
    )
    assert progress.event_line({"event": "loaded", "folder": "runs/a", "text": "Good."}) == (
        "runs/a holds this run, finished; loaded. Good."
    )


def test_without_a_terminal_there_is_a_line_an_epoch(capsys):
    run = train(True)
    out, error = capsys.readouterr()
    lines = error.splitlines()
    assert out == ""
    assert lines[0] == BEGIN
    epochs = [line for line in lines if line.startswith("epoch")]
    assert [line.split("  ")[0] for line in epochs] == [f"epoch {i}/3" for i in (1, 2, 3)]
    assert all("val_loss" in line for line in epochs)
    assert lines[-1] == run.summary


def test_false_shows_nothing(capsys):
    train(False)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_one_bar(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    run = train(True)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())
    assert shown.startswith(BEGIN + "\n")
    assert "epoch 3/3" in shown
    assert "val_loss" in shown
    assert shown.endswith(run.summary + "\n")
    # One bar that is drawn again and again, not a line an epoch.
    assert len([line for line in shown.split("\n") if line.startswith("epoch 1/3")]) <= 1


@pytest.mark.parametrize("wrong", [1, "yes", None, []])
def test_other_values_are_refused(wrong):
    with pytest.raises(
        ArgumentType, match=r"^progress: must be true, false or a function; got"
    ):
        progress.reporter(wrong)


def test_a_function_is_told_of_everything_as_it_is():
    told = []
    report = progress.reporter(told.append)
    report(EPOCH)
    assert told == [EPOCH]


def test_a_console_that_is_no_terminal_has_a_bar_of_plain_text(capsys):
    run = train(progress.ConsoleBar())
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    lines = [line.rstrip() for line in shown.replace("\n", "\r").split("\r") if line]
    assert lines[0] == BEGIN
    last = r"epoch 3/3 \[={24}\] \d+ s  val_loss \d\.\d{4}"
    assert re.fullmatch(last, lines[-2])
    assert lines[-1] == run.summary


def test_by_epoch_leaves_batches_out():
    told = []
    train(progress.by_epoch(told.append), batch_size=5)
    assert [event["event"] for event in told] == ["start", *["epoch"] * 3, "end"]
