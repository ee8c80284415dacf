"""Arguments that a function does not have, or lacks: answered with the names that it has."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NoReturn, ParamSpec, TypeVar

from kerasduet import checks
from kerasduet.errors import ArgumentType, UnknownName
from kerasduet.settings.elsewhere import ELSEWHERE, NEAR, OF_FUNCTIONS
from kerasduet.settings.typed import Settings

__all__ = ["answers", "refuse_unknown"]

Given = ParamSpec("Given")
Made = TypeVar("Made")

# What arguments of functions are called in other packages, or in other functions of this one.
ARGUMENTS = {
    "folds": ("cv", "k", "n_splits", "n_folds", "k_folds", "kfold"),
    "repeats": ("n_repeats",),
    "trials": ("n_trials", "max_trials", "n_iter"),
    "strategy": ("method", "search", "algorithm"),
    "space": ("grid", "param_grid", "params", "search_space"),
    "workers": ("n_jobs", "num_workers", "jobs", "cores", "processes"),
    "seeds": ("seed", "n_seeds", "random_state", "repeats"),
    "seed": ("seeds", "random_state", "random_seed"),
    "folder": ("out", "output", "output_dir", "out_dir", "save_dir", "directory", "path"),
    "out": ("folder", "output", "output_dir", "out_dir", "save_dir", "directory"),
    "path": ("file", "filename", "folder", "out"),
    "progress": ("verbose", "verbosity", "quiet", "silent", "progress_bar"),
    "callbacks": ("callback", "logger"),
    "overwrite": ("force", "replace"),
    "new_rows": ("data", "newdata", "new_data"),
    "data": ("df", "x", "X", "train", "frame"),
    "x": ("X", "newdata", "data"),
    "y": ("Y", "labels", "targets", "y_true"),
}


def answers(
    **elsewhere: tuple[str, ...],
) -> Callable[[Callable[Given, Made]], Callable[Given, Made]]:
    """Refuse arguments by names that a function does not know, and offer its own.

    Parameters
    ----------
    **elsewhere
        By an argument of the function, what it is called in other packages, beside `ARGUMENTS`.

    Examples
    --------
    >>> @answers(horizon=("n", "h"))
    ... def forecast(horizon: int = 1) -> int:
    ...     return horizon
    >>> forecast(n=3)
    Traceback (most recent call last):
    kerasduet.errors.UnknownName: n: forecast() has no such argument. It is called horizon here.
    """

    def decorate(function: Callable[Given, Made]) -> Callable[Given, Made]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def call(*args: Given.args, **given: Given.kwargs) -> Made:
            try:
                signature.bind(*args, **given)
            except TypeError:
                _refuse(function.__name__, signature, args, given, elsewhere)
            return function(*args, **given)

        return call

    return decorate


def _refuse(
    function: str,
    signature: inspect.Signature,
    args: tuple[Any, ...],
    given: Mapping[str, Any],
    elsewhere: Mapping[str, tuple[str, ...]],
) -> None:
    """Say what a call has too much, or lacks."""
    parameters = {
        name: one for name, one in signature.parameters.items() if name not in ("self", "_")
    }
    is_open = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    named = [name for name, one in parameters.items() if one.kind is not one.VAR_KEYWORD]
    for name, value in () if is_open else given.items():
        if name not in named:
            refuse_unknown(function, name, value, named, elsewhere)
    placed = [
        name for name in named if parameters[name].kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    own = args[len(signature.parameters) - len(parameters) :]
    if len(own) > len(placed) == len(named) and not is_open:
        raise ArgumentType(
            f"arguments: must be {', '.join(placed) or 'none'} of {function}(); got one more, "
            f"{checks.show(own[len(placed)])}. Leave it out."
        )
    if len(own) > len(placed):
        what = "settings" if is_open else "arguments"
        first = (
            f"the first {len(placed)}" if len(placed) > 1 else placed[0] if placed else "none"
        )
        example = f"{function}({', '.join(placed)}, {_example(parameters, is_open)})"
        raise ArgumentType(
            f"{what}: must be given by name, but for {first}; got "
            f"{checks.show(own[len(placed)])} without one. Write {example}, say."
        )
    for name in named[len(own) :]:
        if parameters[name].default is inspect.Parameter.empty and name not in given:
            raise ArgumentType(f"{name}: must be given.")


def refuse_unknown(
    function: str,
    name: str,
    value: Any,
    named: list[str],
    elsewhere: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> NoReturn:
    """Refuse an argument that a function of these arguments does not have; R's verbs ask, too."""
    fix = _called(name, value, named, elsewhere)
    raise UnknownName(f"{name}: {function}() has no such argument. {fix}")


def _example(parameters: Mapping[str, inspect.Parameter], is_open: bool) -> str:
    """Give an argument by its name."""
    if is_open:
        return "epochs = 1"
    last = [name for name, one in parameters.items() if one.kind is one.KEYWORD_ONLY]
    return f"{last[0]} = ..." if last else "..."


def _called(
    name: str, value: Any, named: list[str], elsewhere: Mapping[str, tuple[str, ...]]
) -> str:
    """Say which argument is meant, or where a setting belongs."""
    is_described = "experiment" in named or "experiments" in named
    for known in (elsewhere, ARGUMENTS, ELSEWHERE):
        own = next((own for own, all_ in known.items() if name in all_ and own in named), None)
        # A path is where data are read, a folder where runs are written.
        if own and not (name == "path" and is_described):
            return f"It is called {own} here."
    if name in OF_FUNCTIONS:
        return OF_FUNCTIONS[name]
    if is_described:
        words = [own for own, others in ELSEWHERE.items() if name in others]
        for own in [name] if name in Settings.__annotations__ else words[:1]:
            shown = checks.show(value) if isinstance(value, int | float | str) else "..."
            shown = shown if len(shown) <= 30 else "..."
            return f"It is a setting: give experiment(preset, {own} = {shown})."
    return checks.nearest(name, named, cutoff=NEAR)
