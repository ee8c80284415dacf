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


def categories(rows):
    """Independent people in 32 cells, as the passengers of the Titanic."""
    rng = np.random.default_rng(1)
    levels = {"class": "1st 2nd 3rd crew", "sex": "f m", "age": "adult child"}
    frame = pd.DataFrame({n: rng.choice(v.split(), rows) for n, v in levels.items()})
    return frame.assign(
        survived=np.where(rng.random(rows) < 0.3 + 0.4 * (frame["sex"] == "f"), 1, 0)
    )


def note_of(frame, target):
    return kd.load_data(kd.experiment("table-classes", target=target), frame).source.note


def test_categories_that_agree_are_no_duplicates():
    assert "Also among" not in note_of(categories(400), "survived")
    people = categories(400).assign(years=np.random.default_rng(2).integers(18, 80, 400))
    assert "Also among" not in note_of(people[["years", "survived"]], "survived")
    # Answers from 1 to 5 that go together: they agree more often than by chance.
    rng = np.random.default_rng(3)
    mood = rng.normal(size=400)
    answers = {
        f"q{i}": np.clip(np.round(3 + mood + rng.normal(size=400)), 1, 5) for i in range(4)
    }
    assert "Also among" not in note_of(pd.DataFrame(answers).assign(y=mood > 0), "y")


def test_measured_rows_entered_twice_are_told():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({f"x{i}": rng.normal(size=100) for i in range(3)})
    frame = frame.assign(y=np.where(frame["x0"] > 0, "a", "b"))
    some = pd.concat([frame, frame[:20]], ignore_index=True)
    coarse = pd.concat(
        [frame.round(dict.fromkeys(["x0", "x1", "x2"], 1))] * 2, ignore_index=True
    )
    for twice in (pd.concat([frame, frame], ignore_index=True), some, coarse):
        note = note_of(twice, "y")
        assert "Also among the training rows, the same in the features and the target: " in note
        assert note.endswith("If these are the same case entered twice, remove one.")
        assert "remove the duplicates" not in note


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
