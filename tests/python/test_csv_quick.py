"""Files of plain numbers are read by pandas, with the values that slower code gives."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from kerasduet.data import csv_file
from kerasduet.data.columns import MISSING
from kerasduet.data.frames import files
from kerasduet.data.frames.read import read_frame

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
