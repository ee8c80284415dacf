"""Files of plain numbers are read by pandas, with the values that slower code gives."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from kerasduet.data import csv_file

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
