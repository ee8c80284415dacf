"""A notebook: every figure shows, wherever it stands in a cell."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

START = """
import numpy as np
import kerasduet as kd
rows = np.random.default_rng(0)
images = rows.integers(0, 256, (60, 10, 10)).astype("uint8")
"""
# Code, and the images and lines of text that it shows.
CELLS = [
    (START, 0),
    ("kd.concepts.plot_activations()", 1),
    ("kd.concepts.plot_activations();", 1),
    ("figure = kd.concepts.plot_activations()", 1),
    ("figure", 1),
    ("1 + 1", 0),
    ("for _ in range(3):\n    kd.concepts.plot_activations()", 3),
    ("kd.concepts.plot_activations()\nkd.concepts.plot_activations()", 2),
    ("figure.savefig('kept.png')", 0),
    ("kd.concepts.plot_activations().savefig('kept.png')", 0),
    ("import matplotlib.pyplot as plt\nkd.concepts.plot_activations()\nplt.show()", 1),
    ("plt.plot([1, 2])\nplt.show()\nkd.concepts.plot_activations();", 2),
    ("plt.style.use('dark_background')\nkd.concepts.plot_activations()", 1),
    ("kd.experiment('mnist-cnn', epochs=2)", 0),
    ("kd.presets().head(2)", 0),
    (
        "run = kd.run_experiment('images', data=(images, np.arange(60) % 2), epochs=2, filters=2, "
        "dense_units=4)",
        0,
    ),
    ("run", 0),
    ("run.plot()", 1),
    ("run.plot('confusion');", 1),
    ("for kind in ('history', 'digits'):\n    run.plot(kind)", 2),
    ("figures = [run.plot(kind) for kind in ('history', 'confusion')]", 2),
    ("from IPython.display import display\ndisplay(run.plot())\nNone", 1),
    ("page = kd.render_report(run, 'report.html')", 0),
    ("kd.plot_filters(run)", 1),
    ("kd.plot_saliency(run, images[0])", 1),
]


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code) for code, _ in CELLS]
    )
    client = nbclient.NotebookClient(
        book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env=dict(os.environ))
    return book.cells, folder


def shown(cell):
    return [
        output["data"]
        for output in cell["outputs"]
        if output["output_type"] in ("display_data", "execute_result")
    ]


def test_every_figure_shows_once(cells):
    assert len(CELLS) == 25
    found = [sum("image/png" in data for data in shown(cell)) for cell in cells[0]]
    assert found == [images for _, images in CELLS]


def test_nothing_stands_in_the_box_of_errors(cells):
    told = [
        output["text"]
        for cell in cells[0]
        for output in cell["outputs"]
        if output["output_type"] == "stream" and output["name"] == "stderr"
    ]
    assert told == []


def test_what_is_asked_for_is_told_in_short(cells):
    by_code = {code: cell for (code, _), cell in zip(CELLS, cells[0], strict=True)}
    text = shown(by_code["kd.experiment('mnist-cnn', epochs=2)"])[0]["text/plain"]
    assert text == "experiment('mnist-cnn', epochs=2)"
    told = shown(by_code["run"])[0]["text/plain"]
    assert told.startswith("<kerasduet run> images, finished, 2 of 2 epochs")
    assert (Path(cells[1]) / "report.html").exists()
