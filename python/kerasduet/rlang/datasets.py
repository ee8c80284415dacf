"""R's data sets as pandas, with real times and factors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kerasduet import checks
from kerasduet.errors import ArgumentType, UnknownName
from kerasduet.rlang import process

__all__ = ["dataset"]

NO_NUMBER = -(2**31)  # an integer, logical or factor that is missing in R
PERIODS = {1: "YS", 4: "QS", 12: "MS"}  # values a year -> where they lie
DAYS = 200  # values a year from which on they are taken for days
FIRST_YEAR, LAST_YEAR = 1, 9999  # what Python's own dates hold


def dataset(name: str, package: str = "datasets") -> pd.DataFrame:
    """Give one of R's data sets as a table.

    Parameters
    ----------
    name : str
        Such as `"AirPassengers"`, `"iris"` or `"EuStockMarkets"`.
    package : str
        Of R that holds it.

    Returns
    -------
    pandas.DataFrame
        A time series has the columns `time` and `value`, or one a series; times are the starts of
        years, quarters and months, the nearest days where there are 200 values a year or more, and
        otherwise the decimal numbers of R's `time()`. Factors are categorical, with R's levels in
        R's order, ordered ones ordered; missing values stay missing; row names are the index. A
        vector has the column `value`, a table of counts a column a factor and `count`.

    Raises
    ------
    UnknownName
        R or the package has no such data set.
    ArgumentType
        It is a list, which is no table.
    MissingPackage
        R, rpy2 or the package is not installed.
    ChildError
        R hosts this Python, or does not start.

    Examples
    --------
    >>> dataset("AirPassengers").head(2)
            time  value
    0 1949-01-01  112.0
    1 1949-02-01  118.0
    """
    checks.text("name", name)
    checks.text("package", package)
    process.refuse_in_r("Use the data set in R, and give it as data.")
    home, colons, own = name.partition("::")
    if colons:
        raise ArgumentType(
            f"name: must be that of the data set alone; got {checks.show(name)}. Set name to "
            f"{checks.show(own.lstrip(':'))}, and package to {checks.show(home)}."
        )
    process.require(package)
    known, _ = process.ask("data_names", package=package)
    if name not in known:
        raise UnknownName(
            f"name: no data set {checks.show(name)} in R's package {package}. "
            f"{checks.nearest(name, known)}"
        )
    try:
        found, _ = process.ask("dataset", name=name, package=package)
    except ValueError as error:
        raise ArgumentType(
            f"name: must be a table, a series or a vector; got {checks.show(name)}: {error}."
        ) from None
    table = pd.DataFrame({key: _column(part) for key, part in found["columns"].items()})
    if "tsp" in found:
        first, last, frequency = (float(number) for number in found["tsp"])
        table.insert(0, "time", _times(first, last, frequency, len(table)))
    if "rows" in found:
        table.index = pd.Index(found["rows"])
    return table


def _column(part: Mapping[str, Any]) -> Any:
    (kind,), values = part["kind"], part["values"]
    if kind == "text":
        return pd.Series(values, dtype="str")
    if kind == "number":
        return values
    if kind == "date":
        days = np.where(np.isnan(values), 0, np.floor(values)).astype("datetime64[D]")
        return pd.Series(days.astype("datetime64[s]")).mask(np.isnan(values))
    if kind == "time":
        found = pd.to_datetime(pd.Series(values), unit="s", utc=True)
        return found.dt.tz_convert(part["zone"][0] or "UTC")
    missing = values == NO_NUMBER
    if kind in ("factor", "ordered"):
        codes = np.where(missing, -1, values - 1)
        return pd.Categorical.from_codes(codes, part["levels"], ordered=kind == "ordered")
    if kind == "logical":
        return _masked(values != 0, missing, "boolean")
    return _masked(values.astype(np.int64), missing, "Int64")


def _masked(values: np.ndarray, missing: np.ndarray, dtype: str) -> Any:
    return pd.Series(values, dtype=dtype).mask(missing) if missing.any() else values


def _times(first: float, last: float, frequency: float, rows: int) -> Any:
    """Give the times of a series that R counts in years."""
    years = first + np.arange(rows) / frequency
    if first < FIRST_YEAR or last >= LAST_YEAR + 1:
        return years
    if frequency in PERIODS:
        months = 12 / frequency
        start = round(first * frequency)  # periods since the year 0
        at = (start + np.arange(rows)) * months
        whole = np.array(at, dtype=np.int64) - 1970 * 12
        return whole.astype("datetime64[M]").astype("datetime64[s]")
    if frequency < DAYS:
        return years
    year = np.floor(years).astype(np.int64)
    begin = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    length = ((year - 1969).astype("datetime64[Y]").astype("datetime64[D]") - begin).astype(
        np.int64
    )
    return (begin + np.rint((years - year) * length).astype(np.int64)).astype("datetime64[s]")
