"""What users are told to install: only names that are certainly the packages meant.

The name of this project on a package index may be a stranger's, so no text may send a user there.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from kerasduet.diagnosis import report as diagnosis
from kerasduet.environment import settings
from kerasduet.report import renderer

ROOT = Path(__file__).parents[2]
TEXTS = {
    ".py", ".R", ".Rd", ".md", ".qmd", ".toml", ".txt", ".sh", ".json", ".cff", ".lua", ".html",
    ".js", ".yml", ".yaml", "",
}  # fmt: skip
PLACES = (
    "R", "man", "inst", "python", "vignettes", "tools", "tests", "benchmarks", ".ci", "README.md",
    "NEWS.md", "CONTRIBUTING.md", "DESCRIPTION", "Makefile", "configure", "configure.win",
    "pyproject.toml", "constraints.txt", "CITATION.cff",
)  # fmt: skip
# A call that gets packages, up to the end of the call.
CALLS = re.compile(
    r"(?:pip3?|pipx|uv(?: pip)?|conda|mamba|poetry|pak::\w+|renv::\w+|install\.packages|py_require|"
    r"py_install|virtualenv_install|remotes::install_cran)"
    r"(?:[ ]+(?:install|add)\b|\()[^\n`|]*"
)
OURS = re.compile(r"(?<![\w./:~-])kerasduet(?![\w/]|\.\w)", re.IGNORECASE)


def sends_to_an_index(text):
    """Give the calls that ask an index for this project's own name."""
    return [call for call in CALLS.findall(text) if OURS.search(call.partition("#")[0])]


def texts():
    for place in PLACES:
        start = ROOT / place
        for path in [start] if start.is_file() else sorted(start.rglob("*")):
            parts = path.relative_to(ROOT).parts
            if path.is_file() and path.suffix in TEXTS and "__pycache__" not in parts:
                yield path


@pytest.mark.parametrize(
    "wrong",
    [
        'pip install "kerasduet[jax]"',
        "pip install kerasduet",
        "python -m pip install --upgrade kerasduet==0.1.0",
        "uv add kerasduet",
        'install.packages("kerasduet")',
        'reticulate::py_install(c("keras", "kerasduet"))',
    ],
)
def test_the_search_finds_what_it_should(wrong):
    assert sends_to_an_index(f"Run: {wrong}.")


@pytest.mark.parametrize(
    "right",
    [
        "pip install .",
        'pip install ".[jax]"',
        "pip install -e /home/me/kerasduet",
        'pip install "jax>=0.7"  # for kerasduet',
        "R CMD INSTALL kerasduet",
    ],
)
def test_the_search_lets_the_checkout_be(right):
    assert not sends_to_an_index(f"Run: {right}.")


def test_no_text_of_the_project_sends_to_an_index_for_it():
    found, seen = {}, 0
    for path in texts():
        if path == Path(__file__):
            continue
        seen += 1
        calls = sends_to_an_index(path.read_text("utf-8"))
        if calls:
            found[str(path.relative_to(ROOT))] = calls
    assert seen > 150
    assert found == {}


def test_extras_do_not_name_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for name, wanted in project["optional-dependencies"].items():
        assert not any(OURS.search(requirement) for requirement in wanted), name


def test_hints_name_the_packages_of_the_extras():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for backend in ("jax", "torch"):
        (wanted,) = extras[backend]
        assert settings.install_command(backend) == f'pip install "{wanted}"'
    assert [extra.split(">")[0] for extra in extras["report"]] == ["pypandoc_binary"]
    assert renderer._advice().endswith("-m pip install pypandoc_binary")


def hints():
    """Give every hint that the doctor and the backends can give."""
    yield from (settings.install_command(name) for name in settings.BACKENDS)
    yield from diagnosis._GPU_INSTALL.values()
    missing = {"found": False, "path": "", "version": "", "note": ""}
    for backend in settings.BACKENDS:
        for quarto_path in ("", "/q"):
            for fault in ("", "no library"):
                r = {"found": True, "note": "", "kerasduet": "", "reticulate": "", "path": "/r"}
                found = {
                    "interpreter": {"path": "/v/bin/python"},
                    "versions": {"keras": "", "numpy": "", "pandas": ""},
                    "backend": {
                        "fault": "", "name": backend, "installed": dict.fromkeys([backend], ""),
                        "unusual": [], "device": "auto", "device_fault": fault,
                        "keras_file": "/k",
                    },
                    "devices": [
                        {"ok": True, "kind": "cpu", "label": "cpu:0", "error": ""}
                    ],
                    "machine": {"nvidia_gpu": True},
                    "data": {"mnist": [], "co2": []},
                    "tools": {
                        "quarto": missing | {"path": quarto_path}, "pandoc": missing, "r": r,
                    },
                }  # fmt: skip
                for problem in diagnosis.problems_in(found):
                    yield problem["fix"]


def test_no_hint_that_the_code_gives_names_the_project():
    given = sorted(set(hints()))
    assert len(given) > 15
    assert [hint for hint in given if sends_to_an_index(hint)] == []
    installs = [hint for hint in given if "pip install" in hint]
    names = {
        re.split(r"[\[<>=]", word.strip('"'))[0]
        for hint in installs
        for word in hint.partition("pip install")[2].split()
        if not word.startswith("-")
    }
    assert names == {
        "tensorflow", "jax", "torch", "keras", "numpy", "pandas", "mlxtend", "statsmodels",
        "quarto-cli", "pypandoc_binary",
    }  # fmt: skip
