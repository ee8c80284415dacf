"""What a task says of its data and of the network that learns from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.errors import ArgumentType

if TYPE_CHECKING:
    import numpy as np

    from kerasduet.augment import Augmentation
    from kerasduet.data.dataset import Dataset
    from kerasduet.data.folds import Origin
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment

__all__ = ["NetworkPart"]


class NetworkPart(ABC):
    """The part of a task that stands before the training: data, network, loss."""

    name: ClassVar[str]
    noun: ClassVar[str]
    file_data: ClassVar[str]

    @property
    @abstractmethod
    def learned(self) -> tuple[type[Learned], ...]:
        """What may have been learned from the training rows: kinds of `Learned`."""

    def file_data_of(self, dataset: str) -> str:
        """Give what `dataset` is where a file takes the place of the data set of a preset."""
        return self.file_data

    @abstractmethod
    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the builder's arguments that the data settings decide."""

    def sides(self, data: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
        """Give the shapes of one input and of one output, as the data settings decide them.

        A network of the caller's is compared with them before training; None compares nothing.
        """
        return None

    def learned_shapes(self, learned: Any) -> dict[str, Any]:
        """Give the builder's arguments that what was learned decides: those named in `decided`."""
        return {}

    def learned_sides(self, learned: Any) -> tuple[Any, Any] | None:
        """Give the shapes of one input and of one output, as what was learned decides them.

        As `sides`, where the settings alone do not say them; several inputs or outputs are a dict
        of shapes.
        """
        return None

    def sized(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> Mapping[str, Any]:
        """Give the data settings that follow from a network's sides, as `sides` gives them."""
        return {}

    def check_network(self, network: Any) -> None:  # noqa: B027
        """Refuse, with an `ArgumentType`, a network whose outputs would be misread."""

    def targets(self, data: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Give a few targets, outputs that are right and outputs that are wrong.

        A loss of the caller's must be lower for the right ones; None leaves that untried.
        """
        return None

    def begin(self, network: Any, experiment: Experiment, learned: Any) -> None:  # noqa: B027
        """Give a new network weights to begin with that no seed decides, such as word vectors."""

    def check_loss_name(self, data: Any, loss: str) -> None:
        """Refuse a loss that is a name, offering an object only where the targets fit it."""
        from kerasduet.settings import targets

        targets.refuse_named_loss(loss, self.targets(data))

    def check_objects(self, experiment: Experiment) -> None:
        """Refuse a loss that right outputs do not lower, and metrics of a name that is taken."""
        from kerasduet.settings import targets

        cases = self.targets(experiment.data)
        heads = self.heads(experiment.data, experiment.network)
        targets.refuse_taken_names(experiment.metrics, heads)
        targets.refuse_other_metrics(experiment.metrics, cases)
        if experiment.loss is not None:
            targets.refuse_other_loss(experiment.loss, cases)

    def check_together(self, experiment: Experiment) -> None:  # noqa: B027
        """Refuse settings of data and training that do not go together."""

    @abstractmethod
    def load(self, experiment: Experiment, given: Any) -> Dataset:
        """Load and split the data of an experiment, or those that the caller gave."""

    def folds(
        self, experiment: Experiment, given: Any, folds: int, repeats: int
    ) -> Sequence[Dataset]:
        """Cut the rows into folds, each of them the test of a data set once a repeat.

        Parameters
        ----------
        experiment : Experiment
            Says which data, and how validation rows are held out of the rest.
        given : optional
            As for `load`.
        folds, repeats : int
            At least 2 and 1.

        Returns
        -------
        sequence of Dataset
            Folds of the first repeat, then those of the next; see `kerasduet.data.folds.Folds`.

        Raises
        ------
        ArgumentType
            Rows that are not to be mixed, such as those of a series; or a task without folds.
        """
        raise ArgumentType(
            f"experiment: must be of a task whose rows are cut into folds; got {experiment.name}, "
            f"{self.noun}. Score it on its own test rows, with run_experiment()."
        )

    def origin(self, experiment: Experiment, given: Any, origin: Origin) -> Dataset:
        """Give a fold of a backtest: trained on rows before it, tested on its own rows.

        Raises
        ------
        ArgumentType
            Rows without an order of time.
        """
        has_folds = type(self).folds is not NetworkPart.folds
        fix = "Use cross_validate()" if has_folds else "Score it with run_experiment()"
        raise ArgumentType(
            f"experiment: must be of a series, which a backtest goes along; got "
            f"{experiment.name}, of the task {self.name}. {fix}."
        )

    def following(self, experiment: Experiment, given: Any) -> tuple[Any, dict[str, Any]]:
        """Say which settings follow from the caller's data, and give the data read once.

        Parameters
        ----------
        experiment : Experiment
            As set, with its defaults.
        given : object
            As the caller gave them.

        Returns
        -------
        (object, dict)
            The data, in a container that can be read again; and settings that they need instead.
        """
        return given, {}

    def packages(self, experiment: Experiment) -> tuple[str, ...]:
        """Name further packages that the data of an experiment depend on."""
        return ()

    def pace(self, experiment: Experiment, dataset: Dataset) -> dict[str, Any]:
        """Give the training settings that data of the caller's need instead.

        Asked where a preset is named and `early_stopping` is not set.
        """
        return {}

    def extended(self, run: Any, chosen: Experiment, rows: Any) -> Dataset:
        """Add new rows to the data of a run, in the units that its network was trained on.

        Parameters
        ----------
        run : Result
            Finished.
        chosen : Experiment
            That of the run, on the caller's own data.
        rows : object
            As the caller gave them.

        Raises
        ------
        ArgumentType
            A task whose rows have no end that others could follow.
        """
        raise ArgumentType(
            f"run: must be of a series, which new rows go on; got the run {run.experiment.name}, "
            f"{self.noun}. Train it on all rows with run_experiment()."
        )

    @abstractmethod
    def heads(self, data: Any, network: Any) -> dict[str, Any]:
        """Give loss and metrics of the network's outputs, as `keras.Model.compile` takes them."""

    def augmentation(self, experiment: Experiment) -> Augmentation | None:
        """Give what changes the training inputs anew in each epoch; None where nothing does."""
        return None

    def class_weights(self, experiment: Experiment) -> Mapping[int, float] | None:
        """Give the weight in the loss of the training rows of each class; None leaves it at 1."""
        return None

    def learned_weights(
        self, experiment: Experiment, learned: Any
    ) -> Mapping[int, float] | None:
        """Give the `class_weights`, where they follow from what was learned."""
        return self.class_weights(experiment)

    @abstractmethod
    def example(self, data: Any) -> Any:
        """Give a few rows that fit data settings, for the suites of `kerasduet.testing`."""
