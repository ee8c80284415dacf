"""Texts and their classes: data, vocabulary, networks, what is asked of a run, what is refused."""

from __future__ import annotations

import hashlib
import json
import re

import numpy as np
import pandas as pd
import polars as pl
import pytest

import kerasduet as kd
from kerasduet import cli
from kerasduet.data.text import Vocabulary
from kerasduet.errors import (
    ArgumentType,
    CsvError,
    DatasetError,
    EmptyData,
    KerasduetWarning,
    LabelRange,
    LabelType,
    LengthMismatch,
    MissingValue,
    ShapeError,
    UnknownName,
)
from kerasduet.registry import TASKS
from kerasduet.tasks.texts import imdb, reviews
from kerasduet.tasks.texts.baseline import bag_of_words
from kerasduet.tasks.texts.outputs import by_class

CHEAP = {"builder": "text_cnn", "embedding": 16, "filters": 24, "length": 30, "progress": False}
FEW = CHEAP | {"embedding": 3, "filters": 2, "window": 2, "length": 6, "epochs": 1}
SAID = ["a good film", "a bad film", "very good", "so bad", "the good plot", "bad music"] * 4


def few(**more):
    """Give a table of texts and labels."""
    table = {"text": SAID, "label": ["pos", "neg"] * 12}
    return pd.DataFrame(table | more)


@pytest.fixture(scope="module")
def run():
    return kd.run_experiment("sentiment", dataset="reviews", epochs=4, **CHEAP)


def test_the_generated_reviews_are_always_the_same():
    texts, codes = reviews.generated()
    assert len(texts) == len(set(texts)) == len(codes) == reviews.COUNT
    assert sum(codes) == reviews.COUNT // 2
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    assert digest.startswith("1688333aa43a9127")
    words = {word for text in texts for word in text.lower().replace(".", "").split()}
    assert {"not", "hardly", "very", "slightly", "but", "although"} <= words


def test_a_network_of_word_order_beats_the_bag_of_words(run):
    assert run.source.name == "generated reviews"
    assert "none of them written by a person" in run.source.note
    assert run.metrics["accuracy"] >= 0.95 > 0.75 > run.metrics["bag_accuracy"]
    assert "does not beat" not in run.summary
    assert run.predict("The plot was not bad.") == ["positive"]
    assert run.predict(["The plot was hardly good.", "The plot was very good."]).tolist() == [
        "negative",
        "positive",
    ]


def test_the_verdict_says_when_a_network_does_not_beat_the_bag(run):
    told = run.task.verdict(run.metrics | {"accuracy": 0.4})
    assert told.endswith("The network does not beat the bag of words or that guess.")


def test_texts_are_predicted_in_whatever_holds_them(run):
    texts = ["The film was great.", "The film was awful, it was never fine."]
    wanted = run.predict(texts, kind="prob")
    assert wanted.columns.tolist() == ["negative", "positive"]
    assert np.allclose(wanted.sum(axis=1), 1)
    for given in (
        tuple(texts),
        np.array(texts),
        pd.Series(texts, dtype="category"),
        pl.Series(texts),
        pd.DataFrame({"text": texts, "other": 1}),
        pl.DataFrame({"text": texts}),
        {"text": texts},
    ):
        assert run.predict(given, kind="prob").equals(wanted)
    scores = run.evaluate(texts, pd.Categorical(["positive", "negative"]))
    assert set(scores) == {"loss", "accuracy", "errors"}


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ("", EmptyData, "x: texts must not be empty; got '' in row 1"),
        (["good", None], MissingValue, "in row 2"),
        ([3.5], ArgumentType, "x: must be texts; got 3.5 in row 1"),
        (np.zeros((2, 30)), ArgumentType, "must have one text a row"),
        (pd.DataFrame({"review": ["good"]}), UnknownName, "text_column: no column 'text'"),
        ([], EmptyData, "x: must have at least one text"),
    ],
)
def test_what_is_no_text_is_not_predicted(run, given, error, words):
    with pytest.raises(error) as caught:
        run.predict(given)
    assert words in str(caught.value)


def test_only_unknown_words_are_told(run):
    with pytest.warns(
        KerasduetWarning, match="x: the text in row 1 holds no word of the run's"
    ):
        run.predict("zzz yyy")
    with pytest.warns(
        KerasduetWarning, match="x: 2 of 3 texts, the first in row 1, hold no word"
    ):
        run.predict(["zzz", "good", "yyy"])


def test_the_run_holds_its_vocabulary(run, tmp_path):
    folder = run.save(tmp_path / "run")
    saved = json.loads((tmp_path / "run" / "preprocessing.json").read_text("utf-8"))
    assert saved["vocabulary"]["tokens"] == list(run.preprocessing.vocabulary.tokens)
    loaded = kd.load_run(folder)
    assert loaded.preprocessing == run.preprocessing
    told = [
        "The plot was not good.",
        "The sound was slightly dull and the cast was very fresh.",
    ]
    assert loaded.predict(told, kind="prob").equals(run.predict(told, kind="prob"))


def test_influence_names_the_words(run):
    found = kd.word_influence(run, ["The plot was not good.", "The zzz was bad"])
    assert found.columns.tolist() == ["text", "place", "word", "known", "label", "influence"]
    assert found["word"].tolist()[:6] == ["the", "plot", "was", "not", "good", "."]
    assert found.loc[found["word"] == "zzz", "known"].tolist() == [False]
    assert np.isfinite(found["influence"]).all() and found["influence"].abs().max() > 0
    other = kd.word_influence(run, "The plot was not good.", label="positive")
    mine = found[found["text"] == 1]
    sign = 1 if mine["label"].iloc[0] == "positive" else -1
    assert np.allclose(other["influence"], sign * mine["influence"], atol=1e-6)
    drawn = kd.plot_word_influence(run, "The plot was not good.")
    assert "the strongest speak" in drawn.alt_text
    with pytest.raises(ShapeError, match="text: must be one text; got 2"):
        kd.plot_word_influence(run, ["good", "bad"])
    with pytest.raises(UnknownName, match="label: no class sad"):
        kd.word_influence(run, "good", label="sad")
    with pytest.raises(ArgumentType, match="run: must be a classifier of texts; got a network"):
        kd.word_influence(run.model, "good")


def test_influence_is_the_slope_of_the_score(run):
    """Along what stands for all words the score changes by the sum, for a small change."""
    from kerasduet.inside.heads import head_of
    from kerasduet.inside.networks import subject_of

    codes = run.preprocessing.encoded(["The plot was not good."])
    head = head_of(subject_of(run), None)
    layer = run.model.get_layer("embedding")
    own, step = layer.get_weights()[0], 1e-3

    def score(factor):
        scaled = own.copy()
        used = np.unique(codes[codes > 0])
        scaled[used] *= factor
        layer.set_weights([scaled])
        with head.plain():
            return float(np.asarray(head.scores(codes, np.array([1])))[0])

    slope = (score(1 + step) - score(1 - step)) / (2 * step)
    change = score(1) - score(0)
    layer.set_weights([own])
    whole = kd.word_influence(run, "The plot was not good.", "integrated", label="positive")
    assert whole["influence"].sum() == pytest.approx(change, rel=0.05, abs=0.05)
    found = kd.word_influence(run, "The plot was not good.", label="positive")
    assert found["influence"].sum() == pytest.approx(slope, rel=0.05, abs=0.05)


def test_own_texts_come_as_a_table_a_mapping_or_a_pair():
    table = few()
    wanted = kd.load_data(kd.experiment("texts", length=6), table)
    for given in (
        {"x": SAID, "y": table["label"].tolist()},
        (SAID, pd.Categorical(table["label"])),
        (pd.Series(SAID, index=range(24, 0, -1)), pd.Series(table["label"].to_numpy())),
        pl.DataFrame({"text": SAID, "label": table["label"].tolist()}),
    ):
        found = kd.load_data(kd.experiment("texts", length=6), given)
        assert found.source.sha256 == wanted.source.sha256
        assert np.array_equal(found.x_train, wanted.x_train)
    assert wanted.preprocessing.class_names == ("neg", "pos")
    assert "Also among the training texts" in wanted.source.note


def test_only_training_texts_teach_the_vocabulary():
    table = few(text=[f"{text} w{row}" for row, text in enumerate(SAID)])
    data = kd.load_data(kd.experiment("texts", length=6), table)
    known = data.preprocessing.vocabulary.tokens
    trained = {f"w{row}" for row in range(24)} & set(known)
    assert len(trained) == len(data.train)
    tested = {f"w{row}" for row in data.given.index}
    assert len(tested) == len(data.test) and not tested & trained
    cut = TASKS["text-classification"].folds(kd.experiment("texts", length=6), table, 2, 1)
    assert cut[0].preprocessing.vocabulary != cut[1].preprocessing.vocabulary
    assert sum(len(fold.test) for fold in cut) == 24


@pytest.mark.parametrize(
    ("given", "settings", "error", "words"),
    [
        (
            few(),
            {"classes": 3},
            LabelRange,
            "label: must hold 3 classes; got 2: 'neg', 'pos'. Set",
        ),
        (
            few(label=list("abc") * 8),
            {},
            LabelRange,
            "must hold 2 classes; got 3: 'a', 'b', 'c'.",
        ),
        (few(label="a"), {}, LabelRange, "label: must hold 2 classes; got 1: 'a'."),
        (few(label=[None, *"ab" * 11, "a"]), {}, MissingValue, "missing, the first in row 1"),
        (few(label=np.arange(24) / 2), {}, LabelType, "numbers with fractions"),
        (
            few(text=["", *SAID[1:]]),
            {},
            EmptyData,
            "text: texts must not be empty; got '' in row 1",
        ),
        (few(text=range(24)), {}, ArgumentType, "text: must be texts; got 0 in row 1"),
        (
            few(),
            {"text_column": "texts"},
            UnknownName,
            "text_column: no column 'texts'. Did you",
        ),
        (few(), {"label_column": "y"}, UnknownName, "label_column: no column 'y'"),
        ((SAID, ["pos"]), {}, LengthMismatch, "y: must have one label a text (24); got 1"),
        ((SAID, "pos"), {}, LabelType, "y: must have one label a text; got 'pos'"),
        (few().head(0), {}, EmptyData, "data: must have rows"),
        (few().head(2), {}, EmptyData, "must leave at least one test text; got 2 texts"),
        (
            few(label=pd.Categorical(["b"] * 24, categories=["a", "b"])),
            {},
            LabelRange,
            "label: must have training texts of each class; got none of 'a'",
        ),
        (None, {}, DatasetError, "data: texts needs texts and labels; got nothing"),
    ],
)
def test_bad_data_are_refused_in_a_sentence(given, settings, error, words):
    with pytest.raises(error) as caught:
        kd.load_data(kd.experiment("texts", length=6, **settings), given)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"dataset": "reviews", "path": "x.csv"}, "path: the dataset reviews is generated"),
        ({"label_column": "text"}, "label_column: must be a column of its own"),
        (
            {"dataset": "imdb", "classes": 3},
            "classes: the dataset imdb has 2 classes; got 3",
        ),
        ({"class_weight": (1, 2, 3)}, "class_weight: must have one weight a class (2); got 3"),
        ({"vocabulary_size": 2}, "vocabulary_size: must be a whole number, at least 3"),
    ],
)
def test_bad_settings_are_refused(settings, words):
    with pytest.raises(kd.errors.KerasduetError) as caught:
        kd.experiment("texts", **settings)
    assert words in str(caught.value)


def test_three_classes_and_weights_are_learned():
    table = few(label=["a", "b", "c"] * 8)
    run = kd.run_experiment("texts", data=table, classes=3, class_weight=(1, 2, 1), **FEW)
    assert run.model.output_shape == (None, 3)
    assert run.predict("good", kind="prob").columns.tolist() == ["a", "b", "c"]
    assert kd.word_influence(run, "good film")["influence"].notna().all()


def test_operations_are_named_alike_in_every_session():
    """Keras counts functions of tensors, such as the mask, over all networks of a session."""
    names = [
        kd.describe(kd.models.text_recurrent(vocabulary=5, length=4))["layer"].tolist()
        for _ in range(2)
    ]
    assert names[0] == names[1] and "not_equal" in names[0]


def test_a_shell_finds_the_column_of_labels(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run = kd.run_experiment("texts", data=few(), out="run", **FEW)
    few().to_csv("mine.csv", index=False)
    assert cli.main(["evaluate", "run", "mine.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == run.evaluate(few(), few()["label"])


def test_a_csv_file_is_read_in_its_encoding(tmp_path):
    rows = "".join(f"sch\u00f6n {i},ja\ngr\u00e4\u00dflich {i},nein\n" for i in range(10))
    file = tmp_path / "mine.csv"
    file.write_bytes(f"text,label\n{rows}".encode("latin-1"))
    chosen = kd.experiment("texts", path=file)
    with pytest.raises(CsvError, match=r'byte in line 2 of mine.csv.*set encoding = "latin-1"'):
        kd.load_data(chosen)
    data = kd.load_data(chosen.replace(encoding="latin-1"))
    assert {"sch\u00f6n", "gr\u00e4\u00dflich"} <= set(data.preprocessing.vocabulary.tokens)
    for name in ("utf-9", "hex"):
        with pytest.raises(UnknownName, match=r"^encoding: must be one that Python knows"):
            kd.load_data(chosen.replace(encoding=name))


def test_folders_and_tables_are_read(tmp_path):
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "pos.txt").write_text("a good film\n\nvery good\n" * 5, "utf-8")
    (tmp_path / "lines" / "neg.txt").write_bytes("na\u00efve film\nbad\n".encode("latin-1") * 5)
    chosen = kd.experiment("texts", path=tmp_path / "lines", length=5)
    with pytest.raises(DatasetError, match=r"got another byte in line 1 of neg.txt"):
        kd.load_data(chosen)
    data = kd.load_data(chosen.replace(encoding="latin-1"))
    assert data.preprocessing.class_names == ("neg", "pos") and data.source.rows == 20
    for name in ("ham", "spam"):
        (tmp_path / "folders" / name).mkdir(parents=True)
        for number in range(4):
            (tmp_path / "folders" / name / f"{number}.txt").write_text(f"{name} {number}\nyes")
    data = kd.load_data(chosen.replace(path=tmp_path / "folders"))
    assert data.preprocessing.class_names == ("ham", "spam") and data.source.rows == 8
    file = tmp_path / "texts.csv"
    few().to_csv(file, index=False)
    assert kd.load_data(chosen.replace(path=file)).source.rows == 24
    with pytest.raises(DatasetError, match="path: must be a CSV file, or a folder"):
        kd.load_data(chosen.replace(path=tmp_path / "none"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmptyData, match="got the empty folder"):
        kd.load_data(chosen.replace(path=tmp_path / "empty"))


def test_a_vocabulary_can_be_given(tmp_path):
    keras = pytest.importorskip("keras")
    layer = keras.layers.TextVectorization(max_tokens=8)
    layer.adapt(SAID)
    tokens = layer.get_vocabulary()
    chosen = kd.experiment("texts", length=6, vocabulary=layer, embedding=2, units=2, epochs=1)
    assert chosen == chosen.replace(vocabulary=tokens) == chosen.replace(vocabulary=tokens[2:])
    run = kd.run_experiment(chosen, data=few(), out=tmp_path / "run", progress=False)
    known = kd.load_run(tmp_path / "run").preprocessing.vocabulary
    assert list(known.all) == tokens
    assert np.array_equal(known.encoded(SAID, 3, pad="end"), layer(SAID))
    assert re.search(r"The vocabulary was given: it has [\d.]+ % of", run.dataset.source.note)
    plain = kd.load_data(chosen.replace(vocabulary=None), few())
    assert run.dataset.source.sha256 != plain.source.sha256
    file = tmp_path / "vocabulary.txt"
    file.write_text("\n".join(tokens) + "\n", "utf-8")
    read = kd.load_data(chosen.replace(vocabulary=file), few())
    assert read.source.sha256 == run.dataset.source.sha256
    assert np.array_equal(read.x_train, run.dataset.x_train)
    odd = kd.load_data(chosen.replace(vocabulary=["good", "good film"]), few())
    assert "1 of its 2 tokens are none that texts are cut into" in odd.source.note
    for text, error, words in (
        (b"a\n\nb\n", ArgumentType, "got '' as number 2"),
        (b"a\n\xff\n", DatasetError, "another byte in line 2"),
        (b"", EmptyData, "vocabulary: must hold text; got an empty file"),
    ):
        file.write_bytes(text)
        with pytest.raises(error, match=words):
            kd.load_data(chosen.replace(vocabulary=file), few())


def test_word_vectors_begin_the_embedding(tmp_path):
    file = tmp_path / "vectors.txt"
    file.write_text("good 1 2 3\nfilm 4 5 6\n. . 7 8 9\ngood 0 0 0\n", "utf-8")
    settings = {"builder": "text_cnn", "filters": 2, "window": 2, "embedding": 3, "length": 6}
    chosen = kd.experiment("texts", vectors=file, epochs=1, **settings)
    data = kd.load_data(chosen, few())
    tokens = data.preprocessing.vocabulary.tokens
    assert f"Of {len(tokens)} words of the vocabulary {len(tokens) - 2} have no vector in" in (
        data.source.note
    )
    first = kd.build_model(chosen, data).get_layer("embedding").get_weights()[0]
    codes = data.preprocessing.vocabulary.codes(["good", "film"])
    assert first[codes].tolist() == [[1, 2, 3], [4, 5, 6]]
    plain = kd.build_model(chosen.replace(vectors=None), few())
    others = np.delete(np.arange(len(first)), codes)
    other = plain.get_layer("embedding").get_weights()[0]
    assert np.array_equal(first[others], other[others])
    run = kd.run_experiment(chosen, data=few(), progress=False, out=tmp_path / "run")
    file.unlink()  # the run has its own weights
    again = kd.load_run(tmp_path / "run").predict(SAID[:4], kind="prob")
    assert again.equals(run.predict(SAID[:4], kind="prob"))


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        ("good 1 2\nfilm 1\n", DatasetError, "got 1 numbers where others have 2 in line 2 of"),
        (
            "3 2\nthe 1 2\ngood 1 x\n",
            DatasetError,
            "something else than numbers in line 3 of v",
        ),
        ("good 1 nan\n", DatasetError, "a number that is not finite in line 1 of vectors.txt"),
        ("\n", EmptyData, "vectors: must hold word vectors; got an empty file"),
        (
            "good 1 2 3\n",
            ShapeError,
            "embedding: must be 3, the numbers of a vector in vectors.t",
        ),
    ],
)
def test_corrupt_vectors_are_refused_by_line(content, error, words, tmp_path):
    file = tmp_path / "vectors.txt"
    file.write_text(content, "utf-8")
    chosen = kd.experiment("texts", vectors=file, embedding=2, length=6)
    with pytest.raises(error) as caught:
        kd.load_data(chosen, few())
    assert words in str(caught.value)
    with pytest.raises(DatasetError, match="vectors: must be a file of word vectors"):
        kd.load_data(chosen.replace(vectors=tmp_path / "none.txt"), few())


WORDS = {"the": 1, "film": 2, "good": 3, "bad": 4}


@pytest.fixture
def own_imdb(tmp_path, monkeypatch):
    """Write files as those of IMDB are written."""
    half = [[1, 2, 3], [1, 2, 4]] * 10
    lists = np.empty(20, dtype=object)
    lists[:] = half
    codes = np.array([1, 0] * 10)
    file, words = tmp_path / imdb.FILE, tmp_path / imdb.WORDS
    np.savez(file, x_train=lists, y_train=codes, x_test=lists, y_test=codes)
    words.write_text(json.dumps(WORDS), "utf-8")
    monkeypatch.setattr(imdb, "SHA256", hashlib.sha256(file.read_bytes()).hexdigest())
    monkeypatch.setattr(imdb, "WORDS_MD5", hashlib.md5(words.read_bytes()).hexdigest())
    return file


def test_imdb_becomes_words_again(own_imdb, monkeypatch):
    """The ranks of the file are words without Keras's offset of 3."""
    chosen = kd.experiment("sentiment", path=own_imdb, length=4)
    data = kd.load_data(chosen)
    assert data.source.name == "IMDB (path)"
    assert data.sizes == {"train": 16, "validation": 4, "test": 20}
    assert data.given["text"].tolist()[:2] == ["the film good", "the film bad"]
    assert set(data.preprocessing.vocabulary.tokens) == set(WORDS)
    monkeypatch.setenv("KERASDUET_DATA", str(own_imdb.parent))
    assert kd.load_data(chosen.replace(path=None)).source.name == "IMDB (KERASDUET_DATA)"


def test_other_files_than_imdb_are_refused_before_they_are_read(own_imdb):
    chosen = kd.experiment("sentiment", path=own_imdb, length=4)
    own_imdb.write_bytes(own_imdb.read_bytes() + b"x")
    with pytest.raises(
        DatasetError, match=r"path: must lead to IMDB's reviews .* known sha256"
    ):
        kd.load_data(chosen)
    with pytest.raises(
        DatasetError, match=r"which does not exist\. Put both files in one folder"
    ):
        kd.load_data(chosen.replace(path=own_imdb.parent / "none.npz"))


def test_without_imdb_generated_reviews_stand_in(monkeypatch):
    monkeypatch.setattr(imdb, "_files", lambda path: [])
    monkeypatch.setattr(imdb, "_download", lambda: False)
    data = kd.load_data("sentiment")
    assert data.source.name == "generated reviews"
    assert data.source.note.startswith("IMDB's reviews were not found and could not be")


def test_a_bag_of_words_learns_words_alone():
    known = Vocabulary.learned(SAID)
    codes = np.array([1, 0] * 12)
    rows = known.encoded([*SAID, "film good a", "zzz"], 4)
    found = bag_of_words(rows[:24], codes, rows, size=len(known), classes=2)
    assert found.dtype == np.float32 and np.allclose(found.sum(axis=1), 1)
    assert (found[:24].argmax(axis=1) == codes).all()
    assert found[24].tolist() == pytest.approx(found[0].tolist())  # in whatever order
    one = bag_of_words(rows[:2], np.array([1, 1]), rows[:3], size=len(known), classes=2)
    assert one.tolist() == [[0.0, 1.0]] * 3


def test_one_output_stands_for_two_classes():
    assert by_class(np.array([[np.nan]])).shape == (1, 2)
    told = by_class(np.array([[0.0], [1.0]], dtype=np.float32))
    assert (told > 0).all() and told.argmax(axis=1).tolist() == [0, 1]


def test_own_networks_end_in_a_probability():
    keras = pytest.importorskip("keras")

    def network(activation, units=1):
        return keras.Sequential(
            [
                keras.Input((6,), dtype="int32"),
                keras.layers.Embedding(30, 3),
                keras.layers.GlobalAveragePooling1D(),
                keras.layers.Dense(units, activation=activation, bias_initializer="ones"),
            ]
        )

    settings = {"data": few(), "epochs": 1, "length": 6, "progress": False}
    run = kd.run_experiment("texts", model=network("sigmoid"), **settings)
    assert set(run.predict(SAID[:3])) <= {"neg", "pos"}
    assert len(kd.word_influence(run, "a good film")) == 3
    bare = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1, activation="sigmoid")])
    run = kd.run_experiment("texts", model=bare, **settings)
    assert "test texts" in run.plot("words").alt_text or run.plot("words").axes
    with pytest.raises(ArgumentType, match="run: must have a network that embeds words"):
        kd.word_influence(run, "good")
    with pytest.raises(ArgumentType, match="model: must give the probability of the second"):
        kd.run_experiment("texts", model=network("softplus"), **settings)
