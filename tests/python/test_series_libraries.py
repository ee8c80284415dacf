"""Series in tables of other libraries than pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR

import kerasduet as kd

TIMES = pd.date_range("2024-03-20", periods=300, freq="h", tz="Europe/Berlin")
TABLE = pd.DataFrame({"time": TIMES, "value": np.sin(np.arange(300) / 3)})


def load(data):
    return kd.load_data(kd.experiment("lstm-series", **LINEAR | {"time": "time"}), data)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_polars_tables_keep_their_times(zone):
    polars = pytest.importorskip("polars")
    clock = TIMES.tz_convert("UTC").tz_localize(None)
    times = polars.Series(clock.to_numpy())
    if zone:
        times = times.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    found = load(polars.DataFrame({"time": times, "value": TABLE["value"].to_numpy()}))
    wanted = load(TABLE.assign(time=TIMES if zone else clock))
    assert (found.x_test == wanted.x_test).all()
    assert found.table.times.equals(wanted.table.times)
    assert str(found.table.times.tz) == str(wanted.table.times.tz)
    assert found.source.sha256 == wanted.source.sha256
