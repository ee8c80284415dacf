"""The lessons' pictures: what they say, that they draw, and that GIFs are whole."""

from __future__ import annotations

import subprocess
import sys
import warnings
from io import BytesIO

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from kerasduet import concepts as kc
from kerasduet.errors import KerasduetError

BINARY = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
POOLED = [[1, 8, 4, 3], [6, 5, 9, 2], [2, 5, 6, 5], [8, 9, 4, 3]]
MINUS = "\N{MINUS SIGN}"


def lstm_states():
    rng = np.random.default_rng(0)
    params = {f"W{gate}": rng.normal(size=(3, 4)) for gate in "fuco"}
    params |= {f"b{gate}": 0.0 for gate in "fuco"}
    return kc.lstm_forward(np.sin(np.arange(20.0)), params)


def xor_network():
    gate = kc.logic_gate("xor")
    params = kc.two_layer_init(2, 4, 1, scale=1, seed=0)
    fit = kc.two_layer_fit(gate["inputs"].T, params, y=gate["outputs"], steps=200)
    return kc.plot_decision(gate["inputs"], outputs=gate["outputs"], params=fit["params"])


FIGURES = {
    "convolution": lambda: kc.plot_convolution(BINARY, CROSS, row=1, column=1),
    "convolution, padded": lambda: kc.plot_convolution(
        BINARY, CROSS, padding="same", stride=2, flip=True, bias=-1.5
    ),
    "convolution, large": lambda: kc.plot_convolution(np.eye(40), np.ones((7, 7))),
    "pooling": lambda: kc.plot_pooling(POOLED),
    "pooling, global": lambda: kc.plot_pooling(POOLED, "global", kind="lp"),
    "pooling, flat": lambda: kc.plot_pooling(np.zeros((4, 4)), kind="stochastic"),
    "maps": lambda: kc.plot_feature_maps(np.eye(8)),
    "maps, weights": lambda: kc.plot_feature_maps(np.ones((8, 8, 3)), np.ones((3, 3, 3, 6))),
    "activations": lambda: kc.plot_activations(),
    "one activation": lambda: kc.plot_activations("identity"),
    "decision": xor_network,
    "unrolled": lambda: kc.plot_unrolled([2, 4, 6, 8, 10], 1, 1, 1, activation="relu"),
    "unrolled, long": lambda: kc.plot_unrolled(
        np.ones((30, 2)), np.ones((5, 2)), np.eye(5), np.ones((1, 5))
    ),
    "gates": lambda: kc.plot_gates(lstm_states()),
    "norms": lambda: kc.plot_gradient_norms(
        kc.gradient_norms_by_lag([0, 0], {"U": 1, "W": 0, "b": 0})
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_picture_draws_without_a_warning(name):
    figure = FIGURES[name]()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(BytesIO(), format="png", dpi=60)
    assert 6 <= figure.get_size_inches()[0] <= 8
    letters = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    if name != "convolution, large":  # numbers of small cells are small
        assert all(text.get_fontsize() >= 10 for text in letters)


@pytest.mark.parametrize("name", FIGURES)
def test_every_picture_says_what_it_shows(name):
    figure = FIGURES[name]()
    assert len(figure.alt_text) > 20
    assert all(axes.get_title() in figure.alt_text for axes in figure.axes)


def words(figure) -> str:
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    return " ".join([*texts, figure.get_supxlabel()])


def test_convolution_writes_its_sum():
    figure = kc.plot_convolution([[1, -7], [11, 1]], [[1, 1], [0, -1]], bias=0.5)
    line = figure.get_supxlabel().replace("\N{MULTIPLICATION SIGN}", "*")
    assert line == f"1*1 + {MINUS}7*1 + 11*0 + 1*({MINUS}1) + 0.5  =  {MINUS}6.5"
    assert "=  4" in words(kc.plot_convolution(BINARY, CROSS, row=1, column=1))


def test_pooling_names_its_values():
    assert kc.plot_pooling(POOLED, row=0, column=1).get_supxlabel() == "max of 4, 3, 9, 2  =  9"


def test_unrolled_shows_the_lesson():
    figure = kc.plot_unrolled([2, 4, 6, 8, 10], 1, 1, 1, activation="relu")
    assert {"20", "30", "t = 5", "U", "V", "W"} <= {t.get_text() for t in figure.axes[0].texts}


def test_pyplot_is_never_touched():
    code = (
        "import sys, tempfile, kerasduet.concepts as kc; "
        "kc.plot_activations().savefig(tempfile.mkdtemp() + '/a.png'); "
        "kc.animate_pooling([[1, 2], [3, 4]], tempfile.mkdtemp() + '/a.gif'); "
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_gif_has_a_frame_for_every_step(tmp_path):
    path = kc.animate_convolution(BINARY, CROSS, tmp_path / "a.gif", seconds=0.5)
    with Image.open(path) as gif:
        assert (gif.n_frames, gif.info["duration"], gif.info["loop"]) == (9, 500, 0)
    with Image.open(kc.animate_pooling(POOLED, tmp_path / "b.gif")) as gif:
        assert gif.n_frames == 4
    path = kc.animate_unrolled([2, 4, 6], 1, 1, 1, tmp_path / "c.gif", activation="relu")
    with Image.open(path) as gif:
        assert gif.n_frames == 4  # the empty network, then three steps
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.gif", "b.gif", "c.gif"]


def test_a_gif_that_fails_leaves_the_old_one(tmp_path, monkeypatch):
    from kerasduet.concepts import animations

    path = tmp_path / "a.gif"
    path.write_bytes(b"old")

    def fail(*args, **kwargs):
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(animations, "draw_pooling", fail)
    with pytest.raises(RuntimeError):
        kc.animate_pooling(POOLED, path)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.gif"]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda path: kc.plot_convolution(BINARY, CROSS, row=3), "row: "),
        (lambda path: kc.plot_convolution(np.ones((3, 3, 3)), CROSS), "image: "),
        (lambda path: kc.plot_pooling(POOLED, 5), "size: "),
        (lambda path: kc.plot_feature_maps(np.eye(4), ["sobell"]), "name: .*sobel"),
        (lambda path: kc.plot_feature_maps(np.eye(4), [1, 2]), "kernels: "),
        (lambda path: kc.plot_activations(["softmax"]), "names: "),
        (lambda path: kc.plot_activations(low=1, high=1), "high: "),
        (lambda path: kc.plot_decision([[0, 1]], outputs=[1]), "weights: "),
        (lambda path: kc.plot_decision([[0, 1, 2]], outputs=[1], weights=[1, 1]), "inputs: "),
        (lambda path: kc.plot_gates({"h": [[1]]}), "states: "),
        (lambda path: kc.plot_gradient_norms({}), "norms: "),
        (lambda path: kc.animate_pooling(POOLED, path / "a.png"), "path: must end in .gif"),
        (lambda path: kc.animate_pooling(POOLED, path / "no" / "a.gif"), "path: must be writ"),
        (lambda path: kc.animate_pooling(np.ones((60, 60)), path / "a.gif"), "image: "),
        (lambda path: kc.animate_pooling(POOLED, path / "a.gif", seconds=0), "seconds: "),
    ],
)
def test_bad_arguments_are_named(call, text, tmp_path):
    with pytest.raises(KerasduetError, match=f"^{text}"):
        call(tmp_path)
