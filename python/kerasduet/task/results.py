"""What a task says of a trained network: its predictions, its scores, its verdict."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.task.metric import Metric

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead

__all__ = ["ResultsPart"]


class ResultsPart(ABC):
    """The part of a task that stands after the training: predictions, scores, verdict."""

    metrics: ClassVar[tuple[Metric, ...]]
    needed: ClassVar[tuple[str, ...]]

    @abstractmethod
    def columns(self, learned: Any) -> dict[str, str]:
        """Name the columns of `predictions()` and their kinds, one of `COLUMN_KINDS` each."""

    def steps(self, learned: Any) -> int:
        """Give the rows of `predictions()` for one test row."""
        return 1

    def run_network(self, predict: Callable[[Any], Any], learned: Any, inputs: Any) -> Any:
        """Give the outputs of rows, as `table` takes them.

        Parameters
        ----------
        predict : callable
            Gives the network's outputs for inputs.
        learned : Learned
            What was learned.
        inputs : array or tree
            As those of a `Part`.
        """
        return predict(inputs)

    def attributes(self, learned: Any) -> Mapping[str, str]:
        """Give what `predictions()` says of itself: a word, and what it says."""
        return {}

    @abstractmethod
    def table(self, dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
        """Lay the network's test outputs beside the truth, as `predictions()` gives them."""

    @abstractmethod
    def score(self, table: pd.DataFrame, learned: Any) -> dict[str, float]:
        """Score a table of predictions, a fresh or a saved one."""

    def calibrated(self, predict: Callable[[Any], Any], dataset: Dataset) -> Learned:
        """Give what was learned, with what validation rows say of the trained network added.

        Called before the test rows are scored; nothing may be taken from them.

        Parameters
        ----------
        predict : callable
            Gives the network's outputs for inputs.
        dataset : Dataset
            Of the training.
        """
        return dataset.preprocessing

    def cases(self, table: pd.DataFrame, learned: Any) -> Mapping[str, np.ndarray]:
        """Give what each case of the test adds to scores.

        Returns
        -------
        mapping
            By the name of a `Metric`: a value and a weight for each case, in order (cases, 2). The
            score is the sum of the values over that of the weights, or its root. Of a score
            that is neither there nor in `counted`, nothing is said of its uncertainty.
        """
        return {}

    def counted(
        self, table: pd.DataFrame, learned: Any
    ) -> Mapping[str, Callable[[np.ndarray], np.ndarray]]:
        """Give the scores that are no means of cases, such as the area under a curve.

        Returns
        -------
        mapping
            By the name of a `Metric`: what turns how often each case counts, (draws, cases), into
            the score of each draw, (draws,); NaN where it is not defined. Cases are those of
            `cases`, in the same order.
        """
        return {}

    def block(self, table: pd.DataFrame, learned: Any) -> int:
        """Give how many successive cases depend on each other, so that they are drawn together."""
        return 1

    def metrics_of(self, experiment: Experiment) -> tuple[Metric, ...]:
        """Give the scores of an experiment's test rows; the first is its headline."""
        return self.metrics

    def unit(self, experiment: Experiment) -> str:
        """Give the unit of the target, such as "ppm"; empty where it is not known."""
        return ""

    def tested(self, table: pd.DataFrame, learned: Any) -> Mapping[str, np.ndarray]:
        """Give what a backtest needs beside the test rows, a value a row: `known` and intervals.

        `known` says which truths count; `lower_80`, `upper_80` and so on are ends of intervals.
        """
        import numpy as np

        return {"known": np.full(len(table), fill_value=True)}

    def facts(self, learned: Any) -> Mapping[str, str]:
        """Give lines on what was learned that a printed run shows: a word, and what it says."""
        return {}

    def course(self, run: Any) -> Mapping[str, str]:
        """Give lines on a training that a printed run shows: a word, and what it says."""
        return {}

    def advice(self, run: Any) -> str:
        """Name what to try next, in one sentence, where a network is no better than a baseline."""
        return ""

    def diverged(self, metrics: Mapping[str, float]) -> bool:
        """Say whether the test outputs were not all finite, so that no score holds."""
        return not all(math.isfinite(metrics.get(name, 0.0)) for name in self.needed)

    @abstractmethod
    def verdict(self, metrics: Mapping[str, float]) -> str:
        """Say in one sentence how a network did, beside a baseline."""

    def lead(
        self, table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]
    ) -> Lead | None:
        """Say by how much a network is better than the best baseline, and how sure that is.

        It ends the verdict; None says nothing of it.
        """
        return None

    def check_learned(self, learned: Any, experiment: Experiment) -> None:  # noqa: B027
        """Refuse, with a ValueError, what no training for an experiment could have learned."""
