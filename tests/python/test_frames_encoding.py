"""What training rows say of columns, and what a network is then given."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pandas as pd
import pytest

from kerasduet import errors
from kerasduet.data import threads
from kerasduet.data.frames import Encoding, hide_levels, learn, load_embedded, read_frame

PEOPLE = {
    "age": [20.0, 30, 40, 50, 60, 100],
    "member": [True, False, True, True, False, False],
    "town": ["Bonn", "Ulm", "Bonn", "Ulm", "Bonn", "Trier"],
    "size": pd.Categorical(["S", "L", "M", "S", "M", "L"], ["S", "M", "L"], ordered=True),
    "day": ["2023-01-02", "2024-04-02", "2023-07-02", "2024-10-02", "2023-01-01", "2024-01-03"],
}


def people(**others):
    return read_frame(PEOPLE | others)


def refused(error, text, call, *given, **settings):
    with pytest.raises(error) as raised:
        call(*given, **settings)
    assert str(raised.value) == text


def columns_of(frame, features, **settings):
    encoding = learn(frame, features, **settings)
    numbers = encoding.encode(frame)["numbers"]
    assert numbers.dtype == np.float32 and numbers.shape == (len(frame), encoding.width)
    return dict(zip(encoding.names, numbers.T.astype(float), strict=True))


def test_each_kind_of_column_has_its_numbers():
    found = columns_of(people(), list(PEOPLE))
    assert list(found) == [
        "age",
        "member",
        "town[Bonn]",
        "town[Trier]",
        "town[Ulm]",
        "size[>=M]",
        "size[>=L]",
        "day[year]",
        "day[month sin]",
        "day[month cos]",
        "day[weekday sin]",
        "day[weekday cos]",
    ]
    assert found["member"].tolist() == [1, 0, 1, 1, 0, 0]
    assert found["town[Trier]"].tolist() == [0, 0, 0, 0, 0, 1]
    assert found["size[>=M]"].tolist() == [0, 1, 1, 0, 1, 1]
    assert found["size[>=L]"].tolist() == [0, 1, 0, 0, 0, 1]
    assert found["day[year]"].tolist() == [-1, 1, -1, 1, -1, 1]
    np.testing.assert_allclose(found["day[month sin]"], [0, 1, 0, -1, 0, 0], atol=1e-7)
    np.testing.assert_allclose(found["day[month cos]"], [1, 0, -1, 0, 1, 1], atol=1e-7)
    # Monday is 0, so that Sunday, 2023-01-01, is 6 of 7.
    np.testing.assert_allclose(
        found["day[weekday cos]"][4], np.cos(2 * np.pi * 6 / 7), rtol=1e-6
    )
    np.testing.assert_allclose(
        found["day[weekday sin]"][4], np.sin(2 * np.pi * 6 / 7), rtol=1e-6
    )
    assert found["day[weekday sin]"][0] == 0


@pytest.mark.parametrize(
    ("scale", "center", "size"),
    [
        ("standard", 50, np.std(PEOPLE["age"])),
        ("minmax", 20, 80),
        ("robust", 45, 57.5 - 32.5),
        ("none", 0, 1),
    ],
)
def test_numbers_are_scaled_as_asked(scale, center, size):
    found = columns_of(people(), ["age"], scale=scale)["age"]
    np.testing.assert_allclose(found, (np.array(PEOPLE["age"]) - center) / size, rtol=1e-6)


def test_scales_are_those_of_scikit_learn():
    from sklearn import preprocessing

    frame = load_embedded("cancer")
    names = list(frame.columns[:-1])
    for scale, theirs in (
        ("standard", preprocessing.StandardScaler()),
        ("minmax", preprocessing.MinMaxScaler()),
        ("robust", preprocessing.RobustScaler()),
    ):
        ours = learn(frame, names, scale=scale).encode(frame)["numbers"]
        wanted = theirs.fit_transform(frame[names].to_numpy())
        np.testing.assert_allclose(ours, wanted, rtol=1e-5, atol=1e-6)


def test_a_robust_scale_of_0_becomes_the_deviation():
    found = columns_of(read_frame({"x": [1.0] * 9 + [11]}), ["x"], scale="robust")["x"]
    assert found.tolist() == [0] * 9 + [pytest.approx(10 / 3)]


def test_only_training_rows_are_learned_from():
    frame = people()
    rows = np.array([0, 1, 2, 3])
    encoding = learn(frame, ["age", "town"], rows=rows)
    alone = learn(frame.iloc[rows].reset_index(drop=True), ["age", "town"])
    assert encoding.columns[0] == alone.columns[0]
    assert encoding.columns[1].levels == alone.columns[1].levels
    assert encoding.columns[1].means == alone.columns[1].means
    assert encoding.columns[0].center == 35 and encoding.columns[1].levels == ("Bonn", "Ulm")
    taken = encoding.encode(frame, rows)["numbers"]
    np.testing.assert_array_equal(taken, encoding.encode(frame.iloc[rows])["numbers"])


def test_levels_of_rows_held_out_alone_count_as_other_there_and_new_ones_are_refused():
    frame = people()
    encoding = learn(frame, ["age", "town"], rows=np.array([0, 1, 2, 3]))
    assert encoding.columns[1].lacking == ("Trier",) and encoding.columns[1].other
    assert encoding.notes == (
        "Of town, 1 level of rows held out alone, Trier: there they count as other.",
    )
    shares = [0.5, 0.5]
    assert encoding.encode(frame)["numbers"][5, 1:].tolist() == shares
    assert encoding.encode(frame, np.array([4, 5]))["numbers"][1, 1:].tolist() == shares
    for rows in (None, np.array([1])):
        refused(
            errors.UnknownName,
            "town: must be a level of the training rows, Bonn, Ulm; got 'Kiel' in row 2. "
            'Set unknown = "other" to take any.',
            encoding.encode,
            read_frame({"age": [20, 30], "town": ["Trier", "Kiel"]}),
            rows,
        )


def test_columns_may_come_in_any_order():
    frame = people()
    encoding = learn(frame, list(PEOPLE))
    mixed = frame[list(PEOPLE)[::-1]].assign(more=1)
    np.testing.assert_array_equal(
        encoding.encode(mixed)["numbers"], encoding.encode(frame)["numbers"]
    )


def test_many_levels_are_codes_to_embed():
    towns = [f"town {i % 11:02}" for i in range(40)]
    frame = read_frame({"numbers": towns, "x": range(40), "few": ["a", "b"] * 20})
    encoding = learn(frame, ["numbers", "x", "few"])
    encoded = encoding.encode(frame)
    assert list(encoded) == ["numbers", "level_1"] and encoding.levels == {"numbers": 11}
    assert encoding.width == encoded["numbers"].shape[1] == 3
    assert encoded["level_1"].dtype == np.int32
    assert encoded["level_1"].tolist() == [i % 11 for i in range(40)]
    assert learn(frame, ["numbers"], one_hot=11).levels == {}


def test_many_ordered_levels_are_one_number():
    levels = [f"{i:02}" for i in range(12)]
    given = pd.Categorical(levels * 2, levels, ordered=True)
    found = columns_of(read_frame({"x": given}), ["x"])["x"]
    np.testing.assert_allclose(found, np.tile(np.arange(12) / 11, 2), rtol=1e-6)


def test_missing_values_are_refused_with_column_and_count():
    frame = people(
        age=[20, None, None, 50, 60, 70], town=["Bonn", "Ulm", "Bonn", None, "Ulm", "Ulm"]
    )
    refused(
        errors.MissingValue,
        "age: values must not be missing; got 2 missing, the first in row 2, 1 in town. Fill "
        'them, leave the column out of the features, or set missing = "indicator".',
        learn,
        frame,
        ["age", "town"],
    )
    refused(
        errors.MissingValue,
        "age: values must not be missing; got 2 missing, the first in row 2. Fill them, leave the "
        'column out of the features, or set missing = "indicator".',
        partial(learn, rows=np.array([0, 3])),
        frame,
        ["age"],
    )
    refused(
        errors.MissingValue,
        "age: values must not be missing; got 1 missing, the first in row 3. Fill them, or set "
        'missing = "indicator" before training.',
        learn(people(), ["age"]).encode,
        frame,
        np.array([0, 2]),
    )


def test_missing_values_have_columns_of_their_own():
    frame = people(
        age=[20, None, 40, None, 60, 80],
        member=[True, None, True, False, True, True],
        town=["Bonn", None, "Bonn", "Ulm", "Ulm", None],
        size=pd.Categorical(["S", "M", None, "S", "M", "L"], ["S", "M", "L"], ordered=True),
        day=[*PEOPLE["day"][:5], None],
    )
    found = columns_of(frame, list(PEOPLE), missing="indicator")
    assert found["age"][[1, 3]].tolist() == [0, 0]
    for name, rows in (
        ("age", [1, 3]),
        ("member", [1]),
        ("town", [1, 5]),
        ("size", [2]),
        ("day", [5]),
    ):
        assert np.nonzero(found[f"{name}[missing]"])[0].tolist() == rows
    assert found["member"][1] == pytest.approx(0.8)
    assert found["town[Bonn]"].tolist() == [1, 0, 1, 0, 0, 0]
    assert found["size[>=M]"].tolist() == [0, 1, 0, 0, 1, 1]
    assert found["day[month cos]"][5] == found["day[weekday sin]"][5] == 0
    assert found["day[year]"][5] == pytest.approx(0, abs=1e-6)


def test_values_missing_for_the_first_time_count_as_the_average():
    frame = people()
    encoding = learn(frame, list(PEOPLE), missing="indicator")
    assert not any("missing" in name for name in encoding.names)
    usual = encoding.encode(frame)["numbers"]
    wanted = usual.mean(axis=0)
    wanted[[name.startswith("day[") for name in encoding.names]] = (
        0  # the middle of their circles
    )
    alone = pd.DataFrame({name: [None] for name in PEOPLE}, dtype="str")
    found = encoding.encode(read_frame(alone))["numbers"][0]
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    gaps = read_frame({name: [None, column[0]] for name, column in PEOPLE.items()})
    encoded = encoding.encode(gaps)["numbers"]
    np.testing.assert_allclose(encoded[0], wanted, atol=1e-6)
    np.testing.assert_array_equal(encoded[1], usual[0])
    assert encoding.gaps_note(frame) == ""
    assert encoding.gaps_note(gaps) == (
        "age: was never missing in training; got 1 missing, the first in row 1, 1 in member, 1 in "
        "town, 1 in size, 1 in day. A missing value counts as the average of the training rows. "
        "Fill it yourself if you know better."
    )


def test_an_embedded_level_missing_for_the_first_time_is_the_commonest():
    towns = [f"town {i % 11:02}" for i in range(33)] + ["town 05"]
    frame = read_frame({"town": [*towns, None]})
    encoding = learn(frame, ["town"], missing="indicator", rows=np.arange(34))
    assert encoding.levels == {"town": 11}
    assert encoding.encode(frame)["level_1"][-1] == 5
    assert encoding.notes == (
        "Of town, 1 missing value of rows held out alone: there they count as the commonest level "
        "of the training rows.",
    )
    others = learn(frame, ["town"], missing="indicator", unknown="other", rows=np.arange(34))
    assert others.encode(frame)["level_1"][-1] == 11
    assert "A missing value counts as other." in others.gaps_note(frame)


def test_levels_are_hidden_in_a_few_training_rows():
    towns = [f"town {i % 12:02}" for i in range(240)]
    frame = read_frame({"town": towns, "place": [f"place {i % 40}" for i in range(240)]})
    encoding = learn(frame, ["town", "place"], unknown="other")
    before = encoding.encode(frame)
    encoded = {name: codes.copy() for name, codes in before.items()}
    rows = np.arange(40, 240)
    hide_levels(encoding, encoded, rows, seed=1)
    for name, levels, count in (("level_1", 12, 10), ("level_2", 40, 5)):
        changed = np.flatnonzero(encoded[name] != before[name])
        assert len(changed) == count  # one row in 20; of more levels, a mean level's rows
        assert set(encoded[name][changed]) == {levels} and changed.min() >= 40
        assert set(encoded[name][rows]) == {*range(levels + 1)}
    again = {name: codes.copy() for name, codes in before.items()}
    hide_levels(encoding, again, rows, seed=1)
    assert all(np.array_equal(again[name], encoded[name]) for name in encoded)
    plain = learn(frame, ["town", "place"])
    untouched = plain.encode(frame)
    hide_levels(plain, untouched, rows, seed=1)
    assert np.array_equal(untouched["level_1"], before["level_1"])


def test_codes_to_embed_have_places_for_missing_and_other_levels():
    towns = [f"town {i % 11:02}" for i in range(33)]
    frame = read_frame({"town": [*towns, None, "once"]})
    encoding = learn(frame, ["town"], missing="indicator", unknown="other")
    assert encoding.levels == {"town": 13}
    assert encoding.notes == ("Of town, 1 level that one training row has count as other.",)
    assert encoding.encode(frame)["level_1"].tolist()[-3:] == [10, 11, 12]
    new = read_frame({"town": ["town 03", "elsewhere", None]})
    assert encoding.encode(new)["level_1"].tolist() == [3, 12, 11]
    plain = learn(frame, ["town"], missing="indicator")
    assert plain.levels == {"town": 13} and plain.columns[0].levels[0] == "once"


def test_other_levels_are_the_mean_of_the_training_rows():
    frame = people()
    encoding = learn(frame, ["town"], unknown="other")
    new = read_frame({"town": ["Ulm", "elsewhere"]})
    found = encoding.encode(new)["numbers"]
    assert found[0].tolist() == [0, 0, 1]
    np.testing.assert_allclose(found[1], encoding.encode(frame)["numbers"].mean(axis=0))


def test_other_levels_of_an_order_are_the_mean_of_the_training_rows():
    new = read_frame({"size": pd.Categorical(["M", "XL"], ["S", "M", "L", "XL"], ordered=True)})
    refused(
        errors.UnknownName,
        "size: must be a level of the training rows, S, M, L; got 'XL' in row 2. "
        'Set unknown = "other" to take any.',
        learn(people(), ["size"]).encode,
        new,
    )
    for one_hot in (10, 2):
        encoding = learn(people(), ["size"], unknown="other", one_hot=one_hot)
        found = encoding.encode(new)["numbers"][1]
        known = encoding.encode(people())["numbers"]
        np.testing.assert_allclose(found, known.mean(axis=0), rtol=1e-6)


def test_levels_are_known_by_their_texts():
    frame = read_frame({"rank": pd.Categorical(["1", "2", "3", "1", "2", "3"])})
    encoding = learn(frame, ["rank"])
    for given in ([3, 1], [3.0, 1.0], ["3", "1"], pd.Categorical(["3", "1"], ["3", "2", "1"])):
        encoded = encoding.encode(read_frame({"rank": given}))["numbers"]
        assert encoded.tolist() == [[0, 0, 1], [1, 0, 0]]
    numbered = learn(read_frame({"rank": pd.Categorical([1, 2, 3, 1, 2, 3])}), ["rank"])
    assert numbered == encoding


@pytest.mark.parametrize(
    ("name", "given", "text"),
    [
        ("age", ["old", "old"], "age: must be numbers, as in training; got 'old' in row 1."),
        ("age", [True, False], "age: must be numbers, as in training; got true in row 1."),
        (
            "age",
            ["30", "1,234"],
            "age: must be numbers, not text; got '1,234' in row 2. It may be 1234 or 1.234: write "
            "the one that is meant, and in the whole column a point as decimal mark and nothing "
            "between thousands. If it holds names, make it a factor (categories).",
        ),
        ("member", [1, 0], "member: must be true or false, as in training; got 1 in row 1."),
        (
            "member",
            ["yes", "no"],
            "member: must be true or false, as in training; got 'yes' in row 1.",
        ),
        ("day", [1, 2], "day: must be dates, as in training; got 1 in row 1."),
        (
            "town",
            ["2024-01-31", "2024-01-30"],
            "town: must be levels, as in training; got '2024-01-31 00:00:00' in row 1.",
        ),
    ],
)
def test_columns_of_another_type_than_in_training_are_refused(name, given, text):
    encoding = learn(people(), list(PEOPLE))
    new = read_frame({key: column[:2] for key, column in PEOPLE.items()} | {name: given})
    refused(errors.ArgumentType, text, encoding.encode, new)


def test_columns_that_are_not_there_are_refused():
    encoding = learn(people(), list(PEOPLE))
    frame = people()
    refused(
        errors.UnknownName,
        "town: no such column. Did you mean towns?",
        encoding.encode,
        frame.rename(columns={"town": "towns"}),
    )
    refused(
        errors.UnknownName,
        "age: no such column. Known: size. member and town and day are missing too.",
        encoding.encode,
        frame[["size"]],
    )
    refused(
        errors.UnknownName,
        "town: no such column. Known: age, member, size. day is missing too.",
        encoding.encode,
        frame[["age", "size", "member"]],
    )
    refused(
        errors.UnknownName,
        "agee: no such column. Did you mean age?",
        learn,
        frame,
        ["town", "agee"],
    )


def test_infinite_numbers_are_refused_by_row():
    for value, shown in ((np.inf, "infinity"), (-np.inf, "-infinity"), (1e39, "1" + "0" * 39)):
        frame = read_frame({"x": [1, 2, value]})
        with pytest.raises(errors.NonFinite) as raised:
            learn(frame, ["x"])
        assert str(raised.value).startswith("x: must be finite, within float32; got ")
        assert str(raised.value).endswith(" in row 3.")
        if shown.endswith("infinity"):
            assert f"got {shown} in" in str(raised.value)


NAMES = [f"person {i}" for i in range(6)]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (
            NAMES,
            "must have levels that come again in the training rows; got 6 different ones in 6 rows",
        ),
        ([7] * 6, "must have more than one value in the training rows; got 7 alone"),
        (["a"] * 6, "must have more than one value in the training rows; got 'a' alone"),
        ([True] * 6, "must have more than one value in the training rows; got true alone"),
        (
            ["2024-01-31"] * 6,
            "must have more than one value in the training rows; got 2024-01-31 00:00:00 alone",
        ),
        ([None] * 6, "must have values in the training rows; got missing ones alone"),
        (
            [1j] * 6,
            "must be numbers, true or false, a factor, text or dates; got values of type complex1",
        ),
        (
            [[1], [2], [3], [4], [5], [6]],
            "must be numbers, true or false, a factor, text or dates; got [1]",
        ),
        (
            [1, "a", 2, "b", 3, "c"],
            "must be numbers, true or false, a factor, text or dates; got 1 in row 1 and 'a' in",
        ),
        (
            pd.to_timedelta(range(6), unit="D"),
            "must be numbers, true or false, a factor, text or dates; got values of type timedel",
        ),
    ],
)
def test_columns_of_no_use_are_refused_or_left_out(given, rule):
    frame = people(odd=given)
    with pytest.raises(errors.ArgumentType) as raised:
        learn(frame, ["age", "odd"])
    assert str(raised.value).startswith(f"odd: {rule}")
    assert str(raised.value).endswith(
        '. Leave it out of the features, or set unusable = "drop".'
    )
    encoding = learn(frame, ["odd", "age"], unusable="drop")
    assert encoding.features == ("age",)
    assert encoding.notes[0].startswith("Left out: odd, which must ")
    with pytest.raises(
        errors.EmptyData, match="features: must have a column to learn from; got odd"
    ):
        learn(frame, ["odd"], unusable="drop")


def test_what_is_missing_beside_one_value_is_counted():
    for given, found in (
        (["moss", None, "moss", None], "'moss' alone, and 2 missing"),
        ([7.0, None, 7.0, 7.0], "7 alone, and 1 missing"),
        (["a", "b", None, None], "2 different ones in 2 rows, and 2 missing"),
        ([None] * 4, "missing ones alone"),
        (["moss"] * 4, "'moss' alone"),
    ):
        frame = read_frame({"odd": given, "age": [1, 2, 3, 4]})
        with pytest.raises(errors.ArgumentType) as refused:
            learn(frame, ["odd", "age"])
        assert f"; got {found}. Leave" in str(refused.value)
        assert refused.value.of_missing == ("missing" in found)
        assert learn(frame, ["odd", "age"], unusable="drop").notes[0].endswith(f"got {found}.")


def test_all_columns_of_no_use_are_named():
    frame = people(one=[1] * 6, name=NAMES, none=[None] * 6)
    with pytest.raises(errors.ArgumentType, match="name and none cannot be used either"):
        learn(frame, ["one", "age", "name", "none"])


def test_nearly_unique_texts_are_of_no_use():
    tickets = [f"ticket {i}" for i in range(30)] + ["ticket 0"] * 10
    with pytest.raises(errors.ArgumentType, match="got 30 different ones in 40 rows"):
        learn(read_frame({"ticket": tickets}), ["ticket"])
    assert learn(read_frame({"ticket": tickets * 2}), ["ticket"]).levels == {"ticket": 30}


def test_too_many_levels_are_refused(monkeypatch):
    monkeypatch.setattr("kerasduet.data.frames.kinds.MOST_LEVELS", 20)
    frame = read_frame({"x": [f"{i}x" for i in range(21)] * 3})
    refused(
        errors.ArgumentType,
        "x: must have at most 20 levels; got 21 different ones in 63 rows. Leave it out of the "
        'features, or set unusable = "drop".',
        learn,
        frame,
        ["x"],
    )


def test_a_million_levels_are_refused_at_once():
    codes = np.tile(np.arange(1_000_000, dtype=np.int32), 2)
    levels = pd.RangeIndex(1_000_000)
    frame = pd.DataFrame({"x": pd.Categorical.from_codes(codes, levels)})
    with pytest.raises(
        errors.ArgumentType, match=r"x: must have at most 100,000 levels; got 1,000,000"
    ):
        learn(frame, ["x"])


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            ["380", "1,234", "660"],
            "x: must be numbers, not text; got '1,234' in row 2. It may be 1234 or 1.234: write "
            "the one that is meant, and in the whole column a point as decimal mark and nothing "
            "between thousands. If it holds names, make it a factor (categories).",
        ),
        (
            ["1", "12 %", "3"],
            "x: must be numbers, not text; got '12 %' in row 2. It seems to be 12: write it so, "
            "without '%', in the whole column. If it holds names, make it a factor (categories).",
        ),
        (
            ["380", "660", "1"],
            "x: must be numbers, not text; got '380' in row 1. Convert the column to numbers. If "
            "it holds names, make it a factor (categories).",
        ),
        (
            [*map(str, range(20)), "two"],
            "x: must be numbers, not text; got 'two' in row 21. If it holds names, make it a "
            "factor (categories).",
        ),
        (
            ["01/02/2024", "03/04/2024", "02/01/2024"],
            "x: dates must be written in one way that is sure; got '01/02/2024' in row 1. Write "
            "them as 2024-01-31.",
        ),
    ],
)
def test_numbers_and_dates_as_text_are_refused_by_cell(given, text):
    for unusable in ("error", "drop"):
        refused(
            errors.ArgumentType, text, learn, read_frame({"x": given}), ["x"], unusable=unusable
        )


def test_in_a_file_the_line_is_named(tmp_path):
    (tmp_path / "x.csv").write_text('x,y\n1,a\n"1,234",b\n')
    with pytest.raises(
        errors.CsvError, match="x: must be numbers, not text; got '1,234' in line 3"
    ):
        learn(read_frame(None, tmp_path / "x.csv"), ["x"])


def test_unused_columns_may_hold_anything():
    frame = people(odd=["1,234"] * 6, name=NAMES, gaps=[None] * 6)
    assert learn(frame, ["age"]).width == 1


def test_levels_of_one_text_are_refused():
    frame = read_frame({"x": pd.Categorical([1, "1", 1], [1, "1"])})
    refused(
        errors.ArgumentType,
        "x: levels must differ in their text; got 1 twice. Rename one of them.",
        learn,
        frame,
        ["x"],
    )


def test_settings_are_checked():
    for settings, text in (
        ({"scale": "max"}, "scale: no option 'max'. Did you mean minmax?"),
        ({"missing": True}, "missing: must be one of error, indicator; got true."),
        ({"unknown": "any"}, "unknown: no option 'any'. Known: error, other."),
        ({"unusable": "keep"}, "unusable: no option 'keep'. Known: drop, error."),
    ):
        with pytest.raises(errors.KerasduetError) as raised:
            learn(people(), ["age"], **settings)
        assert str(raised.value) == text


def test_an_encoding_goes_through_json():
    towns = [f"town {i % 11}" for i in range(36)]
    frame = read_frame(
        {name: list(column) * 6 for name, column in PEOPLE.items()} | {"far": towns}
    )
    encoding = learn(
        frame, [*PEOPLE, "far"], missing="indicator", unknown="other", scale="robust"
    )
    for there, back in (
        (encoding.to_plain, Encoding.from_plain),
        (encoding.to_dict, Encoding.from_dict),
    ):
        assert back(json.loads(json.dumps(there()))) == encoding
    assert encoding.to_dict()["kind"] == "columns"


DAMAGES = [
    lambda plain: plain.pop("columns"),
    lambda plain: plain.update(columns=[]),
    lambda plain: plain.update(columns={"name": "age"}),
    lambda plain: plain.update(columns=["age"]),
    lambda plain: plain.update(columns=plain["columns"] * 2),
    lambda plain: plain.update(code="import os"),
    lambda plain: plain.update(notes=[1]),
    lambda plain: plain.update(notes="text"),
    lambda plain: plain["columns"][0].update(scale=0.0),
    lambda plain: plain["columns"][0].update(scale=-1.0),
    lambda plain: plain["columns"][0].update(scale=float("nan")),
    lambda plain: plain["columns"][0].update(center=float("inf")),
    lambda plain: plain["columns"][0].update(center="0"),
    lambda plain: plain["columns"][0].update(scale=True),
    lambda plain: plain["columns"][0].update(center=10**400),
    lambda plain: plain["columns"][0].update(kind="pickle"),
    lambda plain: plain["columns"][0].update(kind="category"),
    lambda plain: plain["columns"][0].update(name=1),
    lambda plain: plain["columns"][0].update(name=""),
    lambda plain: plain["columns"][0].pop("name"),
    lambda plain: plain["columns"][0].update(more=1),
    lambda plain: plain["columns"][0].update(fills=1),
    lambda plain: plain["columns"][0].update(missing=True, fills=False),
    lambda plain: plain["columns"][0].update(embedded=True),
    lambda plain: plain["columns"][2].update(levels="ab"),
    lambda plain: plain["columns"][2].update(levels=["a", "a"]),
    lambda plain: plain["columns"][2].update(levels=["a", 1]),
    lambda plain: plain["columns"][2].update(levels=[["a"], ["b"]]),
    lambda plain: plain["columns"][2].update(levels=[]),
    lambda plain: plain["columns"][1].update(other=True),
    lambda plain: plain["columns"][2].update(lacking=["c"]),
    lambda plain: plain["columns"][2].update(other=True, lacking=["Bonn"]),
    lambda plain: plain["columns"][2].update(other=True, lacking=[1]),
    lambda plain: plain["columns"][2].update(means=[1.0]),
    lambda plain: plain["columns"][2].update(means=[0.5, 0.5, 1.5]),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_encoding_is_refused(damage):
    plain = json.loads(json.dumps(learn(people(), list(PEOPLE)).to_plain()))
    assert Encoding.from_plain(plain)
    damage(plain)
    with pytest.raises((ValueError, TypeError, KeyError)):
        Encoding.from_plain(plain)


def test_iris_of_r_gives_the_same_bits():
    # What R sends of its iris: a column by each name, the factor as categories.
    ours = load_embedded("iris")
    names = ["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width", "Species"]
    columns = dict(zip(names, (column.array for _, column in ours.items()), strict=True))
    theirs = read_frame(
        {
            name: np.asarray(column) if name != "Species" else column
            for name, column in columns.items()
        }
    )
    one = learn(ours, list(ours.columns[:4])).encode(ours)["numbers"]
    other = learn(theirs, names[:4]).encode(theirs)["numbers"]
    assert one.tobytes() == other.tobytes()


def test_a_table_that_is_taken_gives_the_same_and_keeps_rows():
    towns = [f"town {i % 11}" for i in range(22)]
    frame = read_frame(
        {name: (list(column) * 4)[:22] for name, column in PEOPLE.items()}
        | {
            "size": pd.Categorical(
                (list(PEOPLE["size"]) * 4)[:22], ["S", "M", "L"], ordered=True
            )
        }
        | {"far": towns, "more": range(22)}
    )
    encoding = learn(frame, [*PEOPLE, "far"])
    wanted, rows = encoding.encode(frame), np.array([3, 20])
    kept = frame.iloc[rows].copy()
    encoded, found = encoding.take(frame, rows)
    assert list(encoded) == list(wanted) == ["numbers", "level_1"]
    assert all(encoded[name].tobytes() == wanted[name].tobytes() for name in wanted)
    pd.testing.assert_frame_equal(found, kept)
    assert frame.shape == (22, 0)


def test_a_table_that_is_taken_stays_the_callers():
    given = pd.DataFrame(PEOPLE)
    before = given.copy(deep=True)
    frame = read_frame(given)
    learn(frame, ["age", "town"]).take(frame, np.array([0]))
    pd.testing.assert_frame_equal(given, before)


def test_more_rows_than_a_block_and_much_memory_give_the_same(monkeypatch):
    random = np.random.default_rng(0)
    frame = read_frame({"x": random.normal(size=1000), "c": random.choice(list("abc"), 1000)})
    encoding = learn(frame, ["x", "c"])
    wanted = encoding.encode(frame)["numbers"]
    monkeypatch.setattr("kerasduet.data.frames.side.ROWS", 64)
    monkeypatch.setattr("kerasduet.data.memory.LARGE", 100)
    found = encoding.encode(frame)["numbers"]
    assert found.tobytes() == wanted.tobytes() and found.flags.c_contiguous


def test_a_large_table_is_encoded_as_a_small_one():
    random = np.random.default_rng(0)
    frame = read_frame({"x": random.normal(size=5000), "c": random.choice(list("abc"), 5000)})
    encoding = learn(frame, ["x", "c"])
    whole = encoding.encode(frame)["numbers"]
    rows = random.permutation(5000)[:70]
    np.testing.assert_array_equal(whole[rows], encoding.encode(frame, rows)["numbers"])


def test_two_threads_learn_and_encode_what_one_does(monkeypatch):
    frame = people(**{f"n{i}": np.arange(6.0) ** i for i in range(1, 5)})
    one = learn(frame, list(frame.columns), one_hot=2)
    wanted, kept = one.take(frame.copy(), np.array([4, 1]))
    began = []
    monkeypatch.setattr(threads, "MANY_ROWS", 0)
    monkeypatch.setattr(threads, "cores", lambda: 2)
    pool = threads.ThreadPoolExecutor
    monkeypatch.setattr(
        threads, "ThreadPoolExecutor", lambda *given: began.append(given) or pool(*given)
    )
    two = learn(frame, list(frame.columns), one_hot=2)
    assert two == one
    found, rows = two.take(frame.copy(), np.array([4, 1]))
    assert [given[0] for given in began] == [2, 2]
    assert list(found) == list(wanted) and len(two.levels) == 1
    for name, values in wanted.items():
        np.testing.assert_array_equal(found[name], values)
    pd.testing.assert_frame_equal(rows, kept)
    # Of several faults the first column's is told, whoever met his first.
    faulty = frame.assign(n1=np.inf, n4=np.inf)
    with pytest.raises(errors.NonFinite, match=r"^n1: must be finite"):
        two.encode(faulty)
