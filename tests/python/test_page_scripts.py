"""What a page offers to take along runs by itself; the pages are a course."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VIGNETTES = ROOT / "vignettes"
PAGES = sorted(p.stem for p in VIGNETTES.glob("*.qmd") if not p.name.startswith("_"))
LESSONS = [name for name in PAGES if name != "index"]
SMALL = ("epochs:1", "seeds:2")
ENDINGS = (".R", ".py", ".ipynb")
RUN_CELLS = """
import json, sys

names = {"__name__": "__main__"}
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        exec(compile(cell["source"], cell["id"], "exec"), names)
"""

# Prints the names that a script uses and neither defines nor gets from a package that it attaches.
UNDEFINED = """
columns <- function(code) { # what aes() names are columns of a table
  if (is.call(code) && identical(code[[1]], quote(aes))) return(NULL)
  if (is.call(code)) as.call(lapply(as.list(code), columns)) else code
}
for (file in commandArgs(TRUE)) {
  code <- lapply(as.list(parse(file)), columns)
  for (call in code) {
    if (is.call(call) && identical(call[[1]], quote(library))) eval(call)
  }
  whole <- eval(call("function", NULL, as.call(c(quote(`{`), code))))
  names <- unlist(codetools::findGlobals(whole, merge = FALSE), use.names = FALSE)
  unknown <- Filter(function(name) !exists(name), sort(unique(names)))
  if (length(unknown) > 0) cat(paste0(basename(file), ": ", unknown, "\\n"), sep = "")
}
"""

pytestmark = pytest.mark.skipif(not shutil.which("Rscript"), reason="Rscript is missing")


def run(command: list[str], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    given = {"TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "Agg"} | settings
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | given,
        capture_output=True,
        text=True,
        timeout=600,
    )


def render(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = ["Rscript", str(ROOT / "tools" / "render-vignettes.R"), "--to", str(folder)]
    return run([*command, *arguments], ROOT, KERASDUET_RENDERER="rmarkdown", **settings)


def page_scripts(folder: Path, pages: list[Path]) -> subprocess.CompletedProcess[str]:
    program = ROOT / "tools" / "page-scripts.R"
    return run(["Rscript", str(program), str(folder), *SMALL, *map(str, pages)], folder)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory) -> Path:
    """Write the files of every page, with its settings made small."""
    folder = tmp_path_factory.mktemp("scripts")
    done = page_scripts(folder, [VIGNETTES / f"{name}.qmd" for name in PAGES])
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        name + ending for name in PAGES for ending in ENDINGS
    )
    return folder


def test_python_scripts_use_no_name_that_they_do_not_define(scripts):
    broken = scripts.parent / "broken.py"
    broken.write_text("import numpy as np\n\nnp.zeros(hidden)\n", "utf-8")
    files = [str(scripts / f"{name}.py") for name in PAGES]
    check = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821"]
    done = run([*check, "--output-format", "concise", *files, str(broken)], scripts)
    found = [line for line in done.stdout.splitlines() if "F821" in line]
    assert len(found) == 1 and re.search(r"broken\.py:3:\d+: F821 .*`hidden`", found[0]), found


def test_r_scripts_use_no_name_that_they_do_not_define(scripts):
    broken = scripts.parent / "broken.R"
    broken.write_text("library(kerasduet)\n\nx <- sum(hidden)\nlost(x)\n", "utf-8")
    files = [str(scripts / f"{name}.R") for name in PAGES]
    done = run(["Rscript", "-e", UNDEFINED, *files, str(broken)], scripts)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["broken.R: hidden", "broken.R: lost"]


def runs(scripts: Path, folder: Path, name: str) -> list[str]:
    """Run the scripts and the notebook of a page, each in a fresh session and an empty folder."""
    commands = {
        "R": ["Rscript", str(scripts / f"{name}.R")],
        "py": [sys.executable, str(scripts / f"{name}.py")],
        "ipynb": [sys.executable, "-c", RUN_CELLS, str(scripts / f"{name}.ipynb")],
    }
    failed = []
    for ending, command in commands.items():
        place = folder / name / ending
        place.mkdir(parents=True)
        done = run(command, place)
        if done.returncode != 0:
            failed.append(f"{name}.{ending}: {done.stderr[-1000:]}")
    return failed


def test_the_files_of_a_lesson_run_in_fresh_sessions_and_an_empty_folder(scripts, tmp_path):
    assert runs(scripts, tmp_path, "padding-and-pooling") == []


@pytest.mark.pages
def test_the_files_of_all_pages_run_in_fresh_sessions_and_an_empty_folder(scripts, tmp_path):
    assert [text for name in PAGES for text in runs(scripts, tmp_path, name)] == []


def test_wrong_arguments_of_the_scripts_program_are_named(tmp_path):
    for pages, sentence in (
        ([], "folder and page: both must be given"),
        ([Path("nowhere.qmd")], "nowhere.qmd: must be a page; there is no such file."),
    ):
        done = page_scripts(tmp_path, pages)
        assert done.returncode == 1 and done.stderr.startswith(sentence), done.stderr
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_notebook_has_the_code_of_the_script(scripts, name):
    book = json.loads((scripts / f"{name}.ipynb").read_text("utf-8"))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    ids = [cell["id"] for cell in book["cells"]]
    assert len(ids) == len(set(ids)) and book["cells"][0]["source"].startswith("# ")
    for cell in book["cells"]:
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
    code = [cell["source"] for cell in book["cells"] if cell["cell_type"] == "code"]
    script = (scripts / f"{name}.py").read_text("utf-8")
    cells = re.split(r"^# %%.*\n(?:# ## .*\n)?", script, flags=re.MULTILINE)[1:]
    assert [cell.strip() for cell in cells if cell.strip()] == [c.strip() for c in code]


@pytest.mark.parametrize("name", PAGES)
def test_shown_code_names_nothing_of_the_page(scripts, name):
    r, python = ((scripts / f"{name}{ending}").read_text("utf-8") for ending in (".R", ".py"))
    settings = re.findall(r"^  (\w+): ", header(name).partition("params:")[2], re.MULTILINE)
    for setting in settings:
        assert f"params${setting}" not in r and f'params["{setting}"]' not in python
    assert "py$" not in r and not re.search(r"\br\.\w", python)
    assert "series_table" not in r + python


# The course -------------------------------------------------------------------------------


def header(name: str) -> str:
    text = (VIGNETTES / f"{name}.qmd").read_text("utf-8")
    return re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)[1]


def test_the_pages_are_a_course():
    order, needs = {}, {}
    for name in LESSONS:
        head = header(name)
        order[name] = int(re.search(r"^order: (\d+)$", head, re.MULTILINE)[1])
        assert 10 <= int(re.search(r"^minutes: (\d+)$", head, re.MULTILINE)[1]) <= 60
        points = re.search(r"^points:\n((?:  - \".*\"\n)+)", head + "\n", re.MULTILINE)[1]
        assert points.count("\n") == 3
        found = re.search(r"^needs: \[(.*)\]$", head, re.MULTILINE)
        needs[name] = found[1].split(", ") if found else []
    assert sorted(order.values()) == list(range(1, len(order) + 1))
    for name, before in needs.items():
        assert all(order[other] < order[name] for other in before), name


@pytest.mark.parametrize("name", LESSONS)
def test_every_answer_has_a_hint_before_it_and_code(name):
    text = (VIGNETTES / f"{name}.qmd").read_text("utf-8")
    parts = re.split(r"^## Answer$", text, flags=re.MULTILINE)
    assert len(parts) > 1
    ends = re.compile(r"^(?:## Exercise|## Hint|## Sources|\d+\. )", re.MULTILINE)
    for before, answer in pairwise(parts):
        kinds = re.findall(r"^## (?:Hint|Answer|Exercise.*)$", before, re.MULTILINE)
        assert kinds[-1] == "## Hint", before[-400:]
        code = ends.split(answer)[0]
        assert "```{r}" in code and "```{python}" in code, code[:200]


# Bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("epochs:0", "chunk setup: epochs: must be a whole number from 1; got 0."),
        ("data:nowhere", "chunk start-r: dataset: no option 'nowhere'. Known: "),
        ("seed:-1", "chunk start-r: seed: must be "),
    ],
)
def test_a_bad_setting_gives_one_sentence_and_no_page(tmp_path, setting, sentence):
    done = render(tmp_path, "-P", setting, "mnist-cnn")
    assert done.returncode == 1 and list(tmp_path.iterdir()) == []
    assert done.stderr.startswith(f"mnist-cnn.qmd: {sentence}"), done.stderr
    assert done.stderr.count("\n") == 1 and done.stderr.endswith(" Nothing was written.\n")


def test_a_page_whose_data_are_missing_says_so(tmp_path):
    nowhere = str(tmp_path / "empty")
    done = render(
        tmp_path / "out", "-P", "data:mnist", "mnist-cnn",
        KERASDUET_DATA=nowhere, KERAS_HOME=nowhere,
        http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9",
    )  # fmt: skip
    assert done.returncode == 1 and list((tmp_path / "out").iterdir()) == []
    assert done.stderr.startswith("mnist-cnn.qmd: chunk "), done.stderr
    assert "KERASDUET_DATA" in done.stderr and done.stderr.count("\n") == 1
