"""The tags of the test sentences beside the true ones, and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.tasks.classification.scores import errors
from kerasduet.tasks.leads import mean_lead

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.lead import Lead

__all__ = ["cases", "confusions", "lead", "pairs", "score", "table", "verdict"]

TINY = float(np.finfo(np.float32).tiny)


def table(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Give a row a test sentence; padding is left out.

    Returns
    -------
    pandas.DataFrame
        row (from 1), tokens (joined by spaces), then in the same manner their tags: truth,
        prediction and baseline, the commonest tag of each token in training; loss, the sum of
        -log p of the true tags in nats; and length, how many tokens there are.
    """
    import pandas as pd

    learned: Any = dataset.preprocessing
    given: Any = dataset.given
    names = np.array(learned.tags, dtype=object)
    codes, targets = dataset.x_test, dataset.y_test
    lengths = (codes != 0).sum(axis=1)
    chosen = outputs.argmax(axis=-1)
    usual = np.array(learned.usual)[codes]
    chance = np.take_along_axis(outputs, targets[..., None], axis=-1)[..., 0]
    losses = -np.log(np.maximum(chance.astype(np.float64), TINY))

    def joined(tags: np.ndarray) -> list[str]:
        return [
            " ".join(names[row[:length]]) for row, length in zip(tags, lengths, strict=True)
        ]

    return pd.DataFrame(
        {
            "row": np.arange(1, len(codes) + 1),
            "tokens": given["tokens"].to_numpy(object),
            "truth": given["tags"].to_numpy(object),
            "prediction": np.array(joined(chosen), dtype=object),
            "baseline": np.array(joined(usual), dtype=object),
            "loss": [
                float(row[:length].sum()) for row, length in zip(losses, lengths, strict=True)
            ],
            "length": lengths.astype(np.float64),
        }
    )


def pairs(table: pd.DataFrame, column: str) -> tuple[list[str], list[str]]:
    """Give the true tags and those of a column, a token each."""
    return " ".join(table["truth"]).split(" "), " ".join(table[column]).split(" ")


def confusions(table: pd.DataFrame, learned: Any) -> np.ndarray:
    """Count tokens by true tag (rows) and tag found (columns): (tags, tags), int64."""
    code_of = {tag: code for code, tag in enumerate(learned.tags)}
    counts = np.zeros((len(code_of), len(code_of)), dtype=np.int64)
    truth, found = ([code_of[tag] for tag in part] for part in pairs(table, "prediction"))
    np.add.at(counts, (truth, found), 1)
    return counts


def _right(table: pd.DataFrame, column: str) -> np.ndarray:
    """Count the right tags of each sentence."""
    both = zip(table["truth"], table[column], strict=True)
    return np.array(
        [
            sum(one == other for one, other in zip(a.split(" "), b.split(" "), strict=True))
            for a, b in both
        ],
        dtype=np.float64,
    )


def score(table: pd.DataFrame, learned: Any) -> dict[str, float]:
    """Score a table of predictions.

    Returns
    -------
    dict
        accuracy (of tokens), loss (cross-entropy in nats, a token), sentences (share of them
        without a mistake), f1 (mean over tags of the harmonic mean of precision and recall),
        errors, and baseline_accuracy.
    """
    lengths = table["length"].to_numpy()
    known = np.isfinite(table["loss"].to_numpy())
    right = np.where(known, _right(table, "prediction"), 0)
    counts = confusions(table, learned)
    both = counts.sum(axis=0) + counts.sum(axis=1)
    occurs = counts.sum(axis=1) > 0
    f1 = 2 * np.diag(counts)[occurs] / both[occurs]
    return {
        "accuracy": float(right.sum() / lengths.sum()),
        "loss": float(table["loss"].sum(skipna=False) / lengths.sum()),
        "sentences": float(np.mean(right == lengths)),
        "f1": float(f1.mean()),
        "errors": float(lengths.sum() - right.sum()),
        "baseline_accuracy": float(_right(table, "baseline").sum() / lengths.sum()),
    }


def cases(table: pd.DataFrame) -> Mapping[str, np.ndarray]:
    """Give right tags and loss of each sentence, and its tokens."""
    lengths = table["length"].to_numpy()
    return {
        "accuracy": np.column_stack([_right(table, "prediction"), lengths]),
        "loss": np.column_stack([table["loss"].to_numpy(), lengths]),
    }


def lead(table: pd.DataFrame) -> Lead | None:
    """Compare the right tags of each sentence with those of the commonest tags."""
    lengths = table["length"].to_numpy(dtype=np.float64)
    ours, theirs = _right(table, "prediction"), _right(table, "baseline")
    return mean_lead(ours, theirs, "sentences", lengths)


def verdict(metrics: Mapping[str, float]) -> str:
    """Say in one sentence how a network did beside its baseline.

    Examples
    --------
    >>> verdict({"accuracy": 0.99, "errors": 12.0, "baseline_accuracy": 0.9})
    'Test accuracy 99.00 % of tokens (12 errors); the commonest tag of each token gives 90.00 %.'
    """
    text = (
        f"Test accuracy {metrics['accuracy']:.2%} of tokens ({errors(metrics)}); the "
        f"commonest tag of each token gives {metrics['baseline_accuracy']:.2%}"
    ).replace("%", " %")
    beaten = metrics["accuracy"] > metrics["baseline_accuracy"]
    return f"{text}." if beaten else f"{text}. The network does not beat that baseline."
