"""The table of a series: its times and variables by name."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import SERIES, fruits, seasonal

import kerasduet as kd
from kerasduet.errors import ArgumentType


def test_a_series_is_a_table_of_its_times_and_columns():
    series = seasonal()
    data = kd.load_data(kd.experiment("lstm-co2", **SERIES), series)
    frame = data.to_frame()
    assert frame.columns[0] == "time" and len(frame) == len(series)
    assert np.array_equal(frame.iloc[:, -1].to_numpy(), np.asarray(series, dtype=float).ravel())


def test_images_are_no_table():
    x, y = fruits(30)
    exp = kd.experiment("mnist-dense", dataset="images", classes=3, input_shape=(4, 4, 1))
    with pytest.raises(ArgumentType, match=r"^data: must be a series to become a table; got "):
        kd.load_data(exp, {"x": x, "y": y}).to_frame()
