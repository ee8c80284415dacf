"""Runs as bytes: the same predictions after pickle, and changed bytes refused."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet.errors import RunFolderError
from kerasduet.run import unpack
from kerasduet.runs import packed
from kerasduet.runs.folder import pack

TEXTS = json.loads((Path(__file__).parents[1] / "contract" / "packed.json").read_text())

FRESH = """
import pickle, sys
import numpy as np
run = pickle.load(open(sys.argv[1], "rb"))
np.save(sys.argv[2], run.predict(np.load(sys.argv[3]), kind="prob").to_numpy())
"""


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Give the folder that temporary files are made in."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def sealed(content):
    return packed.HEAD + hashlib.sha256(content).digest() + content


def test_a_fresh_process_unpickles_a_run_that_predicts_the_same_bits(image_run, tmp_path):
    x = image_run.dataset.x_test[:20]
    np.save(tmp_path / "x.npy", x)
    (tmp_path / "run.pickle").write_bytes(pickle.dumps(image_run))
    names = [str(tmp_path / name) for name in ("run.pickle", "p.npy", "x.npy")]
    subprocess.run([sys.executable, "-c", FRESH, *names], check=True, env=dict(os.environ))
    expected = image_run.predict(x, kind="prob").to_numpy()
    assert np.load(tmp_path / "p.npy").tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", ["image_run", "named_run", "series_run"])
def test_copies_are_the_run_and_leave_nothing(name, request, places):
    run = request.getfixturevalue(name)
    for other in (copy.deepcopy(run), pickle.loads(pickle.dumps(run))):
        assert other.digests == run.digests
        assert other.metrics == run.metrics
        assert other.folder is None
        pd.testing.assert_frame_equal(other.history, run.history)
        pd.testing.assert_frame_equal(other.predictions(), run.predictions(), check_freq=False)
    assert pack(run) == pack(run)
    assert not list(places.iterdir())


def test_the_bytes_are_hardly_more_than_the_folder(image_run, series_run, tmp_path):
    for name, run in {"images": image_run, "series": series_run}.items():
        folder = Path(copy.deepcopy(run).save(tmp_path / name))
        size = sum(file.stat().st_size for file in folder.iterdir())
        assert size < len(pickle.dumps(run)) <= 1.1 * size


def test_changed_bytes_are_refused_in_one_sentence(series_run, places):
    content = pack(series_run)
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    for wrong in (flipped, content[:-1], content + b"0", b"", None, "text", sealed(b"zip")):
        with pytest.raises(RunFolderError) as caught:
            unpack(wrong)
        assert str(caught.value) == TEXTS["changed"]
    assert not list(places.iterdir())


def test_other_files_are_refused_even_with_a_seal(series_run, places):
    files = packed.unpack_files(pack(series_run))

    def archive(files, kind=zipfile.ZIP_STORED):
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w", kind) as made:
            for name, content in files.items():
                made.writestr(name, content)
        return sealed(memory.getvalue())

    fewer = {name: files[name] for name in list(files)[1:]}
    for wrong in (
        archive(files | {"../out": b""}),
        archive(fewer),
        archive(fewer | {"../run.json": files["run.json"]}),
        archive(files, zipfile.ZIP_DEFLATED),
    ):
        with pytest.raises(RunFolderError) as caught:
            unpack(wrong)
        assert str(caught.value) == TEXTS["changed"]
    with pytest.raises(RunFolderError, match=r"history\.csv must have the sha256") as caught:
        unpack(archive(files | {"history.csv": b"epoch\n"}))
    assert str(places) not in str(caught.value)
    assert not list(places.iterdir())


def test_an_interrupted_run_keeps_its_status_and_says_that_it_cannot_go_on():
    old = Path(__file__).parents[1] / "contract" / "runs" / "format-1" / "interrupted-python"
    run = kd.load_run(old / "run")
    other = pickle.loads(pickle.dumps(run))
    assert (run.status, other.status) == ("interrupted", "interrupted")
    assert other.digests == run.digests
    with pytest.raises(RunFolderError) as caught:
        kd.resume_run(other)
    assert str(caught.value) == TEXTS["stopped"]
