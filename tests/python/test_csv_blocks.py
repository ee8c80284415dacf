"""A large file is read in blocks, on two cores, as if it was read at once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kerasduet.data import blocks, cleaning, csv_file, load_data, series, threads
from kerasduet.data.frames import digest_frame, files, read_table
from kerasduet.data.scaling import mean_and_deviation
from kerasduet.errors import ArgumentType, CsvError, TimeIndexError
from kerasduet.experiments import experiment
from kerasduet.forecasting.windows import Windows


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Take two threads and many blocks for small files."""
    monkeypatch.setattr(blocks, "SIZE", 300)
    monkeypatch.setattr(blocks, "LARGE", 0)
    monkeypatch.setattr(blocks, "cores", lambda: 2)


def _refused(*given, **named):
    raise ValueError("not in blocks")


def lines(count=200):
    random = np.random.default_rng(3)
    for i in range(count):
        yield {
            "whole": i,
            "half": i if i < 150 else i + 0.5,
            "gaps": "" if i % 7 == 0 else random.integers(9),
            "none": "" if i < 120 else 3,
            "truth": "true" if i % 3 else "False",
            "late": i if i < 180 else "many",
            "codes": f"0{i % 4}" if i % 100 else "1.50 EUR",
            "answer": "true" if i % 90 else "maybe",
            "whens": f"2024-01-0{1 + i % 9}" if i % 80 else "never",
            "zeros": f"0{i % 4}",
            "text": ['"a, b"', "c", '"d ""e"""', "NA"][i % 4],
            "day": f"2024-01-{1 + i % 28:02}",
            "more": f'"{"first" if i % 50 else "two"}\nlines"' if i % 10 == 0 else "one",
            "last": random.normal(),
        }


def table_of(rows):
    rows = [*rows]
    return "\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "columns", [None, ("whole", "text", "last"), ("none", "truth"), ("codes", "last")]
)
def test_tables_are_the_same_either_way(tmp_path, monkeypatch, memory, columns, end):
    rows = [{name: row[name] for name in columns or row} for row in lines()]
    path = tmp_path / "t.csv"
    path.write_bytes((table_of(rows) + "\n").replace("\n", end).encode())
    taken = []
    monkeypatch.setattr(files, "_one_by_one", lambda *given: taken.append(1) or _refused())
    found, source = read_table(None, path)
    assert not taken
    monkeypatch.undo()
    monkeypatch.setattr(files, "in_blocks", _refused)
    whole, other = read_table(None, path)
    pd.testing.assert_frame_equal(found, whole, check_exact=True)
    assert source == other
    with pd.option_context("mode.string_storage", "python"):
        assert digest_frame(found) == digest_frame(read_table(None, path)[0])


def test_texts_that_are_long_whole_numbers_stay_as_written(tmp_path, memory):
    rows = [{"k": ["01", "9" * 25, "1"][i % 3], "y": i} for i in range(300)]
    path = tmp_path / "t.csv"
    path.write_text(table_of([{"k": "b", "y": 0}, *rows]) + "\n")
    found, _ = read_table(None, path)
    assert found["k"].tolist() == ["b", *(row["k"] for row in rows)]


def test_numbers_are_the_same_either_way(tmp_path, monkeypatch):
    random = np.random.default_rng(0).normal(size=(300, 3))
    for kinds in ((float, float, float), (int, float, float), (int, int, int)):
        rows = [
            ",".join(str(k(9 * x)) for k, x in zip(kinds, row, strict=True)) for row in random
        ]
        rows[250] = "1.5,-2,1e3"
        path = tmp_path / "n.csv"
        path.write_text("\n".join(["a,b,c", *rows]))
        found, source = csv_file.read_csv(str(path))
        with monkeypatch.context() as patched:
            patched.setattr(csv_file, "_numbers_alone", lambda file: None)
            slow, other = csv_file.read_csv(str(path))
        pd.testing.assert_frame_equal(found, slow, check_exact=True, check_index_type=False)
        assert source == other


@pytest.mark.parametrize(
    ("row", "message"),
    [("7,8,9,x", "got 4 in line 152"), ("7,8", "got 2 in line 152"), ("", "got 0 in line 152")],
)
@pytest.mark.parametrize(
    "text", ["", "x"]
)  # of numbers alone, and with texts in the last column
def test_a_line_too_long_or_short_is_told_by_its_number(tmp_path, row, message, text):
    path = tmp_path / "r.csv"
    rows = [f"{i},{i}.5,{text}{i % 3}" for i in range(300)]
    rows[150] = row
    path.write_text("\n".join(["a,b,c", *rows, ""]))
    with pytest.raises(CsvError, match=message):
        read_table(None, path)
    with pytest.raises(CsvError, match=message):
        csv_file.read_csv(str(path))


def test_marks_of_quotes_in_the_midst_of_texts_are_no_quotes(tmp_path):
    rows = [f'{i},a {i % 5}" pipe' if i % 9 == 0 else f"{i},plain" for i in range(300)]
    rows[200] = '200,"a\nb"'
    path = tmp_path / "q.csv"
    path.write_text("\n".join(["n,what", *rows, ""]))
    found, _ = read_table(None, path)
    assert found["n"].tolist() == [*range(300)]
    assert found["what"][9] == 'a 4" pipe' and found["what"][200] == "a\nb"


def test_numbers_beyond_whole_ones_are_left_to_the_whole_file(tmp_path):
    path = tmp_path / "u.csv"
    rows = [f"{2**63 + i if i > 150 else i},x{i % 3}" for i in range(300)]
    path.write_text("\n".join(["n,c", *rows, ""]))
    with path.open("rb") as opened, pytest.raises(ValueError, match="another type"):
        opened.readline()
        [*blocks.in_blocks(opened, files.hashlib.sha256(), {})]
    found, _ = read_table(None, path)
    assert found["n"].astype(float).tolist() == [float(row.split(",")[0]) for row in rows]


def test_a_series_is_not_copied_but_for_its_target(tmp_path, monkeypatch):
    path = tmp_path / "s.csv"
    numbers = pd.DataFrame(np.random.default_rng(1).normal(size=(400, 3)), columns=[*"abc"])
    numbers.to_csv(path, index=False)
    chosen = experiment("lstm-series", path=str(path), target="c", features=["a", "b"])
    chosen = replace(chosen)
    frame = series.frame_of(chosen, None)[0]
    found = cleaning.clean(frame, chosen)
    assert found.values.shape == (400, 4) and found.values.flags.c_contiguous
    assert np.shares_memory(found.values, frame.to_numpy())
    again = cleaning.clean(frame, chosen)  # the room is taken
    assert not np.shares_memory(again.values, frame.to_numpy())
    np.testing.assert_array_equal(found.values, again.values)
    np.testing.assert_array_equal(found.values, numbers[["a", "b", "c", "c"]])
    monkeypatch.setattr(cleaning, "as_read", lambda *given: None)
    copied = cleaning.clean(series.frame_of(chosen, None)[0], chosen)
    np.testing.assert_array_equal(found.values, copied.values)
    assert (found.note, found.target) == (copied.note, copied.target)
    np.testing.assert_array_equal(found.missing, copied.missing)


def test_deviations_have_the_bits_of_numpy():
    random = np.random.default_rng(2)
    for columns in (1, 2, 3, 7, 8, 17):
        values = 1e3 * random.normal(size=columns) + random.normal(size=(150_001, columns))
        mean, deviation = mean_and_deviation(values)
        assert mean.tobytes() == values.mean(axis=0).tobytes()
        assert deviation.tobytes() == values.std(axis=0).tobytes()


def test_windows_that_follow_each_other_need_no_list_of_rows():
    values = np.arange(20.0)
    one, other = Windows(values, range(3, 9), 4), Windows(values, np.arange(3, 9), 4)
    assert len(one) == len(other) and one.shape == other.shape
    np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    np.testing.assert_array_equal(one.take(np.array([5, 0])), other.take(np.array([5, 0])))
    np.testing.assert_array_equal(Windows.joined([one, other]), Windows.joined([other, one]))


def test_of_several_errors_in_threads_the_first_is_told(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 2)
    done = []

    def do(item):
        done.append(item)
        if item in (30, 70):
            raise ValueError(str(item))

    with pytest.raises(ValueError, match="30"):
        threads.each(do, range(100))
    done.clear()
    threads.each(done.append, range(100))
    assert sorted(done) == [*range(100)]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_long_whole_number_among_decimals_is_a_decimal(tmp_path, end):
    rows = [{"y": i / 10, "k": f"{i / 7:.3f}"} for i in range(100)]
    rows += [{"y": 3, "k": "12345678901234567890123"}]
    path = tmp_path / "t.csv"
    path.write_text(table_of(rows) + end)
    found, _ = read_table(None, path)
    assert found["k"].tolist() == [float(row["k"]) for row in rows]
    assert found["y"].tolist() == [row["y"] for row in rows]


def test_one_long_whole_number_among_whole_ones_is_named(tmp_path):
    rows = [{"y": i, "k": i} for i in range(100)] + [{"y": 1, "k": 10**22}]
    path = tmp_path / "t.csv"
    path.write_text(table_of(rows) + "\n")
    text = f"^target: must be numbers, not text; got '{10**22}' in line 102. Write it in fewer"
    with pytest.raises(CsvError, match=text):
        load_data(experiment("table-numbers", path=str(path), target="k"))


def test_a_text_among_numbers_as_texts_is_named_and_no_target_is_an_id():
    hours = pd.date_range("2024-01-01", periods=300, freq="h")
    sold = pd.DataFrame({"time": hours, "sold": np.arange(300) % 10})
    texts = sold.assign(sold=[*map(str, range(299)), "oops"])
    chosen = experiment("lstm-series", target="sold", time="time")
    with pytest.raises(ArgumentType, match=r"^sold: must be numbers; got 'oops' in row 300\."):
        load_data(chosen, texts)
    twice = pd.concat([sold.iloc[:10], sold.iloc[[9]], sold.iloc[10:]], ignore_index=True)
    with pytest.raises(TimeIndexError, match=r"^time: .*in row 11\."):
        load_data(chosen, twice)


@pytest.mark.parametrize("preset", ["table-numbers", "lstm-series"])
def test_a_quotation_mark_that_is_never_closed_hides_no_rows(tmp_path, preset):
    path = tmp_path / "open.csv"
    rows = [f"{i},{'ab'[i % 2]}" for i in range(100)]
    path.write_text("\n".join(["y,k", *rows[:50], '50,"a', *rows[51:]]) + "\n")
    text = "^path: quotation marks must be closed; got one in line 52 of open.csv that is open"
    with pytest.raises(CsvError, match=text):
        load_data(experiment(preset, path=str(path), target="y"))
    path.write_text("\n".join(["y,k", *rows, '100,"a\nb"']))  # closed at the end
    if preset == "table-numbers":
        assert (
            sum(load_data(experiment(preset, path=str(path), target="y")).sizes.values()) == 101
        )
