"""Read the core's public functions, without importing it: signatures and docstrings."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import griffe

REQUIRED = inspect.Parameter.empty
SELF = ("self", "cls")
_SECTION = griffe.DocstringSectionKind


@dataclass(frozen=True)
class Argument:
    """One argument: how it is called, what it is, and its options where they are few."""

    name: str
    default: Any = REQUIRED
    by_name_only: bool = False
    annotation: str = ""
    type: str = ""
    text: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Function:
    """A public function and the parts of its docstring."""

    name: str
    arguments: tuple[Argument, ...]
    variadic: str | None
    returns_annotation: str
    summary: str = ""
    extended: str = ""
    returns: tuple[str, str] = ("", "")
    raises: tuple[tuple[str, str], ...] = ()
    sections: dict[str, str] = field(default_factory=dict)
    examples: str = ""

    def argument(self, name: str) -> Argument:
        """Find an argument; that of `**settings` has the name without its stars."""
        return next(a for a in self.arguments if a.name == name)

    @property
    def named(self) -> tuple[Argument, ...]:
        """The arguments without `**settings`."""
        return tuple(a for a in self.arguments if a.name != self.variadic)


class Core:
    """The package as its files say it is.

    Parameters
    ----------
    folder : Path
        Where the package lies, `python` in this project.
    package : str
        Its name.
    """

    def __init__(self, folder: Path, package: str = "kerasduet") -> None:
        self.package = griffe.load(
            package,
            search_paths=[folder],
            docstring_parser="numpy",
            allow_inspection=False,
            resolve_aliases=True,
        )

    def exports(self) -> list[str]:
        """Give the package's public names."""
        return list(self.package.exports or ())

    def builders(self) -> dict[str, Function]:
        """Give the functions of `models` that have a file of their own name."""
        models = self._member("models")
        if models is None:
            return {}
        found = {}
        for name in models.exports or ():
            member = models.members[name]
            if member.is_module and name in member.members:
                found[name] = self._function(member.members[name], with_rules=True)
        return found

    def lessons(self) -> dict[str, Function]:
        """Give the functions of `concepts`."""
        concepts = self._member("concepts")
        names = (concepts.exports or ()) if concepts is not None else ()
        return {name: self._function(concepts.members[name]) for name in names}

    def public(self, path: str) -> Function | None:
        """Give a function by its path in the package; None for a class or a module."""
        found = self.package
        for part in path.split("."):
            found = self._target(found.members[part])
        return self._function(found) if found.is_function else None

    def methods(self, path: str) -> dict[str, Function]:
        """Give the public methods of a class."""
        members = self._target(self.package.members[path]).members
        own = {name: m for name, m in members.items() if not name.startswith("_")}
        is_method = {
            name: member
            for name, member in own.items()
            if member.is_function and not {"property", "cached"} & set(member.labels)
        }
        return {name: self._function(member) for name, member in is_method.items()}

    def settings(self) -> tuple[Argument, ...]:
        """Give the settings of an experiment, as its class documents them."""
        if "experiments" not in self.package.members:
            return ()
        described = self.package.members["experiments"].members["Experiment"]
        parsed = _parsed(described.docstring)
        documented = next(s for s in parsed if s.kind is _SECTION.parameters)
        return tuple(
            Argument(
                name=item.name,
                type=_text(item.annotation),
                text=_text(item.description),
                options=self.rule(item.name, _text(item.annotation)),
            )
            for item in documented.value
        )

    def rule(self, name: str, kind: str) -> tuple[str, ...]:
        """Give the options that the rule of a builder's argument or of a setting allows.

        The one place that knows how rules are written: in the docstring, `{"a", "b"}`, or in
        the table of `rules.py`. Ranges stand in the docstring's text.
        """
        if _options(kind):
            return _options(kind)
        rules = self.package.members.get("rules")
        table = (
            ast.parse(str(rules.members["RULES"].value), mode="eval").body if rules else None
        )
        entries = table.args[0] if isinstance(table, ast.Call) else ast.Dict([], [])
        for key, check in zip(entries.keys, entries.values, strict=True):
            is_choice = isinstance(check, ast.Call) and ast.unparse(check.func) == "_choice"
            if ast.literal_eval(key) == name and is_choice:
                return tuple(self._constant(rules, check.args[0]))
        return ()

    def _constant(self, module: griffe.Module, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return ast.literal_eval(str(module.members[node.id].value))
        return ast.literal_eval(node)

    def _member(self, name: str) -> Any:
        return self.package.members.get(name)

    def _target(self, member: Any) -> Any:
        return member.final_target if member.is_alias else member

    def _function(self, member: Any, *, with_rules: bool = False) -> Function:
        function = self._target(member)
        docs = _sections(function)
        documented = {item.name.lstrip("*"): item for item in docs.pop("parameters", ())}
        arguments = []
        variadic = None
        for parameter in function.parameters:
            if parameter.name in SELF:
                continue
            item = documented.get(parameter.name.lstrip("*"))
            kind = _text(item.annotation) if item is not None else ""
            if parameter.kind is griffe.ParameterKind.var_keyword:
                variadic = parameter.name.lstrip("*")
            name = parameter.name.lstrip("*")
            options = self.rule(name, kind) if with_rules else _options(kind)
            arguments.append(
                Argument(
                    name=parameter.name.lstrip("*"),
                    default=_default(parameter),
                    by_name_only=parameter.kind is griffe.ParameterKind.keyword_only,
                    annotation=_text(parameter.annotation),
                    type=kind,
                    text=_text(item.description) if item is not None else "",
                    options=options,
                )
            )
        return Function(
            name=function.name,
            arguments=tuple(arguments),
            variadic=variadic,
            returns_annotation=_text(function.returns),
            **docs,
        )


def _sections(function: griffe.Function) -> dict[str, Any]:
    """Take a docstring apart."""
    found: dict[str, Any] = {"sections": {}}
    for section in _parsed(function.docstring):
        if section.kind is _SECTION.text and "summary" not in found:
            summary, _, rest = section.value.partition("\n\n")
            found |= {"summary": _text(summary), "extended": rest.strip()}
        elif section.kind is _SECTION.parameters:
            found["parameters"] = section.value
        elif section.kind is _SECTION.returns:
            first = section.value[0]
            found["returns"] = (_text(first.annotation), _text(first.description))
        elif section.kind is _SECTION.raises:
            found["raises"] = tuple(
                (_text(item.annotation), _text(item.description)) for item in section.value
            )
        elif section.kind is _SECTION.examples:
            found["examples"] = "\n".join(text for _, text in section.value)
        elif section.kind is _SECTION.admonition:
            found["sections"][section.title] = section.value.contents.strip()
        elif section.title:
            found["sections"][section.title] = str(section.value).strip()
    return found


def _parsed(docstring: griffe.Docstring | None) -> list[griffe.DocstringSection]:
    # Without its parent, so that types stay the words they are.
    if docstring is None:
        return []
    return griffe.Docstring(docstring.value).parse("numpy", warn_missing_types=False)


def _text(value: Any) -> str:
    """Join the lines of a text; paragraphs and lists stay."""
    text = "" if value is None else str(value).strip()
    return re.sub(r"(?<!\n)\n(?![\n*])\s*", " ", text)


def _options(kind: str) -> tuple[str, ...]:
    if re.fullmatch(r'("[^"]*"(, )?)+', kind):  # griffe takes the braces off
        return tuple(re.findall(r'"([^"]*)"', kind))
    braces = re.search(r"\{([^}]*)\}", kind)
    return tuple(re.findall(r'"([^"]*)"', braces[1])) if braces else ()


def _default(parameter: griffe.Parameter) -> Any:
    variadic = {griffe.ParameterKind.var_keyword, griffe.ParameterKind.var_positional}
    if parameter.default is None or parameter.kind in variadic:
        return REQUIRED
    return ast.literal_eval(str(parameter.default))
