"""Going on with a text: n-grams by hand, windows, sampling, and a run from a text to a page."""

from __future__ import annotations

import math

import numpy as np
import pytest

import kerasduet as kd
from kerasduet.errors import ArgumentType, DatasetError, EmptyData, KerasduetWarning
from kerasduet.tasks.generation.ngrams import MOST_ORDER, ngram_chances, perplexity
from kerasduet.tasks.generation.python_help import python_help
from kerasduet.tasks.generation.verbs import chosen
from kerasduet.tasks.generation.windows import Windows

SENTENCES = ("the cat sat on the mat. ", "a dog ran over the hill. ", "birds sing in trees. ")
SMALL = {"length": 16, "stride": 8, "least": 2, "units": 24, "embedding": 8, "epochs": 3}


def text(sentences=120, seed=3):
    order = np.random.default_rng(seed).integers(0, len(SENTENCES), sentences)
    return "".join(SENTENCES[i] for i in order)


@pytest.fixture(scope="module")
def run():
    return kd.run_experiment(
        "next-character", data=text(), learning_rate=0.01, progress=False, **SMALL
    )


def test_n_grams_are_those_of_a_hand_computation():
    """Of "abacab" with a, b, c and one code more, and then "abc"."""
    train = np.array([0, 1, 0, 2, 0, 1])
    found = ngram_chances(train, np.array([0, 1, 2]), 4)
    # One token: a 3, b 2, c 1, of 6, of 3 kinds; the rest, 3 / 9, to four alike.
    one = [(3 + 3 / 4) / 9, (2 + 3 / 4) / 9, (1 + 3 / 4) / 9]
    assert found[0] == pytest.approx(one)
    # After a: b twice, c once. After b: a once.
    two = [one[0], (2 + 2 * one[1]) / 5, (0 + 1 * one[2]) / 2]
    assert found[1] == pytest.approx(two)
    # After "ab": a once.
    assert found[2] == pytest.approx([one[0], two[1], two[2] / 2])
    # No history of three was seen.
    assert np.array_equal(found[3], found[2])


def test_n_grams_are_distributions():
    train = np.random.default_rng(0).integers(0, 5, 300)
    history = train[100:104]
    sums = np.zeros(MOST_ORDER)
    for code in range(6):  # one never occurs
        sums += ngram_chances(train, np.append(history, code), 6)[:, -1]
    assert sums == pytest.approx(1)


def test_a_longer_history_is_better_on_its_own_text():
    codes = np.array([ord(letter) - 32 for letter in text()])
    found = [perplexity(one) for one in ngram_chances(codes, codes, 100)]
    assert found == sorted(found, reverse=True)
    assert perplexity(np.array([np.nan, 0.5])) != perplexity(np.array([0.5, 0.5]))


def test_windows_cover_a_text_and_their_targets_are_one_ahead():
    codes = np.arange(21, dtype=np.int32)
    inputs, targets = (np.asarray(Windows(codes, 6, 3, ahead)) for ahead in (0, 1))
    assert inputs.shape == (5, 6)
    assert np.array_equal(targets, inputs + 1)
    assert np.array_equal(targets[:, -3:].ravel(), np.arange(4, 19))  # scored ones: each once
    assert len(Windows(codes[:6], 6, 3, 0)) == 0


def test_sampling_follows_temperature_and_top_k():
    chances = np.array([0.3, 0.2, 0.25, 0.15, 0.1])  # padding and unknown are never chosen
    draws = (np.arange(2000) + 0.5) / 2000

    def shares(temperature, top_k=None):
        found = [chosen(chances, temperature, top_k, draw) for draw in draws]
        return (np.bincount(found, minlength=5) / len(found)).tolist()

    assert shares(1) == pytest.approx([0, 0, 0.5, 0.3, 0.2], abs=1e-3)
    squares = np.array([0.25, 0.15, 0.1]) ** 2
    assert shares(0.5)[2:] == pytest.approx(squares / squares.sum(), abs=1e-3)
    assert shares(1, 2) == pytest.approx([0, 0, 0.625, 0.375, 0], abs=1e-3)
    assert shares(0) == shares(1, 1) == shares(1e-300) == [0, 0, 1, 0, 0]
    assert shares(1e9)[2:] == pytest.approx([1 / 3] * 3, abs=1e-3)


def test_pythons_own_reference_is_english():
    found = python_help()
    assert 50_000 < len(found) < 1_000_000
    assert found.count(" the ") > 1_000
    letters = sum(letter.isalpha() or letter == " " for letter in found)
    assert letters / len(found) > 0.9


def test_a_text_is_split_in_its_order(run):
    dataset = run.dataset
    whole = text().strip()
    parts = [
        "".join(run.preprocessing.written(part.inputs.codes))
        for part in (dataset.train, dataset.validation, dataset.test)
    ]
    assert "".join(parts) == whole
    assert set(run.preprocessing.tokens) == set(parts[0])
    assert run.preprocessing.tokens[0] == " "  # the commonest


def test_a_network_learns_sentences(run):
    table, metrics = run.predictions(), run.metrics
    assert metrics["perplexity"] == pytest.approx(math.exp(metrics["loss"]))
    assert metrics["baseline_perplexity"] == min(
        metrics[f"ngram_{order}_perplexity"] for order in range(1, 6)
    )
    assert metrics["perplexity"] < metrics["ngram_1_perplexity"]
    scored = "".join(table["truth"])
    assert scored in text()
    assert scored.startswith(
        "".join(run.preprocessing.written(run.dataset.test.inputs.codes))[9:40]
    )
    assert (table[[f"ngram_{n}" for n in range(1, 6)]] > 0).all(axis=None)
    assert "the best n-gram has" in run.summary


def test_generation_repeats_and_goes_on(run):
    one = run.generate("the  cat ", n=30, temperature=0.7, seed=1)
    assert one == run.generate("the cat ", 30, temperature=0.7, seed=1)
    assert one.startswith("the cat ") and len(one) == 38
    assert one != run.generate("the cat ", 30, temperature=0.7, seed=2)
    greedy = run.generate("the", 30, temperature=0)
    assert greedy == run.generate("the", 30, temperature=0, seed=9)
    assert greedy == run.generate("the", 30, top_k=1, seed=4)
    long = text()[:200]
    assert run.generate(long, 1, temperature=0)[:-1] == long
    # The end of a long text is what is seen.
    assert (
        run.generate(long, 9, temperature=0)[-9:]
        == run.generate(long[-16:], 9, temperature=0)[-9:]
    )


def test_what_comes_next_does_not_depend_on_what_stands_beside(run):
    many = run.predict(["the ca", "a dog ran over the hil", "bi"])
    assert list(many.columns) == ["text", "next", "probability"]
    alone = run.predict("bi")
    assert alone["next"].item() == many["next"].iloc[2]
    assert alone["probability"].item() == pytest.approx(many["probability"].iloc[2], rel=1e-5)
    greedy = run.generate("a dog ran over the hil", 1, temperature=0)
    assert greedy[-1] == many["next"].iloc[1]


def test_unknown_characters_are_noted(run):
    with pytest.warns(KerasduetWarning, match="none of its 3 characters was in the training"):
        found = run.generate("\u4e2d\u6587\u5b57", 5)
    assert found.startswith("\u4e2d\u6587\u5b57")
    assert run.generate("\u4e2d the", 2, temperature=0).startswith("\u4e2d the")
    with pytest.warns(KerasduetWarning, match="^x: none"):
        run.predict(["the", "\u4e2d"])


def test_a_file_and_the_callers_own_text_are_the_same(tmp_path):
    whole = text(60) + "CAPITALS"
    file = tmp_path / "text.txt"
    file.write_text(whole, "utf-8")
    settings = {"dataset": "text", **SMALL, "lower": True}
    asked = kd.experiment("next-character", path=str(file), **settings)
    read, given = kd.load_data(asked), kd.load_data(asked.replace(path=None), [whole])
    assert read.source.path == str(file) and given.source.given
    assert np.array_equal(read.x_train, given.x_train)
    assert not any(token.isupper() for token in read.preprocessing.tokens)
    with pytest.raises(DatasetError, match="needs a text of your own; got nothing"):
        kd.load_data(asked.replace(path=None))
    with pytest.raises(EmptyData, match="must hold text"):
        file.write_text(" \n ", "utf-8")
        kd.load_data(asked)


def test_figures_say_what_they_show(run):
    drawn = kd.plots.plot_data(run, kind="characters", begin=5).panels[0]
    assert drawn.frames["cells"]["label"].iloc[0] in (run.table["truth"].iloc[4], "\u00b7")
    bars = kd.plots.plot_data(run, kind="perplexity").panels[0].frames["bars"]
    assert bars["perplexity"].iloc[-1] == run.metrics["perplexity"]
    with pytest.raises(kd.errors.ArgumentRange, match="begin: must be"):
        run.plot("characters", begin=0)


def test_a_page_shows_samples(run, tmp_path):
    page = kd.render_report(run, tmp_path / "page.html")
    words = (tmp_path / "page.html").read_text("utf-8")
    assert page.endswith("page.html") and "Samples" in words and "always" in words


def test_a_network_of_ones_own_may_not_look_ahead():
    import keras

    def made(padding):
        def model(length, vocabulary, seed):
            codes = keras.Input((length,), dtype="int32")
            x = keras.layers.Embedding(vocabulary, 4)(codes)
            x = keras.layers.Conv1D(6, 3, padding=padding)(x)
            return keras.Model(codes, keras.layers.Dense(vocabulary, activation="softmax")(x))

        return model

    small = {"data": text(), "length": 16, "stride": 8, "epochs": 1, "progress": False}
    run = kd.run_experiment("next-character", model=made("causal"), **small)
    assert len(run.generate("the", 3)) == 6
    with pytest.raises(
        ArgumentType, match="model: must give each step from the characters up to"
    ):
        kd.run_experiment("next-character", model=made("same"), **small)


def test_states_are_those_of_the_last_characters(run):
    table = kd.states(run, "the ")
    assert table["token"].unique().tolist() == ["t", "h", "e", " "]
    assert table["step"].max() == 4 and table["state"].abs().max() < 1
    assert "2 steps in columns" in kd.plot_states(run, "th").alt_text
