"""A class from the other columns of a table, wired to the functions of this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.task import Writing
from kerasduet.tasks.tables.metrics import CLASS_METRICS
from kerasduet.tasks.tables.settings import ClassTableSettings, ClassTableTraining
from kerasduet.tasks.tables.table_task import Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead
    from kerasduet.report.intervals import Counted

__all__ = ["ClassTables"]


class ClassTables(Table):
    """A class from the other columns of a table."""

    name = "table-classification"
    noun = "a classifier of table rows"
    Settings = ClassTableSettings
    Training = ClassTableTraining
    own_data = "table-classes"
    file_data = "table-classes"
    metrics = CLASS_METRICS
    overview = ("history", "confusion", "importance")
    needed = ("loss", "accuracy")
    tiny: ClassVar = {"target": "kind"}

    @property
    def learned(self) -> tuple[type[Learned], ...]:
        """What the training rows teach."""
        from kerasduet.tasks.tables.learned import ClassTable

        return (ClassTable,)

    def outputs(self, learned: Any) -> int:
        """Give a probability a class."""
        return len(learned.class_names)

    def check_network(self, network: Any) -> None:
        """Refuse a network that gives no probabilities."""
        from kerasduet.tasks.classification import networks

        networks.refuse_no_probabilities(network)

    def targets(self, data: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give class codes, and probabilities that favour the class or another."""
        from kerasduet.tasks.classification import networks

        return networks.targets(3)

    def learned_weights(
        self, experiment: Experiment, learned: Any
    ) -> Mapping[int, float] | None:
        """Give the weight of each class in the loss; None where all have the same."""
        from kerasduet.tasks.tables.targets import class_weights

        return class_weights(experiment.class_weight, learned)

    def laid(self, experiment: Experiment, table: Any, rows: Any = None) -> Dataset:
        """Learn classes and columns from the training rows."""
        import numpy as np

        from kerasduet.data.absent import untested_note
        from kerasduet.data.labels import is_ordered
        from kerasduet.tasks.tables import loading, targets
        from kerasduet.tasks.tables.learned import ClassTable

        data, frame = experiment.data, table[0]
        codes, names, kind = targets.class_codes(frame[data.target])
        rows = loading.split(data, frame, codes) if rows is None else rows
        counts = np.bincount(codes[rows[0]], minlength=len(names))
        chosen = data.split == "random" and data.group is None and data.time is None
        targets.refuse_absent_class(counts, names, random=chosen)
        encoding = loading.learned_encoding(data, frame, rows[0])
        has_order = is_ordered(frame[data.target])
        learned = ClassTable(
            data.target, encoding, names, kind, tuple(counts.tolist()), has_order
        )
        targets.class_weights(experiment.class_weight, learned)  # names that are not there
        source = table[1].noted(untested_note(codes[rows[0]], codes[rows[2]], names))
        return loading.laid(experiment, (frame, source), rows, codes, learned)

    def heads(self, data: Any, network: Any) -> dict[str, Any]:
        """Give loss and metric of the one output."""
        return {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}

    def example(self, data: Any) -> Any:
        """Give a random table of numbers and levels, in three classes."""
        from kerasduet.tasks.tables.example import table

        return table(data.target, classes=True)

    def columns(self, learned: Any) -> dict[str, str]:
        """Give row, truth, prediction, and probabilities."""
        from kerasduet.tasks.tables import predicted

        return predicted.class_columns(learned)

    def table(self, dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
        """Lay probabilities (n, classes) beside the truth."""
        from kerasduet.tasks.tables import predicted

        return predicted.class_table(dataset, outputs)

    def score(self, table: pd.DataFrame, learned: Any) -> dict[str, float]:
        """Give the scores of the network and of each baseline, and the gain over the best."""
        from kerasduet.tasks.tables import results

        return results.class_score(table, learned)

    def cases(self, table: pd.DataFrame, learned: Any) -> Mapping[str, np.ndarray]:
        """Give each test row's log loss, right or not, and Brier score."""
        from kerasduet.tasks.tables import results

        return results.class_cases(table, learned)

    def counted(self, table: pd.DataFrame, learned: Any) -> Mapping[str, Counted]:
        """Give balanced accuracy and area under the ROC curve."""
        from kerasduet.tasks.tables import results

        return results.class_counted(table, learned)

    def lead(
        self, table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]
    ) -> Lead | None:
        """Give the difference that the verdict says, and over how many rows it is."""
        from kerasduet.tasks.tables import results

        return results.lead(table, metrics)

    def verdict(self, metrics: Mapping[str, float]) -> str:
        """Put network and best baseline beside each other."""
        from kerasduet.tasks.tables import results

        return results.class_verdict(metrics)

    @property
    def panels(self) -> tuple[Any, ...]:
        """Confusion matrix, reliability, ROC curves, and looks inside."""
        from kerasduet.tasks.tables.figures import class_kinds

        return class_kinds(self.name)

    def writing(self) -> Writing:
        """Write what the columns are, the scores beside the baselines, and looks inside."""
        from kerasduet.tasks.tables.page import CLASS_WRITING

        return CLASS_WRITING

    def check_learned(self, learned: Any, experiment: Experiment) -> None:
        """Refuse other columns or classes than those of the experiment."""
        from kerasduet.tasks.tables import saved

        saved.check_classes(learned, experiment)

    def predict(self, run: Any, x: Any, kind: str) -> Any:
        """Give class labels (n,), or a DataFrame of probabilities (n, classes)."""
        from kerasduet.tasks.tables import verbs

        return verbs.predict_class(run, x, kind)

    @property
    def verbs(self) -> Mapping[str, Callable[..., Any]]:
        """Scores on other labelled rows."""
        from kerasduet.tasks.tables import verbs

        return {"evaluate": verbs.evaluate}

    def curves(self, experiment: Experiment) -> dict[str, tuple[str, float]]:
        """Give cross-entropy and accuracy."""
        weighted = experiment.class_weight is not None or experiment.weights is not None
        loss = "Loss (weighted)" if weighted else "Loss (cross-entropy, nats)"
        return {
            "loss": (self.loss_label(experiment, loss), 1.0),
            "accuracy": ("Accuracy (%)", 100.0),
        }
