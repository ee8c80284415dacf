"""What to run: a frozen, validated description that goes to JSON and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Unpack

from kerasduet import checks
from kerasduet.assembly import parts_of, refuse_misfits
from kerasduet.boundary import public_methods
from kerasduet.changes import replaced, told
from kerasduet.earlier import as_now, given_once
from kerasduet.errors import ArgumentType, KerasduetError, UnknownName
from kerasduet.names import (
    SECTIONS,
    taken_apart,
)
from kerasduet.notebook import as_html
from kerasduet.registry import BUILDERS, TASKS
from kerasduet.settings import networks
from kerasduet.settings.arguments import (
    arguments_of,
    naming_kept,
)
from kerasduet.settings.named import answers
from kerasduet.settings.sections import Network, Training, plain

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.settings.typed import Settings

__all__ = ["Experiment", "experiment", "presets"]


@public_methods
@dataclass(frozen=True, init=False)
class Experiment:
    """One experiment: task, data, network, training settings and seed.

    The only validator of arguments: an `Experiment` that exists is valid. Make one with
    `experiment()`, which starts from a preset.

    Parameters
    ----------
    **settings
        By their flat names: `name`, `dataset` and `builder`; of the rest those that differ from
        their defaults. Each name belongs to one section.

    Attributes
    ----------
    name : str
        Name of the preset it started from.
    description : str
        One line on what it shows.
    task : str
        What is predicted: a name in the registry of tasks.
    data : Section
        Which data, and how they are split: the task's `Settings`.
    network : Network
        The builder, a function of `kerasduet.models`, and its arguments, except those that the
        data decide and the seed.
    training : Training
        How the network learns: the task's `Training`.
    seed : int
        From 0 to 2^32 - 1; decides initial weights, shuffling and dropout.

    Raises
    ------
    KerasduetError
        A subclass naming the argument, the rule and the value.

    Examples
    --------
    >>> from kerasduet.experiments import experiment
    >>> exp = experiment("mnist-dnn", epochs=2)
    >>> exp.epochs, exp.units, exp.training.optimizer
    (2, (256, 128), 'rmsprop')
    >>> Experiment.from_json(exp.to_json()) == exp
    True
    """

    name: str
    description: str
    task: str
    data: Any
    network: Network
    training: Training
    seed: int

    def __init__(self, **settings: Any) -> None:
        """Sort the settings into their sections, each of which checks its own."""
        for name, value in parts_of(settings).items():
            object.__setattr__(self, name, value)
        refuse_misfits(self)

    def __getattr__(self, name: str) -> Any:
        """Give a setting by its flat name, such as `epochs`."""
        if not name.startswith("_"):
            for section in (self.data, self.training, self.network):
                values = section.values()
                if name in values:
                    return values[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def model(self) -> Mapping[str, Any]:
        """The arguments of the network's builder that a person sets, read-only."""
        return self.network.arguments

    def builder_arguments(self, learned: Any = None) -> dict[str, Any]:
        """Give the keyword arguments of the builder, those of the data and the seed included.

        Where the task says so some of them follow from what was learned; without it they are
        left out.
        """
        known = arguments_of(BUILDERS[self.builder])
        task = TASKS[self.task]
        shapes = task.shapes(self.data)
        if learned is not None:
            shapes = shapes | task.learned_shapes(learned)
        decided = {name: value for name, value in shapes.items() if name in known}
        return dict(self.network.arguments) | decided | {"seed": self.seed}

    @property
    def all_epochs(self) -> int:
        """Count the epochs of all stages of the training."""
        return int(self.epochs + (getattr(self.training, "fine_tune_epochs", None) or 0))

    @property
    def has_own_network(self) -> bool:
        """Whether the caller gave the network, so that no builder makes it."""
        return self.builder == networks.OWN_NETWORK

    def on_own_data(self) -> Experiment:
        """Make a copy that is trained on the caller's own data, not those it names."""
        path = getattr(self.data, "path", None)
        if path is not None:
            raise ArgumentType(
                f"path: excludes data; got {checks.show(path)} and data. Give one of them."
            )
        return self.replace(dataset=TASKS[self.task].own_data)

    @property
    def is_on_own_data(self) -> bool:
        """Whether only the caller can give the data again."""
        path = getattr(self.data, "path", None)
        return bool(self.dataset == TASKS[self.task].own_data) and path is None

    def replace(self, **changes: Unpack[Settings]) -> Experiment:
        """Make a copy with some settings changed; a builder's arguments count as settings.

        Examples
        --------
        >>> from kerasduet.experiments import experiment
        >>> experiment("mnist-dnn").replace(seed=7, units=(64,), dropout=0.1).units
        (64,)
        """
        usual, kept, given = replaced(self, changes)
        with naming_kept(usual | kept, given):
            return Experiment(**kept | given)

    def __repr__(self) -> str:
        """Give the call that makes it: its preset, and what differs; long values are cut."""
        known, changed = self._changed()
        begin = f"experiment({self.name!r}" if known else f"Experiment(name={self.name!r}"
        return ", ".join([begin, *(f"{name}={text}" for name, text in changed.items())]) + ")"

    def _repr_html_(self) -> str:
        known, changed = self._changed()
        begin = f"<kerasduet experiment> {self.name}: {self.task}, {self.builder}"
        cost = "kd.describe(experiment) counts parameters; a run says steps, memory, time left"
        rows = {"preset": self.name if known else "none", **changed, "cost": cost}
        return as_html([begin, *(f"  {name} {text}" for name, text in rows.items())])

    def _changed(self) -> tuple[bool, dict[str, str]]:
        """Say whether a preset has its name, and show what differs from that."""
        known = self.name in _preset_names()
        return known, told(self.flat(), _preset(self.name).flat() if known else {})

    def __reduce__(self) -> tuple[Callable[..., Experiment], tuple[dict[str, Any]]]:
        """Copy and send it as plain values; the read-only mapping cannot travel itself."""
        return Experiment.from_dict, (self.to_dict(),)

    def flat(self) -> dict[str, Any]:
        """Give all settings by their flat names, as `experiment()` takes them."""
        return {
            "name": self.name,
            "description": self.description,
            "task": self.task,
            **self.data.values(),
            **self.network.values(),
            **self.training.values(),
            "seed": self.seed,
        }

    def face(self) -> dict[str, Any]:
        """Give plain values by their flat names, the builder's arguments together as `model`."""
        flat = self.flat()
        arguments = {name: flat.pop(name) for name in self.network.arguments}
        seen: dict[str, Any] = plain(flat | {"model": arguments})
        return seen

    def to_dict(self) -> dict[str, Any]:
        """Give plain values that JSON can hold, a mapping a section; tuples become lists."""
        sections = {name: getattr(self, name).values() for name in SECTIONS}
        own = {"name": self.name, "description": self.description, "task": self.task}
        whole: dict[str, Any] = plain(own | sections | {"seed": self.seed})
        return whole

    def to_json(self) -> str:
        """Write it as JSON, the form kept in a run folder and in presets."""
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Experiment:
        """Rebuild from `to_dict()`, or from flat names; unknown ones are refused."""
        if not isinstance(values, Mapping):
            raise ArgumentType(
                f"experiment: must be named settings; got {checks.show(values)}."
            )
        flat = taken_apart(values)
        return cls(**as_now(flat))

    @classmethod
    def from_json(cls, text: str) -> Experiment:
        """Rebuild from `to_json()`."""
        try:
            values = json.loads(text, object_pairs_hook=given_once)
        except KerasduetError:
            raise
        except (ValueError, TypeError, RecursionError):
            raise ArgumentType(
                f"text: must be JSON as to_json() writes it; got {checks.show(text)}."
            ) from None
        return cls.from_dict(values)


@answers()
def experiment(preset: str | Experiment, **settings: Unpack[Settings]) -> Experiment:
    """Describe a run: a preset with some settings changed.

    Parameters
    ----------
    preset : str or Experiment
        Name of a preset (see `presets()`), or an experiment to start from.
    **settings
        Fields of `Experiment`, or arguments of its builder such as `units` or `dropout`.

    Returns
    -------
    Experiment
        Frozen and valid.

    Raises
    ------
    UnknownName
        No such preset or setting; the nearest names are listed.
    KerasduetError
        A value outside its rule, by the subclass of that rule.

    Examples
    --------
    >>> experiment("mnist-cnn", epochs=2).epochs
    2
    >>> experiment("mnist-cnn", epoch=2)
    Traceback (most recent call last):
        ...
    kerasduet.errors.UnknownName: epoch: the experiment mnist-cnn has no such setting. \
Did you mean epochs?
    """
    if isinstance(preset, Experiment):
        return preset.replace(**settings)
    known = _preset_names()
    if not isinstance(preset, str):
        raise ArgumentType(f"preset: must be the name of a preset; got {checks.show(preset)}.")
    if preset not in known:
        fix = checks.nearest(preset, known)
        if family := [name for name in known if name.startswith(f"{preset}-")]:
            fix = f"Did you mean {' or '.join(family)}?"
        elif preset in BUILDERS:
            fix = "It is a builder: choose a preset, such as images, and set builder to it."
        raise UnknownName(f"preset: no preset {preset!r}. {fix}")
    return _preset(preset).replace(**settings)


def described(value: Any) -> Experiment:
    """Give an experiment as it is, or that of a preset's name."""
    if isinstance(value, Experiment):
        return value
    if not isinstance(value, str):
        raise ArgumentType(
            "experiment: must come from experiment(), or be the name of a preset; got "
            f"{checks.show(value)}."
        )
    return experiment(value)


@answers()
def presets() -> pd.DataFrame:
    """List the examples that ship with the package.

    Returns
    -------
    pandas.DataFrame
        One row a preset: name, task, dataset, builder, epochs, description.

    Examples
    --------
    >>> presets()["name"].tolist()[:3]
    ['add-numbers', 'adding-problem', 'admission']
    """
    import pandas as pd

    columns = ["name", "task", "dataset", "builder", "epochs", "description"]
    rows = [[getattr(_preset(name), column) for column in columns] for name in _preset_names()]
    return pd.DataFrame(rows, columns=columns)


@cache
def _preset_names() -> tuple[str, ...]:
    folder = resources.files("kerasduet") / "presets"
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".json")))


@cache
def _preset(name: str) -> Experiment:
    text = (resources.files("kerasduet") / "presets" / f"{name}.json").read_text("utf-8")
    return Experiment.from_dict(json.loads(text) | {"name": name})
