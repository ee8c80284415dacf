"""Texts in Python's memory or in Arrow's, as pandas keeps them where pyarrow is installed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import fruits
from test_panel import chosen, shops

import kerasduet as kd
from kerasduet.data.frames import digest_frame, read_table
from kerasduet.errors import DatasetError, KerasduetError
from kerasduet.tasks.tables.example import table

SOIL = table("kind", classes=True)
HALF = "\ud800"
WORDS = pd.DataFrame(
    {
        "name": ["é", "b\0", None, "\U0001f600", "Z", "\uffee"],
        "day": ["2024-01-31", None, "2024-02-29", "2024-03-01", "2024-03-02", "2024-03-03"],
        "truth": ["True", "false", None, "TRUE", "False", "true"],
        "number": ["1,234", "5", None, "7", "8", "9"],
        "blank": [None] * 6,
    },
    dtype=object,
)


def stored(frame):
    """Give a table whose texts pandas keeps as it likes to."""
    texts = [name for name, column in frame.items() if column.map(type).isin([str]).any()]
    return frame.astype(dict.fromkeys(texts, "str"))


def levels(column):
    return column.cat.categories.tolist() if column.dtype == "category" else None


def test_a_table_has_the_same_types_levels_and_digest(memory, tmp_path):
    given = stored(WORDS)
    assert given["name"].dtype.storage == memory
    given.to_csv(tmp_path / "words.csv", index=False)
    whole = given.drop(columns="blank").assign(name=given["name"].str.replace("\0", ""))
    whole.to_csv(tmp_path / "whole.csv", index=False)
    with pd.option_context("mode.string_storage", "python"):
        usual = stored(WORDS)
        assert usual["name"].dtype.storage == "python"
        expected, _ = read_table(usual)
        of_file, _ = read_table(None, str(tmp_path / "whole.csv"))
    for found, wanted in (
        (read_table(given)[0], expected),
        (read_table(WORDS)[0], expected),
        (read_table(WORDS.to_dict("list"))[0], expected),
        (read_table(None, str(tmp_path / "whole.csv"))[0], of_file),
    ):
        assert digest_frame(found) == digest_frame(wanted)
        for name, column in wanted.items():
            assert levels(found[name]) == levels(column)
            assert column.dtype == "category" or found[name].dtype.kind == column.dtype.kind
            assert found[name].isna().tolist() == column.isna().tolist()


@pytest.fixture(scope="module")
def usual():
    """Results of a table and of a panel with texts in Python's memory."""
    with pd.option_context("mode.string_storage", "python"):
        return results(stored(SOIL))


def results(soil):
    run = kd.run_experiment(
        "table-classes",
        data=soil,
        target="kind",
        epochs=1,
        units=4,
        early_stopping=None,
        progress=False,
    )
    panel = kd.load_data(chosen(), stored(shops()))
    return run, run.predictions(), panel


def test_a_run_has_the_same_digests_predictions_and_files(memory, usual, tmp_path):
    run, predictions, panel = results(stored(SOIL))
    before, wanted, other = usual
    assert run.digests == before.digests
    assert predictions.to_dict("list") == wanted.to_dict("list")
    assert run.predict(stored(SOIL)).tolist() == before.predict(SOIL).tolist()
    with pd.option_context("mode.string_storage", "python"):
        kept = Path(before.save(tmp_path / "before"))
    again = Path(run.save(tmp_path / "again"))
    for name in ("preprocessing.json", "history.csv", "predictions.csv"):
        assert (again / name).read_bytes() == (kept / name).read_bytes(), name
    loaded = kd.load_run(kept)
    assert loaded.predictions().to_dict("list") == wanted.to_dict("list")
    assert panel.source.sha256 == other.source.sha256
    assert panel.preprocessing == other.preprocessing
    assert np.array_equal(panel.x_train, other.x_train)


def text_of(do):
    with pytest.raises(KerasduetError) as raised:
        do()
    return str(raised.value)


def test_errors_have_the_same_words(memory):
    def of(frame, **settings):
        return text_of(lambda: kd.load_data(kd.experiment("table-classes", **settings), frame))

    frame = stored(SOIL.assign(place=SOIL["place"].astype(object)))
    found = [
        of(frame, target="sort"),
        of(frame.assign(kind=None), target="kind"),
        of(frame.assign(kind="clay"), target="kind"),
        of(stored(WORDS), target="number"),
        text_of(lambda: kd.load_data(chosen(), stored(shops()).assign(day="soon"))),
    ]
    with pd.option_context("mode.string_storage", "python"):
        frame = stored(SOIL.assign(place=SOIL["place"].astype(object)))
        assert found == [
            of(frame, target="sort"),
            of(frame.assign(kind=None), target="kind"),
            of(frame.assign(kind="clay"), target="kind"),
            of(stored(WORDS), target="number"),
            text_of(lambda: kd.load_data(chosen(), stored(shops()).assign(day="soon"))),
        ]


def test_half_a_character_is_refused(memory):
    x, codes = fruits()
    kinds = pd.Index(["apple", "fig", HALF], dtype=object)
    names = pd.Categorical.from_codes(codes.codes, kinds)
    texts = {"x": ["good", f"bad {HALF}"] * 20, "y": ["p", "n"] * 20}
    values = np.sin(np.arange(60.0))
    sold = {"sold": values, "kind": names.astype(object)}
    for preset, data, settings in (
        (
            "mnist-dense",
            {"x": x, "y": names},
            {"dataset": "images", "input_shape": (4, 4, 1), "classes": 3},
        ),
        ("table-numbers", sold, {"target": "sold"}),
        ("table-numbers", {"sold": values, HALF: values**2}, {"target": "sold"}),
        ("texts", texts, {"classes": 2}),
        ("lstm-series", {HALF: values}, {"target": HALF}),
    ):
        asked = kd.experiment(preset, **settings)
        with pytest.raises(DatasetError) as raised:
            kd.load_data(asked, data)
        assert str(raised.value) == (
            "data: texts must be of whole characters; got '\\ud800', half of a surrogate pair. "
            "Read the text in the encoding that it is written in."
        ), preset
