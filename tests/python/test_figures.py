"""Figures as plain data: what marks refuse, and a kind of figure that the package lacks."""

from __future__ import annotations

import io
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import AutoDateLocator, date2num

from kerasduet.errors import ArgumentType, KerasduetWarning, UnknownName
from kerasduet.figures import Kind, Mark, Panel, Scale, figure_kinds, kinds, register_figure
from kerasduet.figures.canvas import RunFigure
from kerasduet.figures.dates import BriefDateFormatter, QuietDateLocator
from kerasduet.figures.names import shortened, shortened_all
from kerasduet.plots import plot_data

CONTRACT = Path(__file__).parents[1] / "contract"


@pytest.fixture
def strange(monkeypatch):
    """Register the strange kinds of figures for one test."""
    monkeypatch.setattr(kinds, "_KINDS", dict(kinds._KINDS))
    monkeypatch.syspath_prepend(str(CONTRACT))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    import strange_figure

    strange_figure.register()
    return strange_figure


def drawn(figure):
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(file, format="png", dpi=50)
    return file.getvalue()


def test_a_strange_kind_is_drawn_without_new_code(strange, image_run, series_run):
    for run in (image_run, series_run):
        figure = run.plot("strange-lines", depth=4)
        assert figure.alt_text == "3 strange lines of 4 points."
        (axes,) = figure.axes
        assert axes.get_yscale() == "log"
        curves = axes.lines[:3]
        assert [line.get_ydata().tolist() for line in curves][1] == [10, 100, 1000, 10000]
        assert [line.get_linestyle() for line in curves] == ["-", "--", ":"]
        (legend,) = figure.subfigs[0].legends
        assert [text.get_text() for text in legend.get_texts()] == strange.NAMES
        assert drawn(figure)
    left, right = image_run.plot("strange-pictures").axes
    assert left.images[0].get_array().shape == (3, 4, 4)
    assert left.get_ylim() == (2.5, -0.5)
    assert (len(left.patches), len(right.patches)) == (0, 1)
    assert [text.get_text() for text in right.texts] == ["$1$"]
    (axes,) = image_run.plot("strange-table").axes
    assert [bar.get_height() for bar in axes.patches] == [1, 3, 2]
    written = [label.get_text() for label in axes.get_xticklabels()]
    assert written == list(shortened_all(strange.NAMES, 24))
    for kind in ("strange-pictures", "strange-table"):
        assert drawn(image_run.plot(kind)) == drawn(image_run.plot(kind))


def test_names_are_text_and_no_formulas(strange, image_run):
    figure = image_run.plot("strange-lines")
    assert drawn(figure)  # a formula such as $\\b$ would be an error
    (place,) = figure.subfigs
    texts = [*place.texts, place._suptitle, *place.legends[0].get_texts()]
    (axes,) = figure.axes
    texts += [axes.xaxis.label, axes.yaxis.label]
    assert any("$x$" in text.get_text() for text in texts)
    assert not any(text.get_parse_math() for text in texts)
    (axes,) = image_run.plot("strange-table").axes
    labels = [*axes.get_xticklabels(), *axes.get_yticklabels()]
    assert "$half$" in [label.get_text() for label in labels]
    assert not any(label.get_parse_math() for label in labels)


def test_a_figure_is_plain_data(strange, image_run, series_run):
    for run in (image_run, series_run):
        for kind in figure_kinds(run.experiment.task):
            data = plot_data(run, kind)
            assert data.alt
            for panel in data.panels:
                assert panel.alt
                plain = json.loads(json.dumps(panel.to_dict(), default=int))
                assert {mark["frame"] for mark in plain["marks"]} <= set(panel.frames)
                assert len(plain["marks"]) > 0


def test_a_strange_setting_is_known_and_its_kind_is_named(strange, image_run):
    with pytest.raises(UnknownName, match="Did you mean depth"):
        image_run.plot("strange-lines", deph=2)
    with pytest.raises(ArgumentType, match="depth: only strange-lines has this setting"):
        image_run.plot("history", depth=2)


def test_a_misspelt_kind_is_told_those_of_the_run(image_run):
    known = r"no option 'mistakes'\. Known: confusion, digits, history, overview\.$"
    with pytest.raises(UnknownName, match=known):  # tags, of taggers, is nearer
        plot_data(image_run, "mistakes")


def test_signs_that_the_font_lacks_are_told_once():
    figure = RunFigure(alt_text="", figsize=(2, 1))
    figure.text(0.5, 0.5, "good \U0001f44d")
    with pytest.warns(KerasduetWarning, match="no sign for \U0001f44d, drawn as a box") as told:
        figure.savefig(io.BytesIO())
        figure.savefig(io.BytesIO())
    assert len(told) == 1


def test_few_marks_of_a_long_time_say_nothing(recwarn):
    figure = RunFigure(alt_text="", figsize=(2, 1))
    axes = figure.add_subplot()
    axes.plot(pd.date_range("2023-07-01", periods=18, freq="MS"), range(18))
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=3))
    with pytest.warns(UserWarning, match="unable to pick"):
        figure.savefig(io.BytesIO())
    axes.xaxis.set_major_locator(QuietDateLocator(minticks=2, maxticks=3))
    recwarn.clear()
    figure.savefig(io.BytesIO())
    assert not recwarn.list and len(axes.get_xticks()) > 1


def test_a_name_is_registered_once():
    for name in ("overview", "history"):
        with pytest.raises(ArgumentType, match=f"registered already; got {name}"):
            register_figure(Kind(name, lambda result: None))
    with pytest.raises(ArgumentType, match="must be a Kind of figure; got 'history'"):
        register_figure("history")
    assert "strange-lines" not in figure_kinds()


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: Mark("lin", "a", {}), UnknownName, "Did you mean line"),
        (lambda: Mark("line", "a", {"x": "x"}), ArgumentType, "a line needs y; got none"),
        (lambda: Mark("rule", "a", {"x": "x", "y": "y"}), ArgumentType, "a rule needs x, or y"),
        (lambda: Mark("text", "a", {"x": "x"}, {"sze": 1}), UnknownName, "Did you mean size"),
        (lambda: Scale("logg"), UnknownName, "Did you mean log"),
        (lambda: panel("line", alt=" "), ArgumentType, "alt: must say what the figure shows"),
        (lambda: panel("lne"), UnknownName, "the panel odd has no frame lne"),
        (lambda: panel("line", column="z"), UnknownName, "the frame line has no column z"),
        (lambda: panel("line", series="x"), UnknownName, "has no frame key"),
    ],
)
def test_marks_that_cannot_be_drawn_are_refused_when_they_are_made(make, error, text):
    with pytest.raises(error, match=text):
        make()


def panel(frame, *, alt="Odd.", column="y", **more):
    frames = {"line": pd.DataFrame({"x": [1, 2], "y": [1, 2]})}
    marks = (Mark("line", frame, {"x": "x", "y": column} | more),)
    return Panel("odd", "", "", "", "", alt, frames, marks)


def test_long_names_are_shortened_and_stay_apart(image_run):
    long = "a name of sixty letters or so, as labels in a file may be, "
    names = [long + "one", long + "two", "four\nfive"]
    assert shortened_all(names, 24)[2] == "four five"
    assert len(set(shortened_all(names, 24))) == 3
    assert len(set(shortened_all([long + "1 end", long + "2 end"], 12))) == 2
    assert len(shortened(names[0], 24)) == 24


def test_sixty_letters_leave_room_for_the_matrix(named_run):
    import dataclasses

    names = [f"{name} " + 60 * letter for name, letter in zip("pqr", "$xy", strict=True)]
    known = dict(zip(named_run.class_names, names, strict=True))
    table = named_run.table.copy()
    for column in ("truth", "prediction"):
        table[column] = [known[str(name)] for name in table[column]]
    learned = dataclasses.replace(named_run.preprocessing, class_names=tuple(names))
    run = dataclasses.replace(named_run, table=table, preprocessing=learned)
    figure = run.plot("confusion")
    assert drawn(figure)
    (axes,) = figure.axes
    assert axes.get_position().width * axes.get_figure().bbox.width / figure.dpi > 3
    assert names[0] in plot_data(run, "confusion").panels[0].frames["cells"]["truth"].tolist()
    for kind in ("overview", "digits"):
        assert drawn(run.plot(kind))


def test_many_or_long_names_of_a_confusion_have_a_number_and_a_key():
    from kerasduet.figures.confusion import confusion_figure

    def scales(names):
        panel = confusion_figure(
            np.eye(len(names), dtype=int), names, noun="class", cases="images", letters=24
        )
        assert ("Columns have the numbers" in panel.subtitle) == (panel.x_scale.words[0] == "1")
        return panel

    short = scales(["cat", "dog"])
    assert short.x_scale.words == short.y_scale.words == ("cat", "dog")
    assert scales([str(code) for code in range(30)]).x_scale.words[29] == "29"
    long = scales([f"{code:02d} {'x' * 57}" for code in range(10)])
    assert long.x_scale.words == tuple(map(str, range(1, 11)))
    assert long.y_scale.words[2] == "3 02 xxxxxxx...xxxxxxxxx"
    many = scales([f"class number {code}" for code in range(60)])
    assert many.y_scale.words[59] == "60 class number 59"
    assert 4 <= many.y_scale.size < 10
    assert set(many.x_scale.words[1::2]) == {""}
    assert [mark.kind for mark in many.marks] == ["tile"]  # no counts that nobody could read
    crowd = scales([f"class number {code}" for code in range(400)])
    assert crowd.y_scale.words[0] == "1 class number 0"
    assert crowd.y_scale.words[1] == ""


def test_the_mark_of_a_single_day_is_its_date_and_not_midnight():
    day = date2num(pd.Timestamp("2024-04-15"))
    formatter = BriefDateFormatter(AutoDateLocator())
    assert formatter.format_ticks([day]) == ["Apr 15"]
    assert formatter.format_ticks([day + 0.25]) == ["06:00"]
    assert len(formatter.format_ticks([day, day + 1, day + 2])) == 3
