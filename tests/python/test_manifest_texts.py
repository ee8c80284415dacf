"""What a run folder says of itself is held to its grammar, and never leaves its line on a page."""

from __future__ import annotations

import dataclasses
import json

import pytest
from test_report import Page, needs_pandoc

import kerasduet as kd
from kerasduet.errors import KerasduetError, RunFolderError
from kerasduet.runs import manifest, storage

SECRET = "the-secret-in-a-file-of-the-reader"
# Any text at all may stand here: it is the caller's own.
FREE = {
    ("experiment", "description"), ("experiment", "name"), ("source", "name"), ("source", "note"),
    ("source", "path"), ("provenance", "device", "name"),
}  # fmt: skip


def texts(value, path=()):
    """Give the place of every text in a manifest."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, str):
            yield (*path, key)
        elif isinstance(item, dict | list):
            yield from texts(item, (*path, key))


def changed(content, path, text):
    content = json.loads(json.dumps(content))
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = text
    return storage.sealed(content)


@pytest.fixture
def kept(tmp_path, named_run):
    dataclasses.replace(named_run).save(tmp_path / "run", overwrite=True)
    return tmp_path / "run"


@needs_pandoc
def test_no_text_of_a_strangers_manifest_leaves_its_line(kept, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    wrong = (
        f"x`\n```\n\n![a]({secret}) <script src='{secret}'></script>\n\n```{{r}}\n{{{{< y >}}}}"
    )
    content = storage.unsealed((kept / "run.json").read_text("utf-8"))
    places = [path for path in texts(content) if path != ("seal",)]
    assert len(places) > 25
    loaded = set()
    for path in places:
        (kept / "run.json").write_text(changed(content, path, wrong), "utf-8")
        try:
            run = kd.load_run(kept)
        except KerasduetError as error:
            assert isinstance(error, RunFolderError)
            continue
        loaded.add(path)
        page = Page(kd.render_report(run, tmp_path / "page.html"))
        assert SECRET not in page.source and "c2VjcmV0" not in page.source
        assert f"<script src='{secret}'>" not in page.source.replace('"', "'")
        source = (tmp_path / "page.qmd").read_text("utf-8")
        assert "```{r}" not in source and "{{< y" not in source
    assert loaded <= FREE


@pytest.mark.parametrize("key", ["versions", "files", "metrics"])
def test_names_have_a_grammar_too(kept, key):
    content = storage.unsealed((kept / "run.json").read_text("utf-8"))
    place = content["provenance"] if key == "versions" else content
    place[key]["a`b"] = next(iter(place[key].values()))
    (kept / "run.json").write_text(storage.sealed(content), "utf-8")
    with pytest.raises(RunFolderError, match=r"run\.json must be whole"):
        kd.load_run(kept)


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (manifest.DIGEST, "0" * 64, ["", "0" * 63, "A" * 64, "0" * 64 + "\n", "\u0660" * 64]),
        (manifest.TIME, "2026-01-02T03:04:05Z", ["", "2026-01-02", "2026-01-02T03:04:05Z "]),
        (manifest.WORD, "mean_absolute_error", ["", "a b", "a`", "1a", "a\n", "x" * 81]),
        (manifest.VERSION, "2.0.0rc1+cu121", ["1\n2", "`1`", "<1>", "x" * 201]),
        (manifest.VERSION, "Linux-6.1-x86_64-with-glibc2.36", []),
        (manifest.VERSION, "", []),
        (manifest.LINE, "NVIDIA H100 80GB HBM3 (\u00e9)", ["a\nb", "a\u2028b", "a\x1b[m"]),
        (manifest.SAVED, "epoch-00001.npz", ["../epoch-00001.npz", "epoch-1.npz"]),
    ],
)
def test_grammars(pattern, right, wrong):
    assert manifest.fits(right, pattern)
    assert not any(manifest.fits(text, pattern) for text in wrong)
    assert not manifest.fits(3, pattern)


@pytest.mark.parametrize(
    "noted",
    [
        {"summary": []},
        {"summary": {"input": [{"shape": [2], "type": "a\nb"}]}},
        {"summary": {"input": [{"shape": [2], "type": "uint8", "mean": 1.0, "low": "<b>"}]}},
        {"summary": {"first": "2024-01-01", "rows": 3}},
        {"summary": {"columns": [{"name": "a", "type": "int64", "missing": 0}]}},
        {"sample": {"columns": ["a", "b"], "rows": [[1, 2], [3]]}},
        {"sample": {"images": ["no base64!"]}},
    ],
)
def test_what_is_noted_of_own_data_has_its_form(noted):
    with pytest.raises(ValueError, match="other entries"):
        manifest._refuse_other_data(noted)
