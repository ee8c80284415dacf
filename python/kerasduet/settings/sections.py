"""Sections of an experiment: frozen settings that keep their rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, NoReturn

from kerasduet import checks
from kerasduet.errors import ArgumentRange, ArgumentType, SeedError
from kerasduet.settings.arguments import check_all
from kerasduet.settings.compound import Optional, Several
from kerasduet.settings.configurations import is_object, parsed
from kerasduet.settings.objects import KerasObject
from kerasduet.settings.optimizers import optimizer_class
from kerasduet.settings.rules import Number, Whole

__all__ = ["SEED", "SIZE", "Network", "Section", "Training", "plain"]

OPTIMIZERS = ("adam", "adamw", "rmsprop", "sgd")
SCHEDULES = ("constant", "cosine", "one_cycle", "step")


@dataclass(frozen=True)
class Seed(Whole):
    """A seed: its limits are told together."""

    high: int = 2**32 - 1
    error: type[SeedError] = SeedError
    type_error: type[SeedError] = SeedError

    def __call__(self, name: str, value: Any) -> int:
        """Check one value."""
        return checks.whole(
            name, value, low=0, high=self.high, error=SeedError, type_error=SeedError
        )

    @property
    def text(self) -> str:
        """Both limits."""
        return "whole number from 0 to 2^32 - 1"

    @property
    def off(self) -> str:
        """A run always has a seed."""
        return ""


SEED = Seed()
SIZE = Whole(1, 1_000_000, fraction_error=ArgumentRange)
POSITIVE = Number(above=0)
WAIT = Whole(1, fix="It is how many epochs to wait, such as 5.")
NOT_NEGATIVE = Number(low=0)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Settings that belong together; one that exists is valid."""

    def __post_init__(self) -> None:
        """Clean every field by its rule, then check the fields that depend on each other."""
        for name, value in check_all(type(self), self.values()).items():
            object.__setattr__(self, name, value)
        self.check_together()

    def check_together(self) -> None:
        """Refuse fields that do not go together."""

    def values(self) -> dict[str, Any]:
        """Give the fields by name, in order."""
        return {name: getattr(self, name) for name in self.names()}

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Name the fields, in order."""
        return tuple(part.name for part in fields(cls))


@dataclass(frozen=True, kw_only=True)
class Training(Section):
    """How the network learns.

    Parameters
    ----------
    optimizer : {"adam", "adamw", "rmsprop", "sgd"}
        Keras optimizer, by its name or as an object such as `keras.optimizers.Nadam(0.001)`,
        which brings learning rate, schedule, momentum, decay and clipping of its own.
    learning_rate : float
        Step size, above 0; with a schedule the largest one.
    schedule : {"constant", "cosine", "one_cycle", "step"}
        How the learning rate changes over all steps of all epochs: "cosine" falls from
        `learning_rate` to 0 along half a cosine; "one_cycle" rises evenly from its 25th part to
        `learning_rate` over the first 30% of the steps, then falls likewise to 0; "step" is a
        tenth of it after half of the steps and a hundredth after three quarters. A Keras schedule
        object takes the place of `learning_rate`.
    momentum : float
        Momentum of "sgd" and "rmsprop", in [0, 1).
    weight_decay : float
        Decoupled weight decay, at least 0.
    clip_norm, clip_value : float, optional
        Clip each gradient to this norm, or each of its elements to this size, above 0.
    epochs, batch_size : int
        Passes over the training rows, rows a step; at least 1.
    devices : int
        GPUs, or virtual CPU devices, that each compute a share of every batch, on TensorFlow and
        JAX; `batch_size` is a multiple. Bits differ from those of one device.
    early_stopping : int, optional
        Stop after this many epochs without a lower validation loss and keep the best weights. A
        preset's own number, on a series of the caller's, is raised to as many epochs as hold 200
        steps; one that is set stays.
    loss : Keras loss, optional
        What is minimised, as an object such as `keras.losses.Huber()`; None takes the task's own.
        Scores on the test rows stay what they are.
    metrics : tuple of Keras metric
        Objects such as `keras.metrics.SparseTopKCategoricalAccuracy(k=3)`: a column each of the
        history, after every epoch.
    """

    optimizer: Annotated[str, KerasObject("optimizer", OPTIMIZERS)] = "adam"
    learning_rate: Annotated[float, POSITIVE] = 0.001
    schedule: Annotated[str, KerasObject("schedule", SCHEDULES)] = "constant"
    momentum: Annotated[float, Number(low=0, below=1)] = 0.0
    weight_decay: Annotated[float, NOT_NEGATIVE] = 0.0
    clip_norm: Annotated[float | None, Optional(POSITIVE)] = None
    clip_value: Annotated[float | None, Optional(POSITIVE)] = None
    epochs: Annotated[int, Whole(1)] = 10
    batch_size: Annotated[int, Whole(1)] = 32
    devices: Annotated[int, Whole(1)] = 1
    early_stopping: Annotated[int | None, Optional(WAIT)] = None
    loss: Annotated[str | None, Optional(KerasObject("loss"))] = None
    metrics: Annotated[tuple[str, ...], Several(KerasObject("metric"), empty=True)] = ()

    def check_together(self) -> None:
        """Refuse momentum without an optimizer for it, and two ways of clipping."""
        optimizer = optimizer_class(self.optimizer)
        if self.momentum and optimizer not in {"sgd", "rmsprop"}:
            raise ArgumentRange(
                f"momentum: only sgd and rmsprop have it; got {checks.show(self.momentum)} "
                f'with {optimizer}. Set optimizer = "sgd", or momentum = 0.'
            )
        if self.batch_size % self.devices:
            raise ArgumentRange(
                f"devices: must divide batch_size, so that each has as many rows; got "
                f"{self.devices} and batch_size {self.batch_size}. Set batch_size = "
                f"{-(-self.batch_size // self.devices) * self.devices}."
            )
        names = [parsed(metric)["config"].get("name") for metric in self.metrics]
        for name in names:
            if not isinstance(name, str) or not name.isidentifier() or names.count(name) > 1:
                raise ArgumentType(
                    f"metrics: must have names that differ, words of letters, digits and _; got "
                    f"{checks.show(name)}. Give each a name of its own."
                )
        own = parsed(self.optimizer)["config"] if is_object(self.optimizer) else {}
        clip = self.clip_norm if self.clip_norm is not None else self.clip_value
        if own.get("global_clipnorm") is not None and clip is not None:
            name = "clip_value" if self.clip_norm is None else "clip_norm"
            raise ArgumentRange(
                f"{name}: excludes an optimizer with global_clipnorm; got {checks.show(clip)}. "
                "Set one of them."
            )
        if self.clip_norm is not None and self.clip_value is not None:
            raise ArgumentRange(
                f"clip_norm: excludes clip_value; got {checks.show(self.clip_norm)} and "
                f"{checks.show(self.clip_value)}. Set one of them."
            )


class _ReadOnly(dict[str, Any]):
    """A dict that refuses to be changed, and is copied and pickled like any other."""

    def _refuse(self, *args: Any, **settings: Any) -> NoReturn:
        raise TypeError("the arguments of a network are read-only; use experiment.replace()")

    __setitem__ = __delitem__ = _refuse
    clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __reduce__(self) -> tuple[type[_ReadOnly], tuple[dict[str, Any]]]:
        return _ReadOnly, (dict(self),)


@dataclass(frozen=True)
class Network:
    """Which network: the name of a builder, and its arguments that a person sets.

    Parameters
    ----------
    builder : str
        Name in the registry of builders.
    arguments : mapping
        All of them, cleaned; those that the data decide and the seed are not among them.
    """

    builder: str
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Keep the arguments from being changed."""
        object.__setattr__(self, "arguments", _ReadOnly(self.arguments))

    def values(self) -> dict[str, Any]:
        """Give builder and arguments by name."""
        return {"builder": self.builder, **self.arguments}


def plain(value: Any) -> Any:
    """Give plain values that JSON can hold; tuples become lists."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple) else value
