"""One check a rule: what passes, what does not, and the text."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasduet import checks
from kerasduet.errors import ArgumentRange, ArgumentType, SeedError, UnknownName

few_cases = settings(max_examples=100, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2, "2"),
        (2.0, "2"),
        (2.5, "2.5"),
        (np.float64(2.0), "2"),
        (np.int32(7), "7"),
        (True, "true"),
        (np.False_, "false"),
        (None, "nothing"),
        ("a", "'a'"),
        ((1.0, 2.5), "[1, 2.5]"),
        ([1, [2.0]], "[1, [2]]"),
        (float("nan"), "NaN"),
        (float("inf"), "infinity"),
        (np.float64("-inf"), "-infinity"),
        (["a", None], "['a', nothing]"),
        (["a", "b"], "'a', 'b'"),
        ([], "[]"),
        (list(range(60000)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...]"),
        (np.array([1.0, 2.5]), "[1, 2.5]"),
        (np.zeros((3, 28, 28)), "values of shape [3, 28, 28]"),
        ({"units": 8.0, "l1": None}, "{units: 8, l1: nothing}"),
        (print, "builtin_function_or_method"),
        (np.ndarray, "the class ndarray"),
        ("x" * 100, "'" + "x" * 76 + "..."),
    ],
)
def test_show_writes_what_either_language_sent_alike(value, shown):
    assert checks.show(value) == shown


def test_show_survives_a_number_that_python_does_not_write():
    assert checks.show([10**5000, 1]) == "[thousands of digits, 1]"


@few_cases
@given(st.integers(-(2**53), 2**53))
def test_a_whole_float_is_a_whole_number(value):
    assert checks.whole("n", value) == value
    cleaned = checks.whole("n", float(value))
    assert cleaned == value
    assert type(cleaned) is int


@few_cases
@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda v: v != int(v)))
def test_a_fraction_is_no_whole_number(value):
    with pytest.raises(ArgumentType):
        checks.whole("n", value)


@pytest.mark.parametrize("value", [True, np.True_, "2", None, [2], 1j, float("nan"), math.inf])
def test_what_is_no_whole_number(value):
    with pytest.raises(ArgumentType, match=r"^n: must be a whole number, at least 1; got "):
        checks.whole("n", value, low=1)


def test_whole_names_the_limits_and_the_fix():
    with pytest.raises(ArgumentRange) as raised:
        checks.whole("n", 9, low=1, high=8, fix="Take 8.")
    assert str(raised.value) == (
        "n: must be a whole number, at least 1 and at most 8; got 9. Take 8."
    )
    assert checks.whole("n", 8, low=1, high=8) == 8


def test_whole_raises_the_errors_it_is_given():
    kinds = {"error": SeedError, "type_error": SeedError}
    for value in (-1, 1.5, True):
        with pytest.raises(SeedError):
            checks.whole("seed", value, low=0, **kinds)
    with pytest.raises(ArgumentRange):
        checks.whole("units", 32.5, low=1, fraction_error=ArgumentRange)
    with pytest.raises(ArgumentType):
        checks.whole("units", "32", low=1, fraction_error=ArgumentRange)


@pytest.mark.parametrize(
    ("limits", "inside", "outside", "rule"),
    [
        ({"low": 0, "low_open": True}, [1e-300, 1e300], [0, -1], "above 0"),
        ({"low": 0}, [0, 5], [-1e-9], "at least 0"),
        (
            {"low": 0, "high": 1, "high_open": True},
            [0, 0.999],
            [1, -0.1],
            "at least 0 and below 1",
        ),
        ({"high": 2}, [2, -9], [2.1], "at most 2"),
        ({}, [0, -5.5], [], "finite"),
    ],
)
def test_number_keeps_to_its_limits(limits, inside, outside, rule):
    for value in inside:
        assert checks.number("x", value, **limits) == value
    for value in [*outside, math.nan, math.inf, -math.inf, 10**400]:
        with pytest.raises(ArgumentRange, match=rf"^x: must be {rule}; got "):
            checks.number("x", value, **limits)


@pytest.mark.parametrize("value", [True, "1", None, [1.0], 1j])
def test_what_is_no_number(value):
    with pytest.raises(ArgumentType, match=r"^x: must be a number; got "):
        checks.number("x", value)


def test_text_flag_and_choice():
    assert checks.text("path", "a.csv") == "a.csv"
    assert checks.flag("straddle", np.True_) is True
    assert checks.choice("kind", "lstm", ("gru", "lstm")) == "lstm"
    for check in (checks.text, checks.line):
        assert type(check("path", np.str_("a.csv"))) is str
    for value in ("", None, 3):
        with pytest.raises(ArgumentType, match=r"^path: must be a non-empty text; got "):
            checks.text("path", value)
    for value in (1, "true", None):
        with pytest.raises(ArgumentType, match=r"^straddle: must be true or false; got "):
            checks.flag("straddle", value)
    with pytest.raises(ArgumentType, match=r"^kind: must be one of gru, lstm; got 3\.$"):
        checks.choice("kind", 3, ("gru", "lstm"))


def test_nearest_names_or_all_names():
    with pytest.raises(UnknownName) as raised:
        checks.choice("kind", "lstn", ("gru", "lstm", "rnn"))
    assert str(raised.value) == "kind: no option 'lstn'. Did you mean lstm?"
    assert checks.nearest("zzz", ("b", "a")) == "Known: a, b."


def test_optional_lets_none_pass_and_checks_the_rest():
    check = checks.optional(checks.text)
    assert check("path", None) is None
    assert check("path", "a") == "a"
    with pytest.raises(ArgumentType):
        check("path", "")


def test_several_takes_one_or_many():
    check = checks.several(checks.whole)
    assert check("units", 8) == (8,)
    assert check("units", [8.0, 4]) == (8, 4)
    assert checks.several(checks.text)("features", "open") == ("open",)
    with pytest.raises(
        ArgumentType, match=r"^units: must have at least one value; got \[\]\.$"
    ):
        check("units", [])
    with pytest.raises(ArgumentType, match=r"^units: must be a whole number; got 'a'\.$"):
        check("units", [1, "a"])
    assert checks.several(checks.whole, empty=True)("dense_units", []) == ()
    assert check("units", np.array([8, 4])) == (8, 4)
    for value in (b"ab", bytearray(b"ab")):
        with pytest.raises(ArgumentType, match=r"^units: must be a whole number; got b"):
            check("units", value)
    with pytest.raises(ArgumentType, match=r"^shape: must have 3 values; got \[1, 2\]\.$"):
        checks.several(checks.whole, length=3)("shape", (1, 2))
