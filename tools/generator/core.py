"""Read the core's public functions, without importing it: signatures and docstrings."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import griffe

from generator import rules

REQUIRED = inspect.Parameter.empty
SELF = ("self", "cls")
OPEN = (griffe.ParameterKind.var_positional, griffe.ParameterKind.var_keyword)
_SECTION = griffe.DocstringSectionKind
# What the classes of settings are made from.
SECTIONS = {"Section", "Training"}


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
        """Give the functions of `models` that are written in a file below it."""
        models = self._member("models")
        if models is None:
            return {}
        found = {}
        for name in models.exports or ():
            member = self._target(models.members[name])
            if member.is_module and name in member.members:
                member = self._target(member.members[name])
            if member.is_function and member.module.path != models.path:
                found[name] = self._function(member, with_rules=True)
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
        members = self._target(self.package.members[path]).all_members
        return {
            name: self._function(member)
            for name, member in members.items()
            if member.is_function and not name.startswith("_")
        }

    def settings(self) -> tuple[Argument, ...]:
        """Give the settings of an experiment, as its class documents them or its sections do."""
        found: dict[str, Argument] = {}
        for section in self._setting_classes():
            for item in _documented(section):
                kind = _text(item.annotation)
                name, text = item.name.strip(), _text(item.description)
                options = rules.options(section, name, kind)
                default = _field_default(section, name)
                if name in found:  # another task has it too
                    said = found[name]
                    options = tuple(dict.fromkeys([*said.options, *options]))
                    is_news = text[:30] not in said.text
                    text = f"{said.text} {text}" if is_news else said.text
                    default = default if default == said.default else REQUIRED
                found[name] = Argument(
                    name, default=default, type=kind, text=text, options=options
                )
        return tuple(found.values())

    def _setting_classes(self) -> list[Any]:
        """Find the classes whose fields are settings: the tasks' own, then the experiment's."""
        if "experiments" not in self.package.members:
            return []
        experiment = self.package.members["experiments"].members["Experiment"]
        places = ["settings", *(f"tasks.{name}" for name in self._submodules("tasks"))]
        modules = [m for place in places for m in self._submodules(place).values()]
        sections = [
            member
            for module in modules
            for member in module.members.values()
            if not member.is_alias and member.is_class and self._is_section(member)
        ]
        return [*sections, experiment]

    def _is_section(self, member: Any) -> bool:
        """Say whether a class is one of settings, or built on one that is."""
        return any(SECTIONS & set(map(str, kind.bases)) for kind in (member, *member.mro()))

    def _submodules(self, path: str) -> dict[str, Any]:
        """Give the modules of a folder of the package, none where there is no such folder."""
        found: Any = self.package
        for part in path.split("."):
            found = found.members.get(part) if found is not None else None
        members = found.members.items() if found is not None else ()
        return {name: m for name, m in sorted(members) if not m.is_alias and m.is_module}

    def _member(self, name: str) -> Any:
        return self.package.members.get(name)

    def _target(self, member: Any) -> Any:
        return member.final_target if member.is_alias else member

    def _function(self, member: Any, *, with_rules: bool = False) -> Function:
        function = self._target(member)
        docs = _sections(function)
        documented = {item.name.lstrip("*"): item for item in docs.pop("parameters", ())}
        arguments, variadic = [], None
        for parameter in function.parameters:
            name = parameter.name.lstrip("*")
            if name in SELF:
                continue
            if parameter.kind in OPEN:
                variadic = name
            argument = _argument(parameter, documented.get(name))
            if with_rules:
                options = rules.options(function, name, argument.type)
                argument = replace(argument, options=options)
            arguments.append(argument)
        return Function(
            name=function.name,
            arguments=tuple(arguments),
            variadic=variadic,
            returns_annotation=_text(function.returns),
            **docs,
        )


def _argument(parameter: griffe.Parameter, item: Any) -> Argument:
    """Join what the signature and the docstring say of an argument."""
    kind = _text(item.annotation) if item is not None else ""
    return Argument(
        name=parameter.name.lstrip("*"),
        default=_default(parameter),
        by_name_only=parameter.kind is griffe.ParameterKind.keyword_only,
        annotation=_text(parameter.annotation),
        type=kind,
        text=_text(item.description) if item is not None else "",
        options=rules.listed(kind),
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


def _documented(described: griffe.Class) -> list[Any]:
    """Give the parameters of a class by its docstring, then its attributes."""
    kinds = (_SECTION.parameters, _SECTION.attributes)
    sections = [s for s in _parsed(described.docstring) if s.kind in kinds]
    return [item for s in sections for item in s.value if not item.name.startswith("*")]


def _field_default(section: Any, name: str) -> Any:
    """Give the default of a field, where it is written as a plain value."""
    field = section.all_members.get(name)
    try:
        return ast.literal_eval(str(getattr(field, "value", None) or ""))
    except (SyntaxError, ValueError):
        return REQUIRED


def _parsed(docstring: griffe.Docstring | None) -> list[griffe.DocstringSection]:
    # Without its parent, so that types stay the words they are.
    if docstring is None:
        return []
    return griffe.Docstring(docstring.value).parse("numpy", warn_missing_types=False)


def _text(value: Any) -> str:
    """Join the lines of a text; paragraphs and lists stay."""
    text = "" if value is None else str(value).strip()
    return re.sub(r"(?<!\n)\n(?![\n*])\s*", " ", text)


def _default(parameter: griffe.Parameter) -> Any:
    variadic = {griffe.ParameterKind.var_keyword, griffe.ParameterKind.var_positional}
    if parameter.default is None or parameter.kind in variadic:
        return REQUIRED
    return ast.literal_eval(str(parameter.default))
