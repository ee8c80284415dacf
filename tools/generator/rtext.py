"""Say in R's words what the core's docstrings say in Python's."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from generator.core import REQUIRED, Argument
from generator.rcode import literal

_TYPES = [
    (r"\(R: [^)]*\)", ""),
    (r",? optional$", ""),
    (r"keras\.Model", "Keras model, a Python object"),
    (r"array \(([^,()]*),\)", r"numeric vector (\1)"),
    (r"array \(([^,()]*, [^,()]*)\)", r"numeric matrix (\1)"),
    (r"array \(", "numeric array ("),
    (r"(?:(?<=or )|(?<=\), ))\(([^,()]*),\)", r"vector (\1)"),
    (r"(?:(?<=or )|(?<=\), ))\(([^,()]*, [^,()]*)\)", r"matrix (\1)"),
    (r"(?:(?<=or )|(?<=\), ))\(([^()]*, [^()]*, [^()]*)\)", r"array (\1)"),
    (r"\bh, w\b", "height, width"),
    (r"\blist of dict\b", "list of named lists"),
    (r"\barrays \(([^,()]*, [^,()]*)\)", r"matrices (\1)"),
    (r"(tuple|list) of int\b", "whole numbers"),
    (r"(tuple|list) of float\b", "numbers"),
    (r"(tuple|list) of str\b", "character"),
    (r'^(tuple|list) of (?=")', "any of "),
    (r"^pair of int\b", "two whole numbers"),
    (r"pair of (ints?|numbers)\b", "two"),
    (r"\b(\d) int\b", r"\1 whole numbers"),
    (r"\bwhole numbers, or (2 or 4) whole numbers", r"whole number, or \1 of them"),
    (r"\bint\b", "whole number"),
    (r"^array$", "numeric"),
    (r"^float or array$", "numeric"),
    (r"\barray\b(?! \()(?<!numeric array)", "numeric array"),
    (r"\bfloat\b", "number"),
    (r"\b(str|path)\b", "character"),
    (r"\bbool\b", "logical"),
    (r"\b(dict|mapping)\b", "named list"),
]
_PROSE = [
    (r'(?<!")\bNone\b(?!")', "`NULL`"),
    (r"\bTrue\b", "`TRUE`"),
    (r"\bFalse\b", "`FALSE`"),
    (r"\(([^,()]+),\)", r"(\1)"),
    (r"\b[Aa] dict\b", "a named list"),
    (r"\bdict\b", "named list"),
    (r"\bceil\(", "ceiling("),
    (r"counted from 0\b", "counted from 1 (in Python from 0)"),
]
# Keras's objects, as keras3 makes them.
_KERAS3 = {
    "keras.losses.Huber()": "keras3::loss_huber()",
    "keras.optimizers.Nadam(0.001)": "keras3::optimizer_nadam(0.001)",
    "keras.metrics.SparseTopKCategoricalAccuracy(k=3)": (
        "keras3::metric_sparse_top_k_categorical_accuracy(k = 3)"
    ),
}


class Speaker:
    """Turn prose and types into roxygen's Markdown.

    Parameters
    ----------
    functions : mapping
        R's names of the core's functions.
    page : collection of str
        R's names of the functions of the page at hand, which need no link.
    """

    def __init__(self, functions: Mapping[str, str], page: Collection[str] = ()) -> None:
        self.functions = functions
        self.page = page

    def prose(self, text: str) -> str:
        r"""Translate a sentence or a paragraph.

        Examples
        --------
        >>> Speaker({"pad2d": "pad2d"}).prose("None, or in [0, 1) (n,): see `pad2d` and `x`.")
        '`NULL`, or in \\[0, 1) (n): see [pad2d()] and `x`.'
        """
        pieces = re.split(r"(`[^`]*`)", text)
        return "".join(
            self._code(piece[1:-1]) if piece.startswith("`") else _plain(piece)
            for piece in pieces
        )

    def names_here(self, name: str) -> bool:
        """Say whether a function of the core is on this page."""
        return self.functions.get(name) in self.page

    def _code(self, code: str) -> str:
        code = _KERAS3.get(" ".join(code.split()), code)
        name = code.removesuffix("()")
        if name not in self.functions:
            return f"`{code}`"
        known = self.functions[name]
        return f"`{known}()`" if known in self.page else f"[{known}()]"

    def type(self, kind: str) -> str:
        """Translate the type of an argument or of a result.

        Examples
        --------
        >>> speaker = Speaker({})
        >>> speaker.type("array (h, w) or (h, w, channels)")
        'numeric matrix (height, width) or array (height, width, channels)'
        >>> speaker.type("float or array (units,)"), speaker.type("int or pair of int")
        ('number or numeric vector (units)', 'whole number or two')
        """
        kind = re.sub(r"\{([^}]*)\}", lambda found: _either(found[1].split(", ")), kind)
        for pattern, ours in _TYPES:
            kind = re.sub(pattern, ours, kind)
        return kind.strip()

    def setting(self, setting: Argument) -> str:
        """Describe a setting: its options say of what type it is."""
        described = self.argument(setting)
        if "\n* `" in described:  # a setting is an item of a list itself
            marked = [_marked(option, setting.default) for option in _default_first(setting)]
            return f"{_either(marked)}. {self.prose(_about_default(setting))}"
        return described.removeprefix("Character. ") if setting.options else described

    def argument(self, argument: Argument) -> str:
        """Describe an argument: type, meaning, options, default."""
        text = self.prose(_about_default(argument))
        options = [f'"{option}"' for option in _default_first(argument)]
        is_choice = bool(options) and "{" not in argument.type
        kind = "character" if is_choice else self.type(argument.type)
        described = f"{capital(kind)}. " if kind else ""
        if is_choice:
            described += _with_options(text, options, argument.default)
        else:
            described += text
        return f"{described.strip()}{self.default(argument)}"

    def default(self, argument: Argument) -> str:
        """Say the default, unless the text or the options did."""
        default = argument.default
        told = "(default)" in _about_default(argument)
        is_option = default in argument.options and "{" not in argument.type
        if default is REQUIRED or told or is_option:
            return ""
        return f" Default {_shown(default)}."


def capital(text: str) -> str:
    """Begin with a capital, but for a formula.

    Examples
    --------
    >>> capital("dW = x y"), capital("h is"), capital("an image"), capital("a list")
    ('dW = x y', 'h is', 'An image', 'A list')
    """
    is_formula = re.match(r"\w+ = |[b-z]\b", text)
    return text if not text or is_formula else text[0].upper() + text[1:]


def small(text: str) -> str:
    """Begin small, in the midst of a sentence; names and formulas keep their capital.

    Examples
    --------
    >>> small("One window"), small("E = m c^2"), small("RGB"), small("Keras's")
    ('one window', 'E = m c^2', 'RGB', "Keras's")
    """
    first = re.match(r"[A-Za-z']+", text)
    names = ("Keras", "Laws", "NumPy")
    if first is None or first[0][1:2].isupper():
        return text
    if len(first[0]) == 1 and first[0] not in "AaI":
        return text
    if re.match("[AI] =", text) or first[0].startswith(names):
        return text
    return text[0].lower() + text[1:]


def does(summary: str) -> str:
    """Say of a function what its docstring tells it to do.

    Examples
    --------
    >>> does("Compute the loss."), does("Carry on"), does("Pass it")
    ('computes the loss', 'carries on', 'passes it')
    """
    verb, _, rest = summary.rstrip(".").partition(" ")
    verb = verb.lower()
    if verb.endswith(("s", "sh", "ch", "x", "o")):
        verb += "es"
    elif verb.endswith("y") and verb[-2:-1] not in "aeiou":
        verb = verb[:-1] + "ies"
    else:
        verb += "s"
    return f"{verb} {rest}".strip()


def _plain(text: str) -> str:
    for pattern, ours in _PROSE:
        text = re.sub(pattern, ours, text)
    text = re.sub(r"(?<!\S)\*(?=\w)", r"\*", text)
    return re.sub(r"([\[\]])", r"\\\1", text)  # roxygen2 escapes %


def _either(options: list[str]) -> str:
    return options[0] if len(options) == 1 else f"{', '.join(options[:-1])} or {options[-1]}"


def _default_first(argument: Argument) -> list[str]:
    rest = [option for option in argument.options if option != argument.default]
    return [argument.default, *rest] if argument.default in argument.options else rest


def _marked(option: object, default: object) -> str:
    return f'"{option}" (default)' if option == default else f'"{option}"'


def _with_options(text: str, options: list[str], default: object) -> str:
    """Name the options: with what each means where the text lists that, or behind the text."""
    lead, colon, listed = text.rpartition(": ")
    meanings = re.split(r"; (?:or )?", listed.rstrip("."))
    marked = [_marked(option.strip('"'), default) for option in options]
    if len(meanings) == len(options) > 1:
        items = zip(marked, meanings, strict=True)
        return f"{lead}{colon}\n" + "\n".join(
            f"* `{o}`: {m}.".replace(" (default)`", "` (default)") for o, m in items
        )
    if re.search(r"[;:]|[.] ", text):
        return f"{_either(marked)}. {text}"
    return f"{text.rstrip('.')}: {_either(marked)}."


def _about_default(argument: Argument) -> str:
    text = argument.text
    if argument.default is None:
        return re.sub(r"\bNone\b", "`NULL` (default)", text, count=1)
    if isinstance(argument.default, bool):
        return re.sub(
            rf"\b{argument.default} gives\b", "`DEFAULT` (default) gives", text
        ).replace("`DEFAULT`", f"`{literal(argument.default)}`")
    empty = "character()" if "str" in argument.type else "integer()"
    return re.sub(r"\bmay be empty\b", f"`{empty}` for none", text)


def _shown(default: object) -> str:
    if default == ():
        return "none"
    code = literal(default)
    return code if re.fullmatch(r'"[^"]*"|-?[\d.]+', code) else f"`{code}`"
