"""Pairs of texts, from wherever they are, as a data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from kerasduet.checks import nearest
from kerasduet.data.dataset import Dataset, Part, Source, digest_arrays
from kerasduet.data.folds import Fold, Folds, as_fold, folds_by_class
from kerasduet.data.text import Vocabulary, normalised, texts
from kerasduet.errors import ArgumentRange, DatasetError, EmptyData, UnknownName
from kerasduet.tasks.translation.generated import made
from kerasduet.tasks.translation.learned import MARKS, MOST_LETTERS, PairPreprocessing
from kerasduet.tasks.translation.settings import OWN

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.experiments import Experiment
    from kerasduet.tasks.translation.settings import TranslationSettings

__all__ = ["folded", "load"]

SPLIT_SEED = 20_161  # of the splits: runs of other seeds are scored on the same rows


def load(experiment: Experiment, given: Any) -> Dataset:
    """Make the pairs of an experiment, or read the caller's, and learn from the training ones."""
    sources, targets, source = _pairs(experiment, given)
    data: TranslationSettings = experiment.data
    rows = _split(sources, data.validation_split, data.test_split)
    return _laid(experiment, sources, targets, source, rows)


def folded(experiment: Experiment, given: Any, folds: int, repeats: int) -> Folds:
    """Cut the pairs into folds; equal sources stay together, and each fold learns its own tokens.

    Of the pairs that are trained on `validation_split` is held out for validation; without it the
    fold itself stands in their place.
    """
    sources, targets, source = _pairs(experiment, given)
    groups = _groups(sources)
    every = np.arange(groups.max() + 1)

    def make(test: np.ndarray, fold: Fold) -> Dataset:
        rest = np.setdiff1d(every, test)
        count = round(len(rest) * experiment.validation_split)
        held = np.random.default_rng(SPLIT_SEED).permutation(rest)[:count]
        parts = (np.setdiff1d(rest, held), held, test)
        if not len(parts[0]):
            _refuse_few(len(every))
        rows = tuple(np.flatnonzero(np.isin(groups, part)) for part in parts)
        return as_fold(_laid(experiment, sources, targets, source, rows), fold)

    held = folds_by_class(np.zeros(len(every), np.int64), folds, repeats, ["sources"])
    return Folds(held, folds, make)


def _pairs(experiment: Experiment, given: Any) -> tuple[list[str], list[str], Source]:
    """Make or read the pairs, in one form."""
    data: TranslationSettings = experiment.data
    if given is None and data.dataset != OWN:
        sources, targets = made(
            data.dataset, data.examples, data.digits, data.count, data.blanks
        )
        name = f"{data.dataset}, generated"
        source = Source(name, digest_arrays(*_as_bytes(sources, targets)), len(sources))
    else:
        sources, targets, source = _read(experiment, given)
    sources = [normalised(text, lower=data.lower) for text in sources]
    targets = [normalised(text, lower=False) for text in targets]
    return sources, targets, source


def _as_bytes(*sides: list[str]) -> list[np.ndarray]:
    return [np.frombuffer("\n".join(side).encode(), np.uint8) for side in sides]


def _read(experiment: Experiment, given: Any) -> tuple[list[str], list[str], Source]:
    """Read both columns of a table."""
    from kerasduet.data.frames.files import read_file
    from kerasduet.data.frames.read import as_frame

    data: TranslationSettings = experiment.data
    if given is None and data.path is None:
        raise DatasetError(
            f"data: {experiment.name} needs pairs of texts of your own; got nothing. Give a table "
            "with both columns, or set path."
        )
    source = None
    if given is None:
        frame, source = read_file(data.path, texts=data.kept)
    else:
        frame = as_frame(given)
    known = list(map(str, frame.columns))
    sides = []
    for role in ("source_column", "target_column"):
        name = getattr(data, role)
        if name not in known:
            raise UnknownName(f"{role}: no column {name!r}. {nearest(name, known)}")
        sides.append(_texts(frame[name], name))
    if source is None:
        digest = digest_arrays(*_as_bytes(*sides))
        source = Source("the caller's pairs", digest, len(sides[0]), given=True)
    return sides[0], sides[1], source


def _texts(column: pd.Series, name: str) -> list[str]:
    """Read a column of texts, or of whole numbers, which are as good as their digits."""
    found = texts(column.astype(str) if column.dtype.kind in "iu" else column, name)
    longest = max(range(len(found)), key=lambda row: len(found[row]))
    if len(found[longest]) > MOST_LETTERS:
        raise ArgumentRange(
            f"{name}: texts must have at most {MOST_LETTERS:,} letters; got "
            f"{len(found[longest]):,} in row {longest + 1}. Cut it into sentences."
        )
    return found


def _laid(
    experiment: Experiment,
    sources: list[str],
    targets: list[str],
    source: Source,
    rows: tuple[np.ndarray, ...],
) -> Dataset:
    import pandas as pd

    data: TranslationSettings = experiment.data
    learned = _learn(data, sources, targets, rows[0])
    texts_of = [(_picked(sources, own), _picked(targets, own)) for own in rows]
    parts = [_part(learned, *own) for own in texts_of]
    given = pd.DataFrame(
        {"source": texts_of[2][0], "target": texts_of[2][1]}, index=rows[2], dtype=object
    )
    notes = [_cut_note(learned, texts_of[0][1]), *_longer(learned, *texts_of[2])]
    return Dataset(
        train=parts[0],
        validation=parts[1],
        test=parts[2],
        preprocessing=learned,
        source=source.noted(*notes),
        settings=data.values(),
        given=given,
    )


def _picked(side: list[str], rows: np.ndarray) -> list[str]:
    return [side[row] for row in rows.tolist()]


def _split(sources: list[str], validation: float, test: float) -> tuple[np.ndarray, ...]:
    """Hold out fixed random rows; equal sources stay together."""
    groups = _groups(sources)
    order = np.random.default_rng(SPLIT_SEED).permutation(groups.max() + 1)
    tests = max(1, round(len(order) * test))
    held = round((len(order) - tests) * validation)
    if len(order) - tests - held < 1:
        _refuse_few(len(order))
    side = np.zeros(len(order), np.int64)
    side[order[:tests]] = 2
    side[order[tests : tests + held]] = 1
    return tuple(np.flatnonzero(side[groups] == which) for which in range(3))


def _groups(sources: list[str]) -> np.ndarray:
    """Give equal sources the same number, from 0 in order."""
    number: dict[str, int] = {}
    return np.array([number.setdefault(text, len(number)) for text in sources])


def _refuse_few(sources: int) -> NoReturn:
    raise EmptyData(
        f"data: must leave a pair to train on; got {sources:,} different sources. Give more of "
        "them, or lower validation_split or test_split."
    )


def _learn(
    data: TranslationSettings, sources: list[str], targets: list[str], rows: np.ndarray
) -> PairPreprocessing:
    sides = []
    for side, unit, marks in (
        (sources, data.source_unit, ()),
        (targets, data.target_unit, MARKS),
    ):
        most = None if data.most_tokens is None else data.most_tokens + 2 + len(marks)
        known = Vocabulary.learned(
            _picked(side, rows),
            unit=unit,
            lower=data.lower if side is sources else False,
            size=most,
            marks=marks,
            name="data",
        )
        longest = max(len(known.split(text)) for text in _picked(side, rows))
        sides.append((known, longest))
    (source, source_length), (target, target_length) = sides
    return PairPreprocessing(
        source=source,
        target=target,
        source_length=data.source_length or source_length,
        target_length=data.target_length or target_length,
        reverse=data.reverse,
        beam=data.beam,
    )


def _part(learned: PairPreprocessing, sources: list[str], targets: list[str]) -> Part:
    """Lay codes of sources and targets together; what follows a target's end does not count."""
    written = learned.written(targets)
    counts = (written > 0).astype(np.float32)
    # Keras divides by all steps: so the loss is the mean over those that count.
    weights = counts * np.float32(counts.size / max(counts.sum(), 1))
    inputs = {"source": learned.read(sources), "target": learned.shifted(written)}
    return Part(inputs, written, weights)


def _cut_note(learned: PairPreprocessing, targets: list[str]) -> str:
    """Say how many training targets are longer than what the decoder writes."""
    known, most = learned.target, learned.target_length
    longer = sum(len(known.split(text)) > most for text in targets)
    if not longer:
        return ""
    return (
        f"{longer:,} of {len(targets):,} training targets have more than {most} {known.unit}s "
        "(target_length): they are learned without their rest."
    )


def _longer(learned: PairPreprocessing, sources: list[str], targets: list[str]) -> list[str]:
    """Say how many test texts do not fit the network."""
    notes = []
    for word, side, known, most, what in (
        ("sources", sources, learned.source, learned.source_length, "their rest is not read"),
        ("targets", targets, learned.target, learned.target_length, "they cannot be written"),
    ):
        longer = sum(len(known.split(text)) > most for text in side)
        if longer:
            notes.append(
                f"{longer:,} of {len(side):,} test {word} have more than {most} {known.unit}s: "
                f"{what}."
            )
    return notes
