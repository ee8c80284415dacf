"""Where a report goes: nothing of others is replaced, no folder is made, odd names work."""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from test_report import Page, listing, needs_pandoc, short_page

import kerasduet as kd
from kerasduet import cli
from kerasduet.errors import ArgumentType, ReportError
from kerasduet.report import render

FOREIGN = (
    r"^output: would replace .*, which was edited or is not a report\. .*overwrite = True\.$"
)


@pytest.fixture
def short(monkeypatch):
    """Make pages that are quick to render."""
    monkeypatch.setattr(render, "write_page", short_page)


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@needs_pandoc
@pytest.mark.parametrize(
    "mine",
    [
        b"",
        b"<p>the only copy of my thesis</p>",
        b"<!-- kerasduet-sha256: " + b"0" * 64 + b" -->\n",
        b"<p>about kerasduet</p>\n<!-- kerasduet-sha256: " + b"0" * 64 + b" -->\n",
        b"\xff\xfe\x00",
    ],
)
def test_a_page_of_someone_else_stays(tmp_path, image_run, short, mine):
    output = tmp_path / "some.html"
    output.write_bytes(mine)
    with pytest.raises(ReportError, match=FOREIGN):
        kd.render_report(image_run, output)
    assert contents(tmp_path) == {output: mine}
    assert listing(tmp_path) == ["some.html"]
    kd.render_report(image_run, output, overwrite=True)
    assert "Short" in Page(output).text
    kd.render_report(image_run, output)  # now it is ours


@needs_pandoc
def test_an_edited_page_stays(tmp_path, image_run, short):
    output = tmp_path / "page.html"
    kd.render_report(image_run, output)
    output.write_bytes(output.read_bytes().replace(b"Short", b"Shorter"))
    before = contents(tmp_path)
    with pytest.raises(ReportError, match=FOREIGN):
        kd.render_report(image_run, output)
    assert contents(tmp_path) == before


@needs_pandoc
def test_a_link_is_replaced_and_not_what_it_leads_to(tmp_path, image_run, short):
    mine, output = tmp_path / "mine.txt", tmp_path / "page.html"
    mine.write_text("mine")
    output.symlink_to(mine)
    with pytest.raises(ReportError, match=FOREIGN):
        kd.render_report(image_run, output)
    kd.render_report(image_run, output, overwrite=True)
    assert mine.read_text() == "mine" and not output.is_symlink()
    output.unlink()
    output.symlink_to(tmp_path / "nowhere")
    with pytest.raises(ReportError, match=FOREIGN):
        kd.render_report(image_run, output)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path, image_run):
    os.mkfifo(tmp_path / "page.html")
    with pytest.raises(ReportError, match=FOREIGN):
        kd.render_report(image_run, tmp_path / "page.html")


@needs_pandoc
def test_what_came_meanwhile_stays(tmp_path, image_run, monkeypatch):
    output = tmp_path / "page.html"

    def slow(page, run, *, stem):
        short_page(page, run, stem=stem)
        output.write_text("came meanwhile")

    monkeypatch.setattr(render, "write_page", slow)
    with pytest.raises(ReportError, match=FOREIGN):
        kd.render_report(image_run, output)
    assert contents(tmp_path) == {output: b"came meanwhile"}


@needs_pandoc
@pytest.mark.parametrize("overwrite", [False, True])
def test_others_files_among_the_figures_stay(tmp_path, image_run, short, overwrite):
    output, mine = tmp_path / "page.html", tmp_path / "page_files" / "mine.png"
    mine.parent.mkdir()
    mine.write_bytes(b"mine")
    wrong = r"^output: would replace .*mine\.png', which is not of a report\. "
    with pytest.raises(ReportError, match=wrong):
        kd.render_report(image_run, output, overwrite=overwrite)
    mine.unlink()
    kd.render_report(image_run, output)
    mine.write_bytes(b"mine")
    with pytest.raises(ReportError, match=wrong):
        kd.render_report(image_run, output, overwrite=overwrite)
    assert mine.read_bytes() == b"mine"


@needs_pandoc
def test_figures_of_an_earlier_report_go(tmp_path, image_run, monkeypatch):
    output = tmp_path / "page.html"
    kd.render_report(image_run, output)
    assert len(listing(tmp_path / "page_files")) == 7
    monkeypatch.setattr(render, "write_page", short_page)
    kd.render_report(image_run, output)
    assert listing(tmp_path / "page_files") == ["dark.scss"]
    source = output.with_suffix(".qmd")
    source.write_text(source.read_text() + "\nMore.\n")
    with pytest.raises(ReportError, match=FOREIGN):
        kd.render_report(image_run, output)
    kd.render_report(image_run, output, overwrite=True)
    assert "More." not in source.read_text()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_is_never_replaced(tmp_path, image_run, overwrite):
    (tmp_path / "page.qmd").mkdir()
    with pytest.raises(ReportError, match="would replace"):
        kd.render_report(image_run, tmp_path / "page.html", overwrite=overwrite)


@pytest.mark.parametrize("wrong", ["yes", 1, None])
def test_overwrite_is_yes_or_no(tmp_path, image_run, wrong):
    with pytest.raises(ArgumentType, match=r"^overwrite: "):
        kd.render_report(image_run, tmp_path / "page.html", overwrite=wrong)


@pytest.mark.parametrize("folder", ["/no-such-folder-of-kerasduet", "{}/a/b"])
def test_no_folder_is_made(tmp_path, image_run, folder):
    folder = folder.format(tmp_path)
    output = f"{folder}/page.html"
    with pytest.raises(ReportError) as caught:
        kd.render_report(image_run, output)
    assert str(caught.value) == (
        f"output: must lie in a folder that is there; got {output!r}, and {folder!r} is no "
        "folder. Make it first."
    )
    assert not Path(folder).exists() and listing(tmp_path) == []


@needs_pandoc
@pytest.mark.parametrize(
    "name",
    [
        "a#b", "a[b]", "-o", "--help", "a b", "a%20b", "a?b", "a'b\"c", "{a}", "a: b", "&amp;",
        "\u00e9t\u00e9 \u6f22", "`r 1`", "{{< x >}}", "$HOME", "a.b", "~x", "(a)", "x" * 249,
    ],
)  # fmt: skip
def test_odd_names_make_whole_pages(tmp_path, image_run, monkeypatch, name):
    def with_figure(page, run, *, stem):
        short_page(page, run, stem=stem)
        from kerasduet.report.parts import add_footer

        page.figure("one", "A figure.", run.plot("history"))
        add_footer(page, stem)

    monkeypatch.setattr(render, "write_page", with_figure)
    monkeypatch.chdir(tmp_path)
    made = kd.render_report(image_run, f"./{name}.html")
    page = Page(made)
    assert listing(tmp_path) == sorted(
        [f"{name}.html", f"{name}.qmd", f"{name}_files", f"{name}_files/dark.scss",
         f"{name}_files/one.png"]
    )  # fmt: skip
    (image,) = page.images
    assert image["src"].startswith("data:image/png;base64,")
    assert f"The text is in {name}.qmd," in page.text.replace("\u2060", "")
    source = Path(f"{name}.qmd").read_text("utf-8")
    (path,) = re.findall(r"\]\((\S+\.png)\)", source)
    assert not re.search(
        r"\{\{|`\{?r", source.replace("{{< meta renderer >}} {{< version >}}", "")
    )
    assert unquote(path) == f"{name}_files/one.png"
    kd.render_report(image_run, f"./{name}.html")  # known again


@pytest.mark.parametrize(
    ("output", "text"),
    [
        (
            "x" * 251 + ".html",
            "output: must have a name of at most 249 bytes before .html; got 251. Choose a "
            "shorter one.",
        ),
        (
            "~nosuchuser/page.html",
            "output: must be a path; got '~nosuchuser/page.html', and there is no such home "
            "folder. Write the whole path.",
        ),
        (
            ".html",
            "output: must have a name of printable characters before .html; got '.html'.",
        ),
        (
            "a\nb.html",
            "output: must have a name of printable characters before .html; got 'a\\nb.html'.",
        ),
    ],
)
def test_names_that_cannot_be_are_one_sentence(
    tmp_path, image_run, monkeypatch, capsys, output, text
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReportError) as caught:
        kd.render_report(image_run, output)
    assert str(caught.value) == text
    assert cli.main(["report", "run", f"--out={output}"]) == 2
    assert text in capsys.readouterr().err
    assert listing(tmp_path) == []


def test_a_home_that_may_not_be_entered(tmp_path, image_run, monkeypatch):
    def forbidden(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(Path, "is_dir", forbidden)
    with pytest.raises(ReportError) as caught:
        kd.render_report(image_run, "~/page.html")
    told = str(tmp_path / "page.html")
    assert str(caught.value) == f"output: must be writable; got {told!r}: Permission denied."


@needs_pandoc
def test_the_shell_asks_before_it_replaces(tmp_path, image_run, short, capsys, monkeypatch):
    dataclasses.replace(image_run).save(tmp_path / "run", overwrite=True)
    output = tmp_path / "-x.html"
    output.write_text("mine")
    monkeypatch.chdir(tmp_path)
    command = ["report", str(tmp_path / "run"), "--out=-x.html"]
    assert cli.main(command) == 2
    assert "overwrite" in capsys.readouterr().err and output.read_text() == "mine"
    assert cli.main([*command, "--overwrite"]) == 0
    assert "Short" in Page(output).text
