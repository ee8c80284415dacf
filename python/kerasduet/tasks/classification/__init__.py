"""Which class is it? Images and one of several classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.task import Task
from kerasduet.tasks.classification.settings import ImageSettings, ImageTraining

if TYPE_CHECKING:
    from kerasduet.augment import Augmentation
    from kerasduet.data.dataset import Dataset
    from kerasduet.experiments import Experiment

__all__ = ["TASK"]


class Classification(Task):
    """One of several classes, with a probability for each."""

    name = "classification"
    Settings = ImageSettings
    Training = ImageTraining
    own_data = "images"
    file_data = "mnist"
    needed = ("accuracy", "loss", "errors", "baseline_accuracy")

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the shape of one image and the number of classes."""
        return {"input_shape": data.input_shape, "classes": data.classes}

    def load(self, experiment: Experiment, given: Any) -> Dataset:
        """Load MNIST, or check and split the caller's images."""
        from kerasduet.data import images, mnist

        return mnist.load(experiment) if given is None else images.load(experiment, given)

    def heads(self, experiment: Experiment) -> dict[str, Any]:
        """Give loss and metric of the one output."""
        return {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}

    def augmentation(self, experiment: Experiment) -> Augmentation | None:
        """Move the training images a little, if the experiment says so."""
        from kerasduet.augment import augmentation

        return augmentation(experiment)


TASK = Classification()
