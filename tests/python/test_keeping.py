"""Which epochs of a training are written down, and that it decides nothing else."""

import shutil

import pytest
from conftest import fruits
from test_training import Stop

import kerasduet as kd
from kerasduet.errors import RunFolderError
from kerasduet.runs import folder as folders
from kerasduet.runs.manifest import read_latest
from kerasduet.training import keeping

NEVER = 1e9  # seconds
STOPPING = {"early_stopping": 2, "learning_rate": 0.3, "optimizer": "sgd", "epochs": 12}


@pytest.fixture
def seldom(monkeypatch):
    """Let no time go by that would have an epoch written."""
    monkeypatch.setattr(keeping, "SECONDS_BETWEEN", NEVER)


def tiny(progress=False, **changes):
    x, y = fruits()
    settings = {"classes": 3, "units": 6, "input_shape": (4, 4, 1), "dropout": 0.5}
    settings |= {"data": {"x": x, "y": y}, "epochs": 4}
    return kd.run_experiment("mnist-dense", progress=progress, **settings | changes)


def kept(folder):
    """Give the epoch of the checkpoint in a folder; 0 where there is none."""
    latest = read_latest(folder)
    return latest["epoch"] if latest else 0


@pytest.fixture
def written(monkeypatch):
    """Give the epochs that are written, as they are."""
    found, keep = [], folders.RunFolder.keep

    def noting(self, state, fingerprint):
        found.append(state.epoch)
        keep(self, state, fingerprint)

    monkeypatch.setattr(folders.RunFolder, "keep", noting)
    return found


@pytest.mark.parametrize("settings", [{}, STOPPING], ids=["plain", "early stopping"])
def test_a_kill_after_any_epoch_resumes_from_the_last_that_was_written(
    settings, tmp_path, monkeypatch
):
    expected = tiny(**settings)
    epochs = len(expected.history)
    # What a kill right after an epoch leaves, where the first was written, and all but the last.
    some = {1, epochs - 2}

    def copy(event):
        if event["event"] == "start" or event["event"] == "epoch":
            epoch = event.get("epoch", 0)
            seconds = 0 if epoch + 1 in some else NEVER
            monkeypatch.setattr(keeping, "SECONDS_BETWEEN", seconds)
        if event["event"] == "epoch":
            shutil.copytree(tmp_path / "run", tmp_path / f"{event['epoch']}")

    assert tiny(copy, out=tmp_path / "run", **settings).digests == expected.digests
    found = [kept(tmp_path / f"{epoch}") for epoch in range(1, epochs + 1)]
    assert found == [1] * (epochs - 3) + [epochs - 2] * 2 + [epochs]
    for epoch in (epochs - 3, epochs - 1, epochs):
        again = tiny(out=tmp_path / f"{epoch}", **settings)
        assert again.digests == expected.digests
        assert again.history["epoch"].tolist() == list(range(1, epochs + 1))


def test_of_short_epochs_the_last_alone_is_written(tmp_path, seldom, written):
    run = tiny(out=tmp_path / "run")
    assert run.status == "finished" and written == [4]


def test_an_interrupt_and_an_error_write_the_epoch_that_was_reached(tmp_path, seldom, written):
    assert tiny(Stop("epoch", 3), out=tmp_path / "cut").status == "interrupted"
    assert kept(tmp_path / "cut") == 3

    def broken(event):
        if event["event"] == "epoch" and event["epoch"] == 2:
            raise RuntimeError("the caller's own")

    with pytest.raises(RuntimeError, match="the caller's own"):
        tiny(broken, out=tmp_path / "broken")
    assert kept(tmp_path / "broken") == 2


def test_an_error_is_told_even_where_the_epoch_cannot_be_written(tmp_path, seldom, monkeypatch):
    def full(self, state, fingerprint):
        raise RunFolderError("out: must be writable; got a full disk.")

    def broken(event):
        if event["event"] == "epoch":
            raise RuntimeError("the caller's own")

    monkeypatch.setattr(folders.RunFolder, "keep", full)
    with pytest.raises(RuntimeError, match="the caller's own"):
        tiny(broken, out=tmp_path / "run")
    with pytest.raises(RunFolderError, match="a full disk"):
        tiny(Stop("epoch", 2), out=tmp_path / "run")


def test_with_callbacks_every_epoch_is_written(tmp_path, seldom, written):
    # A log of theirs must not be ahead of where the training would go on.
    import keras

    log = keras.callbacks.CSVLogger(str(tmp_path / "log.csv"))
    tiny(out=tmp_path / "run", callbacks=[log])
    assert written == [1, 2, 3, 4]
