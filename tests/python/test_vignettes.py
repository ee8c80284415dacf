"""The vignettes: their sources keep the rules, their pages hold both languages' results."""

from __future__ import annotations

import ast
import fcntl
import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VIGNETTES = ROOT / "vignettes"
PROGRAM = ROOT / "tools" / "render-vignettes.R"
EXAMPLES = ("mnist-cnn", "mnist-dropout-dnn", "lstm-timeseries")
LESSONS = (
    "neurons-and-backprop", "backpropagation", "convolution", "padding-and-pooling",
    "convolutional-networks", "recurrence", "long-memory", "tables",
    "seeing-inside", "transfer-learning", "detection",
    "forecasting", "many-runs", "classical-networks", "sequences",
    "course",
)  # fmt: skip
# About runs, with few results of arithmetic.
GUIDES = (
    "seeing-inside", "transfer-learning", "detection", "forecasting", "many-runs", "sequences",
    "course",
)  # fmt: skip
# Settings of pages that train more than a little, for their small versions.
SMALL = {
    "classical-networks": ("-P", "epochs:1"),
    "course": ("-P", "epochs:1", "-P", "folds:2"),
    "detection": ("-P", "epochs:2"),
    "transfer-learning": ("-P", "epochs:3"),
    "sequences": ("-P", "epochs:1"),
    "tables": ("-P", "epochs:3"),
    "forecasting": ("-P", "epochs:3", "-P", "folds:2", "-P", "seeds:1"),
    "many-runs": ("-P", "cut:0", "-P", "epochs:2", "-P", "seeds:2", "-P", "workers:1"),
}
RENDERED = (*EXAMPLES, *LESSONS)
SECTIONS = [
    "The question",
    "The data",
    "A baseline",
    "The network",
    "Training",
    "The result",
    "A closer look",
    "Saving, and loading in the other language",
    "Exercises",
]
HEADER_KEYS = {
    "title", "subtitle", "description", "order", "minutes", "needs", "points", "params", "format",
    "engine",
}  # fmt: skip
# Captions are paragraphs of ::: {#fig-...}: both renderers show them.
CHUNK_OPTIONS = {
    "label", "include", "echo", "eval", "output", "results", "warning", "message", "classes",
    "fig-alt", "fig-width", "fig-height", "code-fold", "code-summary",
}  # fmt: skip
PROJECT_KEYS = {
    "": {"project", "quarto-required", "lang", "author", "execute", "format"},
    "project": {"type", "output-dir", "render"},
    "execute": {"echo", "warning", "error"},
    "format.html": {
        "theme", "respect-user-color-scheme", "toc", "toc-depth", "embed-resources",
        "html-math-method", "fig-width", "fig-height", "fig-dpi", "df-print", "code-fold",
        "code-copy", "code-overflow", "include-after-body",
    },
}  # fmt: skip
CHUNK = re.compile(r"^```\{(r|python)\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Of these a reader of the dark page sees another: a caption names the style of a line.
CHANGING = re.compile(
    r"\b(?:black|white|gr[ea]y|dark\w*|light\w*) (?:lines?|dots?|points?|areas?)\b"
)
GIVES_NONE = re.compile(r"(keras\.config\.set_floatx|kd\.use_backend)\(")
DRAWS = re.compile(r"\bplot\(|\.plot\(|plt\.show\(|\bggplot\(|\bimage\(|\bhist\(|\bbarplot\(")


def source(name: str) -> str:
    """Read a page with what it includes."""
    text = (VIGNETTES / f"{name}.qmd").read_text("utf-8")
    return re.sub(
        r"^\{\{< include (\S+) >\}\}$",
        lambda found: (VIGNETTES / found[1]).read_text("utf-8"),
        text,
        flags=re.MULTILINE,
    )


def names() -> list[str]:
    return sorted(p.stem for p in VIGNETTES.glob("*.qmd") if not p.name.startswith("_"))


def chunks(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Give the engine, options and code of every chunk."""
    found = []
    for engine, body in CHUNK.findall(text):
        lines = body.splitlines()
        options = [line[3:].partition(":") for line in lines if line.startswith("#| ")]
        code = "\n".join(line.partition(" #")[0] for line in lines if not line.startswith("#"))
        found.append((engine, {k: v.strip() for k, _, v in options}, code))
    return found


def tabsets(text: str) -> list[list[tuple[str, str]]]:
    """Give the tabs, title and content, of every tabset."""
    without_code = CHUNK.sub(lambda found: found[0].replace("\n:::", "\n ::"), text)
    boxes = re.findall(
        r'^::: \{\.panel-tabset group="language"\}\n(.*?)^:::$',
        without_code,
        re.MULTILINE | re.DOTALL,
    )
    return [
        [tuple(part.split("\n", 1)) for part in re.split(r"^## ", box, flags=re.MULTILINE)[1:]]
        for box in boxes
    ]


def prose(text: str) -> str:
    """Leave what a reader reads: no header, code, mathematics or attributes."""
    text = re.sub(r"\A---\n.*?^---$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^```r\n.*?^```$", "", CHUNK.sub("", text), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$(?: \{.*?\})?|\$[^$\n]+\$|`[^`\n]+`", "", text, flags=re.DOTALL)
    return re.sub(
        r"^:::.*$|\{[#.][^}]*\}|\(?\b(?:19|20)\d\d\b\)?", "", text, flags=re.MULTILINE
    )


# Sources ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_header_has_known_keys(name):
    header = re.match(r"---\n(.*?)\n---\n", source(name), re.DOTALL)
    assert header, "no YAML header"
    assert set(re.findall(r"^([\w-]+):", header[1], re.MULTILINE)) <= HEADER_KEYS
    assert "title:" in header[1] and "description:" in header[1]


def test_project_has_known_keys(renderer):
    read = "cat(jsonlite::toJSON(yaml::read_yaml(commandArgs(TRUE)), auto_unbox = TRUE))"
    project = json.loads(
        subprocess.run(
            ["Rscript", "-e", read, str(VIGNETTES / "_quarto.yml")],
            capture_output=True,
            text=True,
            timeout=600,
        ).stdout
    )
    for path, known in PROJECT_KEYS.items():
        part = project
        for key in filter(None, path.split(".")):
            part = part[key]
        assert set(part) <= known, path
    html_options = project["format"]["html"]
    assert html_options["embed-resources"] is True
    assert html_options["html-math-method"] == "mathml"
    for theme in html_options["theme"].values():
        assert all(item == "default" or (VIGNETTES / item).is_file() for item in theme)


def test_styles_fetch_nothing():
    for file in VIGNETTES.glob("*.scss"):
        assert not re.search(r"https?:|@import|url\(", file.read_text("utf-8")), file.name


def test_a_later_style_prevails():
    # Quarto reads the variables of the last theme first.
    for file in [*VIGNETTES.glob("*.scss"), *(ROOT / "python").rglob("*.scss")]:
        lines = re.findall(r"^\$.*$", file.read_text("utf-8"), re.MULTILINE)
        assert lines and all(line.endswith(" !default;") for line in lines), file.name


@pytest.mark.parametrize("name", names())
def test_chunks_have_known_options_and_their_own_labels(name):
    labels = [options.get("label", "") for _, options, _ in chunks(source(name))]
    assert all(labels) and len(labels) == len(set(labels))
    for _, options, _ in chunks(source(name)):
        assert set(options) <= CHUNK_OPTIONS, options["label"]


@pytest.mark.parametrize("name", names())
def test_every_tabset_has_both_languages_executed(name):
    boxes = tabsets(source(name))
    assert boxes
    for tabs in boxes:
        assert [title.strip() for title, _ in tabs] == ["R", "Python"]
        for (_, content), engine in zip(tabs, ("r", "python"), strict=True):
            found = chunks(content)
            assert found and {kind for kind, _, _ in found} == {engine}
            assert all(options.get("eval") != "false" for _, options, _ in found)


@pytest.mark.parametrize("name", names())
def test_every_figure_chunk_has_alt_text(name):
    for _, options, code in chunks(source(name)):
        if DRAWS.search(code) and options.get("include") != "false":
            assert options.get("fig-alt"), options["label"]


@pytest.mark.parametrize("name", names())
def test_cross_references_lead_somewhere(name):
    text = source(name)
    labels = set(re.findall(r"\{#((?:fig|tbl|eq|sec)-[\w-]+)", text))
    labels |= {options["label"] for _, options, _ in chunks(text) if "label" in options}
    assert set(re.findall(r"@((?:fig|tbl|eq|sec)-[\w-]+)", text)) <= labels


def anchors(text: str) -> set[str]:
    """Give what a link may lead to: named parts, and headings under pandoc's names for them."""
    found = set(re.findall(r"\{#([\w-]+)", text))
    for title in re.findall(r"^#+ (.*)$", CHUNK.sub("", text), re.MULTILINE):
        words = re.sub(r"[^\w\s.-]", "", re.sub(r"\{.*\}", "", title).lower()).split()
        found.add("-".join(words).lstrip("0123456789-."))
    return found


def broken_links(text: str) -> list[str]:
    """Name the links of a page to another page, a part of one, or a file that is not there."""
    broken = []
    for link in re.findall(r"\]\((?!https?:|mailto:)([^()\s]+)\)", prose(text)):
        file, _, part = link.partition("#")
        page = file.removesuffix(".html")
        if not file.endswith(".html") and file:
            there = (VIGNETTES / file).is_file()
        else:
            there = (not page or page in names()) and (
                not part or part in anchors(source(page) if page else text)
            )
        if not there:
            broken.append(link)
    return broken


@pytest.mark.parametrize("name", names())
def test_links_lead_to_pages_parts_and_files_that_are_there(name):
    assert broken_links(source(name)) == []


def test_links_that_lead_nowhere_are_found():
    page = (
        "## One part {#sec-one}\n\n## Two: parts!\n\n[a](#sec-one) [b](#two-parts) [c](#three)"
    )
    page += " [d](index.html) [e](nowhere.html) [f](index.html#nothing) [g](nothing.md)"
    page += " [h](https://example.org/x)"
    assert broken_links(page) == ["#three", "nowhere.html", "index.html#nothing", "nothing.md"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_have_the_same_sections(name):
    text = CHUNK.sub("", source(name))
    inside = re.sub(r"^::: \{.*?^:::$", "", text, flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^## (.*)$", inside, re.MULTILINE)
    kept = [title for title in titles if title not in {"R", "Python", "Answer"}]
    assert kept[: len(SECTIONS)] == SECTIONS


@pytest.mark.parametrize("name", names())
def test_shown_code_fits_the_column(name):
    for _, body in CHUNK.findall(source(name)):
        lines = body.splitlines()
        if not {"#| include: false", "#| echo: false"} & set(lines):
            wide = [line for line in lines if len(line) > 76 and not line.startswith("#| ")]
            assert wide == []
    for body in re.findall(r"^```[a-z]+\n(.*?)^```$", source(name), re.MULTILINE | re.DOTALL):
        assert [line for line in body.splitlines() if len(line) > 76] == []


@pytest.mark.parametrize("name", names())
def test_no_caption_names_a_colour_that_dark_pages_change(name):
    text = source(name)
    for caption in re.finditer(r"^```\n(?:\n:::\n)?\n([^\n]+)\n\n:::$", text, re.MULTILINE):
        kinds = re.findall(r"^#\| classes: (\S+)$", text[: caption.start()], re.MULTILINE)
        if kinds and kinds[-1] == "chart":
            assert not CHANGING.search(caption[1]), caption[1]


@pytest.mark.parametrize("name", EXAMPLES)
def test_results_are_never_typed_in(name):
    assert not re.search(r"\d+[.,]\d+|\d\s?%", prose(source(name)))


def test_what_is_said_to_explode_explodes_for_more_than_one_input():
    """The chunks that the lesson on recurrence prints, and the same with other inputs."""
    import numpy as np

    from kerasduet import concepts

    shown = {o["label"]: code for _, o, code in chunks(source("long-memory")) if "label" in o}
    found = {"np": np, "concepts": concepts}
    exec(shown["norms-python"], found)
    exec(shown["saturation-python"], found)
    after = dict(zip(found["norms"], found["after_30"], strict=True))
    assert after["relu, W = 2"] == 2.0**30
    assert after["tanh, W = 0.5"] == pytest.approx(0.5**30, rel=1e-3)
    assert after["sigmoid, W = 1"] < 1e-15
    assert 0.5 < after["LSTM, forget gate open"] < 5
    assert found["saturation"][0] == 2.0**30 and (found["saturation"][1:] < 1e-9).all()
    for value in (0.0001, 0.01, 1.0):
        code = shown["norms-python"].replace("np.full(30, 0.001)", f"np.full(30, {value})")
        assert code != shown["norms-python"]
        exec(code, found)
        after = dict(zip(found["norms"], found["after_30"], strict=True))
        assert after["relu, W = 2"] == 2.0**30 and after["tanh, W = 0.5"] < 1e-8


# Pages ------------------------------------------------------------------------------------


def render(*arguments: str, timeout: int = 900) -> subprocess.CompletedProcess[str]:
    """Run the program with the fallback renderer."""
    settings = os.environ | {"KERASDUET_RENDERER": "rmarkdown", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        ["Rscript", str(PROGRAM), *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=settings,
    )


@pytest.fixture(scope="module")
def renderer() -> None:
    """Skip where R, a package or pandoc is missing, and say which."""
    if not shutil.which("Rscript"):
        pytest.skip("Rscript is missing")
    check = "cat(Filter(function(p) !nzchar(system.file(package = p)), commandArgs(TRUE)))"
    wanted = ("knitr", "rmarkdown", "reticulate", "ggplot2", "kerasduet")
    missing = subprocess.run(
        ["Rscript", "-e", check, *wanted], capture_output=True, text=True, timeout=600
    ).stdout.strip()
    if missing:
        pytest.skip(f"R packages are missing: {missing}")
    if not shutil.which("pandoc"):
        pytest.importorskip("pypandoc", reason="pandoc is missing")


def small(name: str) -> list[str]:
    """Give the arguments that ask for the small version of a page."""
    settings = ("-P", "epochs:1", "-P", "seed:7", "-P", "seeds:1")
    if name not in EXAMPLES:
        settings = SMALL.get(name, ())
    return [word if word == "-P" else f"{name}/{word}" for word in settings]


class Pages(dict[str, str]):
    """Small versions of the pages; the first that is asked for is rendered with all `wanted`."""

    def __init__(self, folder: Path, wanted: list[str]) -> None:
        super().__init__()
        self.folder = folder
        self.wanted = wanted

    def __missing__(self, name: str) -> str:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the tests may run in several processes
            asked = [page for page in dict.fromkeys([name, *self.wanted]) if self.is_new(page)]
            if asked:
                arguments = [word for page in asked for word in small(page)]
                done = render("--to", str(self.folder), *arguments, *asked, timeout=3600)
                for page in asked:
                    if not self.file(page).exists():
                        self.file(page, ".txt").write_text(done.stderr, "utf-8")
        assert self.file(name).exists(), self.file(name, ".txt").read_text("utf-8")
        self[name] = self.file(name).read_text("utf-8")
        return self[name]

    def file(self, name: str, ending: str = ".html") -> Path:
        return self.folder / f"{name}{ending}"

    def is_new(self, name: str) -> bool:
        return not self.file(name).exists() and not self.file(name, ".txt").exists()


@pytest.fixture(scope="module")
def pages(request, renderer, tmp_path_factory) -> Pages:
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # of all processes
    folder = shared / "vignettes"
    folder.mkdir(exist_ok=True)
    tests = [item for item in request.session.items if "pages" in item.fixturenames]
    parameters = [item.callspec.params for item in tests if hasattr(item, "callspec")]
    return Pages(folder, [given["name"] for given in parameters])


def text_of(page: str) -> str:
    """Give the words of a page."""
    body = re.sub(r"<(script|style|svg|math)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize("name", RENDERED)
def test_pages_have_both_languages_and_equal_digests(pages, name):
    page = pages[name]
    titles = re.findall(r'class="tab" data-title="(\w+)"', page)
    assert len(titles) == 2 * len(tabsets(source(name)))
    assert titles == ["R", "Python"] * (len(titles) // 2)
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page[page.index('id="tbl-digests"') :], re.DOTALL)
    cells = [
        [text_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows
    ]
    proof = {row[0]: row[1:] for row in cells if len(row) == 4}
    if name in EXAMPLES:
        assert set(proof) == {"weights", "history", "predictions"}
    elif name in GUIDES:
        assert {"weights", "history", "predictions"} < set(proof)
    else:
        assert len(proof) > 20
    for in_r, in_python, same in proof.values():
        assert re.fullmatch(r"[0-9a-f]{10}", in_r) and in_r == in_python and same == "yes"


@pytest.mark.parametrize("name", EXAMPLES)
def test_parameters_reach_both_languages(pages, name):
    words = text_of(pages[name])
    told = re.findall(r"\b1 epochs, \w+ with batches of \d+ and seed 7\b", words)
    assert len(told) == 2 and told[0] == told[1]  # R, Python
    assert re.search(r"Seed 7\b", words)


@pytest.mark.parametrize("name", RENDERED)
def test_pages_show_no_error_and_no_leftover_markup(pages, name):
    words = text_of(pages[name])
    for wrong in ("Traceback", "cell-output-error", "Error in", "!expr", "alt_text("):
        assert wrong not in re.sub(r"data:[^\"]*", "", pages[name]), wrong
    for mark in (
        ":::",
        "{{<",
        "{#",
        "@fig-",
        "@tbl-",
        "@eq-",
        "\\frac",
        "NaN",
        " object at 0x",
    ):
        assert mark not in words, mark
    assert not re.search(r"[^#] ## [A-Z]", words), "a heading without an empty line before it"
    assert str(ROOT) not in words and "/tmp/" not in words
    assert not re.search(r"\bnp\.(?:float|int|bool|str)\w*\(", words), (
        "numpy's types, which R does not print"
    )
    assert "<math" in pages[name] or name in GUIDES
    assert "rendered with rmarkdown" in words


def test_every_vignette_is_rendered():
    assert sorted([*RENDERED, "index"]) == names()


def test_every_page_has_a_picture_on_the_index():
    cards = (VIGNETTES / "_index.R").read_text("utf-8").partition("thumbnails <- list(")[2]
    pictured = re.findall(r'^  "?([\w-]+)"? = list\(', cards, re.MULTILINE)
    assert sorted([*pictured, "index"]) == names()


def without_output(text: str, page: str) -> list[str]:
    """Name the Python chunks that end in an expression and show nothing below it."""
    cells = []
    for cell in re.split(r'<div class="cell(?=[ "])', page)[1:]:
        parts = [
            part.partition("</pre>")
            for part in re.split(r'<div class="sourceCode(?=[ "])', cell)[1:]
        ]
        # Code that is only shown may follow the cell, before the next one.
        run = [(code, below) for code, _, below in parts if "cell-code" in code]
        if run and "sourceCode python" in run[-1][0]:
            cells.append(bool(re.search(r"cell-output|<table|<img", run[-1][1])))
    shown = [
        (options, code)
        for engine, options, code in chunks(text)
        if engine == "python" and options.get("include") != "false"
    ]
    return [
        options["label"]
        for (options, code), has_output in zip(shown, cells, strict=True)
        if isinstance(ast.parse(code).body[-1], ast.Expr)
        and options.get("results") != "hide"
        and not GIVES_NONE.match(code.splitlines()[-1])
        and not has_output
    ]


def test_outputs_are_found_in_the_markup_of_the_real_quarto():
    cell = (
        '<div class="cell">\n<div class="code-copy-outer-scaffold">'
        '<div class="sourceCode cell-code" id="cb1"><pre class="sourceCode {0} code-with-copy">'
        '<code class="sourceCode {0}">40 + 2</code></pre></div>'
        '<button class="code-copy-button"></button></div>\n{1}</div>\n'
    )
    output = (
        '<div class="cell-output cell-output-stdout">\n<pre><code>42</code></pre>\n</div>\n'
    )
    text = "\n".join(
        f"```{{{engine}}}\n#| label: {label}\n40 + 2\n```"
        for engine, label in (("r", "one"), ("python", "two"), ("python", "three"))
    )
    page = cell.format("r", output) + cell.format("python", output)
    assert without_output(text, page + cell.format("python", output)) == []
    assert without_output(text, page + cell.format("python", "")) == ["three"]


def test_both_tabs_count_errors_in_whole_numbers(pages):
    words = text_of(pages["mnist-cnn"])
    assert re.search(
        r"\berrors accuracy loss convolutional (\d+) 0\.\d+ .*? dense (\d+) 0", words
    )
    counted = re.findall(r"\bloss convolutional (\S+) \S+ \S+ dense (\S+) ", words)
    assert len(counted) == 2 and counted[0] == counted[1]


def test_no_more_is_claimed_of_two_networks_than_their_interval_says(pages):
    words = text_of(pages["mnist-cnn"])
    shown = (
        r"minus that without is (\S+)\s*percentage points \(95\s*% interval (\S+) to (\S+)\)"
    )
    (found,) = re.findall(shown, words)
    _, low, high = (float(value.replace("\u2212", "-")) for value in found)
    assert low < high
    assert ("show no clear difference" in words) == (low <= 0 <= high)


@pytest.mark.parametrize("name", RENDERED)
def test_python_chunks_that_end_in_an_expression_show_it(pages, name):
    assert without_output(source(name), pages[name]) == []


def test_an_assigned_underscore_hides_no_output(renderer, tmp_path):
    body = (
        "{{< include _setup.qmd >}}\n\n"
        "```{python}\n#| label: drawn\nimport matplotlib.pyplot as plt\n\n"
        "_ = plt.figure()\n_ = plt.plot([1, 2])\nplt.show()\n40 + 2\n```\n\n"
        '```{python}\n#| label: later\nwords = ["later", "on"]\nwords\n```'
    )
    done, _ = failing(tmp_path, body)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "out" / "broken.html").read_text("utf-8")
    included = (VIGNETTES / "_setup.qmd").read_text("utf-8")
    assert without_output(f"{included}\n\n{body}\n", page) == []
    words = text_of(page)
    assert re.search(r"\b42\b", words) and "['later', 'on']" in words
    assert page.count("<img") == 1


@pytest.mark.parametrize("name", RENDERED)
def test_pages_ask_no_server(pages, name):
    page = pages[name]
    assert not re.search(r"<(?:script|img|iframe|source)[^>]*\ssrc=[\"'](?!data:)", page)
    assert not re.search(r"<link[^>]*href=[\"'](?!data:)", page)
    assert not re.search(r"@import|url\([\"']?(?!data:|#)", page)


@pytest.mark.parametrize("name", RENDERED)
def test_every_figure_has_alt_text(pages, name):
    images = re.findall(r"<img\b[^>]*>", pages[name])
    alts = [re.search(r'alt="([^"]+)"', image) for image in images]
    assert len(images) >= (8 if name in EXAMPLES else 1) and all(alts)
    assert all(len(alt[1]) > 30 for alt in alts)
    drawings = re.findall(r"<svg\b[^>]*>", pages[name])
    assert drawings or name in LESSONS
    assert all('role="img"' in d and "aria-label=" in d for d in drawings)


@pytest.mark.parametrize("name", EXAMPLES)
def test_figures_are_equally_wide_in_both_languages(pages, name):
    widths = {
        re.search(r'width="(\w+)"', image)[1]
        for image in re.findall(r"<img\b[^>]*>", pages[name])
    }
    assert widths == {"720"}  # 7.5 inches


@pytest.mark.parametrize("name", RENDERED)
def test_pages_have_their_description_and_the_language_of_the_project(pages, name):
    told = re.search(r"^description: \"(.*)\"$", source(name), re.MULTILINE)[1]
    (described,) = re.findall(r'<meta name="description" content="([^"]*)">', pages[name])
    assert " ".join(html.unescape(described).split()) == told
    assert '<html lang="en-GB">' in pages[name]


def test_reports_have_the_language_of_the_vignettes():
    from kerasduet.report.document import HEADER

    project = (VIGNETTES / "_quarto.yml").read_text("utf-8")
    assert re.search(r"^lang: (\S+)$", HEADER, re.MULTILINE)[1] == "en-GB"
    assert re.search(r"^lang: (\S+)$", project, re.MULTILINE)[1] == "en-GB"


def test_dark_themes_set_what_quarto_draws_dark_on_dark():
    ours = [VIGNETTES / "kerasduet-dark.scss", ROOT / "python/kerasduet/report/dark.scss"]
    for file in ours:
        set_here = set(re.findall(r"^(\$[\w-]+):", file.read_text("utf-8"), re.MULTILINE))
        assert set_here >= {
            "$body-bg", "$body-color", "$pre-color", "$code-bg", "$code-block-bg", "$code-color",
            "$nav-tabs-link-active-bg", "$nav-tabs-link-active-color",
        }, file.name  # fmt: skip
        assert "$pre-color: inherit !default;" in file.read_text("utf-8")


MEASURE = """
<script>
window.addEventListener("load", function () {
  document.title = JSON.stringify({
    window: window.innerWidth, width: document.documentElement.scrollWidth,
    code: document.querySelectorAll("pre.sourceCode").length,
    copy: document.querySelectorAll("pre.sourceCode ~ button.copy").length,
    headings: document.querySelectorAll("main h2").length,
    anchors: document.querySelectorAll("main h2 > a.anchor").length
  });
});
</script>
"""


def test_a_phone_shows_the_whole_width_and_code_can_be_copied(pages, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("chromium is missing")
    page = (
        pages["lstm-timeseries"]
        .replace("<details", "<details open")
        .replace("</body>", MEASURE + "</body>")
    )
    (tmp_path / "page.html").write_text(page, "utf-8")
    # A window cannot be as narrow as a phone, a frame can.
    frame = '<iframe src="page.html" width="390" height="800" style="border: 0"></iframe>'
    waiting = (
        "<script>setTimeout(function () { document.title = "
        "document.querySelector('iframe').contentDocument.title; }, 3000);</script>"
    )
    (tmp_path / "frame.html").write_text(f"<title></title>{frame}{waiting}", "utf-8")
    done = subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--allow-file-access-from-files", "--disable-background-networking",
            f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1280,900",
            "--virtual-time-budget=6000", "--dump-dom", (tmp_path / "frame.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=600,
    )  # fmt: skip
    found = json.loads(html.unescape(re.search(r"<title>(.*?)</title>", done.stdout)[1]))
    assert found["window"] == 390 and found["width"] <= 390
    assert found["code"] == found["copy"] > 20
    assert found["headings"] == found["anchors"] > 8


CLICK = """
<script>
window.addEventListener("load", function () {
  var shown = function () {
    return Array.prototype.map.call(document.querySelectorAll(".tab"), function (tab) {
      return tab.offsetParent === null ? null : tab.dataset.title;
    }).filter(Boolean);
  };
  var before = shown();
  document.querySelectorAll("[role=tab]")[1].click();
  var chart = getComputedStyle(document.querySelector(".chart img"));
  document.title = JSON.stringify({
    before: before, after: shown(), width: document.documentElement.scrollWidth,
    filter: chart.filter
  });
});
</script>
"""


def test_tabs_switch_together_in_a_browser(pages, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("chromium is missing")
    # What is folded is not shown: open it first.
    page = (
        pages["mnist-cnn"]
        .replace("<details", "<details open")
        .replace("</body>", CLICK + "</body>")
    )
    (tmp_path / "page.html").write_text(page, "utf-8")
    done = subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1280,900",
            "--virtual-time-budget=5000", "--dump-dom", (tmp_path / "page.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=600,
    )  # fmt: skip
    found = json.loads(html.unescape(re.search(r"<title>(.*?)</title>", done.stdout)[1]))
    count = len(tabsets(source("mnist-cnn")))
    assert found["before"] == ["R"] * count
    assert found["after"] == ["Python"] * count
    assert found["width"] <= 1280


FAULTS = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4)));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.9) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const kinds = "main p, main li, main td, main h2, main figcaption, main pre, main pre code, .tab";
  document.querySelectorAll(kinds).forEach((e) => {
    if (!e.offsetParent || !e.textContent.trim()) return;
    const [a, b] = [light(numbers(getComputedStyle(e).color)), light(paper(e))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) {
      const text = e.textContent.trim().slice(0, 30);
      found.push(`contrast ${contrast.toFixed(1)}: ${e.tagName} ${text}`);
    }
  });
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) found.push(`wider than ${width}`);
  return found;
}"""


def faults(path: Path) -> list[str]:
    """Name what a reader would stumble over in a browser, wide and narrow, light and dark."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="there is no playwright")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("chromium is missing")
    found: list[str] = []
    asked: list[str] = []
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.on("console", lambda message: found.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: found.append(f"console: {error}"))
        page.on("request", lambda request: asked.append(request.url))
        for width, scheme in ((1366, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            page.goto(path.as_uri())
            page.evaluate(
                "document.querySelectorAll('details').forEach((d) => (d.open = true))"
            )
            found += page.evaluate(FAULTS)
        browser.close()
    asked = [url for url in asked if not url.startswith(("file:", "data:"))]
    return found + [f"request: {url}" for url in asked]


def test_a_browser_finds_nothing_wrong_on_a_page(pages, tmp_path):
    whole = pages["convolution"]
    (tmp_path / "page.html").write_text(whole, "utf-8")
    assert faults(tmp_path / "page.html") == []
    broken = whole.replace(
        "</main>",
        '<p style="color: #777; background: #666; width: 2000px">thin</p>'
        "<script>missing()</script></main>",
        1,
    )
    (tmp_path / "broken.html").write_text(broken, "utf-8")
    kinds = {text.split()[0].rstrip(":") for text in faults(tmp_path / "broken.html")}
    assert kinds == {"contrast", "wider", "console"}


@pytest.mark.pages
def test_the_real_quarto_makes_pages_without_faults(renderer, tmp_path):
    if not shutil.which("quarto"):
        pytest.skip("quarto is missing")
    settings = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    settings.pop("KERASDUET_RENDERER", None)
    for name in ("convolution", "index"):
        done = subprocess.run(
            ["Rscript", str(PROGRAM), "--to", str(tmp_path), name],
            capture_output=True, text=True, timeout=900, env=settings,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        page = (tmp_path / f"{name}.html").read_text("utf-8")
        assert "rendered with Quarto" in text_of(page)
        assert without_output(source(name), page) == []
        assert faults(tmp_path / f"{name}.html") == []


# Failures ---------------------------------------------------------------------------------


def failing(folder: Path, body: str) -> tuple[subprocess.CompletedProcess[str], list[Path]]:
    """Render a broken page; give what the program said and what it left."""
    (folder / "vignettes").mkdir(exist_ok=True)
    (folder / "out").mkdir()
    for shared in VIGNETTES.glob("_*"):
        shutil.copy(shared, folder / "vignettes")
    page = f'---\ntitle: "Broken"\n---\n\n{body}\n'
    (folder / "vignettes" / "broken.qmd").write_text(page, "utf-8")
    done = render("--from", str(folder / "vignettes"), "--to", str(folder / "out"))
    return done, list((folder / "out").iterdir())


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            '```{r}\n#| label: first\nstop("no data")\n```',
            "broken.qmd: chunk first: no data. Nothing was written.",
        ),
        (
            "```{r}\n#| label: needs\nlibrary(nosuchpackage)\n```",
            "broken.qmd: chunk needs: there is no package called 'nosuchpackage'. "
            "Nothing was written.",
        ),
        (
            "{{< include _nowhere.qmd >}}",
            "broken.qmd: include: there is no _nowhere.qmd. Nothing was written.",
        ),
        (
            "See @fig-nowhere.",
            "broken.qmd: pandoc: @fig-nowhere: must be the label of something on the page; "
            "got no such label. Nothing was written.",
        ),
    ],
)
def test_a_broken_page_gives_one_sentence_and_no_file(renderer, tmp_path, body, sentence):
    done, left = failing(tmp_path, body)
    assert done.returncode == 1
    assert re.sub("[\u2018\u2019]", "'", done.stderr.strip()) == sentence
    assert left == []


def test_a_broken_page_stops_no_other(renderer, tmp_path):
    (tmp_path / "vignettes").mkdir()
    whole = '---\ntitle: "Whole"\n---\n\n```{r}\n#| label: sum\n40 + 2\n```\n'
    (tmp_path / "vignettes" / "whole.qmd").write_text(whole, "utf-8")
    body = '```{r}\n#| label: first\nstop("no data")\n```'
    done, left = failing(tmp_path, body)
    assert done.returncode == 1
    assert done.stderr == "broken.qmd: chunk first: no data. Nothing was written.\n"
    assert [path.name for path in left] == ["whole.html"]
    assert re.search(r"\b42\b", text_of(left[0].read_text("utf-8")))


def test_a_page_whose_languages_differ_is_not_written(renderer, tmp_path):
    body = (
        '```{r}\n#| label: proof\nsource("_common.R")\n'
        "proof <- same_bits(list(a = 1, b = 2), list(a = 1, b = 2 + 1e-15))\n"
        "facts <- page_facts()\n```\n\n{{< include _closing.qmd >}}"
    )
    done, left = failing(tmp_path, body)
    assert done.returncode == 1 and left == []
    assert "chunk proof: R and Python gave different digests: b." in done.stderr


def test_a_page_names_the_quarto_that_made_it(renderer, tmp_path):
    body = (
        '```{r}\n#| label: setup\n#| include: false\nsource("_common.R")\n'
        "knitr::opts_knit$set(quarto.version = 1) # all that knitr is told\n```\n\n"
        "```{r}\n#| label: origin\n#| echo: false\nknitr::kable(page_facts())\n```"
    )
    done, _ = failing(tmp_path, body)
    assert done.returncode == 0, done.stderr
    page = text_of((tmp_path / "out" / "broken.html").read_text("utf-8"))
    assert re.search(r"rendered with Quarto \d+\.\d+\.", page)


QUARTO = """#!/bin/sh
# Stands in for Quarto: notes how it was called, and writes a page.
echo "$@" >"$(dirname "$0")/called"
grep -c output-dir "$(dirname "$2")/_quarto.yml" >>"$(dirname "$0")/called"
[ -f "$(dirname "$0")/broken" ] && { echo "ERROR: no such cell"; exit 1; }
echo "<html></html>" >"${2%.qmd}.html"
"""


@pytest.mark.parametrize("broken", [False, True])
def test_quarto_is_used_where_it_is_installed(renderer, tmp_path, broken):
    program = tmp_path / "quarto"
    program.write_text(QUARTO)
    program.chmod(0o755)
    if broken:
        (tmp_path / "broken").touch()
    settings = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    settings.pop("KERASDUET_RENDERER", None)
    done = subprocess.run(
        ["Rscript", str(PROGRAM), "--to", str(tmp_path / "out"), "-P", "epochs:2", "mnist-cnn"],
        capture_output=True,
        text=True,
        timeout=600,
        env=settings,
    )
    arguments, own_folder = (tmp_path / "called").read_text().splitlines()
    assert re.fullmatch(r"render \S+/mnist-cnn\.qmd -P epochs:2", arguments)
    assert own_folder == "0"
    left = [path.name for path in (tmp_path / "out").iterdir()]
    if broken:
        assert done.returncode == 1 and left == []
        assert done.stderr == "mnist-cnn.qmd: ERROR: no such cell. Nothing was written.\n"
    else:
        assert done.returncode == 0 and left == ["mnist-cnn.html"], done.stderr


# What Quarto 1.9 writes of a chunk that stops, in color.
FAILING_CHUNKS = {
    "\n\nprocessing file: mnist-cnn.qmd\n1/5 [setup]\n2/5 [first]\n"
    "\033[1m\033[33mError\033[39m in `eval()`:\033[22m\n\033[33m!\033[39m no data here,\n"
    "  or too few\n\033[1mBacktrace:\033[22m\n 1. base::stop(x)\n\n"
    "Quitting from mnist-cnn.qmd:7-9 [first]\nExecution halted\n":
    "chunk first: no data here, or too few.",
    "Error in `py_run_string_impl()`:\n! ValueError: epochs: must be 1 or more; got 0.\n"
    "Run `reticulate::py_last_error()` for details.\n"
    "Quitting from mnist-cnn.qmd:12-14 [start-python]\nExecution halted\n":
    "chunk start-python: ValueError: epochs: must be 1 or more; got 0.",
    "Error in load(x) : nothing: to load\nCalls: .main ... eval\nExecution halted\n":
    "nothing: to load.",
}  # fmt: skip


@pytest.mark.parametrize(("log", "sentence"), FAILING_CHUNKS.items())
def test_a_chunk_that_stops_in_quarto_gives_its_reason(renderer, tmp_path, log, sentence):
    (tmp_path / "log.txt").write_text(log, "utf-8")
    program = tmp_path / "quarto"
    program.write_text('#!/bin/sh\ncat "$(dirname "$0")/log.txt" >&2\nexit 1\n')
    program.chmod(0o755)
    settings = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    settings.pop("KERASDUET_RENDERER", None)
    done = subprocess.run(
        ["Rscript", str(PROGRAM), "--to", str(tmp_path / "out"), "mnist-cnn"],
        capture_output=True,
        text=True,
        timeout=600,
        env=settings,
    )
    assert done.returncode == 1
    assert done.stderr == f"mnist-cnn.qmd: {sentence} Nothing was written.\n"


def test_wrong_arguments_are_named(renderer):
    cases = {
        ("-P", "epoch:2"): "-P: these vignettes have no parameter epoch",
        ("-P", "tables/epoch:2"): "-P: these vignettes have no parameter epoch",
        (
            "-P",
            "nowhere/epochs:2",
        ): "-P: must be for a page that is rendered; got one for the page nowhere. Name that page",
        ("-P", "epochs"): "-P: must be name:value",
        ("-P", "epochs:["): "-P: must be name:value with one value",
        ("-P", "epochs:{a: 1}"): "-P: must be name:value with one value",
        ("--from", "/nowhere"): "--from: must be a folder with pages",
        ("--to", str(PROGRAM), "index"): "--to: must be a folder that can be written to",
        ("nowhere",): "vignette: there is no nowhere",
        ("--into", "x"): "--into: no such option",
    }
    for arguments, sentence in cases.items():
        done = render(*arguments)
        assert done.returncode == 1 and done.stderr.startswith(sentence), done.stderr
