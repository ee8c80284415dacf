"""What to run: a frozen, validated description that goes to JSON and back."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kerasduet import checks, rules
from kerasduet.errors import ArgumentRange, ArgumentType, KerasduetError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Experiment", "experiment", "presets"]

# What an experiment on the caller's own data calls its data set.
OWN_DATA = {"classification": "images", "forecasting": "series"}
# What decides the arrays of a data set; all else concerns the network and its training.
_SPLITS = ("dataset", "path", "validation_split", "test_split")
DATA_SETTINGS = {
    "classification": (*_SPLITS, "input_shape", "classes"),
    "forecasting": (
        *_SPLITS,
        "time",
        "time_format",
        "target",
        "features",
        "own_past",
        "frequency",
        "missing",
        "season",
        "difference",
        "straddle",
        "lookback",
        "horizon",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One experiment: data, network, training settings and seed.

    The only validator of arguments: an `Experiment` that exists is valid. Make one with
    `experiment()`, which starts from a preset.

    Parameters
    ----------
    name : str
        Name of the preset it started from.
    dataset : {"mnist", "mnist-subset", "images", "co2", "series"}
        Where the data come from: MNIST, always its 5,000-image subset, the caller's
        images, the embedded CO2 series, or a
        CSV file or table of the caller's.
    builder : {"cnn", "dnn", "recurrent"}
        The network's builder, a function of `kerasduet.models`.
    model : mapping
        Arguments of the builder, except those that the data decide and the seed.
    description : str
        One line on what it shows.
    path : str, optional
        MNIST file (.npz) or CSV file; None looks in the usual places.
    time, target : str, optional
        Column of times and column to forecast. None takes the index or the column "time" or the
        only one of dates, and the only one of numbers.
    time_format : str, optional
        How the times are written, such as "%d/%m/%Y", where their rows do not decide it.
    features : tuple of str
        Columns that the network sees beside the target's own past; empty means that alone.
    own_past : bool
        Whether the network sees the target's own past; without it, the features alone.
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
    straddle : bool
        Let validation and test windows take their inputs from the rows before the split.
    lookback, horizon : int
        Time steps the network sees, and time steps it forecasts, at least 1.
    validation_split : float
        Fraction of the training rows held out for validation, in [0, 1).
    test_split : float
        Fraction of the rows held out for the test, in (0, 1); MNIST brings its own.
    optimizer : {"adam", "adamw", "rmsprop", "sgd"}
        Keras optimizer.
    learning_rate : float
        Step size, above 0.
    momentum : float
        Momentum of "sgd" and "rmsprop", in [0, 1).
    weight_decay : float
        Decoupled weight decay, at least 0.
    clip_norm, clip_value : float, optional
        Clip each gradient to this norm, or each of its elements to this size, above 0.
    epochs, batch_size : int
        Passes over the training rows, rows a step; at least 1.
    early_stopping : int, optional
        Stop after this many epochs without a lower validation loss and keep the best weights.
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
    >>> exp.epochs, exp.model["units"]
    (2, (256, 128))
    >>> Experiment.from_json(exp.to_json()) == exp
    True
    """

    name: str
    dataset: str
    builder: str
    model: Mapping[str, Any] = field(default_factory=dict, hash=False)
    description: str = ""
    path: str | None = None
    time: str | None = None
    time_format: str | None = None
    target: str | None = None
    features: tuple[str, ...] = ()
    own_past: bool = True
    frequency: str | None = None
    missing: str = "error"
    season: int = 1
    difference: int = 0
    straddle: bool = False
    lookback: int = 30
    horizon: int = 1
    validation_split: float = 0.2
    test_split: float = 0.1
    optimizer: str = "adam"
    learning_rate: float = 0.001
    momentum: float = 0.0
    weight_decay: float = 0.0
    clip_norm: float | None = None
    clip_value: float | None = None
    epochs: int = 10
    batch_size: int = 32
    early_stopping: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Clean every field by its rule, then check the fields that depend on each other."""
        own = {name: getattr(self, name) for name in _setting_names()}
        for name, value in rules.check_all(own).items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "builder", checks.choice("builder", self.builder, _builders()))
        if self.task != _builder_task(self.builder):
            raise ArgumentType(
                f"builder: {self.builder} does not fit the dataset {self.dataset}; got "
                f"{checks.show(self.builder)}. Use one for {self.task}."
            )
        object.__setattr__(self, "model", MappingProxyType(self._checked_model()))
        self._check_together()

    def _checked_model(self) -> dict[str, Any]:
        if not isinstance(self.model, Mapping):
            raise ArgumentType(f"model: must be named settings; got {checks.show(self.model)}.")
        defaults = builder_defaults(self.builder)
        rules.known_names(self.model, defaults, where=f"the builder {self.builder}")
        return defaults | rules.check_all(self.model)

    def _check_together(self) -> None:
        if self.path is not None and self.dataset in {"co2", "images", "mnist-subset"}:
            raise ArgumentType(
                f"path: the dataset {self.dataset} is not read from a file; got "
                f"{checks.show(self.path)}. Set dataset = "
                f'"{"series" if self.task == "forecasting" else "mnist"}".'
            )
        if self.momentum and self.optimizer not in {"sgd", "rmsprop"}:
            raise ArgumentRange(
                f"momentum: only sgd and rmsprop have it; got {checks.show(self.momentum)} "
                f'with {self.optimizer}. Set optimizer = "sgd", or momentum = 0.'
            )
        if self.task == "forecasting" and not self.own_past:
            self._check_features_alone()
        if self.clip_norm is not None and self.clip_value is not None:
            raise ArgumentRange(
                f"clip_norm: excludes clip_value; got {checks.show(self.clip_norm)} and "
                f"{checks.show(self.clip_value)}. Set one of them."
            )
        if self.early_stopping is not None and self.validation_split == 0:
            raise ArgumentRange(
                "early_stopping: needs validation rows; got validation_split 0. "
                "Set validation_split = 0.2, say."
            )
        layers = self.model["dense_units" if self.builder == "cnn" else "units"]
        rules.one_per_layer("dropout", self.model["dropout"], len(layers))
        if self.builder == "cnn":
            model = self.model
            sizes = (len(model["filters"]), model["kernel_size"], model["pool_size"])
            rules.image_survives(model["input_shape"], *sizes)

    @property
    def task(self) -> str:
        """What is learned: "classification" of images or "forecasting" of a series."""
        return "forecasting" if self.dataset in {"co2", "series"} else "classification"

    def _check_features_alone(self) -> None:
        if not self.features:
            raise ArgumentType(
                "own_past: must be true without features, or the network sees nothing; got false. "
                "Name columns in features, or set own_past = true."
            )
        if self.target in self.features:
            raise ArgumentType(
                "own_past: must be true where features name the target; got false and "
                f"{checks.show(self.target)}. Take it out of features, or set own_past = true."
            )

    def data_settings(self) -> dict[str, Any]:
        """Give the settings that decide the arrays, and not how a network learns from them.

        Examples
        --------
        >>> from kerasduet.experiments import experiment
        >>> sorted(experiment("mnist-dnn").data_settings())
        ['classes', 'dataset', 'input_shape', 'path', 'test_split', 'validation_split']
        """
        values = dict(self.model)
        values |= {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {name: values[name] for name in DATA_SETTINGS[self.task]}

    def on_own_data(self) -> Experiment:
        """Make a copy that is trained on the caller's own data, not those it names."""
        if self.path is not None:
            raise ArgumentType(
                f"path: excludes data; got {checks.show(self.path)} and data. Give one of them."
            )
        return self.replace(dataset=OWN_DATA[self.task])

    def input_columns(self, target: str | None) -> tuple[Any, ...]:
        """Give the columns that the network sees: the features, and the target's own past."""
        if not self.own_past or target in self.features:
            return self.features
        return (*self.features, target)

    def builder_arguments(self) -> dict[str, Any]:
        """Give the keyword arguments of the builder, those of the data and the seed included."""
        arguments = dict(self.model) | {"seed": self.seed}
        if self.task == "forecasting":
            arguments |= {
                "lookback": self.lookback,
                "n_features": len(self.input_columns(self.target)),
                "horizon": self.horizon,
            }
        return arguments

    def replace(self, **settings: Any) -> Experiment:
        """Make a copy with some settings changed; a builder's arguments count as settings.

        Examples
        --------
        >>> from kerasduet.experiments import experiment
        >>> experiment("mnist-dnn").replace(seed=7, units=(64,), dropout=0.1).model["units"]
        (64,)
        """
        own = {f.name for f in dataclasses.fields(self)}
        builder = checks.choice("builder", settings.get("builder", self.builder), _builders())
        arguments = builder_defaults(builder)
        rules.known_names(settings, own | set(arguments), where=f"the experiment {self.name}")
        nested = settings.get("model", self.model if builder == self.builder else {})
        if not isinstance(nested, Mapping):
            raise ArgumentType(f"model: must be named settings; got {checks.show(nested)}.")
        model = dict(nested) | {k: v for k, v in settings.items() if k in arguments}
        kept = {k: v for k, v in settings.items() if k in own}
        return dataclasses.replace(self, **kept | {"model": model})

    def __reduce__(self) -> tuple[Callable[..., Experiment], tuple[dict[str, Any]]]:
        """Copy and send it as plain values; the read-only mapping cannot travel itself."""
        return Experiment.from_dict, (self.to_dict(),)

    def to_dict(self) -> dict[str, Any]:
        """Give plain values that JSON can hold; tuples become lists."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return _plain(values)

    def to_json(self) -> str:
        """Write it as JSON, the form kept in a run folder and in presets."""
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Experiment:
        """Rebuild from `to_dict()`; unknown keys are refused."""
        if not isinstance(values, Mapping):
            raise ArgumentType(
                f"experiment: must be named settings; got {checks.show(values)}."
            )
        names = [f.name for f in dataclasses.fields(cls)]
        rules.known_names(values, names, where="an experiment")
        for name in ("name", "dataset", "builder"):
            if name not in values:
                raise ArgumentType(f"{name}: must be given; got nothing.")
        return cls(**{"own_past": _earlier_own_past(values)} | dict(values))

    @classmethod
    def from_json(cls, text: str) -> Experiment:
        """Rebuild from `to_json()`."""
        try:
            values = json.loads(text, object_pairs_hook=_given_once)
        except KerasduetError:
            raise
        except (ValueError, TypeError, RecursionError):
            raise ArgumentType(
                f"text: must be JSON as to_json() writes it; got {checks.show(text)}."
            ) from None
        return cls.from_dict(values)


def experiment(preset: str | Experiment, **settings: Any) -> Experiment:
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
        raise UnknownName(f"preset: no preset {preset!r}. {checks.nearest(preset, known)}")
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


def presets() -> pd.DataFrame:
    """List the examples that ship with the package.

    Returns
    -------
    pandas.DataFrame
        One row a preset: name, task, dataset, builder, epochs, description.

    Examples
    --------
    >>> presets()["name"].tolist()[:3]
    ['lstm-co2', 'lstm-series', 'mnist-cnn']
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


@cache
def _setting_names() -> tuple[str, ...]:
    nested = {"builder", "model"}
    return tuple(f.name for f in dataclasses.fields(Experiment) if f.name not in nested)


def _builders() -> tuple[str, ...]:
    from kerasduet.models import BUILDERS

    return tuple(BUILDERS)


@cache
def _builder_task(builder: str) -> str:
    from kerasduet.models import BUILDERS

    names = inspect.signature(BUILDERS[builder]).parameters
    return "forecasting" if "horizon" in names else "classification"


def builder_defaults(builder: str) -> dict[str, Any]:
    """Give a builder's arguments that a person sets, with their defaults."""
    from kerasduet.models import BUILDERS

    decided = {"lookback", "n_features", "horizon", "seed"}
    signature = inspect.signature(BUILDERS[builder])
    return {k: p.default for k, p in signature.parameters.items() if k not in decided}


def _earlier_own_past(values: Mapping[str, Any]) -> bool:
    """Say what features meant before `own_past` came: the inputs, the target only if named."""
    features = values.get("features") or ()
    named = features if isinstance(features, list | tuple) else (features,)
    return not named or values.get("target") in named


def _given_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in values if names.count(name) > 1)
        raise ArgumentType(f"{twice}: must be given once; got it {names.count(twice)} times.")
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
