"""Which settings a search tries: lists of values and ranges, checked before anything runs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import checks
from kerasduet.errors import ArgumentRange, ArgumentType, KerasduetError
from kerasduet.names import having
from kerasduet.settings.arguments import known_names

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["Choices", "Range", "Space"]

# They decide which rows trials are compared on, or are no settings to try.
FIXED = ("dataset", "path", "validation_split", "test_split", "name", "description", "task")
SECTIONS = ("data", "network", "training", "model")
MOST = 100_000  # trials of a grid
MOST_CORNERS = 1_000
TRIES = 100  # for one trial that is new


@dataclass(frozen=True)
class Choices:
    """One of several values."""

    values: tuple[Any, ...]

    def ends(self) -> tuple[Any, ...]:
        """Give what is tried before a search."""
        return self.values

    def draw(self, random: np.random.Generator) -> Any:
        """Draw one of them."""
        return self.values[int(random.integers(len(self.values)))]

    def suggested(self, trial: Any, name: str) -> Any:
        """Let Optuna choose one."""
        return self.values[trial.suggest_categorical(name, list(range(len(self.values))))]


@dataclass(frozen=True)
class Range:
    """A number from low to high, both included; with log their ratios count."""

    low: float
    high: float
    log: bool
    is_whole: bool

    def ends(self) -> tuple[Any, ...]:
        """Give what is tried before a search."""
        return self.low, self.high

    def draw(self, random: np.random.Generator) -> Any:
        """Draw one of them."""
        if self.log:
            low, high = self.low, self.high + self.is_whole
            value = math.exp(random.uniform(math.log(low), math.log(high)))
            return min(int(value), int(self.high)) if self.is_whole else min(value, self.high)
        if self.is_whole:
            return int(random.integers(int(self.low), int(self.high) + 1))
        return float(random.uniform(self.low, self.high))

    def suggested(self, trial: Any, name: str) -> Any:
        """Let Optuna choose one."""
        if self.is_whole:
            return trial.suggest_int(name, int(self.low), int(self.high), log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)


class Space:
    """The settings to try, by their names.

    Parameters
    ----------
    experiment : Experiment
        What they change.
    given : mapping
        By the name of a setting a list of values, or a range as {"low", "high", "log"}.

    Raises
    ------
    UnknownName
        A name that is no setting of the experiment.
    KerasduetError
        A value outside its rule.
    """

    def __init__(self, experiment: Experiment, given: Any) -> None:
        self.experiment = experiment
        if not isinstance(given, Mapping) or not given:
            raise ArgumentType(
                "space: must be lists of values by the names of settings; got "
                f"{checks.show(given) if given else 'none'}."
            )
        for name in given:
            if name in FIXED or name in SECTIONS:
                raise ArgumentType(
                    "space: must leave alone which rows trials are compared on; got "
                    f"{name}. Change it in the experiment."
                )
        self.parts = {str(name): self._part(name, value) for name, value in given.items()}
        known_names(
            given,
            (name for one in self._with_builders() for name in one.flat()),
            where=f"the experiment {experiment.name}",
            having=having,
        )

    def _with_builders(self) -> list[Experiment]:
        """Give the experiment with each builder to try, whose arguments are settings too."""
        builders = self.parts.get("builder", Choices(())).ends()
        return [self.experiment, *(self.experiment.replace(builder=one) for one in builders)]

    def _part(self, name: Any, value: Any) -> Choices | Range:
        if isinstance(value, Mapping):
            return self._range(name, value)
        if not isinstance(value, str | bytes) and hasattr(value, "__iter__"):
            several = tuple(tuple(v) if isinstance(v, list) else v for v in value)
        else:
            several = (value,)
        if not several:
            raise ArgumentType(f"space: must have at least one value of {name}; got none.")
        for place, one in enumerate(several):
            if one in several[:place]:
                raise ArgumentType(
                    f"space: values must differ; got {checks.show(one)} twice for {name}."
                )
        return Choices(several)

    def _range(self, name: Any, value: Mapping[str, Any]) -> Range:
        known_names(value, ("low", "high", "log"), where=f"the range of {name}")
        for end in ("low", "high"):
            if end not in value:
                raise ArgumentType(
                    f"space: the range of {name} must have low and high; got no {end}."
                )
        low, high = (checks.number(f"space of {name}", value[end]) for end in ("low", "high"))
        log = checks.flag(f"log in the space of {name}", value.get("log", False))
        if low >= high or (log and low <= 0):
            rule = "above 0 and below high" if log else "below high"
            raise ArgumentRange(
                f"space: low must be {rule}; got {checks.show(low)} and {checks.show(high)} for "
                f"{name}."
            )
        return Range(low, high, log, self._is_whole(name, low, high))

    def _is_whole(self, name: Any, low: float, high: float) -> bool:
        """Say whether a setting takes whole numbers alone: its rule refuses what lies between."""
        if not (low.is_integer() and high.is_integer()):
            return False
        between: dict[str, Any] = {name: low + 0.5}
        try:
            self.experiment.replace(**between)
        except KerasduetError:
            return True
        return False

    def made(self, values: Mapping[str, Any]) -> Experiment:
        """Make the experiment of a trial."""
        return self.experiment.replace(**values)

    def grid(self) -> list[Experiment]:
        """Give every combination, the last setting changing first."""
        sizes = []
        for name, part in self.parts.items():
            if isinstance(part, Range):
                raise ArgumentType(
                    f"space: a grid needs lists of values; got a range for {name}. Give values, or "
                    'set strategy = "random".'
                )
            sizes.append(len(part.values))
        if math.prod(sizes) > MOST:
            raise ArgumentRange(
                f"space: a grid must have at most {MOST:,} trials; got {math.prod(sizes):,}. Set "
                'strategy = "random".'
            )
        return [self.made(values) for values in self._products()]

    def corners(self) -> list[Experiment]:
        """Give combinations of choices and ends of ranges, so that a fault is found at once."""
        return [self.made(v) for v in itertools.islice(self._products(), MOST_CORNERS)]

    def _products(self) -> Iterator[dict[str, Any]]:
        for values in itertools.product(*(part.ends() for part in self.parts.values())):
            yield dict(zip(self.parts, values, strict=True))

    def draws(self, count: int, seed: int) -> list[Experiment]:
        """Draw trials that differ; fewer where there are no more."""
        self.corners()
        random = np.random.default_rng(seed)
        found: list[Experiment] = []
        for _ in range(count):
            for _ in range(TRIES):
                values = {name: part.draw(random) for name, part in self.parts.items()}
                one = self.made(values)
                if one not in found:
                    found.append(one)
                    break
        return found

    def plain(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            name: list(part.values)
            if isinstance(part, Choices)
            else [part.low, part.high, part.log]
            for name, part in self.parts.items()
        }
