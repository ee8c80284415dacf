"""Translation: generated pairs, decoding against every text there is, scores, and a whole run."""

from __future__ import annotations

import datetime
import itertools
import json
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerasduet as kd
from kerasduet.data.text import Vocabulary
from kerasduet.errors import ArgumentRange, ArgumentType, DatasetError, ShapeError
from kerasduet.inside.states_figure import states_data
from kerasduet.registry import TASKS
from kerasduet.tasks.translation import generated, sizes
from kerasduet.tasks.translation.baseline import nearest_rows
from kerasduet.tasks.translation.decoding import search
from kerasduet.tasks.translation.figures import attention_weights
from kerasduet.tasks.translation.learned import END, MARKS, START, PairPreprocessing
from kerasduet.tasks.translation.scores import edits
from kerasduet.training import predict_outputs

TINY = {"examples": 80, "digits": 2, "units": 8, "embedding": 4, "epochs": 2, "batch_size": 16}
PAIRS = {
    "source": ["one", "two", "three", "four", "five", "two", "six", "seven"],
    "target": ["eins", "zwei", "drei", "vier", "fünf", "zwo", "sechs", "sieben"],
}


@pytest.fixture(scope="module")
def run():
    return kd.run_experiment("add-numbers", progress=False, **TINY, test_split=0.2)


@pytest.fixture(scope="module")
def plain_run():
    """Give a run without attention, on pairs of the caller's."""
    chosen = {"dataset": "pairs", "data": pd.DataFrame(PAIRS), "test_split": 0.2}
    chosen |= {"attention": False, "bidirectional": False, "reverse": "none"}
    chosen |= {"units": (4, 3), "kind": "gru", "embedding": 2, "epochs": 1}
    return kd.run_experiment("add-numbers", progress=False, **chosen)


# Data -----------------------------------------------------------------------------------------


def test_dates_are_different_days_in_every_style():
    sources, targets = generated.dates(2_000, np.random.default_rng(1))
    assert len(set(targets)) == len(sources) == 2_000
    months = [name.lower() for name in generated.MONTHS]
    for source, target in zip(sources, targets, strict=True):
        year, month, day = target.split("-")
        text = source.lower()
        assert text.endswith(year)
        assert months[int(month) - 1][:3] in text
        number = str(int(day))
        ordinal = generated.ORDINALS[int(day) - 1]
        assert (
            number in text.replace(year, "")
            or f"{ordinal}," in text
            or text.startswith(ordinal)
        )
    day = datetime.date(2024, 5, 3)
    assert [style(day) for style in generated.STYLES] == [
        "3 May 2024",
        "May 3, 2024",
        "3rd of May 2024",
        "May 3rd, 2024",
        "3-May-2024",
        "Fri, 3 May 2024",
        "third of May 2024",
        "May the third, 2024",
    ]
    assert len(generated.ORDINALS) == 31 and generated.ORDINALS[30] == "thirty-first"


def test_sums_are_right_and_never_twice():
    sources, targets = generated.additions(1_000, 3, np.random.default_rng(1))
    pairs = [tuple(sorted(map(int, source.split("+")))) for source in sources]
    assert len(set(pairs)) == len(pairs)
    assert [str(sum(pair)) for pair in pairs] == targets
    assert max(max(pair) for pair in pairs) > 900
    assert sizes.most("additions", 1) == 27


def test_counting_goes_on_from_its_start():
    sources, targets = generated.counting(100, 2, 3, np.random.default_rng(1))
    assert len(set(sources)) == 100
    for source, target in zip(sources, targets, strict=True):
        assert [int(x) for x in target.split()] == [int(source) + i for i in (1, 2, 3)]


def test_copies_are_letters_before_blanks():
    sources, targets = generated.copies(200, 5, 7, np.random.default_rng(1))
    assert len(set(sources)) == 200
    assert all(s == t + "." * 7 and len(t) == 5 for s, t in zip(sources, targets, strict=True))
    assert set("".join(targets)) == set("abcdefgh")
    chosen = kd.experiment("copy-memory", blanks=3, digits=2, examples=30)
    assert kd.load_data(chosen).preprocessing.source_length == 5
    with pytest.raises(
        kd.errors.ArgumentRange, match="at most 32 of the dataset copies of 2 let"
    ):
        kd.experiment("copy-memory", digits=2, examples=33)


def test_equal_sources_stay_on_one_side():
    many = {name: values * 5 for name, values in PAIRS.items()}
    chosen = {"dataset": "pairs", "test_split": 0.3, "validation_split": 0.2}
    data = kd.load_data(kd.experiment("translate-dates", **chosen), many)
    sides = [
        {tuple(row) for row in np.asarray(part.inputs["source"]).tolist()}
        for part in (data.train, data.validation, data.test)
    ]
    assert sum(map(len, sides)) == len(set.union(*sides)) == 7
    assert sum(data.sizes.values()) == 40


def test_pairs_come_from_every_kind_of_table(tmp_path):
    chosen = kd.experiment("translate-dates", dataset="pairs", test_split=0.3)
    whole = kd.load_data(chosen, PAIRS)
    file = tmp_path / "pairs.csv"
    pd.DataFrame(PAIRS).to_csv(file, index=False)
    tables = (
        pd.DataFrame(PAIRS),
        pd.DataFrame(PAIRS).astype("category"),
        pl.DataFrame(PAIRS),
    )
    for data in tables:
        assert kd.load_data(chosen, data).source.sha256 == whole.source.sha256
    read = kd.load_data(chosen.replace(path=str(file)), None)
    assert np.array_equal(read.x_test["source"], whole.x_test["source"])
    numbers = {"source": PAIRS["source"], "target": range(8)}
    digits = kd.load_data(chosen, {name: list(column) for name, column in numbers.items()})
    assert set(digits.preprocessing.target.tokens) <= set("01234567")


def test_longer_test_texts_are_told():
    chosen = kd.experiment("translate-dates", dataset="pairs", test_split=0.3)
    data = kd.load_data(chosen.replace(source_length=3, target_length=4), PAIRS)
    assert (
        "test sources have more than 3 characters: their rest is not read" in data.source.note
    )
    assert (
        "test targets have more than 4 characters: they cannot be written" in data.source.note
    )
    assert data.x_train["source"].shape[1] == 3 and data.y_train.shape[1] == 5


@pytest.mark.parametrize("reverse", ["none", "source", "target", "both"])
def test_codes_and_texts_go_both_ways(reverse):
    source = Vocabulary(tuple("abc"), "character", True)
    target = Vocabulary(("x", "y"), "word", False, MARKS)
    learned = PairPreprocessing(source, target, 4, 3, reverse)
    read, written = learned.read(["Abc", "c"]), learned.written(["x y", "y"])
    forward = reverse in ("none", "target")
    assert read.tolist() == [[0, 2, 3, 4] if forward else [0, 4, 3, 2], [0, 0, 0, 4]]
    first = [5, 4] if reverse in ("both", "target") else [4, 5]
    assert written.tolist() == [[*first, END, 0], [5, END, 0, 0]]
    assert learned.shifted(written).tolist() == [[START, *first, END], [START, 5, END, 0]]
    assert learned.texts(written).tolist() == ["x y", "y"]
    assert learned.source_tokens(read[0]) == ["a", "b", "c"]
    again = PairPreprocessing.from_dict(json.loads(json.dumps(learned.to_dict())))
    assert again == learned


def test_what_follows_the_end_does_not_count():
    data = kd.load_data(kd.experiment("add-numbers", **TINY))
    weights = data.train.weights
    assert np.array_equal(weights > 0, data.y_train > 0)
    assert weights.mean() == pytest.approx(1, rel=1e-6)


# Decoding -------------------------------------------------------------------------------------

SIZE, STEPS = 6, 4  # padding, unknown, both marks, two tokens


def chain(seed):
    """Give probabilities of the next token that depend on row, step and all before."""

    def following(rows, seen, step):
        found = []
        for row, before in zip(rows.tolist(), seen[:, : step + 1].tolist(), strict=True):
            random = np.random.default_rng([seed, row, *before])
            found.append(random.dirichlet(np.ones(SIZE)))
        return np.array(found)

    return following


def by_hand(following, row):
    """Give every text with its probability, the likeliest first."""
    found = []
    tokens = [1, END, 4, 5]
    for length in range(1, STEPS + 1):
        for text in itertools.product(tokens, repeat=length):
            if END in text[:-1] or (length < STEPS and text[-1] != END):
                continue
            seen, score = np.zeros((1, STEPS), np.int32), 0.0
            seen[0, 0] = START
            for step, token in enumerate(text):
                score += np.log(following(np.array([row]), seen, step)[0, token])
                if step + 1 < STEPS:
                    seen[0, step + 1] = token
            found.append((score, [*text, *[0] * (STEPS - length)]))
    return sorted(found, key=lambda one: -one[0])


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 1000))
def test_a_wide_beam_finds_the_likeliest_text(seed):
    following = chain(seed)
    codes, scores = search(following, 3, steps=STEPS, beam=300)
    for row in range(3):
        best, text = by_hand(following, row)[0]
        assert codes[row].tolist() == text
        assert scores[row] == pytest.approx(best)


def test_greedy_takes_the_likeliest_next_token():
    following = chain(3)
    codes, _ = search(following, 4, steps=STEPS)
    again, _ = search(following, 4, steps=STEPS)
    assert np.array_equal(codes, again)
    for row in range(4):
        seen = np.zeros((1, STEPS), np.int32)
        seen[0, 0] = START
        for step in range(STEPS):
            found = following(np.array([row]), seen, step)[0]
            found[[0, START]] = 0
            assert codes[row, step] == found.argmax()
            if found.argmax() == END:
                assert not codes[row, step + 1 :].any()
                break
            if step + 1 < STEPS:
                seen[0, step + 1] = found.argmax()


def test_a_beam_finds_what_greedy_misses():
    # "4" is likelier at first, but what follows it is unsure; "5" is followed for certain.
    def following(rows, seen, step):
        found = np.zeros((len(rows), SIZE))
        if step == 0:
            found[:, [4, 5]] = 0.6, 0.4
        elif step == 1:
            found[seen[:, 1] == 4] = [0, 0, 0, 0.34, 0.33, 0.33]
            found[seen[:, 1] == 5, END] = 1
        else:
            found[:, END] = 1
        return found

    assert search(following, 1, steps=3)[0].tolist() == [[4, END, 0]]
    codes, scores = search(following, 1, steps=3, beam=2)
    assert codes.tolist() == [[5, END, 0]]
    assert np.exp(scores) == pytest.approx(0.4)


def test_what_is_no_number_is_told_of_its_row():
    def following(rows, seen, step):
        found = np.full((len(rows), SIZE), 1 / SIZE)
        found[rows == 1] = np.nan
        return found

    _, scores = search(following, 3, steps=STEPS, beam=2)
    assert np.isnan(scores).tolist() == [False, True, False]


# Scores and baseline --------------------------------------------------------------------------


def distance(one, other):
    if not one or not other:
        return len(one) + len(other)
    if one[0] == other[0]:
        return distance(one[1:], other[1:])
    parts = (one[1:], other), (one, other[1:]), (one[1:], other[1:])
    return 1 + min(distance(*part) for part in parts)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text("ab", max_size=5), st.text("abc", max_size=5)), min_size=1))
def test_edits_are_those_by_hand(pairs):
    sides = []
    for side in zip(*pairs, strict=True):
        codes = np.zeros((len(side), 5), int)
        for row, text in enumerate(side):
            codes[row, : len(text)] = [ord(letter) for letter in text]
        sides.append(codes)
    assert edits(*sides).tolist() == [distance(*pair) for pair in pairs]


def test_the_nearest_source_shares_most_pairs_of_tokens():
    random = np.random.default_rng(2)
    train, test = random.integers(0, 8, (60, 6)), random.integers(0, 8, (9, 6))

    def marks(row):
        row = row.tolist()
        near = itertools.pairwise(row)
        return {x for x in row if x} | {(a, b) for a, b in near if a and b}

    for row, found in zip(test, nearest_rows(train, test), strict=True):
        own = marks(row)
        alike = [2 * len(own & marks(o)) / max(len(own) + len(marks(o)), 1) for o in train]
        assert found == int(np.argmax(alike))


def test_scores_by_hand():
    source = Vocabulary(tuple("abc"), "character", True)
    learned = PairPreprocessing(
        source, Vocabulary(tuple("123"), "character", False, MARKS), 3, 3
    )
    table = pd.DataFrame(
        {
            "row": [1, 2],
            "truth": ["123", "12"],
            "prediction": ["123", "22"],
            "probability": np.float32([0.9, 0.5]),
            "baseline": ["12", "12"],
        }
    )
    found = TASKS["translation"].score(table, learned)
    assert found["exact"] == 0.5 and found["token_accuracy"] == 0.8
    assert found["error_rate"] == pytest.approx(0.2)
    assert found["baseline_exact"] == 0.5
    assert found["baseline_error_rate"] == pytest.approx(0.2)
    assert TASKS["translation"].verdict(found).endswith("does not beat that baseline.")
    fewer = TASKS["translation"].verdict(found | {"error_rate": 0.1})
    assert fewer.endswith("are to be changed, of those of that baseline 20.0 %.")


# A run ----------------------------------------------------------------------------------------


def test_a_run_writes_texts(run):
    texts = run.predict("12+7")
    assert texts.shape == (1,) and type(texts[0]) is str
    table = run.predict(["12+7", "5+5"], kind="prob")
    assert list(table.columns) == ["prediction", "probability"]
    assert table["prediction"].tolist() == run.predict(pd.Series(["12+7", "5+5"])).tolist()
    assert table["probability"].between(0, 1).all()
    wide = run.predict(["12+7", "5+5"], kind="prob", beam=8)
    assert (wide["probability"] >= table["probability"] - 1e-6).all()
    assert np.array_equal(run.predict(run.dataset), run.table["prediction"].to_numpy())
    for beam, error in ((0, ArgumentRange), ("wide", ArgumentType)):
        with pytest.raises(error, match="beam: must be"):
            run.predict("1+2", beam=beam)


def test_the_true_target_of_a_test_row_is_not_looked_at(run):
    predict = partial(predict_outputs, run.model, run.preprocessing)
    inputs = run.dataset.test.inputs
    hidden = {"source": inputs["source"], "target": np.zeros_like(inputs["target"])}
    found = run.task.run_network(predict, run.preprocessing, hidden)
    assert np.array_equal(run.preprocessing.texts(found["codes"]), run.table["prediction"])


def test_a_beam_of_the_experiment_writes_the_test_rows(run):
    assert kd.experiment("add-numbers", beam=3).data.beam == 3
    wide = kd.run_experiment(
        "add-numbers", progress=False, **TINY | {"epochs": 1}, test_split=0.2, beam=3
    )
    assert np.array_equal(wide.predict(wide.dataset), wide.table["prediction"].to_numpy())


def test_a_beam_is_refused_where_nothing_is_searched(image_run):
    with pytest.raises(ArgumentType, match="beam: only a translator searches"):
        image_run.predict(image_run.dataset, beam=2)


def test_attention_weights_are_in_reading_order(run):
    rows = np.arange(4)
    lengths = run.table["source"].str.len().to_numpy()[rows]
    for part, row, length in zip(attention_weights(run, rows), rows, lengths, strict=True):
        written = part.drop_duplicates("step")["written"].tolist()
        text = run.table["prediction"][row]
        assert written == [*text, *["end"] * (len(text) < run.preprocessing.steps)]
        assert "".join(part.drop_duplicates("place")["read"]) == run.table["source"][row]
        sums = part.groupby("step")["weight"].sum()
        assert (sums <= 1 + 1e-5).all()
        if length == run.preprocessing.source_length:
            assert np.allclose(sums, 1, atol=1e-5)


@pytest.mark.parametrize("which", ["run", "plain_run"])
def test_states_of_encoder_and_decoder_are_those_of_the_layers(which, request):
    keras = pytest.importorskip("keras")
    run = request.getfixturevalue(which)
    text = "12+7" if which == "run" else "seven"
    names = ["encoder_1_both" if which == "run" else "encoder_1", "decoder_1"]
    inputs, tokens = run.task.steps_of(run, text, "x")
    network = keras.Model(
        run.model.inputs, [run.model.get_layer(name).output for name in names]
    )
    outputs = keras.tree.flatten(network(inputs))
    size = run.experiment.model["units"][0]
    found = [keras.ops.convert_to_numpy(one)[0] for one in outputs if len(one.shape) == 3]
    for layer, side, own in zip(names, ("source", "target"), found, strict=True):
        table = kd.states(run, text, layer)
        shown = table.groupby("step")["token"].first().tolist()
        assert shown == tokens[side]["token"].tolist()
        states = table["state"].to_numpy().reshape(-1, size)
        np.testing.assert_allclose(states, own[: len(states), :size], atol=1e-5)
    assert kd.states(run, text).equals(kd.states(run, text, names[0]))
    read = kd.states(run, text).groupby("step")["token"].first()
    assert "".join(read) == (text[::-1] if which == "run" else text)
    written = run.predict(text)[0][:: -1 if which == "run" else 1]
    assert shown[0] == "[start]" and written.startswith("".join(shown[1:]))
    alt = states_data(run, text, layer="decoder_1").panels[0].alt
    assert "'[start]'" in alt
    with pytest.raises(ShapeError, match="must be one text, sequence or video; got 2"):
        kd.states(run, [text, text])


def test_attention_is_drawn_where_there_is_some(run, plain_run):
    panel = kd.plots.plot_data(run, "attention").panels[0]
    assert "Attention weights of" in panel.alt
    names = [panel.kind for panel in kd.plots.plot_data(run).panels]
    assert names == ["history", "places", "attention"]
    with pytest.raises(DatasetError, match='only a network with a layer "attention"'):
        plain_run.plot("attention")
    data = kd.plots.plot_data(plain_run)
    assert [panel.kind for panel in data.panels] == ["history", "places"]
    assert "The attention panel is left out" in data.subtitle
    with pytest.raises(ArgumentRange, match="rows: must be"):
        run.plot("attention", rows=[1000])


def test_a_run_without_attention_travels(plain_run, tmp_path):
    assert {layer.name for layer in plain_run.model.layers} >= {"encoder_2", "decoder_2"}
    assert not any(layer.name == "attention" for layer in plain_run.model.layers)
    again = kd.load_run(plain_run.save(tmp_path / "run"))
    assert again.predict(["one", "two"]).tolist() == plain_run.predict(["one", "two"]).tolist()
    assert "reads" in again.facts and "at most" in again.facts["writes"]
    text = Path(kd.render_report(again, tmp_path / "run.html")).read_text("utf-8")
    assert "Where the network looked is not shown" in text


def test_a_builder_of_known_size():
    small = {"source_length": 5, "source_vocabulary": 7, "target_length": 4}
    net = kd.models.encoder_decoder(
        **small, target_vocabulary=6, embedding=3, units=4, bidirectional=False, kind="rnn"
    )
    # Embeddings 21 + 18, layers of 4 (3 + 4 + 1) = 32 each, keys 16, combined 36, output 30.
    assert net.count_params() == 21 + 18 + 32 + 32 + 16 + 36 + 30
    assert [one.name for one in net.inputs] == ["source", "target"]


def test_made_dates_do_not_follow_the_locale(monkeypatch):
    """R sets the locale of the process, and with it Python's names of months."""
    import calendar
    import importlib

    monkeypatch.setattr(calendar, "month_name", [""] + ["Monat"] * 12)
    monkeypatch.setattr(calendar, "day_name", ["Tag"] * 7)
    again = importlib.reload(generated)
    words = {
        word.strip(",.") for text in again.made("dates", 400, 3, 5)[0] for word in text.split()
    }
    assert {"January", "December"} <= words and not words & {"Monat", "Tag"}
