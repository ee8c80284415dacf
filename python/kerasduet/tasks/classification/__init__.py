"""Which class is it? Images and one of several classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.errors import ArgumentType, ShapeError
from kerasduet.task import Metric, Task, Writing
from kerasduet.tasks.classification.settings import COLOURED, ImageSettings, ImageTraining
from kerasduet.tasks.own_loading import refuse_nothing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.augment import Augmentation
    from kerasduet.data.dataset import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead
    from kerasduet.settings import Section
    from kerasduet.settings.sections import Training

__all__ = ["TASK", "Classification"]


class Classification(Task):
    """One of several classes, with a probability for each."""

    name = "classification"
    noun = "a classifier"
    Settings: ClassVar[type[Section]] = ImageSettings
    Training: ClassVar[type[Training]] = ImageTraining
    own_data = "images"
    file_data = "mnist"
    metrics = (
        Metric("accuracy", "accuracy", "%", 100, higher=True),
        Metric("loss", "cross-entropy", "nats"),
    )
    needed: ClassVar[tuple[str, ...]] = ("accuracy", "loss", "errors", "baseline_accuracy")
    rows = "images"
    cases_word = "images"
    tiny: ClassVar = {"input_shape": (12, 12, 1), "classes": 3}
    overview = ("history", "confusion", "digits")

    @property
    def learned(self) -> tuple[type[Learned], ...]:
        """What the training rows teach."""
        from kerasduet.data.preprocessing import ImagePreprocessing

        return (ImagePreprocessing,)

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the shape of one image and the number of classes."""
        return {"input_shape": data.input_shape, "classes": data.classes}

    def sides(self, data: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
        """Give one image and the probabilities of the classes."""
        return data.input_shape, (data.classes,)

    def sized(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> Mapping[str, Any]:
        """Take the shape of the images and the number of classes from a network."""
        known = {"input_shape": inputs} if len(inputs) == 3 and None not in inputs else {}
        # With fewer than two there is no such setting, and the shapes are told apart.
        has_classes = len(outputs) == 1 and outputs[0] > 1
        return known | ({"classes": outputs[0]} if has_classes else {})

    def check_network(self, network: Any) -> None:
        """Refuse a network that gives no probabilities."""
        from kerasduet.tasks.classification import networks

        networks.refuse_no_probabilities(network)

    def targets(self, data: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give class codes, and probabilities that favour the class or another."""
        from kerasduet.tasks.classification import networks

        return networks.targets(data.classes)

    def check_together(self, experiment: Experiment) -> None:
        """Refuse class weights for others than the classes, and stages that are not there."""
        from kerasduet.tasks.classification.settings import (
            refuse_fine_tuning,
            refuse_other_classes,
        )

        refuse_fine_tuning(experiment)
        refuse_other_classes(experiment.class_weight, experiment.data.classes)
        if experiment.class_weight is not None and experiment.model.get("auxiliary"):
            raise ArgumentType(
                "class_weight: excludes auxiliary heads, which Keras cannot weigh by class; got "
                "both. Set auxiliary to False."
            )

    def class_weights(self, experiment: Experiment) -> Mapping[int, float] | None:
        """Give the weight of each class in the loss; None where all have the same."""
        weights = experiment.class_weight
        return None if weights is None else dict(enumerate(weights))

    def file_data_of(self, dataset: str) -> str:
        """Give CIFAR-10 for a preset of its images, MNIST for any other."""
        return COLOURED[0] if dataset in COLOURED else self.file_data

    def load(self, experiment: Experiment, given: Any) -> Dataset:
        """Load images that are known, or check and split the caller's."""
        from kerasduet.data import images

        refuse_nothing(experiment, given, self.own_data, ("images and labels", "x and y"))
        if given is None:
            return self._known(experiment).load(experiment)
        return images.load(experiment, given)

    def following(self, experiment: Experiment, given: Any) -> tuple[Any, dict[str, Any]]:
        """Take the shape of an image and the number of classes from arrays.

        A preset of a known data set keeps those: other arrays may be a mistake. Images too small
        for a network whose convolutions cut edges off are padded.
        """
        from kerasduet.data.containers import follow, named
        from kerasduet.data.labels import with_categories

        if not hasattr(experiment, "input_shape"):  # texts, image files
            return given, {}
        data = named(given)
        if experiment.dataset != self.own_data or not isinstance(data, Mapping):
            return data, {}
        data = with_categories(data)
        found = follow(data, experiment.input_shape, experiment.classes)
        if experiment.model.get("padding") == "valid" and "input_shape" in found:
            try:
                experiment.replace(input_shape=found["input_shape"])
            except ShapeError:
                found["padding"] = "same"
        return data, found

    def folds(
        self, experiment: Experiment, given: Any, folds: int, repeats: int
    ) -> Sequence[Dataset]:
        """Cut training images that are known, or the caller's, into folds of equal class shares."""
        from kerasduet.data import images

        refuse_nothing(experiment, given, self.own_data, ("images and labels", "x and y"))
        if given is None:
            return self._known(experiment).folds(experiment, folds, repeats)
        return images.folds(experiment, given, folds, repeats)

    def _known(self, experiment: Experiment) -> Any:
        """Give the module that reads the experiment's data set."""
        from kerasduet.data import cifar, mnist

        return cifar if experiment.dataset in COLOURED else mnist

    def heads(self, data: Any, network: Any) -> dict[str, Any]:
        """Give loss and metric of the one output."""
        return {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}

    def augmentation(self, experiment: Experiment) -> Augmentation | None:
        """Move the training images a little, if the experiment says so."""
        from kerasduet.augment import augmentation

        return augmentation(experiment)

    def example(self, data: Any) -> Any:
        """Give random images, 16 of each class."""
        import numpy as np

        codes = np.arange(16 * data.classes) % data.classes
        shape = (len(codes), *data.input_shape)
        random = np.random.default_rng(5)
        return {"x": random.integers(0, 256, shape, dtype=np.uint8), "y": codes}

    def columns(self, learned: Any) -> dict[str, str]:
        """Give row, truth, prediction, and probabilities."""
        names = (f"p_{name}" for name in learned.class_names)
        own = {"row": "id", "truth": "class", "prediction": "class", "probability": "prob"}
        return own | dict.fromkeys(names, "prob")

    def table(self, dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
        """Lay probabilities (n, classes) beside the truth."""
        from kerasduet.tasks.classification import scores

        return scores.table(dataset, outputs)

    def score(self, table: pd.DataFrame, learned: Any) -> dict[str, float]:
        """Give loss (nats), accuracy, errors and baseline_accuracy."""
        from kerasduet.tasks.classification import scores

        return scores.score(table, learned)

    def cases(self, table: pd.DataFrame, learned: Any) -> Mapping[str, np.ndarray]:
        """Say of each test image whether it was right, and its loss."""
        import numpy as np

        from kerasduet.tasks.classification import scores

        found = scores.cases(table, learned)
        one = np.ones(len(found))
        return {
            name: np.column_stack([found[:, i], one])
            for i, name in enumerate(("accuracy", "loss"))
        }

    def lead(
        self, table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]
    ) -> Lead | None:
        """Compare the right ones with those of always guessing the commonest class."""
        from kerasduet.tasks.classification import scores

        return scores.lead(table, learned, self.cases_word)

    def verdict(self, metrics: Mapping[str, float]) -> str:
        """Put accuracy and the commonest class beside each other."""
        from kerasduet.tasks.classification import scores

        return scores.verdict(metrics)

    def check_learned(self, learned: Any, experiment: Experiment) -> None:
        """Refuse other classes or shapes than those of the experiment."""
        from kerasduet.tasks.classification import saved

        saved.check(learned, experiment)

    def predict(self, run: Any, x: Any, kind: str) -> Any:
        """Give class labels (n,), or a DataFrame of probabilities (n, classes)."""
        from kerasduet.tasks.classification import verbs

        return verbs.predict(run, x, kind)

    def images_of(self, run: Any, given: Any, name: str = "x") -> Any:
        """Give the images that a verb was given as its argument `name`, checked."""
        from kerasduet.tasks.classification import verbs

        return verbs.images_of(run, given, name)

    @property
    def verbs(self) -> Mapping[str, Callable[..., Any]]:
        """Scores on other labelled images."""
        from kerasduet.tasks.classification import verbs

        return {"evaluate": verbs.evaluate}

    @property
    def panels(self) -> tuple[Any, ...]:
        """Test images, and the confusion matrix."""
        from kerasduet.figures import Kind
        from kerasduet.tasks.classification.figures import confusion_panel, digits_panel

        mine = (self.name,)
        return (
            Kind("digits", digits_panel, mine, ("rows",), sized=True),
            Kind("confusion", confusion_panel, mine, sized=True),
        )

    def curves(self, experiment: Experiment) -> dict[str, tuple[str, float]]:
        """Give cross-entropy, with the penalty where there is one, and accuracy."""
        penalty = any(experiment.model.get(name) for name in ("l1", "l2"))
        penalty |= '"keras.regularizers"' in experiment.model.get("architecture", "")
        loss = "Loss (nats, with penalty)" if penalty else "Loss (cross-entropy, nats)"
        if experiment.class_weight is not None:
            loss = "Loss (weighted by class)"
        return {
            "loss": (self.loss_label(experiment, loss), 1.0),
            "accuracy": ("Accuracy (%)", 100.0),
        }

    def writing(self) -> Writing:
        """Write what the images show, their classes, and what was right and wrong."""
        from kerasduet.tasks.classification.page import WRITING

        return WRITING


TASK = Classification()
