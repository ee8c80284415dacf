"""Files of plain numbers are read by pandas, with the values that slower code gives."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasduet.data import blocks, csv_file
from kerasduet.data.columns import MISSING
from kerasduet.data.frames import files
from kerasduet.data.frames.read import read_frame
from kerasduet.errors import KerasduetError

ROWS = "\n".join(
    f"{a!r},{b}" for a, b in (np.random.default_rng(0).normal(size=(2000, 2)) * 1e9).tolist()
)


@pytest.mark.parametrize(
    "text",
    [
        f"a,b\n{ROWS}\n",
        "a,b\n1,2.5\n3,\n+4,1e-300",
        "a\n1\n007\n-3\n",
        "a,b\n1,2\n3,99999999999999999999\n",
        "a,b\n0.1,5.\n.3,1e999\n",
        "a,b\n1,\n2,\n",
        "a,b\n1,2024-01-31\n2,2024-02-01\n",
        'a,b\n1,"2"\n3,4\n',
        "a,b\n 1, 2\n3 ,4\n",
        "a,b\r\n1,2\r\n",
        "a,b\n1,inf\n2,-Infinity\n",
        "a,b\n1,2\r\n3,4\r\n",
        "\ufeffa,b\n1,2\n",
        "a,b\n1,9223372036854775808\n",
        "a,b\n1,2\n3,4\n\n",
        "a,b\n0.5,-9007199254740993\n1,2.5\n",
    ],
)
def test_a_file_has_the_same_values_either_way(tmp_path, monkeypatch, text):
    file = tmp_path / "a.csv"
    file.write_bytes(text.encode())
    found, source = csv_file.read_csv(str(file))
    monkeypatch.setattr(csv_file, "_numbers_alone", lambda file: None)
    slow, other = csv_file.read_csv(str(file))
    pd.testing.assert_frame_equal(found, slow, check_exact=True, check_index_type=False)
    assert source == other


WHOLE = ("0", "1", "-1", "+4", "007", "123456789", "9223372036854775807")
DECIMAL = ("2.5", "-.5", "3.", "1E-3", "1e5", "-0.0", "1.7976931348623157e308", "2e-324")
ODD = (
    "", "NA", "nan", "NaN", "-nan", "null", "None", "inf", "-Infinity", "1e999", "1e-400", "1_000",
    "0x10", " 1", "1 ", "\t2", '"4"', '"5', '"1\n2"', "true", "9223372036854775808",
    "-9223372036854775809", "9007199254740993", "123456789012345678901", "1,5", "1;5", "a",
    "2024-01-01", "1e", ".", "-", "1.2.3", "1d5", "1\x00", "\ufeff1", "1\r", "\u0663",
)  # fmt: skip


@st.composite
def csv_texts(draw):
    """Give the text of a file of a few columns: numbers, and once in a while what is none."""
    kinds = draw(
        st.lists(st.sampled_from([WHOLE, DECIMAL, WHOLE + DECIMAL]), min_size=1, max_size=3)
    )
    fields = [st.sampled_from(kind) for kind in kinds]
    rows = [[*row] for row in draw(st.lists(st.tuples(*fields), min_size=1, max_size=20))]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        odd = draw(st.sampled_from(ODD))
        rows[draw(st.integers(0, len(rows) - 1))][draw(st.integers(0, len(kinds) - 1))] = odd
    uneven = draw(st.sampled_from([*9 * [""], "long", "short", "blank"]))
    if uneven:
        row = rows[draw(st.integers(0, len(rows) - 1))]
        row[:] = {"long": [*row, "1"], "short": row[:-1], "blank": []}[uneven]
    end = draw(st.sampled_from([*5 * ["\n"], "\r\n"]))
    last = draw(st.sampled_from(["", end, end, end, end + end]))
    return ",".join("abc"[: len(kinds)]) + "\n" + end.join(map(",".join, rows)) + last


def found_in(file):
    try:
        return csv_file.read_csv(str(file))
    except KerasduetError as error:
        return type(error), str(error)


@given(csv_texts())
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_any_file_has_the_same_values_or_error_either_way(tmp_path_factory, text):
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patched:
        # A block of a few lines, of which pandas gets a few bytes at a time.
        patched.setattr(blocks, "SIZE", 60)
        patched.setattr(blocks, "PIECE", 7)
        found, source = found_in(file)
        patched.setattr(csv_file, "_numbers_alone", lambda file: None)
        slow, other = found_in(file)
    assert source == other
    if isinstance(found, pd.DataFrame):
        pd.testing.assert_frame_equal(found, slow, check_exact=True, check_index_type=False)
    else:
        assert found is slow


@pytest.mark.parametrize(
    "body",
    [
        "1,2,3\n4\n",
        "1\n2,3,4\n",
        "1,2\n3\n",
        "1,2\n\n",
        "1,2\n\n3,4\n",
        "\n1,2\n",
        "1,a\n",
        "1,NA\n2,3\n",
        "1_0,2\n",
        "1,True\n",
        "",
    ],
)
def test_what_is_not_plain_is_left_to_slower_code(body, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(f"a,b\n{body}")
    assert csv_file._numbers_alone(file) is None


def test_plain_numbers_are_not_left_to_slower_code(tmp_path, monkeypatch):
    monkeypatch.setattr("kerasduet.data.blocks.SIZE", 1000)  # so that a line lies in two blocks
    file = tmp_path / "a.csv"
    file.write_text(f"a,b\n{ROWS}")
    frame, digest, _ = csv_file._numbers_alone(file)
    assert frame.shape == (2000, 2)
    assert digest == hashlib.sha256(file.read_bytes()).hexdigest()


def test_pandas_gets_a_block_in_small_pieces():
    data = bytes(range(256)) * 1000
    text = blocks._Text(memoryview(data))
    pieces = [*iter(lambda: text.read(2**18), b"")]
    assert max(map(len, pieces)) == blocks.PIECE and b"".join(pieces) == data


WRITTEN = (
    lambda word: word,
    str.upper,
    str.title,
    str.swapcase,
    lambda word: f" {word.upper()}",
    lambda word: f"{word} ",
    lambda word: f'"{word}"',
)
# More than the words: what one reader could take for missing and another for a text.
ODD = (*sorted(MISSING), "inf", "nil", "NaT", "missing", "-", "undefined")
AMONG = {
    "decimals": ["1", "2.5", "4"],
    "whole numbers": ["1", "2", "4"],
    "texts": ["a", "b", "a"],
    "truth": ["true", "false", "true"],
    "dates": ["2024-01-01", "2024-01-02", "2024-01-03"],
}


@pytest.mark.parametrize("among", AMONG)
def test_words_are_missing_or_not_in_every_reader(among, tmp_path):
    file, known = tmp_path / "a.csv", AMONG[among]
    words = [write(word) for word in ODD for write in WRITTEN]
    # A column a word; another reader is asked for each column alone, where a word spoils it.
    rows = [[known[0]] * len(words), words, *([item] * len(words) for item in known[1:])]
    header = ",".join(f"x{i}" for i in range(len(words)))
    file.write_text("\n".join([f"{header},last", *(",".join([*row, "1"]) for row in rows), ""]))
    quick = read_frame(files._read_quick(file, {})[0])
    slow = read_frame(files._read_slow(file, None, {})[0])
    for i, word in enumerate(words):
        one, other = quick.iloc[:, i], slow.iloc[:, i]
        plain = word.strip(' "')
        assert one.isna()[1] == (plain.lower() in MISSING), (word, one.tolist())
        pd.testing.assert_series_equal(one, other, check_exact=True)
        given = read_frame({"x": [known[0], word, *known[1:]]})["x"]  # where it is a value
        assert not given.isna().any(), word
