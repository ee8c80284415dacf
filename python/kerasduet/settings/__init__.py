"""What may be set: rules as objects on the arguments themselves, and the sections they make."""

from __future__ import annotations

from kerasduet.settings.arguments import Argument, arguments_of, check_all, checked, known_names
from kerasduet.settings.compound import Optional, Several
from kerasduet.settings.rules import (
    Flag,
    Line,
    Number,
    OneOf,
    PathText,
    Rule,
    Text,
    Whole,
)
from kerasduet.settings.sections import Section

__all__ = [
    "Argument",
    "Flag",
    "Line",
    "Number",
    "OneOf",
    "Optional",
    "PathText",
    "Rule",
    "Section",
    "Several",
    "Text",
    "Whole",
    "arguments_of",
    "check_all",
    "checked",
    "known_names",
]
