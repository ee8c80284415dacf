"""Rows on both sides of a split are counted and said, by tasks that had no such note."""

from __future__ import annotations

import numpy as np
import pandas as pd

import kerasduet as kd


def test_rows_of_a_table_are_compared_in_features_and_target():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": range(60), "a": rng.normal(size=60), "kind": ["x", "y"] * 30})
    settings = {"target": "kind", "features": ("a",), "progress": False}
    twice = pd.concat([frame, frame.assign(id=frame["id"] + 60)], ignore_index=True)
    run = kd.run_experiment("table-classes", data=twice, epochs=1, **settings)
    found = kd.load_data(run.experiment, twice)
    parts = (found.train, found.validation, found.test)
    # The index of a table's test rows is their number; twins are 60 rows apart.
    tested = set(found.given.index % 60)
    assert "Also among the training rows, the same in the features and the target: " in (
        note := found.source.note
    )
    assert f" of {len(parts[2])} test rows" in note
    assert 0 < int(note.split(" and ")[-1].split(" of ")[0]) <= 2 * len(tested)
    assert note in repr(run)
    other = kd.load_data(run.experiment, frame)
    assert "Also among" not in other.source.note


def test_cells_that_are_lists_are_compared_too():
    from kerasduet.data.repeats import among_rows

    frame = pd.DataFrame({"a": [[1], [2], [1], [3]]}, dtype=object)
    rows = (np.array([0, 1]), np.array([2]), np.array([3]))
    assert among_rows(frame, rows) == {"validation": 1, "test": 0}


def test_sequences_and_sentences():
    x = np.random.default_rng(0).normal(size=(40, 5, 1))
    data = {"x": np.concatenate([x, x]), "y": np.arange(80.0)}
    exp = kd.experiment("adding-problem", dataset="sequences", steps=5)
    assert "Also among the training sequences: " in kd.load_data(exp, data).source.note
    words = [f"We meet at {hour}".split() for hour in range(20)] * 2
    data = {"tokens": words, "tags": [["o", "o", "o", "hour"]] * 40}
    note = kd.load_data(kd.experiment("tag-dates", dataset="tagged"), data).source.note
    assert "Also among the training sentences: " in note
    assert "test sentences" in note


def test_images_with_boxes():
    x = np.zeros((12, 64, 64, 1), np.uint8)
    x[:6, 5:9, 5:9] = np.arange(50, 56)[:, None, None, None]
    x[6:] = x[:6]
    boxes = pd.DataFrame({"image": np.arange(1, 13), "class": "a"})
    boxes = boxes.assign(left=5.0, top=5.0, right=9.0, bottom=9.0)
    exp = kd.experiment(
        "yolo-digits", dataset="boxed-images", classes=1, test_split=0.3, validation_split=0.0
    )
    note = kd.load_data(exp, {"x": x, "boxes": boxes}).source.note
    assert "Also among the training images: " in note


def test_what_was_noted_of_a_preset_is_printed_too(image_run):
    assert image_run.source.note.startswith("The 5,000-image subset")
    assert image_run.source.note in repr(image_run)
