"""A translator's test rows beside the truth, and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import taken
from kerasduet.tasks.leads import mean_lead
from kerasduet.tasks.translation.baseline import nearest_rows

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data import Dataset
    from kerasduet.data.text import Vocabulary
    from kerasduet.lead import Lead
    from kerasduet.tasks.translation.learned import PairPreprocessing

__all__ = ["by_place", "cases", "edits", "lead", "score", "table", "verdict"]

ROWS = 4096


def table(dataset: Dataset, outputs: Any) -> pd.DataFrame:
    """Lay the written texts beside the true ones.

    Parameters
    ----------
    dataset : Dataset
        Of the run.
    outputs : dict or numpy.ndarray
        As `decoded` gives them; or the network's own (n, steps, vocabulary), for true prefixes.

    Returns
    -------
    pandas.DataFrame
        row (from 1), source, truth, prediction, its probability, and the baseline: the target of
        the training source that is most alike.
    """
    import pandas as pd

    learned: Any = dataset.preprocessing
    if isinstance(outputs, np.ndarray):
        sure = outputs.max(axis=2)
        found = {"codes": outputs.argmax(axis=2), "log_probability": np.log(sure).sum(axis=1)}
    else:
        found = outputs
    given: Any = dataset.given
    sources = [np.asarray(part.inputs["source"]) for part in (dataset.train, dataset.test)]
    near = nearest_rows(*sources)
    return pd.DataFrame(
        {
            "row": np.arange(1, len(given) + 1),
            "source": given["source"].to_numpy(),
            "truth": given["target"].to_numpy(),
            "prediction": learned.texts(found["codes"]),
            "probability": np.exp(found["log_probability"]).astype(np.float32),
            "baseline": learned.texts(np.asarray(taken(dataset.train.targets, near))),
        }
    )


def edits(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Count the tokens to put in, leave out or change between codes (n, a) and (n, b).

    0 is padding, behind the tokens.

    References
    ----------
    Levenshtein (1966), Binary codes capable of correcting deletions, insertions and reversals.

    Examples
    --------
    >>> edits(np.array([[1, 2, 3]]), np.array([[1, 3]])).tolist()
    [1]
    """
    rows = np.arange(len(one))
    lengths = [(side > 0).sum(axis=1) for side in (one, other)]
    before = np.tile(np.arange(other.shape[1] + 1), (len(one), 1))
    found = before[rows, lengths[1]]  # of rows of one without tokens
    for i in range(1, one.shape[1] + 1):
        now = np.empty_like(before)
        now[:, 0] = i
        changed = before[:, :-1] + (one[:, i - 1, None] != other)
        least = np.minimum(changed, before[:, 1:] + 1)
        for j in range(1, now.shape[1]):
            now[:, j] = np.minimum(least[:, j - 1], now[:, j - 1] + 1)
        ends = lengths[0] == i
        found = np.where(ends, now[rows, lengths[1]], found)
        before = now
    return found


def _codes(texts: Any, known: Vocabulary, number: dict[str, int]) -> np.ndarray:
    """Give the tokens of texts by a number each, from 1, and 0 behind them."""
    split = [known.split(text) for text in texts]
    found = np.zeros((len(split), max(map(len, split), default=0)), np.int64)
    for row, tokens in enumerate(split):
        found[row, : len(tokens)] = [number.setdefault(t, len(number) + 1) for t in tokens]
    return found


def _compared(
    table: pd.DataFrame, column: str, learned: PairPreprocessing
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the tokens of each truth, those that are in their place, and the edits to it."""
    sizes, placed, distances = [], [], []
    for first in range(0, len(table), ROWS):
        some = table.iloc[first : first + ROWS]
        number: dict[str, int] = {}
        truth, found = (_codes(some[c], learned.target, number) for c in ("truth", column))
        width = min(truth.shape[1], found.shape[1])
        same = (truth[:, :width] == found[:, :width]) & (truth[:, :width] > 0)
        sizes.append((truth > 0).sum(axis=1))
        placed.append(same.sum(axis=1))
        distances.append(edits(truth, found))
    joined: Any = tuple(map(np.concatenate, (sizes, placed, distances)))
    return joined


def cases(table: pd.DataFrame, learned: PairPreprocessing) -> dict[str, np.ndarray]:
    """Give each test row's part of the scores; see `kerasduet.task.Task.cases`."""
    sizes, placed, distances = _compared(table, "prediction", learned)
    right = (table["prediction"] == table["truth"]).to_numpy(np.float64)
    ones = np.ones(len(table))
    return {
        "exact": np.column_stack([right, ones]),
        "token_accuracy": np.column_stack([placed, sizes]).astype(np.float64),
        "error_rate": np.column_stack([distances, sizes]).astype(np.float64),
    }


def score(table: pd.DataFrame, learned: PairPreprocessing) -> dict[str, float]:
    """Score a table of predictions.

    Returns
    -------
    dict
        exact: the share of texts that are right from end to end; token_accuracy: the share of the
        true tokens that stand in their place; error_rate: tokens to put in, leave out or change
        over true tokens. baseline_exact and baseline_error_rate are those of the target of the
        training source that is most alike. All but those of the baseline are NaN where the
        network gave no numbers.
    """
    diverged = bool(table["probability"].isna().any())
    found = {
        name: float("nan") if diverged else float(one[:, 0].sum() / one[:, 1].sum())
        for name, one in cases(table, learned).items()
    }
    sizes, _, distances = _compared(table, "baseline", learned)
    exact = (table["baseline"] == table["truth"]).mean()
    return found | {
        "baseline_exact": float(exact),
        "baseline_error_rate": float(distances.sum() / sizes.sum()),
    }


def by_place(table: pd.DataFrame, learned: PairPreprocessing) -> tuple[np.ndarray, np.ndarray]:
    """Count at each place of the targets the true tokens, and those that were written there."""
    number: dict[str, int] = {}
    truth, found = (_codes(table[c], learned.target, number) for c in ("truth", "prediction"))
    width = truth.shape[1]
    found = np.pad(found, ((0, 0), (0, max(width - found.shape[1], 0))))[:, :width]
    return (truth > 0).sum(axis=0), ((truth == found) & (truth > 0)).sum(axis=0)


def lead(table: pd.DataFrame) -> Lead | None:
    """Compare the texts that are right from end to end with those of the baseline."""
    truth = table["truth"]
    ours, theirs = table["prediction"] == truth, table["baseline"] == truth
    return mean_lead(ours.to_numpy(), theirs.to_numpy(), "texts")


def verdict(metrics: Mapping[str, float]) -> str:
    """Say in one sentence how a translator did beside its baseline.

    Examples
    --------
    >>> verdict({"exact": 0.991, "baseline_exact": 0.02, "error_rate": 0, "baseline_error_rate": 1})
    'Texts right from end to end: 99.1 %; target of the most similar training source: 2.0 %.'
    """
    exact, baseline = metrics["exact"], metrics["baseline_exact"]
    text = (
        f"Texts right from end to end: {100 * exact:.1f} %; target of the most similar training "
        f"source: {100 * baseline:.1f} %"
    )
    if exact > baseline:
        return f"{text}."
    rates = metrics["error_rate"], metrics["baseline_error_rate"]
    if exact == baseline and rates[0] < rates[1]:
        return (
            f"{text}. Of its tokens {100 * rates[0]:.1f} % are to be changed, of those of that "
            f"baseline {100 * rates[1]:.1f} %."
        )
    return f"{text}. The network does not beat that baseline."
