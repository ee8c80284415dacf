"""A tag a token: made sentences, reading, padding that never counts, scores, and a run."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest

import kerasduet as kd
from kerasduet.errors import KerasduetError, KerasduetWarning, MissingValue
from kerasduet.registry import TASKS
from kerasduet.tasks.tagging.dates import date_sentences
from kerasduet.tasks.tagging.reading import read_tagged
from kerasduet.tasks.tagging.scores import confusions

TAGS = {"O", "day", "month", "weekday", "year"}


@pytest.fixture(scope="module")
def run():
    return kd.run_experiment(
        "tag-dates", sentences=900, units=16, epochs=5, learning_rate=0.02, progress=False
    )


def test_made_sentences_differ_and_their_words_are_ambiguous():
    found = date_sentences(1000)
    assert found[:10] == date_sentences(10)
    assert len({tuple(tokens) for tokens, _ in found}) == 1000
    assert all(len(tokens) == len(tags) <= 32 for tokens, tags in found)
    seen = Counter(
        (token.lower(), tag)
        for tokens, tags in found
        for token, tag in zip(tokens, tags, strict=True)
    )
    assert {tag for _, tag in seen} == TAGS
    for word, tag in [
        ("may", "month"),
        ("second", "day"),
        ("march", "month"),
        ("sun", "weekday"),
    ]:
        assert seen[word, "O"] > 5 and seen[word, tag] > 5


def test_tables_lists_and_files_are_the_same_sentences(tmp_path):
    tokens = [["We", "meet", "on", "Monday"], ["NA", "3.0", "-"]]
    tags = [["O", "O", "O", "weekday"], ["O", "day", "O"]]
    wanted = list(zip(tokens, tags, strict=True))
    columns = {
        "sentence": [7, 7, 7, 7, 2, 2, 2],
        "token": [word for own in tokens for word in own],
        "tag": [tag for own in tags for tag in own],
    }
    assert read_tagged({"tokens": tokens, "tags": tags}, None) == wanted
    for table in (columns, pd.DataFrame(columns), pl.DataFrame(columns)):
        assert read_tagged(table, None) == wanted
    file = tmp_path / "words.csv"
    pd.DataFrame(columns).to_csv(file, index=False)
    assert read_tagged(None, str(file)) == wanted
    assert read_tagged({"tokens": ["We meet."], "tags": ["O O O"]}, None) == [
        (["We", "meet", "."], ["O", "O", "O"])
    ]


def test_a_word_that_means_nothing_in_a_file_is_a_value_of_a_table(tmp_path):
    columns = {"sentence": ["NA", "None"], "token": ["Null", "nan"], "tag": ["O", "NA"]}
    assert read_tagged(columns, None) == [(["Null"], ["O"]), (["nan"], ["NA"])]
    with pytest.raises(MissingValue, match="got nothing in row 2"):
        read_tagged(columns | {"sentence": ["NA", " "]}, None)
    file = tmp_path / "words.csv"
    file.write_text("sentence,token,tag\n1,Null,O\n2,nan,NA\n")
    assert read_tagged(None, str(file)) == [(["Null"], ["O"]), (["nan"], ["NA"])]
    file.write_text("sentence,token,tag\n1,Null,O\nNONE,nan,NA\n")
    with pytest.raises(MissingValue, match="got nothing in row 2"):
        read_tagged(None, str(file))


def test_white_space_and_unknown_names_are_refused():
    for given, said in (
        (
            {"tokens": [["New York"]], "tags": [["place"]]},
            "without white space; got 'New York'",
        ),
        ({"tokens": [["a"]], "tag": [["O"]]}, "^tag: a set of tagged sentences has no"),
        ({"tokens": [["a"]], "tags": [[]]}, "tags: must not be empty; got nothing in row 1"),
        ({"tokens": [["a", None]], "tags": [["O", "O"]]}, "tokens: texts must not be missing"),
    ):
        with pytest.raises(KerasduetError, match=said):
            read_tagged(given, None)


def test_rows_of_no_sentence_are_refused(tmp_path):
    table = pd.DataFrame({"sentence": [1, None], "token": ["a", "b"], "tag": ["O", "day"]})
    for given in (
        table,
        pl.DataFrame(table.to_dict("list")),
        table.astype({"sentence": "Int64"}),
    ):
        with pytest.raises(
            KerasduetError, match=r"^sentence: must say .* got nothing in row 2"
        ):
            read_tagged(given, None)
    file = tmp_path / "words.csv"
    file.write_bytes("sentence,token,tag\n1,sch\u00f6n,O\n".encode("latin-1"))
    with pytest.raises(KerasduetError, match=r"another byte in line 2 .* Save it as UTF-8\.$"):
        read_tagged(None, str(file))


def test_a_tag_of_the_test_alone_is_refused():
    data = {"tokens": [["a", "b"]] * 20, "tags": [["O", "day"]] * 20}
    loaded = kd.load_data(kd.experiment("tag-dates", dataset="tagged"), data)
    row = int(loaded.given.index[0])
    data["tags"] = [["O", "year"] if i == row else tags for i, tags in enumerate(data["tags"])]
    with pytest.raises(KerasduetError, match=r"tags: must all occur in training .*'year'"):
        kd.load_data(kd.experiment("tag-dates", dataset="tagged"), data)


def test_scores_are_those_of_a_hand_count():
    task, tags = TASKS["tagging"], ("O", "day")
    learned = type("Learned", (), {"tags": tags})
    table = pd.DataFrame(
        {
            "truth": ["O day O", "day"],
            "prediction": ["O O O", "day"],
            "baseline": ["O O day", "O"],
            "loss": [0.5, 0.3],
            "length": [3.0, 1.0],
        }
    )
    found = task.score(table, learned)
    assert found["accuracy"] == 0.75 and found["baseline_accuracy"] == 0.25
    assert found["errors"] == 1 and found["sentences"] == 0.5
    assert found["loss"] == pytest.approx(0.2)
    assert confusions(table, learned).tolist() == [[2, 0], [1, 1]]
    # O: precision 2/3, recall 1; day: 1 and 1/2.
    assert found["f1"] == pytest.approx((4 / 5 + 2 / 3) / 2)


def test_padding_never_counts(run):
    """Neither in the loss and accuracy of the training, nor in a tag."""
    from kerasduet.training import predict_outputs

    dataset, learned = run.dataset, run.preprocessing
    part = dataset.validation
    inputs, targets, weights = part.take(slice(0, len(part)))
    assert np.array_equal(weights == 1, inputs != 0)
    outputs = predict_outputs(run.model, learned, inputs)
    known = weights == 1
    chance = np.take_along_axis(outputs, targets[..., None], -1)[..., 0][known]
    right = (outputs.argmax(-1) == targets)[known]
    last = run.history.iloc[-1]
    assert last["val_accuracy"] == pytest.approx(right.mean(), abs=1e-6)
    # The mean over batches, which hold nearly as many tokens.
    assert last["val_loss"] == pytest.approx(-np.log(chance).mean(), rel=0.2)


def test_a_network_tags_dates(run):
    metrics, table = run.metrics, run.predictions()
    assert metrics["accuracy"] > 0.98 > metrics["baseline_accuracy"]
    assert metrics["accuracy"] > metrics["baseline_accuracy"]
    assert list(table.columns)[:4] == ["row", "tokens", "truth", "prediction"]
    assert table["length"].sum() == sum(len(text.split(" ")) for text in table["tokens"])
    usual = dict(zip(run.preprocessing.tokens, run.preprocessing.usual[2:], strict=True))
    tags = run.preprocessing.tags
    assert tags[usual["may"]] == "O" and tags[usual["monday"]] == "weekday"


def test_predictions_are_a_row_a_token(run):
    found = run.predict("We meet on 3 May 2024")
    assert list(found.columns) == ["text", "token", "tag", "probability"]
    assert found["token"].tolist() == ["We", "meet", "on", "3", "May", "2024"]
    assert found["tag"].tolist() == ["O", "O", "O", "day", "month", "year"]
    both = run.predict([["You", "may", "rest"], ["We", "meet", "on", "3", "May", "2024"]])
    assert both["text"].tolist() == [1] * 3 + [2] * 6
    assert both["tag"].tolist()[3:] == found["tag"].tolist()
    assert run.predict(pd.Series(["You may rest"]))["tag"].tolist() == ["O"] * 3
    rows = run.predict(run.dataset)
    assert " ".join(rows["tag"]) == " ".join(run.table["prediction"])
    with pytest.warns(KerasduetWarning, match="no token of text 2 was in the training"):
        run.predict(["We meet", "zzz qqq"])


def test_tokens_with_marks_in_them_are_known_from_lists():
    data = {
        "tokens": [["U.S.", "law"], ["the", "U.S."]] * 10,
        "tags": [["place", "O"], ["O", "place"]] * 10,
    }
    chosen = kd.experiment("tag-dates", dataset="tagged", lower=False)
    learned = kd.load_data(chosen, data).preprocessing
    assert "U.S." in learned.tokens
    assert learned.encoded([["U.S."]])[0, 0] > 1


def test_figures_show_sentences_and_tags(run):
    shown = kd.plots.plot_data(run, kind="tags", rows=[1, 2]).panels[0].frames["tokens"]
    words = " ".join(run.table["tokens"].iloc[:2]).split(" ")
    assert [label.removeprefix("\u00d7 ") for label in shown["label"]] == words
    cells = kd.plots.plot_data(run, kind="confusion").panels[0].frames["cells"]
    assert cells["count"].sum() == run.table["length"].sum()


def test_states_of_a_sentence_have_its_tokens(run):
    table = kd.states(run, "We meet on 3 May 2024")
    assert table["token"].unique().tolist() == ["We", "meet", "on", "3", "May", "2024"]
    layer = run.model.get_layer("lstm_1")
    codes = run.preprocessing.encoded([["We", "meet", "on", "3", "May", "2024"]])
    from keras import ops

    seen = ops.convert_to_numpy(layer(run.model.get_layer("embedding")(codes)))[0, :6, :16]
    np.testing.assert_allclose(table["state"].to_numpy().reshape(6, 16), seen, atol=1e-5)
