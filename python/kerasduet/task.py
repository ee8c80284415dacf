"""What is predicted, as one stateless object that wires the functions of its folder."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from kerasduet.errors import ArgumentType
from kerasduet.settings.objects import parsed
from kerasduet.settings.sections import Section, Training

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.augment import Augmentation
    from kerasduet.data.dataset import Dataset
    from kerasduet.data.folds import Origin
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead

__all__ = ["COLUMN_KINDS", "Metric", "Task", "Writing"]

# What a column of `predictions()` may hold: a row's number or step; a class, in the caller's type;
# a probability, float32; a number; a time; text; true or false; the boxes of an image, as JSON.
COLUMN_KINDS = ("id", "class", "prob", "number", "time", "text", "flag", "boxes")


@dataclass(frozen=True)
class Metric:
    """One score of the test rows.

    Parameters
    ----------
    name : str
        In `run.metrics`.
    label : str
        For people, in small letters, such as "accuracy".
    unit : str
        Such as "%", or "nats"; empty where it is that of the data, or none.
    factor : float
        From the score to that unit: 100 for per cent.
    higher : bool
        Whether a higher score is better.
    root : bool
        Whether it is the square root of the mean of its cases.
    nominal : float or None
        What the score is to be near to, such as 0.8 for the coverage of 80 % intervals: neither a
        higher nor a lower one is then better.
    range : tuple of float, optional
        The lowest and highest score there can be. None: 0 and 1 of a share, and of another score
        where less is better at least 0.
    """

    name: str
    label: str
    unit: str = ""
    factor: float = 1.0
    higher: bool = False
    root: bool = False
    nominal: float | None = None
    range: tuple[float, float] | None = None

    @property
    def title(self) -> str:
        """The label as the head of a column or a sentence."""
        return self.label[:1].upper() + self.label[1:]

    @property
    def is_share(self) -> bool:
        """Whether no score is below 0 or above 1; more tokens than all can be to change."""
        return self.factor == 100 and (self.higher or self.nominal is not None)

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest score there can be.

        Examples
        --------
        >>> Metric("mae", "mean absolute error").bounds
        (0.0, inf)
        """
        if self.range is not None:
            return self.range
        if self.is_share:
            return 0.0, 1.0
        return -math.inf if self.higher else 0.0, math.inf

    def badness(self, score: float) -> float:
        """Give what is less the better a score is.

        Examples
        --------
        >>> Metric("coverage_80", "coverage", nominal=0.8).badness(1.0) > 0.1
        True
        >>> Metric("accuracy", "accuracy", higher=True).badness(0.5)
        -0.5
        """
        if self.nominal is not None:
            return abs(score - self.nominal)
        return -score if self.higher else score

    @property
    def step(self) -> str:
        """The unit of a difference of two scores."""
        return "percentage points" if self.unit == "%" else self.unit


class Writing(NamedTuple):
    """What writes about runs in a report, each a function of the page and the run.

    Parameters
    ----------
    purpose, data, result : callable
        Write what a run is for, what its data are, and how good it is.
    comparison : callable, optional
        Writes the table of scores: a function of the page, the runs and their names.
    intervals : callable, optional
        Says how a run's intervals were made: a function of the run.
    """

    purpose: Callable[[Any, Any], None]
    data: Callable[[Any, Any], None]
    result: Callable[[Any, Any], None]
    comparison: Callable[[Any, Sequence[Any], Sequence[str]], None] | None = None
    intervals: Callable[[Any], str] | None = None


class Task(ABC):
    """A kind of prediction; stages ask the run's task and name none themselves.

    Attributes
    ----------
    name : str
        Its name in the registry.
    noun : str
        What a run of it is, such as "a classifier".
    Settings : type
        The data settings: a `Section` whose field `dataset` names the data sets it knows.
    Training : type
        The training settings, with more fields where the task has more.
    own_data, file_data : str
        What `dataset` is where the caller hands data over, or names a file.
    metrics : tuple of Metric
        Scores of the test rows; the first is the headline, unless `metrics_of` says another.
    needed : tuple of str
        Scores that every scored run has, also those of earlier versions, and that no network of
        use lacks: one that is not finite says that the training diverged.
    key : tuple of str
        Columns of `predictions()` that say which row it is; `("row",)` is its number alone.
    later_columns : tuple of str
        Columns that run folders of earlier versions lack.
    decided : tuple of str
        Arguments of the builder that follow from what was learned, not from the data settings
        alone: `learned_shapes` gives them, and the network is built once the data are there.
    kinds : tuple of str
        Kinds of `predict`; the first is the usual one.
    searches : bool
        Whether `predict` also takes `beam`, a width of its search.
    is_paced : bool
        Whether `pace` is asked how long a preset trains on data of the caller's.
    rows, cases_word : str
        What the data and the test consist of, in the plural: "images", "windows".
    ask : str
        What a run is asked next, such as "predict(x)".
    overview : tuple of str
        Kinds of figures in an overview, the first over the whole width where there are three;
        empty takes all that there are.
    page_settings : tuple of str
        Data settings that a report shows beside those of the training.
    tiny : mapping
        Data settings of an `example` on which a training takes a second.
    """

    name: ClassVar[str]
    noun: ClassVar[str]
    Settings: ClassVar[type[Section]]
    Training: ClassVar[type[Training]] = Training
    own_data: ClassVar[str]
    file_data: ClassVar[str]
    metrics: ClassVar[tuple[Metric, ...]]
    needed: ClassVar[tuple[str, ...]]
    key: ClassVar[tuple[str, ...]] = ("row",)
    later_columns: ClassVar[tuple[str, ...]] = ()
    decided: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = ("class", "prob")
    searches: ClassVar[bool] = False
    is_paced: ClassVar[bool] = False
    rows: ClassVar[str] = "rows"
    cases_word: ClassVar[str] = "rows"
    ask: ClassVar[str] = "predict(x)"
    overview: ClassVar[tuple[str, ...]] = ()
    page_settings: ClassVar[tuple[str, ...]] = ()
    tiny: ClassVar[Mapping[str, Any]] = {}

    # Data and network -------------------------------------------------------------------------

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
        has_folds = type(self).folds is not Task.folds
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

    # Results ----------------------------------------------------------------------------------

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

    # Verbs ------------------------------------------------------------------------------------

    @abstractmethod
    def predict(self, run: Any, x: Any, kind: str) -> Any:
        """Predict new data with a result; see `Run.predict`."""

    @property
    def verbs(self) -> Mapping[str, Callable[..., Any]]:
        """What else a run can do: "evaluate" and "forecast", as functions of the result first."""
        return {}

    # Looks ------------------------------------------------------------------------------------

    @property
    def panels(self) -> tuple[Any, ...]:
        """Kinds of figures (`kerasduet.figures.Kind`) that only runs of this task have."""
        return ()

    def curves(self, experiment: Experiment) -> dict[str, tuple[str, float]]:
        """Give label and factor of each column of the history to draw, the loss first."""
        return {"loss": (self.loss_label(experiment, "Loss"), 1.0)}

    def loss_label(self, experiment: Experiment, usual: str) -> str:
        """Name the loss of a history: the usual one, or that of the caller."""
        if experiment.loss is None:
            return usual
        return f"Loss ({parsed(experiment.loss)['class_name']})"

    def writing(self) -> Writing | None:
        """Give what writes about a run in a report; None asks for plain words."""
        return None

    def same_rows(self, one: Any, other: Any) -> bool:
        """Say whether two results, of as many test rows, were tested on the same rows."""
        return True

    def comparable(self, one: Any, other: Any) -> bool:
        """Say whether the scores of two results are in the same units."""
        return True
