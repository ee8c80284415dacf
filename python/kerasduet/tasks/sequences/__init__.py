"""How much is it? A number from a whole sequence of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kerasduet.task import Writing
from kerasduet.tasks.own_loading import OwnLoading
from kerasduet.tasks.sequences.settings import SequenceSettings
from kerasduet.tasks.tables.metrics import NUMBER_METRICS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead

__all__ = ["TASK"]


class Sequences(OwnLoading):
    """A number from a sequence of one or several numbers a step."""

    name = "sequence-regression"
    noun = "a regression on sequences"
    Settings = SequenceSettings
    own_data = file_data = "sequences"
    kinds = ("response",)
    metrics = NUMBER_METRICS
    overview = ("history", "residuals")
    needed = ("rmse", "mae", "mean_rmse")
    decided = ("lookback", "n_features", "horizon")
    rows = cases_word = "sequences"
    page_settings = ("steps", "sequences", "test_sequences", "scale", "test_split")

    @property
    def learned(self) -> tuple[type[Learned], ...]:
        """What the training sequences teach."""
        from kerasduet.tasks.sequences.learned import SequencePreprocessing

        return (SequencePreprocessing,)

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give nothing: steps and numbers a step are known once the data are there."""
        return {}

    def learned_shapes(self, learned: Any) -> dict[str, Any]:
        """Give steps, numbers a step, and the one number that is predicted."""
        steps, features = learned.shape
        return {"lookback": steps, "n_features": features, "horizon": 1}

    def learned_sides(self, learned: Any) -> tuple[Any, Any]:
        """Give a sequence, and one number."""
        return learned.shape, (1,)

    def targets(self, data: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give scaled values, the same, and values far from them."""
        import numpy as np

        truth = np.linspace(-1, 2, 5, dtype=np.float32)[:, None]
        return truth, truth, truth + 3

    @property
    def loading(self) -> Any:
        """Give the module that makes sequences to add up, or checks the caller's."""
        from kerasduet.tasks.sequences import loading

        return loading

    def heads(self, data: Any, network: Any) -> dict[str, Any]:
        """Give loss and metric of the one output."""
        return {"loss": "mean_squared_error", "metrics": ["mean_absolute_error"]}

    def example(self, data: Any) -> Any:
        """Give 60 random sequences of 6 steps of 2 numbers, and the sum of each."""
        import numpy as np

        x = np.random.default_rng(5).normal(size=(60, 6, 2))
        return {"x": x, "y": x.sum(axis=(1, 2))}

    def columns(self, learned: Any) -> dict[str, str]:
        """Give row, truth, prediction, and what each baseline predicts."""
        from kerasduet.tasks.sequences.baselines import BASELINES

        own = {"row": "id", "truth": "number", "prediction": "number"}
        return own | dict.fromkeys(BASELINES, "number")

    def table(self, dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
        """Lay predictions and baselines beside the truth, in the target's units."""
        from kerasduet.tasks.sequences import baselines

        return baselines.table(dataset, outputs)

    def score(self, table: pd.DataFrame, learned: Any) -> dict[str, float]:
        """Give the scores of the network and of each baseline, and the gain over the best."""
        from kerasduet.tasks.tables import results

        return results.number_score(table, learned)

    def cases(self, table: pd.DataFrame, learned: Any) -> Mapping[str, np.ndarray]:
        """Give each test sequence's squared and absolute error."""
        from kerasduet.tasks.tables import results

        return results.number_cases(table, learned)

    def counted(
        self, table: pd.DataFrame, learned: Any
    ) -> Mapping[str, Callable[[np.ndarray], np.ndarray]]:
        """Give R-squared."""
        from kerasduet.tasks.tables import results

        return results.number_counted(table, learned)

    def lead(
        self, table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]
    ) -> Lead | None:
        """Give the difference that the verdict says, and over how many rows it is."""
        from kerasduet.tasks.tables import results

        return results.lead(table, metrics, self.cases_word)

    def verdict(self, metrics: Mapping[str, float]) -> str:
        """Put network and best baseline beside each other."""
        from kerasduet.tasks.tables import results

        return results.number_verdict(metrics)

    def facts(self, learned: Any) -> Mapping[str, str]:
        """Say how long the sequences are."""
        steps, features = learned.shape
        return {"input": f"{steps:,} steps of {features:,} numbers"}

    def check_learned(self, learned: Any, experiment: Experiment) -> None:
        """Refuse what no training for an experiment could have learned."""
        from kerasduet.tasks.sequences import learned as saved

        saved.check(learned, experiment)

    def steps_of(self, run: Any, x: Any, name: str) -> tuple[Any, pd.DataFrame]:
        """Give what the network reads of sequences, and what stands at each step."""
        from kerasduet.tasks.sequences import verbs

        return verbs.steps_of(run, x, name)

    def predict(self, run: Any, x: Any, kind: str) -> Any:
        """Give numbers (n,) in the target's units."""
        from kerasduet.tasks.sequences import verbs

        return verbs.predict(run, x)

    @property
    def panels(self) -> tuple[Any, ...]:
        """Residuals."""
        from kerasduet.figures import Kind
        from kerasduet.tasks.sequences.page import residuals_panel

        return (Kind("residuals", residuals_panel, (self.name,)),)

    def curves(self, experiment: Experiment) -> dict[str, tuple[str, float]]:
        """Give the errors of the scaled target."""
        return {
            "loss": (self.loss_label(experiment, "Loss (MSE, standardized)"), 1.0),
            "mean_absolute_error": ("MAE (standardized)", 1.0),
        }

    def writing(self) -> Writing:
        """Write what the sequences are, and the scores beside the baselines."""
        from kerasduet.tasks.sequences.page import WRITING

        return WRITING


TASK = Sequences()
