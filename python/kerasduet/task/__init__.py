"""What is predicted, as one stateless object that wires the functions of its folder."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from kerasduet.settings.configurations import parsed
from kerasduet.settings.sections import Section, Training
from kerasduet.task.metric import Metric
from kerasduet.task.network import NetworkPart
from kerasduet.task.results import ResultsPart

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["COLUMN_KINDS", "Metric", "Task", "Writing"]

# What a column of `predictions()` may hold: a row's number or step; a class, in the caller's type;
# a probability, float32; a number; a time; text; true or false; the boxes of an image, as JSON.
COLUMN_KINDS = ("id", "class", "prob", "number", "time", "text", "flag", "boxes")


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


class Task(NetworkPart, ResultsPart):
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
    one_of_both : bool
        Whether a `dataset` that is set beside data of the caller's is refused.
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
    one_of_both: ClassVar[bool] = False
    kinds: ClassVar[tuple[str, ...]] = ("class", "prob")
    searches: ClassVar[bool] = False
    is_paced: ClassVar[bool] = False
    rows: ClassVar[str] = "rows"
    cases_word: ClassVar[str] = "rows"
    ask: ClassVar[str] = "predict(x)"
    overview: ClassVar[tuple[str, ...]] = ()
    page_settings: ClassVar[tuple[str, ...]] = ()
    tiny: ClassVar[Mapping[str, Any]] = {}

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
