"""Tables of the caller's and of files, as a clean data frame."""

from __future__ import annotations

import datetime
import decimal
import hashlib

import numpy as np
import pandas as pd
import pytest

from kerasduet import errors
from kerasduet.data.frames import digest_frame, learn, load_embedded, read_frame, read_table


def types(frame):
    return {name: str(column.dtype) for name, column in frame.items()}


def written(folder, text, name="people.csv"):
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def test_columns_of_python_lists_get_one_type_each():
    frame = read_frame(
        {
            "whole": [1, 2, 3],
            "gap": [1, None, 3],
            "real": [decimal.Decimal("1.5"), 2, None],
            "truth": [True, False, True],
            "truth_gap": [True, None, False],
            "text": ["b", None, "a"],
            "day": [datetime.date(2024, 1, 31), None, datetime.date(2024, 2, 1)],
            "iso": ["2024-01-31", None, "2024-02-01"],
        }
    )
    assert types(frame) == {
        "whole": "int64",
        "gap": "float64",
        "real": "float64",
        "truth": "bool",
        "truth_gap": "boolean",
        "text": "category",
        "day": "datetime64[us]",
        "iso": "datetime64[us]",
    }
    assert frame["text"].cat.categories.tolist() == ["a", "b"]
    assert frame["text"].cat.codes.tolist() == [1, -1, 0]
    for name in ("day", "iso"):
        assert frame[name].dt.strftime("%Y-%m-%d").tolist()[::2] == ["2024-01-31", "2024-02-01"]
        assert frame[name].isna().tolist() == [False, True, False]
    assert frame["real"].tolist()[:2] == [1.5, 2.0]
    assert frame.index.equals(pd.RangeIndex(3)) and frame.index.name == "row"


def test_pandas_own_types_become_plain_ones():
    frame = read_frame(
        pd.DataFrame(
            {
                "i": pd.array([1, 2, None], dtype="Int64"),
                "j": pd.array([1, 2, 3], dtype="Int32"),
                "b": pd.array([True, None, False], dtype="boolean"),
                "s": pd.array(["x", "y", None], dtype="string"),
                "sparse": pd.arrays.SparseArray([0.0, 0.0, 1.5]),
                "month": pd.period_range("2024-01", periods=3, freq="M"),
                "f": pd.Categorical(["lo", "hi", "lo"], ["lo", "hi"], ordered=True),
            },
            index=["Mazda", "Datsun", "Fiat"],
        )
    )
    assert types(frame) == {
        "i": "float64",
        "j": "int64",
        "b": "boolean",
        "s": "category",
        "sparse": "float64",
        "month": "datetime64[us]",
        "f": "category",
    }
    assert frame["month"].dt.month.tolist() == [1, 2, 3]
    assert frame["f"].cat.ordered and frame["f"].cat.categories.tolist() == ["lo", "hi"]
    assert frame["i"].isna().tolist() == [False, False, True]


def test_the_callers_table_is_not_changed():
    given = pd.DataFrame({"a": ["x", "y"], 3: [True, None]}, index=[7, 8])
    before = given.copy(deep=True)
    frame = read_frame(given)
    assert list(frame.columns) == ["a", "3"]
    pd.testing.assert_frame_equal(given, before)


def test_what_is_no_table_is_refused():
    for given, error, text in (
        (
            [1, 2],
            errors.ArgumentType,
            "data: must be a table whose columns have names; got [1, 2]",
        ),
        *(
            (
                one,
                errors.ArgumentType,
                "data: must be a table whose columns have names; got 'soil.csv'. Give a file or a "
                "folder as path.",
            )
            for one in ("soil.csv", ["soil.csv"])
        ),
        (pd.Series([1]), errors.ArgumentType, "data: must be a table whose columns have names"),
        (
            np.zeros((2, 2)),
            errors.ArgumentType,
            "data: must be a table whose columns have names; got [[0, 0], [0, 0]]. Name its "
            "columns: pd.DataFrame(",
        ),
        ({}, errors.EmptyData, "data: must have columns; got none."),
        ({"a": []}, errors.EmptyData, "data: must have rows; got none."),
        ({"a": [1], "b": [1, 2]}, errors.LengthMismatch, "data: columns must have one length"),
        ({"a": "text"}, errors.ArgumentType, "a: must be a column of values; got 'text'."),
        ({"a": 1, "b": [1]}, errors.ArgumentType, "a: must be a column of values; got 1."),
        (
            pd.DataFrame([[1, 2]], columns=["a", "a"]),
            errors.UnknownName,
            "data: names must differ; got a twice.",
        ),
        (
            pd.DataFrame([[1, 2]], columns=[1, "1"]),
            errors.UnknownName,
            "data: names must differ; got 1 twice.",
        ),
        (
            pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])),
            errors.ArgumentType,
            "data: columns must have names of one level; got 2 levels.",
        ),
    ):
        with pytest.raises(error) as raised:
            read_frame(given)
        assert str(raised.value).startswith(text)


def test_polars_tables_arrive_as_those_of_pandas():
    polars = pytest.importorskip("polars", reason="there is no polars")
    given = polars.DataFrame(
        {
            "n": [1, 2, None],
            "t": ["a", None, "b"],
            "b": [True, False, None],
            "d": [datetime.date(2024, 1, 31), None, datetime.date(2024, 3, 1)],
            "e": polars.Series(["lo", "hi", "lo"], dtype=polars.Enum(["lo", "hi"])),
        }
    )
    wanted = read_frame(
        {
            "n": [1.0, 2.0, None],
            "t": ["a", None, "b"],
            "b": [True, False, None],
            "d": ["2024-01-31", None, "2024-03-01"],
            "e": pd.Categorical(["lo", "hi", "lo"], ["lo", "hi"]),
        }
    )
    for table in (given, given.lazy()):
        pd.testing.assert_frame_equal(read_frame(table), wanted)


def test_a_csv_file_is_read_with_its_types(tmp_path):
    text = (
        "\ufeffage, town ,member,joined,score\n"
        '31,"Bonn, Nord",TRUE,2024-01-31,1.5\n'
        "NA, Köln,FALSE,2024-02-01,2\n"
        "40,Bonn,,2024-02-03,NA\n"
    )
    path = written(tmp_path, text)
    frame, source = read_table(None, path)
    assert types(frame)["member"] == "boolean" and frame["joined"].dt.month.tolist() == [
        1,
        2,
        2,
    ]
    assert frame["age"].tolist()[::2] == [31, 40] and np.isnan(frame["age"][1])
    assert frame["town"].tolist() == ["Bonn, Nord", "Köln", "Bonn"]
    assert frame.index.name == "line" and source.rows == 3
    assert source.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert source.name == "the file people.csv" and not source.given


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_delimiters_are_seen(tmp_path, mark):
    frame = read_frame(None, written(tmp_path, f"a{mark}b\n1{mark}x\n2{mark}y\n"))
    assert frame["a"].tolist() == [1, 2] and frame["b"].tolist() == ["x", "y"]


def test_row_names_that_a_writer_adds_are_left_out(tmp_path):
    frame = read_frame(None, written(tmp_path, '"","a"\n"1",5\n"2",7\n'))
    assert list(frame.columns) == ["a"]
    frame = read_frame(None, written(tmp_path, ",a\n0,5\n1,7\n"))
    assert list(frame.columns) == ["a"]
    frame = read_frame(None, written(tmp_path, '"","a"\n"Mazda",5\n"Fiat",7\n'))
    assert list(frame.columns) == ["a"]
    frame = read_frame(None, written(tmp_path, ",a\nFiat,5\nFiat,7\n"))
    assert list(frame.columns) == ["Unnamed: 0", "a"]
    frame = read_frame(None, written(tmp_path, ",a\n5,5\n1,7\n"))
    assert list(frame.columns) == ["Unnamed: 0", "a"]


def test_texts_that_come_late_make_a_column_text_from_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr("kerasduet.data.blocks.SIZE", 1000)
    monkeypatch.setattr("kerasduet.data.frames.files.SAMPLE", 100)
    rows = [f"0{i % 3},{'true' if i < 450 else 'maybe'},{i % 5}" for i in range(500)]
    rows[444] = "3+,true,"
    frame = read_frame(None, written(tmp_path, "n,b,m\n" + "\n".join(rows) + "\n"))
    assert frame["n"].cat.categories.tolist() == ["00", "01", "02", "3+"]
    assert frame["n"][444] == "3+" and frame["n"][499] == "01" and frame["n"][0] == "00"
    assert frame["b"].cat.categories.tolist() == ["maybe", "true"]
    assert np.isnan(frame["m"][444]) and frame["m"].tolist()[-5:] == [0, 1, 2, 3, 4]


def test_texts_after_many_numbers_leave_the_numbers_as_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr("kerasduet.data.blocks.SIZE", 1000)
    monkeypatch.setattr("kerasduet.data.frames.files.SAMPLE", 100)
    codes = [str(i * 7 % 50) if i < 400 else f"x{i % 3}" for i in range(600)]
    text = "\n".join(["n,m", *(f"{code},{i % 3}" for i, code in enumerate(codes)), ""])
    assert read_frame(None, written(tmp_path, text))["n"].tolist() == codes


def test_pieces_of_a_file_are_put_together_as_if_read_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr("kerasduet.data.blocks.SIZE", 200)
    random = np.random.default_rng(1)
    wanted = pd.DataFrame(
        {
            "x": random.normal(size=100),
            "n": random.integers(0, 9, 100),
            "c": random.choice(["u", "v", "w"], 100),
        }
    )
    wanted.loc[50:, "x"] = np.nan
    wanted.to_csv(tmp_path / "t.csv", index=False)
    found = read_frame(None, tmp_path / "t.csv")
    np.testing.assert_array_equal(found["x"], wanted["x"])
    assert found["n"].dtype == np.int64 and found["n"].tolist() == wanted["n"].tolist()
    assert found["c"].tolist() == wanted["c"].tolist()
    assert found["c"].cat.categories.tolist() == ["u", "v", "w"]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", errors.CsvError, "path: must have a header and rows; got an empty file"),
        ("a,b\n", errors.CsvError, "path: must have rows; got a header only in people.csv."),
        (
            "a,b\n1,2\n1,2,3\n",
            errors.CsvError,
            "path: every line must have 2 fields; got 3 in line 3 of people.csv.",
        ),
        (
            "a,b\n1,x\n2\n",
            errors.CsvError,
            "path: every line must have 2 fields; got 1 in line 3 of people.csv.",
        ),
        ("1,2\n3,4\n", errors.CsvError, "path: must have a header; got values alone in line 1"),
        (
            b"a,b\n1,\xff\n",
            errors.CsvError,
            "path: must be UTF-8 text; got another byte in line 2 of people.csv.",
        ),
        (
            "a,b,a\n1,2,3\n",
            errors.UnknownName,
            "path: names must differ; got a twice in people.csv. Rename a column.",
        ),
    ],
)
def test_csv_files_that_are_none_are_refused_by_line(tmp_path, text, error, message):
    with pytest.raises(error) as raised:
        read_frame(None, written(tmp_path, text))
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("full name\nJohn Smith\nAnn Bell\n", "full name"),
        ("my height\n1.5\n2\n", "my height"),
        ("a|b\nx\ny|z\n", "a|b"),
        ("a b\n" + "x" * 140_000 + " 1\n", None),
    ],
)
def test_a_column_may_hold_blanks_and_bars(tmp_path, text, name):
    file = written(tmp_path, text)
    if name is None:
        with pytest.raises(errors.CsvError, match="field larger than field limit"):
            read_frame(None, file)
    else:
        assert read_frame(None, file).columns.tolist() == [name]


def test_files_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(
        errors.DatasetError,
        match=r"path: must be a CSV or Parquet file; got .*, which does not exist",
    ):
        read_frame(None, tmp_path / "none.csv")
    with pytest.raises(errors.DatasetError, match="which is not a file"):
        read_frame(None, tmp_path)
    with pytest.raises(
        errors.DatasetError, match="path: needs a CSV or Parquet file, or a table"
    ):
        read_frame(None)


def test_parquet_files_keep_their_types(tmp_path):
    polars = pytest.importorskip("polars", reason="there is no polars")
    file = tmp_path / "people.parquet"
    polars.DataFrame({"a": [1.5, None], "b": ["x", "y"]}).write_parquet(file)
    frame, source = read_table(None, file)
    assert frame["a"][0] == 1.5 and np.isnan(frame["a"][1])
    assert frame["b"].cat.categories.tolist() == ["x", "y"]
    assert source.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    file.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(
        errors.DatasetError, match="path: must be a Parquet file that can be read"
    ):
        read_frame(None, file)


def test_without_a_reader_of_parquet_its_name_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("kerasduet.data.frames.files.find_spec", lambda name: None)
    with pytest.raises(
        errors.DatasetError, match=r"needs the package pyarrow or polars; got x\.pq"
    ):
        read_frame(None, written(tmp_path, b"PAR1", "x.pq"))


def test_the_digest_of_a_table_is_of_names_values_and_levels():
    frame = read_frame({"a": [1, 2], "b": ["x", "y"], "c": [True, None]})
    assert digest_frame(frame) == digest_frame(frame.copy())
    for other in (
        {"a": [1, 3], "b": ["x", "y"], "c": [True, None]},
        {"a": [1, 2], "b": ["x", "z"], "c": [True, None]},
        {"a": [1, 2], "b": ["x", "y"], "c": [True, False]},
        {"a2": [1, 2], "b": ["x", "y"], "c": [True, None]},
        {"a": [1, 2], "b": pd.Categorical(["x", "y"], ordered=True), "c": [True, None]},
    ):
        assert digest_frame(read_frame(other)) != digest_frame(frame)


def test_embedded_tables_are_scikit_learns_own():
    from sklearn import datasets

    for name, load, target in (
        ("iris", datasets.load_iris, "species"),
        ("cancer", datasets.load_breast_cancer, "diagnosis"),
    ):
        frame, theirs = load_embedded(name), load()
        assert frame.columns[-1] == target
        np.testing.assert_array_equal(frame.iloc[:, :-1], theirs.data)
        np.testing.assert_array_equal(frame[target].cat.codes, theirs.target)
        assert frame[target].cat.categories.tolist() == theirs.target_names.tolist()
    ours = load_embedded("cancer").columns[:-1].tolist()
    theirs = datasets.load_breast_cancer().feature_names
    assert ours == [name.replace(" ", "_") for name in theirs]
    frame, theirs = load_embedded("diabetes"), datasets.load_diabetes(scaled=False)
    np.testing.assert_array_equal(frame.iloc[:, :-1], theirs.data)
    np.testing.assert_array_equal(frame["progression"], theirs.target)
    assert frame.columns[:-1].tolist() == theirs.feature_names


def test_iris_is_as_fisher_printed_it():
    # Where the copy of the UCI repository differs: flowers 35 and 38.
    frame = load_embedded("iris")
    assert frame.iloc[34, :4].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert frame.iloc[37, :4].tolist() == [4.9, 3.6, 1.4, 0.1]


def test_other_embedded_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("kerasduet.data.frames.embedded._folder", lambda: tmp_path)
    with pytest.raises(errors.DatasetError, match="got no file that can be read"):
        load_embedded("iris")
    (tmp_path / "iris.csv").write_text("2,4,a,b,c\n1,2,3,4,0\n1,2,3,4,1\n")
    with pytest.raises(
        errors.DatasetError, match=r"got other values\. Install scikit-learn again"
    ):
        load_embedded("iris")
    with pytest.raises(errors.UnknownName, match="dataset: no option 'wine'"):
        load_embedded("wine")


def test_the_columns_of_a_matrix_are_read_as_any_others():
    matrix = np.arange(12.0).reshape(6, 2)
    rows = pd.DataFrame(matrix, columns=["a", "b"])
    alone = pd.DataFrame({"a": matrix[:, 0].copy(), "b": matrix[:, 1].copy()})
    assert digest_frame(read_frame(rows)) == digest_frame(read_frame(alone))
    whole = rows.astype("int64").assign(day=pd.Timestamp("2024-01-31"))
    assert digest_frame(read_frame(whole)) == digest_frame(
        read_frame(
            {"a": [*range(0, 12, 2)], "b": [*range(1, 12, 2)], "day": whole["day"].array}
        )
    )


def test_a_column_without_a_name_has_that_of_pandas():
    polars = pytest.importorskip("polars")
    given = {"a": [1, 2], "": [3, 4]}
    for table in (given, pd.DataFrame(given), polars.DataFrame(given)):
        assert list(read_frame(table).columns) == ["a", "Unnamed: 1"]


def test_a_pair_of_table_and_target_is_told_to_be_one_table():
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    with pytest.raises(errors.ArgumentType) as caught:
        read_frame((frame, pd.Series([1, 2])))
    text = str(caught.value)
    assert text.endswith("Put the target into the table, and set target."), text


@pytest.mark.parametrize("levels", [3, 40])
@pytest.mark.parametrize("row", [5, 3000])
def test_a_text_among_numbers_is_told_by_its_line_however_many_levels(
    tmp_path, monkeypatch, levels, row
):
    monkeypatch.setattr("kerasduet.data.frames.files.SAMPLE", 2000)  # which has row 5 alone
    items = [str(i % levels) for i in range(4000)]
    items[row] = "five"
    path = written(
        tmp_path, "stars,x\n" + "".join(f"{item},{i}\n" for i, item in enumerate(items))
    )
    for given, name in ((None, f"line {row + 2}"), ({"stars": items}, f"row {row + 1}")):
        frame, source = read_table(given, path)
        if levels == 3:
            told = f"stars is a category, not numbers: it says 'five' in {name}."
            assert (source.note, frame["stars"].dtype.name) == (told, "category")
        else:
            with pytest.raises(errors.KerasduetError) as refused:
                learn(frame, ["stars"])
            assert f"stars: must be numbers, not text; got 'five' in {name}." in str(
                refused.value
            )
            assert source.note == ""


def test_what_is_meant_as_a_category_is_not_told(tmp_path):
    rated = ["1", "3+", "2", "3+"]
    factor = {"rated": pd.Categorical(rated), "kind": ["1st", "2", "third", "2"]}
    assert read_table(factor)[1].note == ""
    path = written(tmp_path, "shop,rated\n" + "".join(f"{one},{one}\n" for one in rated))
    told = "rated is a category, not numbers: it says '3+' in line 3."
    assert read_table(None, path, texts={"shop": "ids"})[1].note == told
    both = read_table(None, path)[1].note
    assert both == told.replace("rated", "shop") + " " + told
    many = {f"x{i}": rated for i in range(5)}
    assert read_table(many)[1].note.endswith("in row 2. So are 2 more.")
