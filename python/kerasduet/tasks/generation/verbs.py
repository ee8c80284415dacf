"""What a run that learned a text is asked: to go on with one, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import checks
from kerasduet.boundary import warn
from kerasduet.data.dataset import Dataset
from kerasduet.data.text import UNKNOWN, normalised, texts
from kerasduet.errors import ArgumentType, EmptyData, MissingValue
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result
    from kerasduet.tasks.generation.learned import TextPreprocessing

__all__ = ["chosen", "generate", "predict", "steps_of"]

MARKS = 2  # codes that are no characters: padding and unknown
MOST = 100_000  # characters at a time


def generate(run: Result, start: Any, n: Any, temperature: Any, top_k: Any, seed: Any) -> str:
    """Go on with a text, character by character."""
    from kerasduet.settings.common import SEED

    learned: Any = run.preprocessing
    text = _start(start, learned)
    n = checks.whole("n", n, low=1, high=MOST)
    temperature = checks.number(
        "temperature",
        temperature,
        low=0,
        fix="0 always takes the most probable character, 1 draws as the network says.",
    )
    if top_k is not None:
        top_k = checks.whole("top_k", top_k, low=1)
    draws = np.random.default_rng(SEED("seed", seed)).random(n)
    codes = learned.vocabulary.codes(text)
    _note_unknown(codes, learned, "start")
    for draw in draws:
        seen = np.array([codes[-learned.length :]], dtype=np.int32)
        chances = _next_chances(run, seen, np.array([seen.shape[1]]))[0]
        codes.append(chosen(chances, temperature, top_k, draw))
    return text + "".join(learned.written(np.array(codes[-n:])))


def chosen(chances: np.ndarray, temperature: float, top_k: int | None, draw: float) -> int:
    """Choose the next code.

    Parameters
    ----------
    chances : numpy.ndarray
        Of all codes; padding and unknown are never chosen.
    temperature : float
        Probabilities are taken to the power of 1 / temperature; 0 takes the most probable code.
    top_k : int, optional
        Of so many most probable codes alone.
    draw : float
        In [0, 1): where the running sum of the probabilities passes it, there is the code.

    Examples
    --------
    >>> chances = np.array([0, 0, 0.5, 0.3, 0.2])
    >>> [chosen(chances, 1, None, draw) for draw in (0.4, 0.6, 0.9)]
    [2, 3, 4]
    >>> chosen(chances, 0, None, 0.9), chosen(chances, 1, 2, 0.9), chosen(chances, 0.1, None, 0.9)
    (2, 3, 2)
    """
    likely = np.log(np.maximum(chances[MARKS:].astype(np.float64), np.finfo(np.float64).tiny))
    # The most probable first, of equal ones the commoner.
    order = np.argsort(-likely, kind="stable")[:top_k]
    if temperature == 0:
        return int(order[0]) + MARKS
    with np.errstate(over="ignore", under="ignore"):  # a temperature near 0
        weights = np.exp((likely[order] - likely[order[0]]) / temperature)
    sums = np.cumsum(weights)
    place = np.searchsorted(sums, draw * sums[-1], side="right")
    return int(order[min(place, len(order) - 1)]) + MARKS


def predict(run: Result, x: Any) -> pd.DataFrame:
    """Give the most probable next character of each text: text, next, probability."""
    import pandas as pd

    learned: Any = run.preprocessing
    if isinstance(x, Dataset):
        codes = x.x_test
        lengths = np.full(len(codes), learned.length)
        given = ["".join(row) for row in learned.written(codes)]
    else:
        given = texts(x, "x")
        codes = np.zeros((len(given), learned.length), dtype=np.int32)
        lengths = np.zeros(len(given), dtype=np.int64)
        for i, text in enumerate(given):
            clean = normalised(f"{text}|", lower=learned.lower)[:-1]
            found = learned.vocabulary.codes(clean)[-learned.length :]
            _note_unknown(found, learned, "x")
            codes[i, : len(found)], lengths[i] = found, len(found)
    chances = _next_chances(run, codes, lengths)[:, MARKS:]
    best = chances.argmax(axis=1)
    return pd.DataFrame(
        {
            "text": np.array(given, dtype=object),
            "next": learned.written(best + MARKS),
            "probability": chances[np.arange(len(best)), best],
        }
    )


def steps_of(run: Result, x: Any, name: str) -> tuple[np.ndarray, pd.DataFrame]:
    """Give the codes of texts (n, length), and the last characters of the first."""
    import pandas as pd

    learned: Any = run.preprocessing
    given = [] if isinstance(x, Dataset) else texts(x, name)
    codes = (
        x.x_test if isinstance(x, Dataset) else np.zeros((len(given), learned.length), np.int32)
    )
    clean = [normalised(f"{text}|", lower=learned.lower)[:-1] for text in given]
    for row, text in zip(codes, clean, strict=False):
        found = learned.vocabulary.codes(text)[-learned.length :]
        row[: len(found)] = found
    tokens = list(clean[0][-learned.length :]) if clean else learned.written(codes[0])
    return codes, pd.DataFrame({"token": np.array(tokens, object)})


def _next_chances(run: Result, codes: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Give the probabilities after texts, each at the start of its row: (n, vocabulary).

    What stands behind a text is not seen at its last character.
    """
    learned: Any = run.preprocessing
    padded = np.zeros((len(codes), learned.length), dtype=np.int32)
    padded[:, : codes.shape[1]] = codes
    outputs = refuse_no_numbers(predict_outputs(run.model, learned, padded))
    found: np.ndarray = outputs[np.arange(len(codes)), lengths - 1]
    return found


def _start(start: Any, learned: TextPreprocessing) -> str:
    """Give the one text to go on with; a space at its end stays one."""
    if hasattr(start, "tolist"):
        start = start.tolist()
    if isinstance(start, list | tuple) and len(start) == 1:
        (start,) = start
    if isinstance(start, list | tuple):
        raise ArgumentType(
            f"start: must be one text; got {len(start)}. Go on with one at a time."
        )
    if start is None or start != start:
        raise MissingValue("start: must be a text to go on with; got a missing one.")
    if not isinstance(start, str):
        raise ArgumentType(f"start: must be a text to go on with; got {checks.show(start)}.")
    if not start.strip():
        raise EmptyData("start: must be a text to go on with; got an empty one.")
    return normalised(f"{start}|", lower=learned.lower)[:-1]


def _note_unknown(codes: list[int], learned: TextPreprocessing, name: str) -> None:
    unknown = sum(code == UNKNOWN for code in codes)
    if unknown == len(codes):
        warn(f"{name}: none of its {len(codes)} characters was in the training text.")
