"""R from Python: R's data sets as pandas, and the forecasts of R's own forecast package.

Where R itself hosts this Python both are R's: `datasets::co2`, `forecast::forecast()`.

    import kerasduet as kd
    passengers = kd.rlang.dataset("AirPassengers")
    kd.rlang.r_forecast(passengers, 12, method="ets")
"""

from __future__ import annotations

import sys

from kerasduet.boundary import public_names
from kerasduet.rlang.datasets import dataset
from kerasduet.rlang.forecasts import r_forecast

__all__ = ["dataset", "r_forecast"]

public_names(sys.modules[__name__])
