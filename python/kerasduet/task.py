"""What is predicted, as one stateless object that wires the functions of its folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.settings.sections import Section, Training

if TYPE_CHECKING:
    from kerasduet.augment import Augmentation
    from kerasduet.data.dataset import Dataset
    from kerasduet.experiments import Experiment

__all__ = ["Task"]


class Task(ABC):
    """A kind of prediction; stages ask the run's task and name none themselves.

    Attributes
    ----------
    name : str
        Its name in the registry.
    Settings : type
        The data settings: a `Section` whose field `dataset` names the data sets it knows.
    Training : type
        The training settings, with more fields where the task has more.
    own_data, file_data : str
        What `dataset` is where the caller hands data over, or names a file.
    needed : tuple of str
        Metrics that every scored run has; the first is the headline.
    """

    name: ClassVar[str]
    Settings: ClassVar[type[Section]]
    Training: ClassVar[type[Training]] = Training
    own_data: ClassVar[str]
    file_data: ClassVar[str]
    needed: ClassVar[tuple[str, ...]]

    @abstractmethod
    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the builder's arguments that the data settings decide."""

    @abstractmethod
    def load(self, experiment: Experiment, given: Any) -> Dataset:
        """Load and split the data of an experiment, or those that the caller gave."""

    @abstractmethod
    def heads(self, experiment: Experiment) -> dict[str, Any]:
        """Give loss and metrics of the network's outputs, as `keras.Model.compile` takes them."""

    def augmentation(self, experiment: Experiment) -> Augmentation | None:
        """Give what changes the training inputs anew in each epoch; None where nothing does."""
        return None
