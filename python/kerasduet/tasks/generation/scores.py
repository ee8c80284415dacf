"""What a network gives each test character, beside the n-grams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.lead import score_text
from kerasduet.tasks.generation.loading import scored_from
from kerasduet.tasks.generation.ngrams import MOST_ORDER, ngram_chances, perplexity
from kerasduet.tasks.leads import counted_lead

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.lead import Lead
    from kerasduet.tasks.generation.learned import TextPreprocessing

__all__ = ["ORDERS", "cases", "counted", "lead", "score", "table", "verdict"]

ORDERS = tuple(f"ngram_{order}" for order in range(1, MOST_ORDER + 1))


def table(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Give a row a scored test character, in the order of the text.

    Parameters
    ----------
    dataset : Dataset
        Of windows.
    outputs : numpy.ndarray
        Probabilities (windows, steps, vocabulary); of the steps the last ones are scored.

    Returns
    -------
    pandas.DataFrame
        row (from 1), truth, prediction (the most probable character), probability (of the truth),
        and `ngram_1` to `ngram_5`, what the n-grams give the truth.
    """
    import pandas as pd

    learned: Any = dataset.preprocessing
    outputs = outputs[:, -learned.scored :]
    truth = dataset.y_test[:, -learned.scored :]
    chance = np.take_along_axis(outputs, truth[..., None], axis=-1)[..., 0].ravel()
    codes = dataset.test.inputs.codes
    first = scored_from(learned.length)
    size = len(learned.vocabulary)
    grams = ngram_chances(dataset.train.inputs.codes, codes, size)[:, first:]
    columns = {
        "row": np.arange(1, truth.size + 1),
        "truth": learned.written(truth.ravel()),
        "prediction": learned.written(outputs.argmax(axis=-1).ravel()),
        "probability": chance,
    }
    columns |= {
        name: one[: truth.size].astype(np.float32)
        for name, one in zip(ORDERS, grams, strict=True)
    }
    return pd.DataFrame(columns)


def score(table: pd.DataFrame, learned: TextPreprocessing) -> dict[str, float]:
    """Score a table of predictions.

    Returns
    -------
    dict
        perplexity (a character), loss (cross-entropy in nats), accuracy, and the perplexities of
        the n-grams: `baseline_perplexity` of the order that was chosen on validation text, and
        `ngram_1_perplexity` and so on.
    """
    chance = table["probability"].to_numpy()
    grams = {name: perplexity(table[name].to_numpy()) for name in ORDERS}
    found = perplexity(chance)
    right = (table["truth"] == table["prediction"]).to_numpy() & np.isfinite(chance)
    return {
        "perplexity": found,
        "loss": float(np.log(found)),
        "accuracy": float(right.mean()),
        "baseline_perplexity": grams[ORDERS[learned.order - 1]],
        **{f"{name}_perplexity": value for name, value in grams.items()},
    }


def _losses(table: pd.DataFrame) -> np.ndarray:
    chance = table["probability"].to_numpy().astype(np.float64)
    return -np.log(np.maximum(chance, np.finfo(np.float32).tiny))


def cases(table: pd.DataFrame, learned: TextPreprocessing) -> Mapping[str, np.ndarray]:
    """Give the losses and the right ones of each window, and its characters."""
    right = (table["truth"] == table["prediction"]).to_numpy(dtype=np.float64)
    found = {"loss": _losses(table), "accuracy": right}
    windows = {name: one.reshape(-1, learned.scored) for name, one in found.items()}
    return {
        name: np.column_stack([one.sum(axis=1), np.full(len(one), float(learned.scored))])
        for name, one in windows.items()
    }


def counted(
    table: pd.DataFrame, learned: TextPreprocessing
) -> Mapping[str, Callable[[np.ndarray], np.ndarray]]:
    """Give the perplexity, e to a mean, of the windows as often as each is drawn."""
    losses = _losses(table).reshape(-1, learned.scored).mean(axis=1)

    def drawn(counts: np.ndarray) -> np.ndarray:
        return np.exp((counts @ losses) / counts.sum(axis=1))

    return {"perplexity": drawn}


def lead(table: pd.DataFrame, learned: TextPreprocessing) -> Lead | None:
    """Compare the perplexity with that of the n-gram chosen on validation text."""
    ours = counted(table, learned)["perplexity"]
    gram = table.assign(probability=table[ORDERS[learned.order - 1]])
    theirs = counted(gram, learned)["perplexity"]
    return counted_lead(theirs, ours, len(table) // learned.scored, "windows")


def verdict(metrics: Mapping[str, float]) -> str:
    """Say in one sentence how a network did beside the best n-gram.

    Examples
    --------
    >>> verdict({"perplexity": 3.9, "baseline_perplexity": 4.3})
    'Test perplexity 3.900 a character; the best n-gram has 4.300.'
    """
    found, other = metrics["perplexity"], metrics["baseline_perplexity"]
    text = (
        f"Test perplexity {score_text(found)} a character; the best n-gram has "
        f"{score_text(other)}"
    )
    return f"{text}." if found < other else f"{text}. The network does not beat that baseline."
