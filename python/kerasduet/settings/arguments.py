"""The arguments of a function or a section: their rules, read from their annotations."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, ParamSpec, TypeVar, get_args, get_origin

from kerasduet import checks
from kerasduet.boundary import faced
from kerasduet.errors import ArgumentType, KerasduetError, UnknownName
from kerasduet.settings.elsewhere import hint
from kerasduet.settings.named import answers
from kerasduet.settings.rules import Rule

__all__ = [
    "Argument",
    "arguments_of",
    "check_all",
    "checked",
    "known_names",
    "naming_kept",
]

Given = ParamSpec("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Argument:
    """One argument: its rule and its default (`inspect.Parameter.empty` where it must be given)."""

    name: str
    rule: Rule
    default: Any

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is inspect.Parameter.empty


@cache
def arguments_of(owner: Callable[..., Any]) -> Mapping[str, Argument]:
    """Read the arguments of a function, or of a dataclass, that carry a rule.

    Raises
    ------
    TypeError
        One has no rule: every argument must say what it may be.

    Examples
    --------
    >>> from kerasduet.settings.rules import Whole
    >>> def build(*, units: Annotated[int, Whole(1)] = 32) -> None: ...
    >>> arguments_of(build)["units"].rule.text
    'whole number, at least 1'
    """
    plain = inspect.unwrap(owner)
    found = {}
    for name, parameter in inspect.signature(plain).parameters.items():
        kind = parameter.annotation
        if isinstance(kind, str):
            # One at a time: others may name what is imported for type checkers alone.
            kind = eval(kind, _known_to(plain, name))
        rules = [part for part in get_args(kind)[1:] if isinstance(part, Rule)]
        if get_origin(kind) is not Annotated or not rules:
            raise TypeError(
                f"{plain.__qualname__}: {name} must carry a rule, such as Annotated[int, Whole(1)]"
            )
        found[name] = Argument(name, rules[0], parameter.default)
    return MappingProxyType(found)


def _known_to(owner: Any, argument: str) -> dict[str, Any]:
    """Give the names known where an argument was written: a field may be inherited."""
    kinds = getattr(owner, "__mro__", ())
    place = next((k for k in kinds if argument in vars(k).get("__annotations__", {})), owner)
    return vars(sys.modules[place.__module__]) | getattr(owner, "__globals__", {})


def check_all(owner: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Apply the rule of every given argument."""
    arguments = arguments_of(owner)
    return {name: _cleaned(arguments[name], value) for name, value in given.items()}


def _cleaned(argument: Argument, value: Any) -> Any:
    """Apply a rule; where nothing is refused, say what is written for none of it."""
    rule, name = argument.rule, argument.name
    try:
        return rule(name, value)
    except KerasduetError as error:
        if value is not None or not rule.off:
            raise
        raise type(error)(f"{error} Set {name} = {rule.off} to do without.") from None


def checked(
    together: Callable[[Mapping[str, Any]], None] | None = None,
) -> Callable[[Callable[Given, Made]], Callable[Given, Made]]:
    """Make a function whose arguments all keep their rules before it starts.

    Parameters
    ----------
    together : callable, optional
        Given all arguments, cleaned, by name; raises where they do not go together. An
        experiment asks it too, before any data are loaded.

    Returns
    -------
    callable
        A decorator for functions of keyword-only arguments, each with its rule.

    Examples
    --------
    >>> from kerasduet.settings.rules import Whole
    >>> @checked()
    ... def build(*, units: Annotated[int, Whole(1)] = 32) -> int:
    ...     return units
    >>> build(units=2.0)
    2
    """

    def decorate(function: Callable[Given, Made]) -> Callable[Given, Made]:
        @answers()
        @functools.wraps(function)
        def call(*args: Given.args, **given: Given.kwargs) -> Made:
            bound = inspect.signature(function).bind(*args, **given)
            bound.apply_defaults()
            values = check_all(function, bound.arguments)
            if together is not None:
                with naming_kept(values, given):
                    together(values)
            return function(**values)  # type: ignore[call-arg]

        call = faced(call)
        call.together = together  # type: ignore[attr-defined]
        return call

    return decorate


def check_together(owner: Callable[..., Any], values: Mapping[str, Any]) -> None:
    """Refuse arguments that a function of `checked` cannot take together."""
    together = getattr(owner, "together", None)
    if together is not None:
        together(values)


def known_names(
    given: Iterable[Any],
    known: Iterable[str],
    *,
    where: str,
    having: Callable[[str], str] | None = None,
) -> None:
    """Refuse names that `where` does not have, offering the nearest; `having` as for `hint`."""
    names = list(known)
    for name in given:
        if name not in names:
            fix = hint(str(name), names, having)
            raise UnknownName(f"{name}: {where} has no such setting. {fix}")


ONE_PER_LAYER = "must have one value, or one a layer"


@contextmanager
def naming_kept(values: Mapping[str, Any], given: Iterable[str]) -> Iterator[None]:
    """Say what to set where a value that was not given does not fit the layers that were.

    Parameters
    ----------
    values : mapping
        All arguments by name.
    given : iterable of str
        Those that the caller set.
    """
    try:
        yield
    except ArgumentType as error:
        name, _, rest = str(error).partition(": ")
        if name in given or name not in values or not rest.startswith(ONE_PER_LAYER):
            raise
        one = f"{name} = {checks.show(values[name][0])}"
        raise ArgumentType(f"{error} Set {name} too, such as {one}.") from None


def one_per_layer(name: str, values: tuple[Any, ...], layers: int) -> tuple[Any, ...]:
    """Repeat a single value for every layer, or insist on one a layer."""
    if len(values) == 1:
        return values * layers
    if len(values) != layers:
        raise ArgumentType(f"{name}: {ONE_PER_LAYER} ({layers}); got {checks.show(values)}.")
    return values
