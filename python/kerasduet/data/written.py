"""How people write numbers: what a text that is no plain number may stand for."""

from __future__ import annotations

import re

from kerasduet.checks import show

__all__ = ["advice", "hides_thousands", "readings"]

BETWEEN = "'\u2019 \u00a0\u202f"  # marks that only ever stand between thousands
CURRENCY = r"R\$|[A-Z]{0,2}[$\u20ac\u00a3\u00a5\u20b9]|[A-Z]{3}|kr\.?"
WRITTEN = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+\u2212])?(?P<before>{CURRENCY})?\s*(?P<minus>[-\u2212])?"
    rf"(?P<body>[.,]?\d+(?:[.,{BETWEEN}]\d+)*)"
    rf"\s*(?P<after>{CURRENCY}|[%\u2030\u00b0A-Za-z\u00b5/\u00b2\u00b3]{{1,6}})?(?P<close>\))?"
)
NO_VALUE = re.compile(
    r"[^\w\s]+|n\.\s?a\.?|#\w+[/!?]?\w*[!?]?|missing|unknown|none", re.IGNORECASE
)


def readings(text: str) -> list[str]:
    """Give the numbers that a text may stand for, as one writes them in Python and in R.

    Examples
    --------
    >>> readings("1,002"), readings("1,5"), readings("1.234,5"), readings("0,125")
    (['1002', '1.002'], ['1.5'], ['1234.5'], ['0.125'])
    >>> readings("$1,234.50"), readings("(1 234)"), readings("12 %"), readings("2024-01-31")
    (['1234.50'], ['-1234'], ['12'], [])
    """
    found = WRITTEN.fullmatch(text.strip())
    if found is None or bool(found["open"]) != bool(found["close"]):
        return []
    digits = re.split(r"\D", found["body"])
    marks = re.findall(r"\D", found["body"])
    numbers = []
    if len(set(marks)) < 2 and _grouped(digits):
        numbers.append("".join(digits))
    if marks and marks[-1] in ".,":
        whole, between = digits[:-1], set(marks[:-1])
        if not between or (len(between) == 1 and marks[-1] not in between and _grouped(whole)):
            numbers.append(f"{''.join(whole) or '0'}.{digits[-1]}")
    negative = found["open"] or found["minus"] or found["sign"] not in (None, "+")
    return [f"-{number}" if negative else number for number in numbers]


def _grouped(digits: list[str]) -> bool:
    """Say whether digits are grouped by thousands, or as in India by lakhs."""
    first, *rest = digits
    if not rest:
        return bool(first)
    sizes = [len(group) for group in rest]
    in_lakhs = sizes[-1] == 3 and set(sizes[:-1]) <= {2} and len(first) <= 2
    return 1 <= len(first) <= 3 and first[0] != "0" and (set(sizes) == {3} or in_lakhs)


def advice(text: str) -> str:
    """Say what to write in place of a text, or nothing where that cannot be told.

    Examples
    --------
    >>> print(advice("1,002"))
    It may be 1002 or 1.002: write the one that is meant, and in the whole column a point as \
decimal mark and nothing between thousands.
    >>> advice("1,5")
    'It seems to be 1.5: write it so, and in the whole column a point as decimal mark.'
    >>> advice("10.0%")
    "It seems to be 10.0: write it so, without '%', in the whole column."
    >>> advice("two")
    ''
    """
    numbers = readings(text)
    if not numbers:
        is_gap = NO_VALUE.fullmatch(text.strip()) is not None
        return "Leave the field empty where a value is missing." if is_gap else ""
    if numbers == [text.strip()]:
        return ""
    found = WRITTEN.fullmatch(text.strip())
    assert found is not None
    signs = [sign for sign in (found["before"], found["after"]) if sign]
    what = (
        f"It seems to be {numbers[0]}: write it so"
        if len(numbers) == 1
        else f"It may be {' or '.join(numbers)}: write the one that is meant"
    )
    without = f", without {' and '.join(map(show, signs))}" if signs else ""
    marks = re.findall(r"\D", found["body"])
    rules = []
    if len(numbers) > 1 or ("." in numbers[0] and marks[-1] == ","):
        rules.append("a point as decimal mark")
    if len(numbers) > 1 or len(marks) > ("." in numbers[0]):
        rules.append("nothing between thousands")
    column = (
        f"and in the whole column {' and '.join(rules)}" if rules else "in the whole column"
    )
    return f"{what}{without}, {column}."


def hides_thousands(text: str) -> bool:
    """Say whether a plain number would be a thousand times larger with a decimal comma.

    Examples
    --------
    >>> hides_thousands("1.234"), hides_thousands("0.125"), hides_thousands("1.5")
    (True, False, False)
    """
    return len(readings(text)) == 2 and "." in text
