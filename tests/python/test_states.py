"""What a recurrent layer holds, step by step: as Keras computes it, drawn, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import seasonal

import kerasduet as kd
from kerasduet.errors import ArgumentType, ShapeError, UnknownName
from kerasduet.inside.states import Read, forward
from kerasduet.inside.states_figure import _panel

SAID = ["a good film", "a bad film", "very good", "so bad", "the good plot", "bad music"] * 4
GATES = {
    "lstm": ["cell", "input", "forget", "output", "candidate"],
    "gru": ["update", "reset", "candidate"],
    "rnn": [],
}


def few(**settings):
    """Train on a few short texts."""
    data = pd.DataFrame({"text": SAID, "label": ["pos", "neg"] * 12})
    return kd.run_experiment("texts", data=data, progress=False, epochs=1, length=6, **settings)


@pytest.fixture(scope="module")
def run():
    return few(embedding=3, units=(4, 3))


@pytest.fixture(scope="module")
def both():
    return few(embedding=3, kind="gru", bidirectional=True, units=4, pad="end")


def given_by(run, layer, text):
    """Give what Keras's own layer gives, of steps those that are no padding."""
    keras = pytest.importorskip("keras")
    codes = run.preprocessing.encoded([text])
    network = keras.Model(run.model.inputs, run.model.get_layer(layer).output)
    (found,) = keras.ops.convert_to_numpy(network([codes]))
    return found[codes[0] > 0] if found.ndim == 2 else found


def state(table):
    """Give the states (steps, units)."""
    return table["state"].to_numpy().reshape(table["step"].max(), -1)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("rnn", {"activation": "relu"}),
        ("lstm", {}),
        ("lstm", {"use_bias": False}),
        ("gru", {}),
        ("gru", {"reset_after": False}),
        ("gru", {"use_bias": False}),
    ],
)
def test_layers_are_computed_as_keras_does(kind, settings):
    keras = pytest.importorskip("keras")
    layer = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}[kind]
    cell = getattr(keras.layers, layer)(5, return_sequences=True, return_state=True, **settings)
    random = np.random.default_rng(2)
    x = random.normal(size=(7, 3)).astype(np.float32)
    cell.build((None, 7, 3))
    cell.set_weights([random.normal(0, 0.6, w.shape) for w in cell.get_weights()])
    outputs, *last = (keras.ops.convert_to_numpy(one)[0] for one in cell(x[None]))
    found = forward(kind, cell, x)
    assert list(found) == ["state", *GATES[kind]]
    np.testing.assert_allclose(found["state"], outputs, atol=1e-5)
    if kind == "lstm":
        np.testing.assert_allclose(found["cell"][-1], last[1], atol=1e-5)
        before = np.vstack([np.zeros(5), found["cell"][:-1]])
        kept = found["forget"] * before + found["input"] * found["candidate"]
        np.testing.assert_allclose(found["cell"], kept)
        np.testing.assert_allclose(found["state"], found["output"] * np.tanh(found["cell"]))
    if kind == "gru":
        before = np.vstack([np.zeros(5), found["state"][:-1]])
        mixed = (1 - found["update"]) * before + found["update"] * found["candidate"]
        np.testing.assert_allclose(found["state"], mixed)


def test_states_of_a_text_are_those_of_the_trained_layer(run):
    text = "the film zzz good"
    table = kd.states(run, text)
    assert list(table) == ["step", "token", "unit", "state", *GATES["lstm"]]
    assert table["token"].iloc[::4].tolist() == ["the", "film", "zzz", "good"]
    assert table["unit"].head(4).tolist() == [1, 2, 3, 4] and len(table) == 16
    np.testing.assert_allclose(state(table), given_by(run, "lstm_1", text), atol=1e-5)
    second = state(kd.states(run, [text], "lstm_2"))  # which gives its last state alone
    np.testing.assert_allclose(second[-1], given_by(run, "lstm_2", text), atol=1e-5)
    assert second.shape == (4, 3)
    cut = kd.states(run, "so " * 9 + "good")  # of which the last six words are seen
    assert cut["step"].max() == 6 and cut["token"].iloc[-1] == "good"


def test_a_layer_that_reads_both_ways_has_two_parts(both):
    keras = pytest.importorskip("keras")
    text, layer = "a good film", both.model.get_layer("gru_1")
    x = both.model.get_layer("embedding")(both.preprocessing.encoded([text]))
    ways = (layer.forward_layer, layer.backward_layer)
    ends = [keras.ops.convert_to_numpy(way(x[:, :3]))[0] for way in ways]
    front, back = (state(kd.states(both, text, name)) for name in (None, "gru_1_backward"))
    np.testing.assert_allclose(front[-1], ends[0], atol=1e-5)
    np.testing.assert_allclose(back[0], ends[1], atol=1e-5)
    drawn = kd.plot_states(both, text, "gates", layer="gru_1_backward")
    assert "update gate" in drawn.alt_text and "gru_1_backward" in drawn.alt_text


def test_padding_that_is_read_is_shown():
    run = few(embedding=3, kind="rnn", units=2, mask=False)
    assert kd.states(run, "so bad")["token"].iloc[::2].tolist() == [""] * 4 + ["so", "bad"]
    assert "6 steps" in kd.plot_states(run, "so bad").alt_text
    with pytest.raises(ArgumentType, match='what: must be "states" of a simple recurrent'):
        kd.plot_states(run, "so bad", "gates")


def test_states_of_a_series_are_those_of_its_last_window(series_run):
    table = kd.states(series_run, seasonal())
    steps = series_run.preprocessing.lookback
    assert list(table)[:4] == ["step", "time", "unit", "state"]
    assert table["step"].max() == steps
    window = series_run.preprocessing.window(series_run.dataset.table.values)
    layer = series_run.model.get_layer("lstm_1")
    outputs = layer(series_run.preprocessing.to_network(window))
    keras = pytest.importorskip("keras")
    np.testing.assert_allclose(
        state(table)[-1], keras.ops.convert_to_numpy(outputs)[0], atol=1e-5
    )
    assert f"{steps} steps" in kd.plot_states(series_run, series_run.dataset).alt_text


def test_figures_say_when_gates_open(run):
    drawn = kd.plot_states(run, "the good film", "gates")
    assert "4 units in rows and 3 steps in columns: input gate on average" in drawn.alt_text
    assert [axes.get_title() for axes in drawn.axes] == [
        "input gate",
        "forget gate",
        "output gate",
    ]
    assert len(kd.plot_states(run, "good").axes) == 2


def test_what_cannot_be_looked_into_is_refused(run, image_run, both):
    keras = pytest.importorskip("keras")
    with pytest.raises(ShapeError, match="x: must be one text, sequence or video; got 2"):
        kd.states(run, ["good", "bad"])
    with pytest.raises(UnknownName, match=r"has no layer lstm_3\. Did you mean lstm_"):
        kd.states(run, "good", "lstm_3")
    with pytest.raises(
        ArgumentType, match=r"layer: must be a recurrent layer .*Use lstm_1, lst"
    ):
        kd.states(run, "good", "embedding")
    with pytest.raises(
        ArgumentType, match=r"step by step; got the run mnist-dnn, a classifier[.]"
    ):
        kd.states(image_run, "good")
    with pytest.raises(ArgumentType, match="got a network by itself"):
        kd.states(run.model, "good")
    with pytest.raises(ArgumentType, match="must have a recurrent layer"):
        kd.states(few(builder="text_cnn", embedding=3, filters=2, window=2), "good")
    with pytest.raises(UnknownName, match="what: "):
        kd.plot_states(run, "good", "cells")
    other = keras.layers.LSTM(2, activation="relu", name="other")
    network = keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            keras.layers.Embedding(30, 3),
            other,
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    with pytest.raises(
        ArgumentType, match="must have the activation tanh with sigmoid gates; g"
    ):
        kd.states(few(model=network), "good")


def test_the_last_steps_of_a_long_sequence_keep_their_numbers():
    steps = pd.DataFrame({"step": np.arange(1, 251)})
    found = {"state": np.linspace(-1, 1, 250 * 70).reshape(250, 70)}
    panel = _panel(Read("rnn_1", "rnn", found, steps), "states", {"state": "state"})
    cells = panel.frames["cells"]
    assert (cells["step"].min(), cells["step"].max(), cells["unit"].max()) == (51, 250, 64)
    assert panel.subtitle.endswith("64 of 70 units; last 200 of 250 steps")
    assert cells["value"].iloc[-1] == found["state"][-1, 63]
