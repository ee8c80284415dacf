"""Sentences with dates in them, made at random; many of their words mean something else as well."""

from __future__ import annotations

import numpy as np

__all__ = ["Sentence", "date_sentences"]

# Tokens, and a tag each.
Sentence = tuple[list[str], list[str]]

SEED = 0
MONTHS: tuple[str, ...] = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
SHORT_MONTHS: tuple[str, ...] = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sept",
    "Oct",
    "Nov",
    "Dec",
)
WEEKDAYS: tuple[str, ...] = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
SHORT_WEEKDAYS: tuple[str, ...] = (
    "Mon",
    "Tue",
    "Wed",
    "Thu",
    "Fri",
    "Sat",
    "Sun",
)
ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}

# "date" is a date; "n", "year" and so on are a number, a year, ... of the sentence.
WITH_DATES = (
    "We meet on <date> .",
    "The shop opens on <date> at <n> .",
    "She was born on <date> .",
    "On <date> it rained for <n> hours .",
    "You may call us before <date> .",
    "They march through the town on <date> .",
    "He sat there until <date> .",
    "May wrote to us on <date> .",
    "Mark the date : <date> .",
    "The letter of <date> names <n> guests .",
    "From <date> to <date> the road is closed .",
    "Between <date> and <date> you may rest a second .",
    "The march of <year> was <n> miles long .",
    "In <year> <n> people may have lived here .",
    "In <month> <year> the sun shone for <n> days .",
    "The first week of <month> may be cold .",
    "In the second week of <month> <n> letters came .",
    "By <weekday> we had sold <n> loaves .",
    "Every <weekday> in <month> they sat in the sun .",
    "<weekday> is the third day of the fair .",
    "<month> <day> may suit us better than <month> <day> .",
    "The <ordinal> of <month> was a <weekday> .",
    "On the <ordinal> they may leave .",
    "They may come on <date> .",
    "Until the <ordinal> of <month> you may stay .",
    "All of <month> they march .",
)
WITHOUT = (
    "Wait a second , please .",
    "You may take <n> of them .",
    "May called <n> times .",
    "They march <n> miles a day .",
    "At first nobody came .",
    "She sat in the sun .",
    "The second house on the left has <n> rooms .",
    "On the third try it may work .",
    "The march takes <n> days .",
    "It may rain <n> days in a row .",
    "We had <n> loaves , and May ate <n> of them .",
    "The clock stopped for a second at <n> .",
    "The sun may warm you a second .",
    "Hold the door for a second .",
    "She came in second .",
    "You may wait <n> seconds .",
)


def date_sentences(number: int) -> list[Sentence]:
    """Make sentences that differ, three in four of them with a date.

    Parameters
    ----------
    number : int
        At least 1.

    Returns
    -------
    list of (list of str, list of str)
        Tokens, and a tag each: O, day, month, year or weekday. The first ones are the same
        whatever the number.

    Examples
    --------
    >>> tokens, tags = date_sentences(1)[0]
    >>> len(tokens) == len(tags), set(tags) <= {"O", "day", "month", "year", "weekday"}
    (True, True)
    """
    random = np.random.default_rng(SEED)
    found: dict[tuple[str, ...], Sentence] = {}
    tried = 0
    while len(found) < number:
        patterns = WITH_DATES if random.random() < 0.75 else WITHOUT
        sentence = _filled(patterns[random.integers(len(patterns))], random)
        tried += 1
        # Of sentences without a date there are only some thousands: then they come again.
        key = (*sentence[0], str(tried) if tried > 20 * number else "")
        found.setdefault(key, sentence)
    return list(found.values())


def _filled(pattern: str, random: np.random.Generator) -> Sentence:
    tokens: list[str] = []
    tags: list[str] = []
    words = pattern.split()
    if random.random() < 0.2:
        words = words[:-1]  # people leave the full stop out
    for word in words:
        parts = _date(random) if word == "<date>" else [_part(word, random)]
        for token, tag in parts:
            tokens.append(token)
            tags.append(tag)
    return tokens, tags


def _part(word: str, random: np.random.Generator) -> tuple[str, str]:
    """Give a token and its tag."""
    if word == "<n>":
        # As often a number of people as one that might be a day or a year.
        high = (31, 31, 400, 2100)[random.integers(4)]
        return str(random.integers(max(high - 150, 2), high)), "O"
    if word == "<year>":
        return str(random.integers(1950, 2050)), "year"
    if word == "<day>":
        return str(random.integers(1, 32)), "day"
    if word == "<ordinal>":
        if random.random() < 0.2:
            return "second", "day"
        if random.random() < 0.5:
            return ORDINALS[random.integers(len(ORDINALS))], "day"
        day = int(random.integers(1, 32))
        return f"{day}{ENDINGS.get(day, 'th')}", "day"
    if word == "<month>":
        names = MONTHS if random.random() < 0.7 else SHORT_MONTHS
        # The month that is also a verb comes as often as all others in a quarter.
        return ("May" if random.random() < 0.2 else names[random.integers(12)]), "month"
    if word == "<weekday>":
        names = WEEKDAYS if random.random() < 0.7 else SHORT_WEEKDAYS
        return names[random.integers(7)], "weekday"
    return word, "O"


DATES = (
    "<day> <month> <year>",
    "<day> <month>",
    "<month> <day> , <year>",
    "<month> <day>",
    "<weekday> , <day> <month> <year>",
    "<weekday> , <month> <day>",
    "<weekday> the <ordinal> of <month>",
    "the <ordinal> of <month>",
    "the <ordinal> of <month> , <year>",
    "<weekday>",
    "<ordinal> <month> <year>",
)


def _date(random: np.random.Generator) -> list[tuple[str, str]]:
    return [_part(word, random) for word in DATES[random.integers(len(DATES))].split()]
