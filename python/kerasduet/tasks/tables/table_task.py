"""One column of a table from the others: what both tasks on tables share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kerasduet.task import Task

if TYPE_CHECKING:
    from kerasduet.data.dataset import Dataset
    from kerasduet.experiments import Experiment

__all__ = ["Table"]


class Table(Task):
    """One column of a table from the others."""

    decided = ("width", "levels", "outputs")
    rows = "rows"
    cases_word = "rows"
    ask = "predict(x)"
    page_settings = ("features", "group", "time", "weights", "scale", "missing", "test_split")

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give nothing: columns are known once they are read."""
        return {}

    def learned_shapes(self, learned: Any) -> dict[str, Any]:
        """Give the width of the numbers, the levels of embedded columns, and the outputs."""
        encoding = learned.encoding
        return {
            "width": encoding.width,
            "levels": tuple(encoding.levels.values()),
            "outputs": self.outputs(learned),
        }

    @abstractmethod
    def outputs(self, learned: Any) -> int:
        """Give the outputs of the network."""

    def learned_sides(self, learned: Any) -> tuple[Any, Any]:
        """Give the shape of the numbers, or of each input by name, and of the output."""
        shapes = learned.shapes()
        inputs = shapes if learned.encoding.levels else shapes["numbers"]
        return inputs, (self.outputs(learned),)

    def load(self, experiment: Experiment, given: Any) -> Dataset:
        """Read the table, split its rows, and learn from the training rows."""
        from kerasduet.tasks.tables import loading

        return self.laid(experiment, loading.read(experiment, given))

    def folds(
        self, experiment: Experiment, given: Any, folds: int, repeats: int
    ) -> Sequence[Dataset]:
        """Cut the rows into folds, of equal class shares or of whole groups."""
        from kerasduet.tasks.tables import loading

        return loading.folded(self, experiment, given, folds, repeats)

    @abstractmethod
    def laid(self, experiment: Experiment, table: Any, rows: Any = None) -> Dataset:
        """Learn from the training rows of a table; without rows it is split first."""

    def facts(self, learned: Any) -> Mapping[str, str]:
        """Name the columns by their type, and those left out."""
        from kerasduet.tasks.tables.told import facts

        return facts(learned)
