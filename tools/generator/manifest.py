"""Write the contract's manifest: every public function with its arguments and defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generator.core import REQUIRED, Argument, Core, Function
from generator.wrappers import is_index

WIDTH = 96


def manifest(core: Core, words: Mapping[str, Any]) -> str:
    """Write the manifest.

    Parameters
    ----------
    core : Core
        The package.
    words : mapping
        What its files do not say: R's names of methods and their arguments, and why a name is in
        one language alone.
    """
    only = words.get("python_only", {})
    public = {
        path: core.public(path) for path in [*core.exports(), *words.get("functions", ())]
    }
    functions = {path: f for path, f in public.items() if f is not None and path not in only}
    builders = {f"models.{name}": f for name, f in core.builders().items()}
    methods = [
        _method(f"{owner}.{name}", function, known.get(name, {}))
        for owner, known in words.get("methods", {}).items()
        for name, function in core.methods(owner).items()
    ]
    return _written(
        {
            "functions": [
                _entry(path, path.rpartition(".")[2], f) for path, f in functions.items()
            ]
            + [_entry(path, f"model_{f.name}", f) for path, f in builders.items()],
            "methods": methods,
            "concepts": [
                _entry(f"concepts.{name}", name, f) for name, f in core.lessons().items()
            ],
            "python_only": [{"python": k, "reason": v} for k, v in sorted(only.items())],
            "r_only": [{"r": k, "reason": v} for k, v in words.get("r_only", {}).items()],
        }
    )


def _entry(path: str, r: str, function: Function) -> dict[str, Any]:
    named = function.named
    entry = {"python": path, "r": r, "arguments": [_argument(a) for a in named]}
    by_name = [place for place, a in enumerate(named, start=1) if a.by_name_only]
    if by_name:
        entry["keyword_from"] = by_name[0]
    return entry | ({"variadic": function.variadic} if function.variadic else {})


def _method(path: str, function: Function, known: Mapping[str, Any]) -> dict[str, Any]:
    name = path.rpartition(".")[2]
    entry = _entry(path, known.get("r", name), function)
    ours = known.get("arguments", {})
    for argument in entry["arguments"]:
        if argument["name"] in ours:
            theirs = argument.pop("name")
            rest = dict(argument)
            argument.clear()
            argument.update({"python": theirs, "r": ours[theirs]} | rest)
    object_ = {"python": "self", "r": known.get("self", "run"), "required": True}
    entry["arguments"].insert(0, object_)
    if "keyword_from" in entry:
        entry["keyword_from"] += 1
    return entry


def _argument(argument: Argument) -> dict[str, Any]:
    if argument.default is REQUIRED:
        return {"name": argument.name, "required": True}
    described = {"name": argument.name, "default": argument.default}
    return described | ({"r_default": argument.default + 1} if is_index(argument) else {})


def _written(value: Any, indent: int = 0, before: int = 0) -> str:
    """Write JSON, each list and mapping on one line where it fits."""
    line = json.dumps(value, ensure_ascii=False)
    is_top = indent == 0
    if not isinstance(value, dict | list) or (
        not is_top and indent + before + len(line) + 1 <= WIDTH
    ):
        return line
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        items = [
            f'"{key}": {_written(item, indent + 2, len(key) + 4)}'
            for key, item in value.items()
        ]
        start, end = "{", "}"
    else:
        items = [_written(item, indent + 2) for item in value]
        start, end = "[", "]"
    joined = f",\n{inner}".join(items)
    return f"{start}\n{inner}{joined}\n{' ' * indent}{end}" + ("\n" if is_top else "")
