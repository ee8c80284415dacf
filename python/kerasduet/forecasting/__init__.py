"""Windows, baselines and error measures of forecasts: pure array functions."""

from __future__ import annotations
