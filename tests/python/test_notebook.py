"""A notebook of 25 cells: every figure shows once, progress and results are in place."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from conftest import fruits

import kerasduet as kd
from kerasduet.errors import ArgumentRange, ArgumentType, UnknownName
from kerasduet.notebook import as_html, folded
from kerasduet.style import own_look

TRAIN = """
rng = np.random.default_rng(1)
x, y = rng.integers(0, 255, (60, 4, 4)).astype("uint8"), np.arange(60) % 3
tiny = {"classes": 3, "units": 4, "input_shape": (4, 4, 1), "epochs": 2}
run = kd.run_experiment("mnist-dense", data={"x": x, "y": y}, **tiny)
"""
# Each cell with the images that have to stand below it.
CELLS = (
    ("import numpy as np\nimport kerasduet as kd\nfrom kerasduet import concepts", 0),
    ("concepts.plot_activations(['relu'])", 1),
    ("concepts.plot_activations(['relu']);", 1),
    ("for name in ('relu', 'tanh'):\n    concepts.plot_activations([name])", 2),
    ("figure = concepts.plot_convolution(np.eye(4), np.eye(2))", 1),
    ("figure", 1),
    ("concepts.plot_pooling(np.eye(4))\nprint('after')", 1),
    ("concepts.plot_feature_maps(np.eye(6))", 1),
    (
        "concepts.plot_decision([[0, 0], [1, 1]], outputs=[0, 1], weights=[1, 1], threshold=1);",
        1,
    ),
    ("import matplotlib.pyplot as plt\nconcepts.plot_activations(['relu'])\nplt.show()", 1),
    ("plt.plot([1, 2])\nplt.show()\nconcepts.plot_activations(['tanh'])", 2),
    (TRAIN, 0),
    ("run", 0),
    ("run.plot()", 1),
    ("run.plot('history');", 1),
    ("for kind in ('confusion', 'digits'):\n    run.plot(kind)", 2),
    ("figure = run.plot(figsize=(9, 7)); figure.get_size_inches().tolist()", 1),
    ("pair, axes = plt.subplots(1, 2)\nrun.plot('confusion', ax=axes[0]);", 1),
    ("kd.plot_network(run)", 1),
    ("with plt.style.context('dark_background'):\n    run.plot('history')", 1),
    ("plt.style.use('ggplot')\nrun.plot('confusion')", 1),
    ("import tempfile\nfrom pathlib import Path\nfolder = tempfile.mkdtemp()", 0),
    ("run.plot('history').savefig(folder + '/history.png')\nplt.close('all')", 0),
    ("kd.presets().head()", 0),
    ("kd.doctor(run_devices=False)", 0),
)


@pytest.fixture(scope="module")
def notebook():
    pytest.importorskip("ipykernel", reason="there is no ipykernel")
    nbclient = pytest.importorskip("nbclient", reason="there is no nbclient")
    import nbformat

    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c, _ in CELLS])
    nbclient.NotebookClient(made, timeout=120, kernel_name="python3").execute()
    return {cell.source: cell.outputs for cell in made.cells}


def images(outputs):
    return [
        part["data"]["image/png"] for part in outputs if "image/png" in part.get("data", {})
    ]


def test_every_figure_shows_once(notebook):
    assert len(CELLS) == 25
    shown = {source: len(images(outputs)) for source, outputs in notebook.items()}
    assert shown == dict(CELLS)
    for outputs in notebook.values():
        assert all(base64.b64decode(one).startswith(b"\x89PNG") for one in images(outputs))
    figure = notebook["concepts.plot_activations(['relu'])"][0]
    assert figure["metadata"]["image/png"]["alt"].startswith("Activation functions")


def test_progress_is_one_line_and_no_box_of_errors(notebook):
    outputs = notebook[TRAIN.strip("\n")] if TRAIN.strip("\n") in notebook else notebook[TRAIN]
    assert not [part for part in outputs if part.get("name") == "stderr"]
    start, bar, end = outputs
    assert start["text"].startswith("mnist-dense: 83 parameters")
    assert re.fullmatch(
        r"epoch 2/2 \[={24}\] val_loss \d\.\d{4}  \d+\.\d s", bar["data"]["text/plain"]
    )
    assert end["text"].startswith("Test accuracy")


def test_results_are_tables_without_colours_of_their_own(notebook):
    told = notebook["run"][0]["data"]["text/html"]
    assert "mnist-dense, finished, 2 of 2 epochs" in told and told.count("<tr>") == 4
    assert "color:#" not in told and "background:#" not in told
    doctor = notebook["kd.doctor(run_devices=False)"][0]["data"]["text/html"]
    assert "<details>" in doctor and "kerasduet" in doctor


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
        with own_look({}):
            pass
        face = to_hex(plt.rcParams["figure.facecolor"])
    assert to_hex(figure.get_facecolor()) == "#ffffff"
    assert to_hex(figure.axes[0].title.get_color()) == "#000000"
    assert drawn == kd.concepts.plot_activations(["relu"])._repr_png_()[0]
    assert face == {"dark_background": "#000000"}.get(style, "#ffffff")


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
