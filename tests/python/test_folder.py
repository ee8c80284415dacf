"""Run folders: saved and loaded alike, damage noticed, strangers refused."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import shutil
import signal
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import fruits, seasonal
from test_training import Stop

import kerasduet as kd
from kerasduet.environment import versions
from kerasduet.errors import DatasetError, ModelMismatch, RunFolderError
from kerasduet.runs import checkpoints, storage, tables
from kerasduet.runs import folder as folders
from kerasduet.runs.manifest import read_latest, read_manifest

FILES = {"run.json", "model.weights.h5", "preprocessing.json", "history.csv", "predictions.csv"}
TINY = {"classes": 3, "units": 6, "input_shape": (4, 4, 1), "epochs": 3, "dropout": 0.5}


def tiny(progress=False, **changes):
    x, y = fruits()
    return kd.run_experiment(
        "mnist-dense", data={"x": x, "y": y}, progress=progress, **TINY | changes
    )


@pytest.fixture(scope="module")
def saved(tmp_path_factory, named_run):
    """Give the folder of a saved run; tests copy it before they change it."""
    path = tmp_path_factory.mktemp("runs") / "saved"
    named_run.save(path)
    named_run.folder = None
    return path


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory):
    """Give the folder of an interrupted run, with its checkpoint."""
    path = tmp_path_factory.mktemp("runs") / "cut"
    tiny(Stop("epoch", 2), out=path)
    return path


@pytest.fixture
def copy(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "copy")


def rewrite(folder, **changes):
    """Change entries of run.json as a hostile hand would, with a seal that fits."""
    manifest = storage.unsealed((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(storage.sealed(manifest | changes), "utf-8")


def refit(folder, name):
    """Note the sha256 that a changed file has now."""
    manifest = storage.unsealed((folder / "run.json").read_text("utf-8"))
    rewrite(folder, files=manifest["files"] | {name: storage.file_sha256(folder / name)})


def assert_equal_runs(one, other):
    assert one.experiment == other.experiment
    assert one.preprocessing == other.preprocessing
    assert one.source == other.source
    assert one.status == other.status
    assert one.metrics == other.metrics
    assert one.digests == other.digests
    pd.testing.assert_frame_equal(one.history, other.history, check_exact=True)
    pd.testing.assert_frame_equal(
        one.predictions(), other.predictions(), check_exact=True, check_index_type=False
    )
    for weight, same in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
        assert weight.dtype == same.dtype
        assert weight.tobytes() == same.tobytes()


def test_a_run_is_these_files(saved):
    assert {path.name for path in saved.iterdir()} == FILES
    manifest = json.loads((saved / "run.json").read_text("utf-8"))
    assert set(manifest["files"]) == FILES - {"run.json"}
    assert manifest["format"] == 2
    assert manifest["status"] == "finished"
    assert manifest["experiment"]["network"]["units"] == [4]


def test_a_loaded_classifier_is_the_saved_one(image_run, tmp_path):
    assert image_run.save(tmp_path / "run") == str(tmp_path / "run")
    loaded = kd.load_run(tmp_path / "run")
    image_run.folder = None
    assert_equal_runs(image_run, loaded)
    x = loaded.dataset.x_test
    one, other = (run.predict(x, kind="prob").to_numpy() for run in (image_run, loaded))
    assert one.tobytes() == other.tobytes()
    assert loaded.evaluate(x, loaded.dataset.y_test)["errors"] == image_run.metrics["errors"]


def test_a_loaded_forecaster_is_the_saved_one(series_run, tmp_path):
    loaded = kd.load_run(series_run.save(str(tmp_path / "run")))
    series_run.folder = None
    assert_equal_runs(series_run, loaded)
    pd.testing.assert_frame_equal(series_run.forecast(9), loaded.forecast(9), check_exact=True)
    values = seasonal(230)
    pd.testing.assert_frame_equal(series_run.predict(values), loaded.predict(values))


def test_a_loaded_run_keeps_the_names_of_its_classes(saved, named_run):
    loaded = kd.load_run(saved)
    assert_equal_runs(named_run, loaded)
    assert loaded.class_names == ("pear", "apple", "fig")
    x, y = fruits()
    assert loaded.predict(x).tolist() == named_run.predict(x).tolist()
    assert loaded.evaluate(x, y) == named_run.evaluate(x, y)
    assert f"saved in {saved}" in repr(loaded)


def test_class_names_that_look_like_numbers_or_gaps_are_kept(tmp_path):
    x, y = fruits()
    odd = y.rename_categories({"pear": "NA", "apple": "007", "fig": 'a, "b"\nc'})
    run = kd.run_experiment(
        "mnist-dense", data={"x": x, "y": odd}, progress=False, **TINY | {"epochs": 1}
    )
    loaded = kd.load_run(run.save(tmp_path / "run"))
    assert_equal_runs(run, loaded)
    assert set(loaded.predict(x)) <= {"NA", "007", 'a, "b"\nc'}


def test_a_history_that_ends_in_nan_keeps_its_digest(named_run, tmp_path):
    lost = np.copysign(np.nan, [1.0, -1.0])
    assert np.signbit(lost).tolist() == [False, True]
    run = replace(named_run, history=named_run.history.assign(loss=lost))
    digest = tables.history_digest(run.history)
    loaded = kd.load_run(run.save(tmp_path / "run"))
    pd.testing.assert_frame_equal(loaded.history, run.history, check_exact=True)
    assert tables.history_digest(loaded.history) == digest


def test_saving_a_loaded_run_again_gives_the_same_files(saved, tmp_path):
    kd.load_run(saved).save(tmp_path / "again")
    for name in FILES - {"run.json", "model.weights.h5"}:
        assert (tmp_path / "again" / name).read_bytes() == (saved / name).read_bytes()
    assert_equal_runs(kd.load_run(tmp_path / "again"), kd.load_run(saved))


def test_saving_twice_replaces_the_run(copy, named_run):
    named_run.save(copy)
    named_run.folder = None
    assert {path.name for path in copy.iterdir()} == FILES
    assert_equal_runs(kd.load_run(copy), named_run)


def test_parents_are_made_and_the_home_folder_is_known(named_run, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    named_run.save("~/runs/first")
    named_run.folder = None
    assert (tmp_path / "runs" / "first" / "run.json").exists()
    assert_equal_runs(kd.load_run("~/runs/first"), named_run)


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_flipped_bit_is_noticed(copy, name):
    file = copy / name
    raw = file.read_bytes()
    random = np.random.default_rng(len(raw))
    for position in random.integers(0, len(raw) * 8, 200):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        file.write_bytes(changed)
        with pytest.raises(RunFolderError):
            kd.load_run(copy)
    file.write_bytes(raw)
    assert kd.load_run(copy).status == "finished"


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_truncation_is_noticed(copy, name):
    raw = (copy / name).read_bytes()
    for length in (0, 1, len(raw) // 2, len(raw) - 2, len(raw) - 1):
        (copy / name).write_bytes(raw[:length])
        with pytest.raises(RunFolderError):
            kd.load_run(copy)
    (copy / name).write_bytes(raw + b"\n")
    with pytest.raises(RunFolderError):
        kd.load_run(copy)
    (copy / name).unlink()
    with pytest.raises(RunFolderError):
        kd.load_run(copy)
    (copy / name).mkdir()
    with pytest.raises(RunFolderError):
        kd.load_run(copy)


def test_damage_is_said_with_the_file_and_what_to_do(copy):
    (copy / "history.csv").write_text("epoch\n")
    with pytest.raises(RunFolderError) as raised:
        kd.load_run(copy)
    assert str(raised.value) == (
        "folder: history.csv must have the sha256 that run.json notes; got other bytes in "
        f"{str(copy)!r}. The run is damaged: restore it or train again."
    )


@pytest.mark.parametrize("name", ["latest.json", "epoch-00002.npz"])
def test_every_flipped_bit_of_a_checkpoint_is_noticed(cut_off, tmp_path, name):
    copy = shutil.copytree(cut_off, tmp_path / "copy")
    known = read_manifest(copy)["provenance"]["fingerprint"]
    run = kd.load_run(copy)
    model = run.model
    assert checkpoints.read_checkpoint(copy, run.experiment, known, model).epoch == 2
    file = copy / "checkpoint" / name
    raw = file.read_bytes()
    for position in np.random.default_rng(1).integers(0, len(raw) * 8, 200):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        file.write_bytes(changed)
        with pytest.raises(RunFolderError, match="the checkpoint must be whole; got"):
            checkpoints.read_checkpoint(copy, run.experiment, known, model)
    for length in (0, 1, len(raw) // 2, len(raw) - 1):
        file.write_bytes(raw[:length])
        with pytest.raises(RunFolderError, match="the checkpoint must be whole; got"):
            checkpoints.read_checkpoint(copy, run.experiment, known, model)


@pytest.mark.parametrize(("name", "value"), [("data", "0" * 64), ("backend", "jax")])
def test_a_checkpoint_of_other_data_or_another_backend_is_refused(cut_off, name, value):
    run = kd.load_run(cut_off)
    known = run.provenance["fingerprint"]
    with pytest.raises(RunFolderError) as raised:
        checkpoints.read_checkpoint(cut_off, run.experiment, known | {name: value}, run.model)
    assert str(raised.value) == (
        f"folder: must be resumed with the same {name}, {known[name]}; got {value}. Use that "
        "one, or start over with overwrite = True."
    )


def test_a_checkpoint_holds_what_an_exact_resume_needs(cut_off):
    run = kd.load_run(cut_off)
    assert run.status == "interrupted"
    assert run.state.epoch == 2
    assert len(run.state.history) == len(run.state.seconds) == 2
    names = [v.path for v in (*run.model.variables, *run.model.optimizer.variables)]
    assert len(run.state.variables) == len(names)
    # The state of dropout's random numbers is one of them.
    assert any("seed_generator" in name for name in names)


def test_weights_of_another_network_are_refused(copy, tmp_path):
    other = tiny(units=5, epochs=1)
    other.model.save_weights(tmp_path / "other.weights.h5")
    shutil.copy(tmp_path / "other.weights.h5", copy / "model.weights.h5")
    refit(copy, "model.weights.h5")
    with pytest.raises(ModelMismatch):
        kd.load_run(copy)


def test_weights_of_the_same_shape_from_another_training_are_refused(copy, tmp_path):
    other = tiny(units=4, epochs=1, dropout=0, seed=8)
    other.model.save_weights(tmp_path / "other.weights.h5")
    shutil.copy(tmp_path / "other.weights.h5", copy / "model.weights.h5")
    refit(copy, "model.weights.h5")
    with pytest.raises(ModelMismatch, match=r"must have the digest that run\.json notes"):
        kd.load_run(copy)


@pytest.mark.parametrize("content", [b"", b"no weights", b"\x89HDF\r\n\x1a\n" + b"\0" * 600])
def test_a_file_that_holds_no_weights_is_refused(copy, content):
    (copy / "model.weights.h5").write_bytes(content)
    refit(copy, "model.weights.h5")
    with pytest.raises(ModelMismatch, match=r"must fit the network that run\.json describes"):
        kd.load_run(copy)


@pytest.mark.parametrize(
    "changes",
    [
        {"files": {}},
        {"files": {"../outside": "0" * 64}},
        {"files": None},
        {"status": None},
        {"experiment": {"name": "mine"}},
        {"experiment": {"name": "mine", "dataset": "mnist", "builder": "os.system"}},
        {"format": "1"},
        {"format": None},
        {"format": float("nan")},
        {"format": True},
        {"format": 0},
        {"files": list(sorted(FILES - {"run.json"}))},
        {"metrics": {"accuracy": "0.9"}},
        {"metrics": {}},
    ],
)
def test_a_manifest_that_says_something_else_is_refused(copy, changes):
    rewrite(copy, **changes)
    with pytest.raises(RunFolderError):
        kd.load_run(copy)


def entries(content, path=()):
    """Give the place of every entry of nested mappings and lists."""
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in pairs:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from entries(value, (*path, key))


def with_entry(content, path, value):
    """Copy nested JSON with one entry replaced, or removed by `...`."""
    content = json.loads(json.dumps(content))
    *outer, last = path
    place = content
    for key in outer:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return content


def accepted(file, read):
    """Say which entries of a sealed file may be missing, or be of another type."""
    content = storage.unsealed(file.read_text("utf-8"))
    del content["seal"]
    found = set()
    for path in entries(content):
        for value in (..., None, True, [[]]):
            file.write_text(storage.sealed(with_entry(content, path, value)), "utf-8")
            with contextlib.suppress(RunFolderError):
                read()
                found.add("/".join(map(str, path)))
    return {re.sub(r"^experiment/.*|[0-9]+$", "*", name) for name in found}


def test_no_entry_of_a_manifest_can_be_missing_or_of_another_type(copy):
    assert accepted(copy / "run.json", lambda: read_manifest(copy)) == {
        "*",  # what an experiment may leave out
        "source/path",
        "source/given",
        "provenance/threads",
        # Not in folders of earlier versions.
        "provenance/fingerprint/split",
        "provenance/test_sha*",
        "provenance/seconds/epochs/*",
        *(f"provenance/versions/{name}" for name in versions()),
        # Which of them a run has depends on the data.
        *(f"provenance/summary{rest}" for rest in ("", "/input", "/input/*", "/input/0/mean")),
        "provenance/summary/input/0/shape/*",
        "provenance/summary/classes",
        *(
            f"provenance/summary/classes/{split}{x}"
            for split in ("train", "validation", "test")
            for x in ("", "/*")
        ),
    }


def test_no_entry_of_a_checkpoint_can_be_missing_or_of_another_type(cut_off, tmp_path):
    copy = shutil.copytree(cut_off, tmp_path / "copy")
    file = copy / "checkpoint" / "latest.json"
    assert accepted(file, lambda: read_latest(copy)) == {
        "*",
        "best_is_latest",
        "fingerprint/split",  # not in folders of earlier versions
        *(
            f"history/{row}/{name}"
            for row in (0, 1)
            for name in ("accuracy", "val_accuracy", "val_loss")
        ),
    }


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "3", "[" * 100_000, '{"format": 1}'])
def test_a_manifest_that_is_none_is_refused(copy, text):
    (copy / "run.json").write_text(text)
    with pytest.raises(RunFolderError, match=r"run\.json must be whole; got a damaged one"):
        kd.load_run(copy)


def test_no_name_in_a_manifest_leads_out_of_the_folder(copy):
    outside = copy.parent / "outside"
    outside.write_text("mine")
    staged = copy.parent / ("outside" + storage.STAGED)
    staged.write_text("theirs")
    manifest = storage.unsealed((copy / "run.json").read_text("utf-8"))
    names = manifest["files"] | {"../outside": storage.file_sha256(staged)}
    rewrite(copy, files=names)
    with pytest.raises(RunFolderError):
        kd.load_run(copy)
    assert outside.read_text() == "mine"
    assert staged.read_text() == "theirs"


def test_the_newest_format_is_named(copy):
    rewrite(copy, format=3)
    with pytest.raises(RunFolderError) as raised:
        kd.load_run(copy)
    assert str(raised.value) == (
        f"folder: must have format 2 or older; got format 3 in {str(copy)!r}. Update kerasduet."
    )


def test_a_training_that_was_cut_off_is_not_loaded_but_resumed(copy):
    rewrite(copy, status="running", files={})
    with pytest.raises(RunFolderError) as raised:
        kd.load_run(copy)
    assert str(raised.value) == (
        f"folder: must hold a finished or interrupted run; got {str(copy)!r}, whose training "
        "was cut off. Continue it with resume_run()."
    )


def test_a_commit_that_was_cut_off_is_read_as_it_is_and_finished_by_the_next_writer(
    copy, named_run
):
    for name in ("history.csv", "model.weights.h5"):
        (copy / name).rename(copy / (name + storage.STAGED))
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    assert_equal_runs(kd.load_run(copy), named_run)
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before
    with folders.RunFolder(copy, named_run.experiment):
        assert {path.name for path in copy.iterdir()} - {".lock", ".owner"} == FILES


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("preprocessing.json", "{}"),
        ("preprocessing.json", "[]"),
        ("preprocessing.json", '{"kind": "images"}'),
        ("preprocessing.json", '{"kind": "sounds", "input_shape": [1]}'),
        ("preprocessing.json", "[" * 100_000),
        ("history.csv", ""),
        ("history.csv", "epoch,loss\n1,small"),
        ("predictions.csv", ""),
        ("predictions.csv", "row\nfirst"),
    ],
)
def test_a_file_that_another_hand_wrote_is_refused(copy, name, text):
    (copy / name).write_text(text, "utf-8")
    refit(copy, name)
    with pytest.raises(RunFolderError, match=rf"^folder: {name} must be whole; got a damaged"):
        kd.load_run(copy)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 torn"])
def test_a_checkpoint_that_another_hand_wrote_is_refused(cut_off, tmp_path, content):
    copy = shutil.copytree(cut_off, tmp_path / "copy")
    (copy / "checkpoint" / "epoch-00002.npz").write_bytes(content)
    recheck(copy)
    with pytest.raises(RunFolderError, match="the checkpoint must be whole; got a damaged one"):
        kd.load_run(copy)


def test_a_checkpoint_of_another_network_is_refused(cut_off, tmp_path):
    copy = shutil.copytree(cut_off, tmp_path / "copy")
    file = copy / "checkpoint" / "epoch-00002.npz"
    with np.load(file) as archive:
        arrays = {name: archive[name] for name in archive.files}
    arrays["v0000"] = arrays["v0000"][:, 1:]
    np.savez(file, **arrays)
    recheck(copy)
    with pytest.raises(RunFolderError, match="got one of another network or another Keras"):
        kd.load_run(copy)


@pytest.mark.parametrize(
    "network",
    [
        {"units": [40_000, 20_000], "dropout": [0.0, 0.0]},
        {"units": [1] * 1_500, "dropout": [0.0] * 1_500},
    ],
    ids=["wide", "deep"],
)
def test_a_network_larger_than_its_checkpoint_is_never_built(
    cut_off, tmp_path, monkeypatch, network
):
    copy = shutil.copytree(cut_off, tmp_path / "copy")
    run = kd.load_run(copy)
    for file in (copy / "run.json", copy / "checkpoint" / "latest.json"):
        noted = storage.unsealed(file.read_text("utf-8"))
        experiment = noted["experiment"]
        changed = experiment | {"network": experiment["network"] | network}
        file.write_text(storage.sealed(noted | {"experiment": changed}), "utf-8")
    before = {path.name: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    made = []
    monkeypatch.setattr("keras.Model.compile", lambda *_, **__: made.append("a network"))
    x, y = fruits()
    with pytest.raises(RunFolderError, match="got one of another network or another Keras"):
        kd.resume_run(copy, data={"x": x, "y": y}, progress=False)
    assert made == [] and run.experiment.model["units"] == (6,)
    after = {path.name: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert after == before


def recheck(folder):
    """Note the sha256 that a changed checkpoint has now."""
    latest = folder / "checkpoint" / "latest.json"
    noted = storage.unsealed(latest.read_text("utf-8"))
    digest = storage.file_sha256(folder / "checkpoint" / noted["file"])
    latest.write_text(storage.sealed(noted | {"sha256": digest}), "utf-8")


@contextmanager
def disk_of(size):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("size", [0, 200, 3_000, 9_000])
def test_a_full_disk_keeps_the_saved_run(copy, named_run, size):
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    assert max(map(len, before.values())) > 9_000
    with disk_of(size), pytest.raises(RunFolderError, match=r"^out: must be writable; got "):
        named_run.save(copy)
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before
    assert_equal_runs(kd.load_run(copy), named_run)
    named_run.save(copy)
    named_run.folder = None
    assert {path.name for path in copy.iterdir()} == FILES


def test_a_full_disk_leaves_no_new_folder(named_run, tmp_path):
    with disk_of(0), pytest.raises(RunFolderError):
        named_run.save(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []
    assert named_run.folder is None


def test_a_run_is_not_saved_over_another(saved, copy):
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    with pytest.raises(RunFolderError) as raised:
        tiny(units=5, epochs=1).save(copy)
    assert str(raised.value) == (
        f"out: holds another experiment; got {str(copy)!r}, which differs in units, dropout, "
        "epochs. Choose another folder, or set overwrite = True."
    )
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


@pytest.mark.parametrize("wrong", ["", None, 3, b"run", "a\0b", "~nobody-at-all/run", "\ud800"])
def test_a_folder_is_a_path(named_run, wrong):
    with pytest.raises(RunFolderError, match=r"^out: must be the path of a folder; got "):
        named_run.save(wrong)
    for use in (kd.load_run, kd.resume_run):
        with pytest.raises(
            RunFolderError, match=r"^folder: must be the path of a folder; got "
        ):
            use(wrong)


@pytest.mark.parametrize("name", ["x" * 300, "new/" + "x" * 300, "new" + "/x" * 3000])
def test_a_name_that_is_too_long_is_refused_and_leaves_nothing(named_run, tmp_path, name):
    folder = tmp_path / name
    with pytest.raises(RunFolderError) as raised:
        named_run.save(folder)
    assert (
        str(raised.value) == f"out: must be writable; got {str(folder)!r}: File name too long."
    )
    with pytest.raises(RunFolderError, match=r"^folder: must be (readable|a run folder); got "):
        kd.load_run(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_the_same_one_after_a_change_of_directory(named_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert named_run.save("run") == str(tmp_path / "run")
    loaded = kd.load_run("run")
    monkeypatch.chdir("/")
    assert named_run.folder == loaded.folder == str(tmp_path / "run")
    named_run.folder = None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"format": "1"}', storage.sealed({"format": 1, "status": "finished"})],
)
def test_a_damaged_run_is_replaced_when_told(copy, named_run, text):
    (copy / "run.json").write_text(text)
    files = {path.name: path.read_bytes() for path in copy.iterdir()}
    with (
        pytest.raises(RunFolderError, match=r"train again with overwrite = True\.$"),
        folders.RunFolder(copy, named_run.experiment),
    ):
        pass
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == files
    with folders.RunFolder(copy, named_run.experiment, overwrite=True) as target:
        target.begin()
        target.save(named_run)
    assert_equal_runs(kd.load_run(copy), named_run)


@pytest.mark.parametrize(
    "files",
    [
        {"run.json": '{"mine": 1}'},
        {"run.json": '{"mine": 1}', "model.weights.h5": "", "notes.txt": ""},
        {"checkpoint/epoch-1.npz": "mine"},
        {"history.csv": "mine"},
    ],
)
def test_what_is_not_ours_is_never_replaced(named_run, tmp_path, files):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with (
        pytest.raises(RunFolderError, match=r"^out: must be empty or hold a run; got "),
        folders.RunFolder(tmp_path, named_run.experiment, overwrite=True),
    ):
        pass
    left = {str(p.relative_to(tmp_path)): p.read_text() for p in tmp_path.rglob("*.*")}
    assert left == files


def test_a_newer_run_is_not_replaced(copy, named_run):
    rewrite(copy, format=3)
    with (
        pytest.raises(RunFolderError, match="must have format 2 or older; got format 3"),
        folders.RunFolder(copy, named_run.experiment, overwrite=True),
    ):
        pass


def test_a_killed_commit_is_finished_before_the_next_one_stages_its_files(copy, named_run):
    # The run that counts lies in a staged file; one staged in vain lies beside it.
    (copy / "history.csv").rename(copy / ("history.csv" + storage.STAGED))
    (copy / ("predictions.csv" + storage.STAGED)).write_text("half")
    with folders.RunFolder(copy, named_run.experiment, overwrite=True):
        assert {p.name for p in copy.iterdir()} - {".lock", ".owner"} == FILES
    assert_equal_runs(kd.load_run(copy), named_run)


def test_what_a_killed_writer_left_half_written_is_no_hindrance(named_run, tmp_path):
    (tmp_path / (storage.HALF_WRITTEN + "4x")).write_bytes(b"half")
    named_run.save(tmp_path)
    named_run.folder = None
    assert kd.load_run(tmp_path).status == "finished"
    assert {path.name for path in tmp_path.iterdir()} == FILES


def test_a_kill_at_any_moment_of_saving_leaves_a_run(saved, named_run, tmp_path):
    # Forked, so that every kill is a real one and Keras needs no second start.
    steps, outcomes = 0, set()
    while steps < 60:
        steps += 7
        folder = shutil.copytree(saved, tmp_path / str(steps))
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            kill_at(steps, folder)
            named_run.save(folder)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        outcomes.add(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)
        assert_equal_runs(kd.load_run(folder), named_run)
    assert signal.SIGKILL in outcomes


def test_a_kill_while_a_run_is_replaced_leaves_the_old_or_the_new_one(
    saved, named_run, cut_off, tmp_path
):
    new, cut, outcomes = tiny(), kd.load_run(cut_off), set()
    x, y = fruits()
    for last in range(5, 80, 8):
        folder = shutil.copytree(saved, tmp_path / str(last))
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            kill_at(last, folder)
            with folders.RunFolder(folder, new.experiment, overwrite=True) as target:
                target.begin()
                target.keep(cut.state, cut.provenance["fingerprint"])
                target.save(new)
            os._exit(0)
        os.waitpid(child, 0)
        found = kd.load_run(folder).digests
        resumed = kd.resume_run(folder, data={"x": x, "y": y}, progress=False).digests
        known = {str(named_run.digests): "old", str(new.digests): "new"}
        outcomes.add((known[str(found)], known[str(resumed)]))
        assert {path.name for path in folder.iterdir()} == FILES
    assert outcomes == {("old", "old"), ("old", "new"), ("new", "new")}


def kill_at(last, folder):
    import sys

    count = [0]

    def watch(event, arguments):
        if event in {"open", "os.rename", "os.remove"} and str(folder) in str(arguments):
            count[0] += 1
            if count[0] == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def test_a_path_that_the_locale_cannot_write_is_told_apart(tmp_path, monkeypatch):
    fsencode = os.fsencode
    monkeypatch.setattr(os, "fsencode", lambda path: str(path).encode("ascii"))
    said = "which the locale of this session cannot write. Set LC_ALL to one of UTF-8"
    with pytest.raises(RunFolderError, match=said):
        kd.load_run(tmp_path / "caf\u00e9")
    with pytest.raises(DatasetError, match=said):
        kd.load_data(kd.experiment("lstm-series", path="caf\u00e9.csv"))
    monkeypatch.setattr(os, "fsencode", fsencode)
    with pytest.raises(RunFolderError, match=r"must be the path of a folder; got '\\ud800'\.$"):
        kd.load_run("\ud800")
