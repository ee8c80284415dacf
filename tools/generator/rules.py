"""Read the rules of arguments: the one place that knows how the core writes them."""

from __future__ import annotations

import ast
import re
from typing import Any

_CHOICES = ("OneOf",)


def options(owner: Any, name: str, kind: str) -> tuple[str, ...]:
    """Give the options that the rule of an argument or of a setting allows; () for any other.

    Ranges stand in the docstring's text.

    Parameters
    ----------
    owner : griffe.Function or griffe.Class
        What has the argument, or the field.
    name : str
        The argument.
    kind : str
        Its type in the docstring; `{"a", "b"}` lists options.
    """
    if listed(kind):
        return listed(kind)
    annotation = _annotation(owner, name)
    return () if annotation is None else _choices(owner.module, annotation.slice.elts[-1])


def listed(kind: str) -> tuple[str, ...]:
    """Give the options that a docstring's type lists.

    Examples
    --------
    >>> listed('"a", "b"'), listed('int, or {"c"}'), listed("str")
    (('a', 'b'), ('c',), ())
    """
    if re.fullmatch(r'("[^"]*"(, )?)+', kind):  # griffe takes the braces off
        return tuple(re.findall(r'"([^"]*)"', kind))
    braces = re.search(r"\{([^}]*)\}", kind)
    return tuple(re.findall(r'"([^"]*)"', braces[1])) if braces else ()


def _annotation(owner: Any, name: str) -> ast.Subscript | None:
    """Find `Annotated[type, rule]` of an argument or a field.

    In the file itself: griffe takes texts within annotations for names of types.
    """
    tree = ast.parse(owner.filepath.read_text("utf-8"))
    kinds = ast.FunctionDef if owner.is_function else ast.ClassDef
    found = next(n for n in ast.walk(tree) if isinstance(n, kinds) and n.name == owner.name)
    if isinstance(found, ast.FunctionDef):
        given = found.args
        written = {
            a.arg: a.annotation for a in [*given.posonlyargs, *given.args, *given.kwonlyargs]
        }
    else:
        fields = [n for n in found.body if isinstance(n, ast.AnnAssign)]
        written = {ast.unparse(n.target): n.annotation for n in fields}
    node = written.get(name)
    is_annotated = isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Annotated"
    return node if is_annotated else None


def _choices(module: Any, node: ast.expr | None) -> tuple[str, ...]:
    """Follow names and wrapping rules to the options."""
    if isinstance(node, ast.Name):
        target, value = _named(module, node.id)
        return _choices(target, value)
    if not isinstance(node, ast.Call) or not node.args:
        return ()
    if ast.unparse(node.func).rpartition(".")[2] not in _CHOICES:
        return _choices(module, node.args[0])
    given = node.args[0]
    if isinstance(given, ast.Name):
        given = _named(module, given.id)[1]
    return tuple(ast.literal_eval(given)) if given is not None else ()


def _named(module: Any, name: str) -> tuple[Any, ast.expr | None]:
    """Find what a name stands for, in its own module or where it was imported from."""
    member = module.members.get(name)
    if member is not None and member.is_alias:
        member = member.final_target
    if member is None or not member.is_attribute:
        return module, None
    return member.module, ast.parse(str(member.value), mode="eval").body
