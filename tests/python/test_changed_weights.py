"""A run whose network was trained on by hand says so, and replaces no good folder."""

from __future__ import annotations

import copy

import pytest

import kerasduet as kd
from kerasduet.errors import RunFolderError

CHANGED = "run: must hold the weights of its training; got others, changed after it."


@pytest.fixture
def run():
    return kd.run_experiment(
        "mnist-dense", dataset="mnist-subset", units=2, epochs=1, progress=False
    )


def test_a_run_with_other_weights_leaves_the_good_folder_as_it_is(run, tmp_path):
    folder = tmp_path / "run"
    run.save(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    said = run.summary
    data = run.dataset
    run.model.fit(data.x_train[:64] / 255.0, data.y_train[:64], verbose=0)
    assert run.is_changed
    assert (
        run.summary
        == f"{said} The weights were changed after training: this is of those before."
    )
    assert "changed after training" in repr(run)
    for keep in (
        lambda: run.save(folder),
        lambda: run.save(tmp_path / "new"),
        lambda: copy.copy(run),
    ):
        with pytest.raises(RunFolderError) as raised:
            keep()
        assert str(raised.value).startswith(CHANGED)
        assert "model.save(file)" in str(raised.value)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert not (tmp_path / "new").exists()
    again = kd.load_run(folder)
    assert not again.is_changed
    assert again.summary == said
