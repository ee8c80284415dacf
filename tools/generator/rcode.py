"""Write values, calls and examples as R code."""

from __future__ import annotations

import ast
import doctest
import textwrap
from typing import Any

WIDTH = 95


class Untranslatable(Exception):
    """Python that has no plain counterpart in R."""


def literal(value: Any) -> str:
    """Write a default as R code.

    Examples
    --------
    >>> literal((28, 28, 1)), literal((0.0,)), literal(()), literal(None), literal("relu")
    ('c(28, 28, 1)', '0', 'integer()', 'NULL', '"relu"')
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return f"{value:.15g}"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple | list):
        if not value:
            return "integer()"
        items = [literal(item) for item in value]
        return items[0] if len(items) == 1 else f"c({', '.join(items)})"
    raise Untranslatable(repr(value))


def packed(start: str, items: list[str], end: str) -> str:
    """Write a call or a signature; what does not fit goes on below the first item."""
    lines, line = [], start
    for i, item in enumerate(items):
        more = item + (", " if i < len(items) - 1 else end)
        if len((line + more).rstrip()) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = " " * len(start)
        line += more
    return "\n".join([*lines, line if items else start + end])


def examples(text: str, functions: dict[str, str]) -> list[str]:
    r"""Write the examples of a docstring as R code, or nothing where one has no counterpart.

    Parameters
    ----------
    text : str
        Doctests.
    functions : dict
        R's names of the core's functions.

    Examples
    --------
    >>> examples('>>> gate = logic("or")\n>>> gate["inputs"]\n1', {"logic": "logic_gate"})
    ['gate <- logic_gate("or")', 'gate$inputs']
    """
    lines = []
    try:
        for example in doctest.DocTestParser().get_examples(text):
            for statement in ast.parse(example.source).body:
                for code in _statement(statement, functions):
                    lines += code.splitlines()
    except Untranslatable:
        return []
    return lines


def _statement(node: ast.stmt, functions: dict[str, str]) -> list[str]:
    if isinstance(node, ast.Expr):
        shown = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        return [_expression(value, functions) for value in shown]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return [f"{node.targets[0].id} <- {_expression(node.value, functions)}"]
    raise Untranslatable(ast.unparse(node))


def _expression(node: ast.expr, functions: dict[str, str]) -> str:
    def inner(value: ast.expr) -> str:
        return _expression(value, functions)

    match node:
        case ast.Constant(value=value) if not isinstance(value, bytes | complex):
            return literal(value)
        case ast.Name(id=name):
            return name
        case ast.UnaryOp(op=ast.USub(), operand=value):
            return f"-{inner(value)}"
        case ast.List(elts=[_, *_] as items) | ast.Tuple(elts=[_, *_] as items):
            rows = [i for i in items if isinstance(i, ast.List | ast.Tuple)]
            joined = "rbind" if rows else "c"
            if any(isinstance(i, ast.Dict) for i in items):
                joined = "list"
            if len(items) == 1 and joined == "c":
                return inner(items[0])
            return f"{joined}({', '.join(inner(i) for i in items)})"
        case ast.Dict(keys=keys, values=values):
            names = [k.value for k in keys if isinstance(k, ast.Constant)]
            if len(names) < len(keys):
                raise Untranslatable(ast.unparse(node))
            pairs = zip(names, values, strict=True)
            return f"list({', '.join(f'{_name(k)} = {inner(v)}' for k, v in pairs)})"
        case ast.Subscript(value=value, slice=ast.Constant(value=str(name))):
            return f"{inner(value)}${_name(name)}"
        case ast.Call(func=ast.Attribute(value=value, attr="count_params"), args=[]):
            return f"{inner(value)}$count_params()"
        case ast.Call(func=ast.Name(id=name)) if name in {**functions, "round": "round"}:
            given = [inner(a) for a in node.args]
            given += [f"{k.arg} = {inner(k.value)}" for k in node.keywords if k.arg]
            call = functions.get(name, name)
            line = f"{call}({', '.join(given)})"
            if len(line) <= WIDTH - len("variable <- "):
                return line
            listed = textwrap.indent(",\n".join(given), "  ")
            return f"{call}(\n{listed}\n)"
    raise Untranslatable(ast.unparse(node))


def _name(name: str) -> str:
    return name if name.isidentifier() else f"`{name}`"
