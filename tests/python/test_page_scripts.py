"""What a page offers to take along runs by itself; the pages are a course."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
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


@pytest.fixture(scope="module")
def scripts(tmp_path_factory) -> Path:
    """Write the files of every page, with its settings made small."""
    folder = tmp_path_factory.mktemp("scripts")
    for name in PAGES:
        page, program = VIGNETTES / f"{name}.qmd", ROOT / "tools" / "page-scripts.R"
        done = run(["Rscript", str(program), str(page), str(folder), *SMALL], folder)
        assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        name + ending for name in PAGES for ending in ENDINGS
    )
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_scripts_run_in_fresh_sessions_and_an_empty_folder(scripts, tmp_path, name):
    commands = [
        ["Rscript", str(scripts / f"{name}.R")],
        [sys.executable, str(scripts / f"{name}.py")],
    ]
    folders = [tmp_path / "r", tmp_path / "python"]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor() as both:
        for done in both.map(run, commands, folders):
            assert done.returncode == 0, done.stderr[-2000:]


def test_a_notebook_runs_cell_by_cell(scripts, tmp_path):
    book = scripts / "padding-and-pooling.ipynb"
    done = run([sys.executable, "-c", RUN_CELLS, str(book)], tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]


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
        ("epochs:two", "chunk setup: epochs: must be a whole number from 1; got two."),
        ("seeds:0", "chunk setup: seeds: must be a whole number from 1; got 0."),
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
