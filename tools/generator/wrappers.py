"""Write the R functions that call those of the core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator import rcode
from generator.core import REQUIRED, Argument, Function


def wrapper(name: str, function: Function, words: Mapping[str, Any]) -> str:
    """Write the R function that calls one of the core.

    Parameters
    ----------
    name : str
        R's name.
    function : Function
        That of the core.
    words : mapping
        What it does differently: `convert`, `result`.
    """
    arguments = [_formal(argument) for argument in function.named]
    arguments.append("...")  # of others too: call_core() refuses what is in it by name
    body = "\n".join(f"  {line}" for line in _body(name, function, words))
    return f"{rcode.packed(f'{name} <- function(', arguments, ') {')}\n{body}\n}}"


def _body(name: str, function: Function, words: Mapping[str, Any]) -> list[str]:
    given = "as.list(environment())" if function.named else "list()"
    if function.variadic:
        given = f"c({given}, list(...))" if function.named else "list(...)"
    if name.startswith("model_"):
        return [f'network("{function.name}", {given})']
    if words.get("convert"):
        changes = [f"{key} = {way}" for key, way in words["convert"].items()]
        given = f"changed({', '.join([given, *changes])})"
    items = [f'"{function.name}"', given]
    call = "lesson"
    if "PathLike" in annotations(function) and function.returns_annotation == "str":
        call = "animation"
    elif function.returns_annotation.endswith("Figure"):
        items.append("figure_from_py")
    elif words.get("result") == "table":
        items.append("table_from_py")
    indices = [argument.name for argument in function.named if is_index(argument)]
    if indices:
        call = "lesson_counted"
        items.insert(1, rcode.literal(indices))
    line = f"{call}({', '.join(items)})"
    if len(line) <= rcode.WIDTH - 2:
        return [line]
    return [
        f"{call}(",
        *(f"  {i}{',' * (n < len(items))}" for n, i in enumerate(items, 1)),
        ")",
    ]


def is_index(argument: Argument) -> bool:
    """Say whether an argument counts from 0 in Python, and so from 1 in R."""
    return "counted from 0" in argument.text


def _formal(argument: Argument) -> str:
    if argument.default is REQUIRED:
        return argument.name
    default = argument.default + 1 if is_index(argument) else argument.default
    return f"{argument.name} = {rcode.literal(default)}"


def annotations(function: Function) -> str:
    """Give the annotations of all arguments, to look for a type."""
    return " ".join(argument.annotation for argument in function.arguments)
