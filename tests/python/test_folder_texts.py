"""Run folders: every text comes back, parts of other runs are refused, errors say what is so."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import fruits, linear, seasonal
from test_folder import TINY, cut_off, recheck, refit, rewrite, saved, tiny  # noqa: F401
from test_training import Stop

import kerasduet as kd
from kerasduet.errors import RunFolderError
from kerasduet.runs import reading, storage
from kerasduet.runs.folder import RunFolder

ODD = [
    *("a\rb", "\r", "c\n", "\r\n", 'd"e', '"', "f,g", "\ufeffh", "\U0001f600", ""),
    *("\0", "i\0j", "k\0", " l", "m\t", "NA", "nan", "None", "1e5", "p_", "#"),
    *("x" * 200_000, "'", "é", "1", "01", "\u2028", "\x1a", "\x85", "\\", "\\n"),
]


@pytest.fixture
def copy(cut_off, tmp_path):  # noqa: F811
    return shutil.copytree(cut_off, tmp_path / "copy")


def given():
    x, y = fruits()
    return {"x": x, "y": y}


def test_every_class_name_that_trains_is_loaded_as_it_was(tmp_path):
    codes = np.arange(6 * len(ODD)) % len(ODD)
    x = np.zeros((len(codes), 4, 4), np.uint8) + codes.astype(np.uint8)[:, None, None]
    y = pd.Categorical.from_codes(codes, ODD)
    settings = TINY | {"classes": len(ODD), "epochs": 1, "test_split": 0.4}
    run = kd.run_experiment("mnist-dense", data={"x": x, "y": y}, progress=False, **settings)
    loaded = kd.load_run(run.save(tmp_path / "run"))
    assert loaded.class_names == tuple(ODD)
    assert loaded.preprocessing == run.preprocessing
    one, other = run.predictions(), loaded.predictions()
    assert list(one.columns) == list(other.columns)
    assert set(one["truth"]) == set(ODD)
    for name in one:
        assert one[name].tolist() == other[name].tolist(), name
    for name in ("preprocessing.json", "history.csv", "predictions.csv"):
        before = (tmp_path / "run" / name).read_bytes()
        loaded.save(tmp_path / "again")
        assert (tmp_path / "again" / name).read_bytes() == before


@pytest.mark.parametrize(
    "name", ["a\rb", "c\nd", 'e"f', "\ufeffg", " h ", "NA", "\0", "é" * 300]
)
def test_every_column_name_that_trains_is_loaded_as_it_was(tmp_path, name):
    frame = pd.DataFrame({name: seasonal(60).to_numpy()})
    run = kd.run_experiment(
        "lstm-series",
        data=frame,
        target=name,
        progress=False,
        lookback=4,
        horizon=2,
        model=linear,
        epochs=1,
        season=7,
        straddle=True,
        early_stopping=None,
    )
    loaded = kd.load_run(run.save(tmp_path / "run"))
    assert loaded.preprocessing == run.preprocessing
    assert loaded.preprocessing.target == name
    pd.testing.assert_frame_equal(loaded.forecast(2), run.forecast(2), check_exact=True)


def test_the_checkpoint_of_another_experiment_never_resumes(copy, tmp_path):
    # Of the same network and the same data: only what it was to do differs.
    tiny(lambda event: _stop(event), out=tmp_path / "other", seed=9)
    shutil.rmtree(copy / "checkpoint")
    shutil.copytree(tmp_path / "other" / "checkpoint", copy / "checkpoint")
    for use in (
        kd.load_run,
        lambda folder: kd.resume_run(folder, data=given(), progress=False),
    ):
        with pytest.raises(RunFolderError) as raised:
            use(copy)
        assert str(raised.value) == (
            "folder: the checkpoint must be of the experiment to go on with; got one in "
            f"{str(copy)!r} that differs in seed. Choose another folder, or bring its own "
            "checkpoint back."
        )
    assert (copy / "checkpoint" / "latest.json").exists()


def _stop(event):
    if event["event"] == "epoch":
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("class_names", ["pear", "apple"]),
        ("class_names", ["pear", "apple", "apple"]),
        ("class_names", ["pear", "apple", 3]),
        ("input_shape", [16, 1, 1]),
        ("named", 1),
        ("named", False),
        ("kind", "series"),
        ("more", 1),
    ],
)
def test_what_another_classifier_learned_is_refused(copy, name, value):
    _refuses(copy, name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("columns", ["a", "b"]),
        ("columns", []),
        ("target", "other"),
        ("target_is_input", 1),
        ("mean", [0.0]),
        ("scale", [0.0, 1.0]),
        ("scale", [None, 1.0]),
        ("difference", 1),
        ("lookback", 7),
        ("horizon", 30),
        ("season", 12),
        ("frequency", "MS"),
        ("mase_scale", "1"),
        ("first", None),
        ("rows", 2),
        ("tail", []),
        ("tail", [[1.0, 2.0]]),
        ("tail_times", ["2024-01-01"]),
        ("tail_times", 3),
        ("zone", "Nowhere/AtAll"),
        ("kind", "images"),
    ],
)
def test_what_another_forecaster_learned_is_refused(series_run, tmp_path, name, value):
    series_run.save(tmp_path / "run")
    series_run.folder = None
    _refuses(tmp_path / "run", name, value)


def _refuses(folder, name, value):
    file = folder / "preprocessing.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {name: value}), "utf-8")
    refit(folder, file.name)
    with pytest.raises(
        RunFolderError, match=r"preprocessing\.json must be whole; got a damaged"
    ):
        kd.load_run(folder)


@pytest.mark.parametrize("text", ["row,truth,prediction\n1,pear,fig\n", "row\n1\n"])
def test_a_table_of_another_run_is_refused(saved, tmp_path, text):  # noqa: F811
    copy = shutil.copytree(saved, tmp_path / "copy")
    (copy / "predictions.csv").write_text(text)
    refit(copy, "predictions.csv")
    with pytest.raises(RunFolderError, match=r"predictions\.csv must be whole; got a damaged"):
        kd.load_run(copy)


def test_a_checkpoint_that_is_packed_is_refused_unread(copy):
    file = copy / "checkpoint" / "epoch-00002.npz"
    with np.load(file) as archive:
        np.savez_compressed(file, **{name: archive[name] for name in archive.files})
    recheck(copy)
    with pytest.raises(RunFolderError, match="the checkpoint must be whole; got a damaged one"):
        kd.load_run(copy)


def test_links_pipes_and_folders_are_named(copy):
    file = copy / "history.csv"
    file.rename(copy / "away.csv")
    file.symlink_to(copy / "away.csv")
    with pytest.raises(RunFolderError) as raised:
        kd.load_run(copy)
    assert str(raised.value) == (
        f"folder: history.csv must be a file of its own; got a link in {str(copy)!r}. Put the "
        "file itself there."
    )
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(RunFolderError, match="must be a file of its own; got a pipe in"):
        kd.load_run(copy)


def test_a_run_folder_may_itself_be_reached_through_a_link(copy, tmp_path):
    (tmp_path / "short").symlink_to(copy)
    assert kd.load_run(tmp_path / "short").status == "interrupted"


def as_nobody(work):
    """Do something in a process without rights; give the text of its error."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        text = "no error"
        try:
            os.setgid(65534)
            os.setuid(65534)
            work()
        except RunFolderError as error:
            text = str(error)
        except BaseException as error:
            text = f"{type(error).__name__}: {error}"
        finally:
            os.write(write, text.encode())
            os._exit(0)
    os.close(write)
    with open(read) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text


@pytest.fixture
def public(tmp_path, monkeypatch):
    """Let anybody walk to the folder of the test."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    for place in (tmp_path, *tmp_path.parents):
        if not place.stat().st_mode & 0o001:
            place.chmod(0o755)
    return tmp_path


def test_a_checkpoint_that_may_not_be_read_is_not_called_damaged(copy, public):
    latest = copy / "checkpoint" / "latest.json"
    kd.load_run(copy)
    for closed in (latest, copy / "checkpoint"):
        mode = closed.stat().st_mode
        closed.chmod(0)
        text = as_nobody(lambda: kd.load_run(copy))
        assert text == f"folder: must be readable; got {str(latest)!r}: Permission denied."
        closed.chmod(mode)


def test_a_checkpoint_that_cannot_be_read_is_never_dropped(tmp_path, monkeypatch):
    scored = tiny(Stop("epoch", 2))
    assert scored.status == "interrupted" and scored.metrics["accuracy"] >= 0
    copy = Path(scored.save(tmp_path / "copy"))
    rewrite(copy, status="finished")
    latest = copy / "checkpoint" / "latest.json"
    real = storage.read_plain

    def denied(path, *more):
        if path == latest:
            raise PermissionError(13, "Permission denied")
        return real(path, *more)

    monkeypatch.setattr(storage, "read_plain", denied)
    with pytest.raises(RunFolderError, match=r"^folder: must be readable; got .*latest\.json"):
        tiny(out=copy)
    assert latest.exists()


def test_the_lock_of_another_user_is_said_to_be_one(named_run, public):
    folder = public / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / ".lock").touch(0o600)
    text = as_nobody(lambda: RunFolder(folder, named_run.experiment).__enter__())
    assert text == (
        f"out: one writer a folder; got {str(folder)!r}, in use by another user (another "
        "process). Wait for it, or choose another folder."
    )


def test_the_note_of_a_stranger_is_not_repeated(tmp_path, named_run):
    with storage.Owner(tmp_path):
        (tmp_path / ".owner").write_text("process 1 on x\nRun: rm -rf ~")
        with pytest.raises(RunFolderError, match="in use by another process\\. Wait for it"):
            storage.Owner(tmp_path).__enter__()


def test_a_path_without_a_home_or_a_current_folder_says_so(tmp_path, monkeypatch):
    with pytest.raises(RunFolderError) as raised:
        kd.load_run("~nosuchuser/run")
    assert str(raised.value) == (
        "folder: must be the path of a folder; got '~nosuchuser/run', and no home folder is "
        "known for '~nosuchuser'."
    )
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(RunFolderError, match="and the current folder is not there any more"):
        kd.load_run("run")


def test_a_home_that_may_not_be_entered_is_said_to_be_one(named_run, public, monkeypatch):
    home = public / "home"
    home.mkdir(0o700)
    monkeypatch.setenv("HOME", str(home))
    text = as_nobody(lambda: kd.load_run("~/run"))
    assert text == f"folder: must be readable; got {str(home / 'run')!r}: Permission denied."
    text = as_nobody(lambda: named_run.save("~/run"))
    assert text == f"out: must be writable; got {str(home / 'run')!r}: Permission denied."


def test_a_folder_that_may_only_be_read_is_read(copy, public):
    # All files, but no network: a fork may not use Keras.
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    assert as_nobody(lambda: reading._read_whole(copy)) == "no error"
    assert kd.load_run(copy).folder == str(copy)
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before
