"""Every figure of the lessons and every error text, from the file that R's suite reads too."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from concepts_reference import assert_matches, contract, decode

import kerasduet.concepts as concepts
from kerasduet import errors

FILE = contract()


def label(case: dict) -> str:
    return f"{case.get('item', 'error')}-{case['function']}"


@pytest.mark.parametrize("case", FILE["cases"], ids=label)
def test_lesson_figure(case):
    result = getattr(concepts, case["function"])(**decode(case["arguments"]))
    if "shapes" in case:
        assert {name: list(np.shape(value)) for name, value in result.items()} == case["shapes"]
        return
    if "at" in case:
        result = result[tuple(index - 1 for index in case["at"])]
    assert_matches(result, decode(case["expected"]), case["tolerance"])


@pytest.mark.parametrize("case", FILE["errors"], ids=label)
def test_error_text(case):
    with pytest.raises(errors.KerasduetError) as raised:
        getattr(concepts, case["function"])(**decode(case["arguments"]))
    assert type(raised.value).__name__ == case["error"]
    assert str(raised.value) == case["message"]


def test_every_lesson_item_has_a_case():
    assert {case["item"] for case in FILE["cases"]} >= {
        *range(1, 22),
        30,
        31,
        32,
        *range(37, 41),
    }


def test_every_computing_function_has_a_case_and_an_error():
    computing = {
        name
        for name in concepts.__all__
        if not name.startswith(("plot_", "animate_")) and name != "kernel_names"
    }
    assert {case["function"] for case in FILE["cases"]} >= computing - {"two_layer_fit"}
    assert {case["function"] for case in FILE["cases"]} <= computing


def test_importing_the_lessons_needs_numpy_alone():
    code = (
        "import sys, kerasduet.concepts; "
        "heavy = {'keras', 'tensorflow', 'jax', 'torch', 'matplotlib', 'pandas', 'scipy'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
