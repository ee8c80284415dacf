"""A number from the other columns of a table, wired to the functions of this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.task import Writing
from kerasduet.tasks.tables.metrics import NUMBER_METRICS
from kerasduet.tasks.tables.settings import NumberTableSettings
from kerasduet.tasks.tables.table_task import Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead
    from kerasduet.report.intervals import Counted

__all__ = ["NumberTables"]


class NumberTables(Table):
    """A number from the other columns of a table."""

    name = "table-regression"
    noun = "a regression on table rows"
    Settings = NumberTableSettings
    own_data = "table-numbers"
    file_data = "table-numbers"
    kinds = ("response",)
    metrics = NUMBER_METRICS
    overview = ("history", "residuals", "importance")
    needed = ("rmse", "mae")
    tiny: ClassVar = {"target": "kind"}

    @property
    def learned(self) -> tuple[type[Learned], ...]:
        """What the training rows teach."""
        from kerasduet.tasks.tables.learned import NumberTable

        return (NumberTable,)

    def outputs(self, learned: Any) -> int:
        """Give one number."""
        return 1

    def targets(self, data: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give scaled values, the same, and values far from them."""
        import numpy as np

        truth = np.linspace(-1, 2, 5, dtype=np.float32)[:, None]
        return truth, truth, truth + 3

    def laid(self, experiment: Experiment, table: Any, rows: Any = None) -> Dataset:
        """Learn the target's scale and the columns from the training rows."""
        from kerasduet.tasks.tables import loading, targets
        from kerasduet.tasks.tables.learned import NumberTable

        data, frame = experiment.data, table[0]
        loading.refuse_missing(frame[data.target], "target")
        rows = loading.split(data, frame) if rows is None else rows
        scaled, mean, scale = targets.numbers(frame[data.target], rows[0])
        encoding = loading.learned_encoding(data, frame, rows[0])
        learned = NumberTable(data.target, encoding, mean, scale)
        return loading.laid(experiment, table, rows, scaled, learned)

    def heads(self, data: Any, network: Any) -> dict[str, Any]:
        """Give loss and metric of the one output."""
        return {"loss": "mean_squared_error", "metrics": ["mean_absolute_error"]}

    def example(self, data: Any) -> Any:
        """Give a random table of numbers and levels, with a number to predict."""
        from kerasduet.tasks.tables.example import table

        return table(data.target, classes=False)

    def columns(self, learned: Any) -> dict[str, str]:
        """Give row, truth and prediction."""
        from kerasduet.tasks.tables import predicted

        return predicted.number_columns(learned)

    def table(self, dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
        """Lay predictions beside the truth, in the target's units."""
        from kerasduet.tasks.tables import predicted

        return predicted.number_table(dataset, outputs)

    def score(self, table: pd.DataFrame, learned: Any) -> dict[str, float]:
        """Give the scores of the network and of each baseline, and the gain over the best."""
        from kerasduet.tasks.tables import results

        return results.number_score(table, learned)

    def cases(self, table: pd.DataFrame, learned: Any) -> Mapping[str, np.ndarray]:
        """Give each test row's squared and absolute error."""
        from kerasduet.tasks.tables import results

        return results.number_cases(table, learned)

    def counted(self, table: pd.DataFrame, learned: Any) -> Mapping[str, Counted]:
        """Give R-squared."""
        from kerasduet.tasks.tables import results

        return results.number_counted(table, learned)

    def lead(
        self, table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]
    ) -> Lead | None:
        """Give the difference that the verdict says, and over how many rows it is."""
        from kerasduet.tasks.tables import results

        return results.lead(table, metrics)

    def verdict(self, metrics: Mapping[str, float]) -> str:
        """Put network and best baseline beside each other."""
        from kerasduet.tasks.tables import results

        return results.number_verdict(metrics)

    @property
    def panels(self) -> tuple[Any, ...]:
        """Residuals, and looks inside."""
        from kerasduet.tasks.tables.figures import number_kinds

        return number_kinds(self.name)

    def writing(self) -> Writing:
        """Write what the columns are, the scores beside the baselines, and looks inside."""
        from kerasduet.tasks.tables.page import NUMBER_WRITING

        return NUMBER_WRITING

    def check_learned(self, learned: Any, experiment: Experiment) -> None:
        """Refuse other columns than those of the experiment."""
        from kerasduet.tasks.tables import saved

        saved.check_numbers(learned, experiment)

    def predict(self, run: Any, x: Any, kind: str) -> Any:
        """Give numbers (n,) in the target's units."""
        from kerasduet.tasks.tables import verbs

        return verbs.predict_number(run, x, kind)

    @property
    def verbs(self) -> Mapping[str, Callable[..., Any]]:
        """Scores on other rows whose target is known."""
        from kerasduet.tasks.tables import verbs

        return {"evaluate": verbs.evaluate_number}

    def curves(self, experiment: Experiment) -> dict[str, tuple[str, float]]:
        """Give the errors of the scaled target."""
        return {
            "loss": (self.loss_label(experiment, "Loss (MSE, standardized)"), 1.0),
            "mean_absolute_error": ("MAE (standardized)", 1.0),
        }
