"""More epochs for a finished run: the bits of one that was asked for all at once."""

from __future__ import annotations

import pickle

import keras
import numpy as np
import pytest

import kerasduet as kd
from kerasduet import errors

RANDOM = np.random.default_rng(4)
IMAGES = {"x": RANDOM.integers(0, 256, (60, 4, 4)).astype(np.uint8), "y": np.arange(60) % 2}
SETTINGS = {
    "input_shape": (4, 4, 1),
    "classes": 2,
    "units": 4,
    "dropout": 0.5,
    "batch_size": 8,
    "seed": 3,
}


def trained(epochs, **changes):
    settings = SETTINGS | {"epochs": epochs} | changes
    return kd.run_experiment("mnist-dense", data=IMAGES, progress=False, **settings)


@pytest.fixture(scope="module")
def short():
    return trained(2)


@pytest.mark.parametrize("changes", [{}, {"early_stopping": 50, "optimizer": "rmsprop"}])
def test_more_epochs_give_the_bits_of_all_at_once(changes):
    begun = trained(2, **changes)
    before = begun.digests
    longer = kd.continue_run(begun, 3, progress=False)
    whole = trained(5, **changes)
    assert longer.digests == whole.digests
    assert longer.history.equals(whole.history)
    assert longer.experiment == whole.experiment
    assert longer.experiment.epochs == 5
    assert longer.provenance["continued"] == {"epochs": 2, "weights": before["weights"]}
    assert "continued" not in whole.provenance
    # The run that it began with stays as it was, and can be gone on from again.
    assert begun.digests == before and len(begun.history) == 2
    once = kd.continue_run(begun, 1, progress=False)
    assert kd.continue_run(once, 2, progress=False).digests == whole.digests


def test_a_longer_run_is_saved_like_any_other(short, tmp_path):
    longer = kd.continue_run(short, 1, progress=False)
    loaded = kd.load_run(longer.save(tmp_path / "run"))
    assert loaded.digests == longer.digests
    assert loaded.provenance["continued"]["epochs"] == 2
    assert np.array_equal(loaded.predict(IMAGES["x"][:3]), longer.predict(IMAGES["x"][:3]))


def test_callbacks_go_on_from_their_counts():
    def callbacks():
        return [keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=10)]

    begun = trained(2, callbacks=callbacks())
    with pytest.raises(errors.RunFolderError, match="those that the training began with"):
        kd.continue_run(begun, 2, progress=False)
    longer = kd.continue_run(begun, 2, progress=False, callbacks=callbacks())
    assert longer.digests == trained(4, callbacks=callbacks()).digests


def test_what_cannot_go_on_says_why(short, tmp_path):
    loaded = kd.load_run(short.save(tmp_path / "run"))
    pickled = pickle.loads(pickle.dumps(short))
    for gone in (loaded, pickled):
        with pytest.raises(errors.RunFolderError, match=r"read from a folder.*epochs = 5\."):
            kd.continue_run(gone, 3)
    with pytest.raises(errors.ArgumentType, match="run: must be a run; got '/tmp'"):
        kd.continue_run("/tmp", 3)
    with pytest.raises(
        errors.ArgumentRange, match="epochs: must be a whole number, at least 1"
    ):
        kd.continue_run(short, 0)
    with pytest.raises(errors.ArgumentType, match="constant learning rate; got the schedule"):
        kd.continue_run(trained(1, schedule="cosine"), 1)
    with pytest.raises(errors.ArgumentType, match="with a network that gives numbers"):
        kd.continue_run(trained(1, learning_rate=1e30, optimizer="sgd"), 1)
    stopped = trained(30, early_stopping=1, learning_rate=0.5, optimizer="sgd", momentum=0.9)
    assert len(stopped.history) < 30
    with pytest.raises(
        errors.ArgumentType, match="all of its 30 epochs; got one that ended after"
    ):
        kd.continue_run(stopped, 1)


def test_a_training_that_ended_by_itself_in_its_last_epoch_does_not_go_on():
    settings = {"early_stopping": 1, "learning_rate": 0.5, "optimizer": "sgd", "momentum": 0.9}
    epochs = len(trained(30, **settings).history)
    with pytest.raises(errors.ArgumentType, match="as it would again"):
        kd.continue_run(trained(epochs, **settings), 2)


def test_one_that_is_interrupted_remembers_what_it_went_on_from(monkeypatch):
    import sys

    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    begun = trained(2)

    def stop(event):
        if event["event"] == "epoch" and event["epoch"] == 3:
            raise KeyboardInterrupt

    cut = kd.continue_run(begun, 3, progress=stop)
    assert cut.status == "interrupted"
    resumed = kd.resume_run(cut, progress=False)
    assert resumed.digests == trained(5).digests
    assert resumed.provenance["continued"]["epochs"] == 2
