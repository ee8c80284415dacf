"""Tasks whose data a module of their own loads, and cuts into folds."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.errors import DatasetError
from kerasduet.task import Task

if TYPE_CHECKING:
    from kerasduet.data.dataset import Dataset
    from kerasduet.experiments import Experiment

__all__ = ["OwnLoading", "refuse_nothing"]


class OwnLoading(Task):
    """A task whose data a module of its own loads, and cuts into folds.

    Attributes
    ----------
    asked_for : tuple of str
        What data of the caller's are and by which names they are given, such as ("images and
        labels", "x and y"); empty where the module says itself what is missing.
    """

    asked_for: ClassVar[tuple[str, ...]] = ()

    @property
    @abstractmethod
    def loading(self) -> Any:
        """Give the module: its functions `load` and `folded` do what `load` and `folds` say."""

    def load(self, experiment: Experiment, given: Any) -> Dataset:
        """Load and split the data, made, read or the caller's."""
        refuse_nothing(experiment, given, self.own_data, self.asked_for)
        dataset: Dataset = self.loading.load(experiment, given)
        return dataset

    def folds(
        self, experiment: Experiment, given: Any, folds: int, repeats: int
    ) -> Sequence[Dataset]:
        """Cut the rows into folds."""
        refuse_nothing(experiment, given, self.own_data, self.asked_for)
        found: Sequence[Dataset] = self.loading.folded(experiment, given, folds, repeats)
        return found


def refuse_nothing(
    experiment: Experiment, given: Any, own_data: str, asked_for: tuple[str, ...]
) -> None:
    """Refuse an experiment on data of the caller's where none are given."""
    if asked_for and given is None and experiment.dataset == own_data:
        what, names = asked_for
        raise DatasetError(
            f"data: {experiment.name} needs {what} of your own; got nothing. Give {names} as data."
        )
