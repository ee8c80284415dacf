"""Which series, what the network sees of it, and how it is split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.settings import (
    Flag,
    Number,
    OneOf,
    Optional,
    PathText,
    Section,
    Several,
    Text,
    Whole,
)
from kerasduet.settings.common import HORIZON

__all__ = ["SeriesSettings"]

CALENDAR = ("hour", "weekday", "monthday", "month", "yearday")


@dataclass(frozen=True, kw_only=True)
class SeriesSettings(Section):
    """A series, its windows and its splits.

    Parameters
    ----------
    dataset : {"co2", "shops", "sine", "series"}
        Of a series: the embedded CO2 series, 60 made-up shops, a made-up sine, or a CSV file or
        table of the caller's.
    path : str, optional
        Of a series: a CSV or Parquet file.
    validation_split : float
        Fraction of the training rows held out for validation, in [0, 1).
    test_split : float
        Fraction of the rows held out for the test, in (0, 1).
    id : str, optional
        Of a table of several series: the column that says which one a row belongs to. One network
        learns from all of them; each is split and scaled by itself. None is one series.
    time : str, optional
        Column of times. None takes the index, or the column "time", or the only one of dates.
    target : str, optional
        Column to forecast. None takes the only one of numbers.
    time_format : str, optional
        How the times are written, such as "%d/%m/%Y", where their rows do not decide it.
    features : tuple of str
        Columns that the network sees beside the target's own past; empty means that alone.
    known_future : tuple of str
        Columns whose values are known ahead of time, such as promotions that are planned: the
        network sees them at the steps that it forecasts, and `forecast()` asks for them.
    calendar : tuple of {"hour", "weekday", "monthday", "month", "yearday"}
        Parts of the times that the network sees, at the steps that it forecasts too, each as
        sine and cosine of its place on a circle. The times have to be dates.
    holidays : tuple of str
        Countries whose public holidays the network sees, at the steps that it forecasts too, by
        their codes, such as "DE", or with a region, "DE-BY": 1 on a holiday, else 0. It needs the
        Python package holidays.
    own_past : bool
        Whether the network sees the target's own past; without it, the other columns alone.
    frequency : str, optional
        Spacing of the times as a pandas offset such as "W-SAT"; None checks order only,
        and notes gaps where the times are otherwise regular.
    missing : {"error", "interpolate"}
        What to do with missing values: refuse, or fill linearly between known neighbours, and
        with the last known value where the next one lies behind the end of the training rows
        or the origin of a forecast. Filled truths are marked in `predictions()`, not scored.
    season : int
        Time steps in one season, at least 1 and fewer than the training rows.
    difference : int
        The network sees changes against this many steps before; 0 sees the values.
    transform : {"none", "log", "log-returns", "box-cox"}
        What the network sees of the target, which is then above 0: itself, its logarithm, the
        logarithm's changes (against the step before, or `difference` steps before), or a power
        of it that is fitted to the training rows. Forecasts and scores are in its own units.
    scaling : {"standard", "min-max"}
        How the network's columns are scaled, by what their training rows teach: to mean 0 and
        deviation 1, or to 0..1 between their least and their largest. Later rows may lie outside.
    straddle : bool
        Let validation and test windows take their inputs from the rows before the split.
    lookback, horizon : int
        Time steps the network sees, and time steps that are forecast, at least 1.
    strategy : {"direct", "recursive"}
        The network gives all steps at once, or only the next one and is fed its own forecasts
        up to the horizon; then it sees the target's own past alone.
    intervals : {"conformal", "quantile"}
        How `forecast(level=)` gets intervals: from the errors on validation windows, or from five
        quantiles a step that the network learns by pinball loss, which cannot cross and are
        calibrated on validation windows.
    """

    dataset: Annotated[str, OneOf(("co2", "shops", "sine", "series"))]
    path: Annotated[str | None, Optional(PathText())] = None
    validation_split: Annotated[float, Number(low=0, below=1)] = 0.2
    test_split: Annotated[float, Number(above=0, below=1)] = 0.1
    id: Annotated[str | None, Optional(Text())] = None
    time: Annotated[str | None, Optional(Text())] = None
    time_format: Annotated[str | None, Optional(Text())] = None
    target: Annotated[str | None, Optional(Text())] = None
    features: Annotated[tuple[str, ...], Several(Text(), empty=True)] = ()
    known_future: Annotated[tuple[str, ...], Several(Text(), empty=True)] = ()
    calendar: Annotated[tuple[str, ...], Several(OneOf(CALENDAR), empty=True)] = ()
    holidays: Annotated[tuple[str, ...], Several(Text(), empty=True)] = ()
    own_past: Annotated[bool, Flag()] = True
    frequency: Annotated[str | None, Optional(Text())] = None
    missing: Annotated[str, OneOf(("error", "interpolate"))] = "error"
    season: Annotated[int, Whole(1, none=1)] = 1
    difference: Annotated[int, Whole(0)] = 0
    transform: Annotated[str, OneOf(("none", "log", "log-returns", "box-cox"))] = "none"
    scaling: Annotated[str, OneOf(("standard", "min-max"))] = "standard"
    straddle: Annotated[bool, Flag()] = False
    lookback: Annotated[int, Whole(1)] = 30
    horizon: Annotated[int, HORIZON] = 1
    strategy: Annotated[str, OneOf(("direct", "recursive"))] = "direct"
    intervals: Annotated[str, OneOf(("conformal", "quantile"))] = "conformal"

    @property
    def steps_at_once(self) -> int:
        """Give the steps of one output of the network."""
        return 1 if self.strategy == "recursive" else self.horizon

    @property
    def outputs(self) -> int:
        """Give the numbers that the network gives a window."""
        return self.steps_at_once * (5 if self.intervals == "quantile" else 1)

    @property
    def ahead_columns(self) -> int:
        """Count the columns of the network that hold what is known ahead of time."""
        leads = len(range(self.steps_at_once, 0, -self.lookback))
        columns = len(self.known_future) + 2 * len(self.calendar) + len(self.holidays)
        return columns * (1 + leads)

    @property
    def lag(self) -> int:
        """Give the rows that a change goes back over; 0 where the network sees no changes."""
        return max(self.difference, 1) if self.transform == "log-returns" else self.difference

    def input_columns(self, target: str | None) -> tuple[Any, ...]:
        """Give the columns that the network sees: the features, and the target's own past."""
        if not self.own_past or target in self.features:
            return self.features
        return (*self.features, target)

    def check_together(self) -> None:
        """Refuse a path where nothing is read from a file, and a network that sees nothing."""
        if not self.own_past:
            self._check_features_alone()
        self._check_known_once()
        self._check_id()
        self._check_quantiles()
        if self.strategy == "recursive" and self.features:
            raise ArgumentType(
                'strategy: must be "direct" with features, whose future is unknown; got '
                '"recursive". Leave features out, or set strategy = "direct".'
            )
        if self.path is not None and self.dataset != "series":
            raise ArgumentType(
                f"path: the dataset {self.dataset} is not read from a file; got "
                f'{show(self.path)}. Set dataset = "series".'
            )

    def _check_quantiles(self) -> None:
        """Refuse quantiles of steps that are added up: those of a sum are not their sum."""
        if self.intervals != "quantile":
            return
        if self.strategy == "recursive":
            raise ArgumentType(
                'intervals: must be "conformal" with strategy = "recursive", which feeds the '
                'network single numbers; got "quantile". Set strategy = "direct".'
            )
        if 0 < self.lag < self.horizon:
            raise ArgumentType(
                'intervals: must be "conformal" where the horizon is longer than the difference, '
                f'as changes are added up then; got "quantile", {self.horizon} and {self.lag}. '
                "Lower horizon, or set difference = 0."
            )

    def _check_id(self) -> None:
        """Refuse several series where there is one, and a column of series that is used twice."""
        if self.id is None:
            return
        if self.dataset in ("co2", "sine"):
            raise ArgumentType(
                f"id: the dataset {self.dataset} is one series; got {show(self.id)}. Leave id out."
            )
        others = (self.time or "time", self.target, *self.features, *self.known_future)
        if self.id in (*others, "time"):
            raise ArgumentType(
                f"id: must name another column than those of times and values; got "
                f"{show(self.id)}."
            )

    def _check_known_once(self) -> None:
        """Refuse columns that are named twice."""
        for setting, names in (
            ("known_future", self.known_future),
            ("calendar", self.calendar),
            ("holidays", self.holidays),
        ):
            twice = [name for name in names if names.count(name) > 1]
            if twice:
                raise ArgumentType(f"{setting}: must name each once; got {twice[0]} twice.")
        both = [name for name in self.known_future if name in (*self.features, self.target)]
        if both:
            raise ArgumentType(
                "known_future: must name other columns than features and target; got "
                f"{show(both[0])}. Leave it out of one of them."
            )

    def _check_features_alone(self) -> None:
        if not (self.features or self.known_future or self.calendar or self.holidays):
            raise ArgumentType(
                "own_past: must be true without features, or the network sees nothing; got false. "
                "Name columns in features, or set own_past = True."
            )
        if self.target in self.features:
            raise ArgumentType(
                "own_past: must be true where features name the target; got false and "
                f"{show(self.target)}. Take it out of features, or set own_past = True."
            )
