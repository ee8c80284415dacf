"""How results look: as HTML, in a user's style, in a user's axes."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import fruits

import kerasduet as kd
from kerasduet.errors import ArgumentRange, ArgumentType, UnknownName
from kerasduet.notebook import as_html, folded


def test_markup_in_names_is_text():
    told = as_html(["<kerasduet run> <b>, finished", "  data     <script> & 5 rows"])
    assert "<script>" not in told and "&lt;b&gt;" in told
    assert "<i>" not in folded("<i>", "<i>", lines=["<i>"])


@pytest.mark.parametrize("style", ["dark_background", "ggplot", "default"])
def test_a_style_changes_nothing_of_a_figure(style):
    import matplotlib.pyplot as plt
    from matplotlib.colors import to_hex

    with plt.style.context(style):
        figure = kd.concepts.plot_activations(["relu"])
        drawn = figure._repr_png_()[0]
        face = to_hex(plt.rcParams["figure.facecolor"])
    assert to_hex(figure.get_facecolor()) == "#ffffff"
    assert to_hex(figure.axes[0].title.get_color()) == "#000000"
    assert drawn == kd.concepts.plot_activations(["relu"])._repr_png_()[0]
    assert face == {"dark_background": "#000000"}.get(style, "#ffffff")


def test_black_marks_are_seen_on_a_dark_face():
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    from kerasduet.figures.contrast import made_visible

    with plt.style.context("dark_background"):
        axes = Figure().subplots()
    marks = [
        *axes.plot([1, 2], color="#000000"),
        *axes.plot([1, 2], color="#0072B2"),
        axes.text(1, 1, "mine", color="#000000"),
        axes.scatter([1, 2], [1, 2], c=["#000000", "#D55E00"]),
    ]
    made_visible(axes, marks)
    assert [mark.get_color() for mark in marks[:3]] == ["white", "#0072B2", "white"]
    assert marks[3].get_facecolors()[0].tolist() == [1, 1, 1, 1]
    light = Figure().subplots()
    (line,) = light.plot([1, 2], color="#FFFFFF")
    made_visible(light, [line])
    assert line.get_color() == "#FFFFFF"


def test_results_are_tables_without_colours_of_their_own(trained):
    told = trained._repr_html_()
    assert (
        "mnist-dense, finished, 1 of 1 epochs" in told
        and told.count("<tr>") == len(repr(trained).splitlines()) - 1
    )
    assert "color" not in told and "background" not in told
    shown = trained.experiment._repr_html_()
    assert "units" in shown and "<td" in shown and "color" not in shown
    doctor = kd.doctor(run_devices=False)._repr_html_()
    assert "<details>" in doctor and "kerasduet" in doctor


def test_axes_and_sizes_of_the_callers(trained):
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    assert trained.plot("confusion", ax=axes) is axes and axes.get_xlabel() == "Predicted class"
    assert trained.plot(figsize=(9, 6)).get_size_inches().tolist() == [9, 6]
    for settings, error, text in (
        ({"ax": axes}, ArgumentType, "ax: must be of a figure of one pane"),
        ({"kind": "confusion", "ax": 1}, ArgumentType, "ax: must be axes of matplotlib"),
        ({"figsize": 5}, ArgumentType, r"figsize: must be \(width, height\) in inches; got 5"),
        ({"figsize": (3, 5)}, ArgumentRange, "figsize: must be at least 7.5"),
        ({"figsize": (9, 5), "ax": axes}, ArgumentType, "figsize: is the size of a new"),
        ({"colour": 1}, UnknownName, "colour: a plot has no such setting"),
    ):
        with pytest.raises(error, match=text):
            trained.plot(**settings)


@pytest.fixture(scope="module")
def trained():
    x, y = fruits()
    return kd.run_experiment(
        "mnist-dense",
        data={"x": np.asarray(x), "y": y},
        classes=3,
        units=4,
        input_shape=(4, 4, 1),
        epochs=1,
        progress=False,
    )
