"""Columns of a CSV file that stay as they are written: ids, texts and codes of classes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import linear

import kerasduet as kd
from kerasduet import errors
from kerasduet.data import csv_file
from kerasduet.data.frames import files, read_table
from kerasduet.data.kept import kept
from kerasduet.data.labels import find_labels
from kerasduet.shell import results
from kerasduet.shell.typed import labelled, read_inputs

SERIES = {
    "id": "shop",
    "target": "sold",
    "season": 1,
    "difference": 0,
    "lookback": 3,
    "horizon": 2,
    "model": linear,
    "epochs": 1,
    "early_stopping": None,
}


def written(folder, text):
    file = folder / "rows.csv"
    file.write_text(text)
    return str(file)


def shops(folder, ids, time=False, header="shop"):
    """Write 40 rows of each shop: numbers alone, or beside dates."""
    days = pd.date_range("2024-01-01", periods=40).strftime("%Y-%m-%d")
    rows = [
        f"{name},{place + day % 7}" + (f",{days[day]}" if time else "")
        for place, name in enumerate(ids)
        for day in range(40)
    ]
    return written(folder, "\n".join([f"{header},sold{',time' if time else ''}", *rows]))


@pytest.mark.parametrize("time", [False, True])
@pytest.mark.parametrize(
    ("ids", "names"),
    [
        (["1", "01"], ["1", "01"]),
        (["007", "8"], ["007", "8"]),
        (["1", "1.0"], ["1", "1.0"]),
        ([" 01 ", "1"], ["01", "1"]),
        (["9007199254740993", "9007199254740993.5"],) * 2,
        (["99999999999999999998", "99999999999999999999"],) * 2,
        (["2", "1"], [2, 1]),
        (["2.0", "1.0"], [2, 1]),
    ],
)
def test_series_of_a_file_are_named_as_they_are_written(tmp_path, ids, names, time):
    path = shops(tmp_path, ids, time)
    found = kd.load_data(kd.experiment("lstm-series", path=path, **SERIES))
    assert found.preprocessing.names.tolist() == names
    assert found.preprocessing.numbered == isinstance(names[0], int)
    assert len(found.panel) == 2


def test_a_column_of_ids_is_found_whatever_its_case(tmp_path):
    path = shops(tmp_path, ["1", "01"], header="Shop")
    found = kd.load_data(kd.experiment("lstm-series", path=path, **SERIES))
    assert found.preprocessing.ids == ("1", "01")


def test_numbers_of_a_data_frame_find_the_series_of_a_file(tmp_path):
    chosen = kd.experiment("lstm-series", path=shops(tmp_path, ["1", "01"]), **SERIES)
    run = kd.run_experiment(chosen, progress=False)
    table = pd.DataFrame({"shop": [1] * 6, "sold": np.arange(6.0)})
    assert set(run.predict(table)["id"]) == {"1"}
    assert set(run.predict(table.assign(shop="01"))["id"]) == {"01"}
    with pytest.raises(errors.UnknownName, match="got '7' in the column shop"):
        run.predict(table.assign(shop=7))
    path = written(tmp_path, "shop,sold\n" + "01,2.5\n" * 6)
    assert set(run.predict(read_inputs([path], results._kept(run)))["id"]) == {"01"}


def test_rows_of_groups_are_told_apart_as_they_are_written(tmp_path):
    rows = "\n".join(
        f"{place},{place % 3},{'01' if place < 20 else '1'}" for place in range(40)
    )
    chosen = kd.experiment(
        "table-numbers", path=written(tmp_path, f"y,x,box\n{rows}\n"), target="y", group="box",
        validation_split=0, test_split=0.5, features=("x",), early_stopping=None,
    )  # fmt: skip
    assert kd.load_data(chosen).sizes == {"train": 20, "validation": 0, "test": 20}


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize(
    ("role", "texts", "expected"),
    [
        ("ids", ["1", "01"], ["1", "01"]),
        ("ids", ["1", "2"], [1, 2]),
        ("ids", ["1", "two"], ["1", "two"]),
        ("classes", ["000", "001"], ["000", "001"]),
        ("classes", ["1", "1.0"], [1.0, 1.0]),
        ("classes", ["0.5", "1"], [0.5, 1.0]),
        ("classes", ["True", "False"], [True, False]),
        ("classes", ["9007199254740993", "2.5"], ["9007199254740993", "2.5"]),
        ("texts", ["000", "1"], ["000", "1"]),
        ("texts", ["2024-01-31", "2024-02-01"], ["2024-01-31", "2024-02-01"]),
        ("texts", ["True", "1.50"], ["True", "1.50"]),
    ],
)
def test_columns_stay_as_they_are_written(tmp_path, monkeypatch, role, texts, expected, quick):
    rows = "".join(f"{text},{place}\n" for place, text in enumerate(texts * 3))
    if not quick:
        monkeypatch.setattr(files, "_read_quick", lambda file, texts: None)
    frame, _ = read_table(None, written(tmp_path, f"a,b\n{rows}"), texts={"a": role})
    assert frame["a"].tolist() == expected * 3
    assert frame["b"].dtype == np.int64
    if not isinstance(expected[0], str):
        plain, _ = read_table(None, written(tmp_path, f"a,b\n{rows}"))
        pd.testing.assert_frame_equal(frame, plain)


def test_a_file_of_numbers_alone_is_read_quickly_with_its_texts(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_file, "ROWS", 30)
    for ids in (["1", "2"], ["1", "01"], ["007", "8", "9.50"]):
        path = shops(tmp_path, ids, header="Shop")
        found, source = csv_file.read_csv(path, texts={"shop": "ids"})
        with monkeypatch.context() as patched:
            patched.setattr(csv_file, "_numbers_alone", lambda file: None)
            slow, other = csv_file.read_csv(path, texts={"shop": "ids"})
        pd.testing.assert_frame_equal(found, slow, check_index_type=False)
        assert source == other


def test_a_missing_class_leaves_numbers():
    column = pd.Series(["1", None, "2"], dtype="category")
    np.testing.assert_array_equal(kept(column, "classes"), [1, np.nan, 2])


def test_pairs_of_digits_keep_their_zeros(tmp_path):
    rows = "".join(f"{place:03},{2 * place:04}\n" for place in range(30))
    path = written(tmp_path, f"source,target\n{rows}")
    chosen = kd.experiment("translate-dates", dataset="pairs", path=path)
    found = kd.load_data(chosen).given
    assert found["source"].str.len().unique().tolist() == [3]
    assert (found["target"].astype(int) == 2 * found["source"].astype(int)).all()
    assert found["target"].str.len().unique().tolist() == [4]


def test_texts_of_digits_and_labels_with_zeros_are_texts(tmp_path):
    rows = "".join(f"{place:03},{place % 2:02}\n" for place in range(30))
    path = written(tmp_path, f"text,label\n{rows}")
    found = kd.load_data(kd.experiment("texts", path=path))
    assert found.preprocessing.class_names == ("00", "01")
    assert all(len(text) == 3 for text in found.given["text"])


@pytest.mark.parametrize(
    ("labels", "names", "kind"),
    [
        (("000", "001"), ("000", "001"), "str"),
        (("0", "1"), ("0", "1"), "int"),
        (("0.0", "1.0"), ("0", "1"), "int"),
        (("no", "yes"), ("no", "yes"), "str"),
    ],
)
def test_classes_are_named_as_they_are_written(tmp_path, labels, names, kind):
    rows = "".join(f"{labels[place % 2]},{place % 5}\n" for place in range(40))
    path = written(tmp_path, f"kind,x\n{rows}")
    chosen = kd.experiment("table-classes", path=path, target="kind")
    learned = kd.load_data(chosen).preprocessing
    assert (learned.class_names, learned.label_type) == (names, kind)
    _, typed = labelled(path, "kind", chosen.data.kept)
    assert len(find_labels(typed, learned)) == 40


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize(
    ("numbers", "lost"),
    [
        (["9007199254740993", "", "1"], "9007199254740993"),
        (["-9007199254740993", "0.5", "1"], "-9007199254740993"),
        (["9007199254740993", "2", "1"], None),
        (["9007199254740992", "", "1"], None),
        (["1e300", "9007199254740993.0", "1"], None),
    ],
)
def test_a_note_names_whole_numbers_that_lost_digits(
    tmp_path, monkeypatch, numbers, lost, quick
):
    path = written(tmp_path, "a,b\n" + "".join(f"{number},1\n" for number in numbers))
    if not quick:
        monkeypatch.setattr(files, "_read_quick", lambda file, texts: None)
        monkeypatch.setattr(csv_file, "_numbers_alone", lambda file: None)
    for _, source in (read_table(None, path), csv_file.read_csv(path)):
        assert (f"a ({lost})" in source.note) if lost else not source.note


@pytest.mark.parametrize("own", [{}, {"id": None}])
def test_a_series_says_that_its_numbers_lost_digits(tmp_path, own):
    rows = "".join(f"1,{place % 7 + 0.5}\n" for place in range(40))
    path = written(tmp_path, f"shop,sold\n1,9007199254740993\n{rows}")
    found = kd.load_data(kd.experiment("lstm-series", path=path, **SERIES | own))
    assert "lost digits" in found.source.note and "sold (9007199254740993)" in found.source.note
