"""Names are data: a page shows them as they are, whatever program reads its source."""

from __future__ import annotations

import ast
import dataclasses
import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR, seasonal
from test_report import Page, needs_pandoc

import kerasduet as kd
from kerasduet.errors import KerasduetWarning
from kerasduet.jobs.languages import rscript
from kerasduet.report import renderer
from kerasduet.report.document import attribute, code, escape, one_line, quoted
from kerasduet.report.repeat import python_code, r_code

SECRET = "the-secret-in-a-file-of-the-reader"


def hostile(place):
    """Give names that some program takes for code; `place` is where code would leave a trace."""
    trace, secret = place / "trace", place / "secret.txt"
    return [
        f"`r system('touch {trace}-1')` #",
        f"x `r writeLines('x', '{trace}-2')` y",
        f"``` {{r}} \n```{{r}}\nfile.create('{trace}-3')\n```\n",
        f"`{{r}} file.create('{trace}-4')`",
        f"!r file.create('{trace}-5')",
        f"<%= `touch {trace}-6` %> $(touch {trace}-7)",
        "{{< env HOME >}} {{< meta title >}} {{{< pagebreak >}}}",
        f"{{{{< include {secret} >}}}} {{{{<include {secret}>}}}}",
        f"![a]({secret}) ![b](<{secret}>){{.c #d}} [e](file://{secret})",
        f"<script src='{secret}'></script><img src=x onerror=alert(1)><iframe src='{secret}'>",
        f"`<b>bold</b>`{{=html}} <!-- gone --> \\input{{{secret}}}",
        "&lt;b&gt; &amp; &#96; &copy;",
        "@fig-data [-@tbl-result] @knuth1984 [@x; @y] ?@fig-z",
        "$0-$50",
        "a$\\b$ $$c$$ \\(d\\) \\[e\\] \\begin{f}",
        "| a | b | \\| c",
        "---\ntitle: other\n---",
        "# h1 {#sec-x} ::: {.callout-note} :::",
        "http://example.org www.example.org a@example.org :smile: <http://example.org>",
        "\"q\" 'p' it's ... -- --- \\- \\",
        "*a* **b** _c_ ~~d~~ H~2~O e^2^ ^[note] [^1] ==f==",
        "Table: caption",
        ": caption {#tbl-data}",
        "1. one",
        "(a) two",
        "- three",
        "\u00e9t\u00e9 \u6f22\u5b57 \U0001f600 caf\u00e9",
        "%% comment %% % # x; y, z/w",
        "a \u202eb\u202c \x07 \x1b[31m c",
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Give a folder with a secret, in which nothing may leave a trace."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "secret.txt").write_text(SECRET)
    return folder


@pytest.fixture(scope="module")
def runs(place):
    """Give a classifier and a forecaster whose every name is hostile."""
    names = hostile(place)
    rows = np.arange(8 * len(names)) % len(names)
    x = np.zeros((len(rows), 4, 4), np.uint8) + (rows * 6).astype(np.uint8)[:, None, None]
    labels = pd.Categorical.from_codes(rows, names)
    settings = {"classes": len(names), "units": 4, "input_shape": (4, 4, 1), "epochs": 1}
    classes = kd.run_experiment(
        "mnist-dense", data={"x": x, "y": labels}, progress=False, **settings
    )
    columns = {f"{name} {i}": seasonal(120).to_numpy() + i for i, name in enumerate(names[:9])}
    table = pd.DataFrame(columns, seasonal(120).index)
    target, *others = table.columns
    settings = LINEAR | {"target": target, "features": tuple(others), "epochs": 1}
    series = kd.run_experiment("lstm-co2", data=table, progress=False, **settings)
    described = " ".join(names[:12])
    for run in (classes, series):
        run.experiment = dataclasses.replace(run.experiment, description=described)
    return classes, series


@pytest.fixture(scope="module")
def pages(place, runs):
    """Give the page of each, and of the first beside itself."""
    made = {}
    every = zip(("classes", "series", "both"), (*runs, [runs[0]] * 2), strict=True)
    with pytest.warns(KerasduetWarning, match="the font has no sign for .*, drawn as a box"):
        for name, given in every:
            made[name] = Path(kd.render_report(given, place / f"{name}.html"))
    return made


def seen(name):
    """Give a name as a reader sees it."""
    return " ".join(one_line(name).split())


def check_nothing_ran(place):
    assert sorted(path.name for path in place.glob("trace*")) == []


def check_shown(page, names):
    """Check a rendered page: every name is there, as text, and the secret is not."""
    assert SECRET not in page.source
    assert "c2VjcmV0" not in page.source  # nor in base64
    text = page.text.replace("\u2060", "")
    for name in names:
        assert seen(name) in text, name
    assert "<img src=x" not in page.source.replace('"', "")


@needs_pandoc
def test_pages_show_hostile_names_as_they_are(place, runs, pages):
    names = hostile(place)
    page = Page(pages["classes"])
    check_shown(page, names)
    assert seen(" ".join(names[:12])) in page.text  # the subtitle
    told = " ".join(image["alt"] for image in page.images).replace("\u2060", "")
    assert sum(seen(name) in told for name in names) >= 2  # of the confusion matrix
    check_shown(Page(pages["series"]), [f"{name} {i}" for i, name in enumerate(names[:9])])
    check_shown(Page(pages["both"]), [])
    for page in pages.values():
        assert len(Page(page).images) == page.with_suffix(".qmd").read_text().count("fig-alt=")
    check_nothing_ran(place)


@needs_pandoc
def test_every_pandoc_shows_the_same(place, pages, tmp_path):
    every = {renderer.bundled_pandoc(), shutil.which("pandoc")} - {None, ""}
    for program in every:
        for name in ("classes", "series"):
            source = tmp_path / f"{name}.qmd"
            shutil.copy(pages[name].with_suffix(".qmd"), source)
            shutil.copytree(
                place / f"{name}_files", tmp_path / f"{name}_files", dirs_exist_ok=True
            )
            made = renderer.Renderer("pandoc", str(program)).render(source)
            versions = re.compile(r"rendered by pandoc [\d.]+\d")
            texts = [versions.sub("", Page(path).text) for path in (made, pages[name])]
            assert texts[0] == texts[1]
    check_nothing_ran(place)


def test_the_sources_hold_no_shortcode_but_their_own(pages):
    for page in pages.values():
        source = page.with_suffix(".qmd").read_text("utf-8")
        found = re.findall(r"\{\{+\s*<.*?>\s*\}\}+", source)
        assert found == ["{{< meta renderer >}}", "{{< version >}}"]
        assert "{{" not in source.replace(found[0], "").replace(found[1], "")
        assert not re.search(r"`+\{?r[ #}]", source)
        # One header, and no line that begins another.
        assert len(re.findall(r"^---$", source, re.MULTILINE)) == 2
        header = source.split("---\n")[1]
        assert len(re.findall(r"^title: ", header, re.MULTILINE)) == 1


R_ROADS = """
arguments <- commandArgs(TRUE)
setwd(arguments[[1]])
for (page in arguments[-1]) {
  knitr::knit(paste0(page, ".qmd"), paste0(page, ".md"), quiet = TRUE)
  rmarkdown::render(
    paste0(page, ".qmd"), "html_document", paste0(page, "-rmarkdown.html"), quiet = TRUE
  )
}
"""


def has_rmarkdown():
    if not shutil.which("Rscript") or not shutil.which("pandoc"):
        return False
    asked = 'q(status = !all(nzchar(system.file(package = "knitr")), nzchar(system.file(package = "rmarkdown"))))'  # noqa: E501
    return subprocess.run([rscript({}), "-e", asked], capture_output=True).returncode == 0


@needs_pandoc
@pytest.mark.skipif(not has_rmarkdown(), reason="there is no knitr, rmarkdown or pandoc for R")
def test_knitr_and_rmarkdown_run_nothing_and_show_the_same(place, pages):
    script = place / "roads.R"
    script.write_text(R_ROADS)
    done = subprocess.run(
        [rscript({}), str(script), str(place), *pages], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    check_nothing_ran(place)
    names = hostile(place)
    for name in pages:
        # knitr found nothing to do.
        source = pages[name].with_suffix(".qmd").read_text("utf-8")
        assert (place / f"{name}.md").read_text("utf-8").strip() == source.strip()
        text = (place / f"{name}-rmarkdown.html").read_text("utf-8")
        assert SECRET not in text and "c2VjcmV0" not in text
    shown = re.sub(
        r"<!--.*?-->|<[^>]+>", "", (place / "classes-rmarkdown.html").read_text("utf-8")
    )
    shown = " ".join(html.unescape(shown).split())
    for name in names:
        assert seen(name) in shown, name


def test_code_on_a_page_is_the_name_in_both_languages(place, runs):
    for name in hostile(place):
        written = quoted(name)
        assert ast.literal_eval(written) == name
        assert not re.search(r"[`{}<>\n\r\x07\x1b\u202e]", written)
    text = python_code({"run": runs[1]})
    call = ast.parse(text).body[1].value
    given = {word.arg: word.value for word in call.keywords}
    assert ast.literal_eval(given["target"]) == runs[1].experiment.target
    assert not re.search(r"[`{}<>]", text)
    assert not re.search(r"[`{}>]", r_code({"run": runs[1]}).replace("<-", ""))


@pytest.mark.skipif(not shutil.which("Rscript"), reason="there is no R")
def test_r_reads_the_names_back(place, tmp_path):
    names = hostile(place)
    script, answer = tmp_path / "names.R", tmp_path / "names.json"
    items = ",\n".join(quoted(name) for name in names)
    script.write_text(
        f"names <- c({items})\ncodes <- lapply(names, utf8ToInt)\n"
        f'writeLines(vapply(codes, paste, "", collapse = " "), {quoted(str(answer))})\n',
        "utf-8",
    )
    subprocess.run([rscript({}), "--encoding=UTF-8", str(script)], check=True)
    read = [
        "".join(chr(int(n)) for n in line.split()) for line in answer.read_text().split("\n")
    ]
    assert read[:-1] == names


def test_escaped_text_is_entities_on_one_line(place):
    for name in hostile(place):
        for written in (escape(name), attribute(name), code(name)):
            assert not re.search(r"[\n\r\x00-\x1f\u202e]", written)
            assert not re.search(
                r"[`$@\\|*_~^\[\]{}]", written.strip("`") if " " not in written else written
            )
        decoded = html.unescape(escape(name).replace("<!-- -->", ""))
        assert decoded == seen(name)
        json.loads(json.dumps(escape(name)))


@pytest.mark.parametrize("name", ["$0-$50", "a$\\b$", "$\\frac{", "\\input{x}", "_x", "^{$"])
def test_figures_show_names_as_they_are(name, tmp_path):
    rows = np.arange(24) % 2
    x = np.zeros((24, 4, 4), np.uint8) + (rows * 100).astype(np.uint8)[:, None, None]
    settings = {"classes": 2, "units": 2, "input_shape": (4, 4, 1), "epochs": 1}
    data = {"x": x, "y": pd.Categorical.from_codes(rows, [name, "other"])}
    run = kd.run_experiment("mnist-dense", data=data, progress=False, **settings)
    for kind in ("overview", "confusion", "digits"):
        figure = run.plot(kind)
        figure.savefig(tmp_path / f"{kind}.png")
        texts = [text for text in figure.findobj(lambda a: hasattr(a, "get_parse_math"))]
        shown = [text for text in texts if name in text.get_text()]
        assert shown, kind
        assert not any(text.get_parse_math() or text.get_usetex() for text in shown)
