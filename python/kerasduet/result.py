"""What came of an experiment, as plain facts: figures, reports and run folders read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.boundary import public_methods
from kerasduet.checks import show
from kerasduet.data import Dataset, load_data
from kerasduet.data.folds import fold_of
from kerasduet.data.following import followed
from kerasduet.data.part import digest_rows
from kerasduet.errors import ArgumentType, DatasetError, RunFolderError
from kerasduet.experiments import Experiment
from kerasduet.lead import TOO_FEW
from kerasduet.registry import TASKS
from kerasduet.training import predict_outputs, weights_digest

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from kerasduet.data import Source
    from kerasduet.data.preprocessing import Learned
    from kerasduet.lead import Lead
    from kerasduet.task import Task
    from kerasduet.training import State

__all__ = ["CHANGED", "Result", "check_run", "dataset_of"]

CHANGED = (
    "run: must hold the weights of its training; got others, changed after it. Keep the "
    "changed network by itself, with model.save(file), or load the run again."
)
DIVERGED = (
    "Training diverged: the network gives no finite numbers. Lower learning_rate, or clip the "
    "gradients with clip_norm."
)


# What other libraries call what a run has.
ELSEWHERE = {
    "predict_proba": 'predict(x, kind="prob")',
    "score": "evaluate(x, y)",
    "fit": "kd.continue_run(run, epochs)",
    "fit_predict": "predict(x)",
    "plot_history": 'plot("history")',
    "plot_training": 'plot("history")',
    "plot_confusion_matrix": 'plot("confusion")',
    "save_model": "save(folder), or export(path) for other programs",
    "save_weights": "save(folder), or model.save_weights(path)",
    "to_json": "experiment.to_dict()",
    "get_params": "experiment.flat()",
    "historical_forecasts": "kd.backtest(experiment)",
    "report": "kd.render_report(run)",
}


class Said(str):
    """A text that is asked for as a property, and as well as a method."""

    __slots__ = ()

    def __call__(self) -> str:
        """Give the text: `run.summary()` is `run.summary`, as the summary of a set is a method."""
        return str(self)


@public_methods
@dataclass
class Result:
    """One trained experiment.

    Parameters
    ----------
    experiment : Experiment
        What was asked for.
    model : keras.Model
        The trained network.
    preprocessing : Learned
        What was learned from the training rows and, once the test rows are scored, of the trained
        network from the validation rows.
    source : Source
        Where the data came from.
    status : {"finished", "interrupted"}
        An interrupted run holds its last finished epoch and resumes with `resume_run`.
    history : pandas.DataFrame
        One row an epoch: epoch, loss, its metric, and both on the validation rows (`val_`).
    metrics : dict
        Scores on the test rows, beside the baselines (see `summary`). Those of an interrupted
        run are computed when they, or `predictions()`, are first asked for.
    provenance : dict
        Versions, backend, device, seed, times, splits and digests.
    table : pandas.DataFrame
        `predictions()`.
    state : State, optional
        Where training stopped, to resume from.
    folder : str, optional
        Absolute path of where it is kept.
    scored : bool
        Whether metrics and table are there.
    """

    experiment: Experiment
    model: keras.Model
    preprocessing: Learned
    source: Source
    status: str
    history: pd.DataFrame
    metrics: dict[str, float]
    provenance: dict[str, Any]
    table: pd.DataFrame
    state: State | None = None
    folder: str | None = None
    scored: bool = True
    _dataset: Dataset | None = field(default=None, repr=False)
    # The lead of a table and what was learned.
    _lead: tuple[tuple[Any, Any], Lead | None] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Leave out what is not there yet, so that it is computed when it is asked for."""
        if not self.scored:
            del self.metrics, self.table

    def __getattr__(self, name: str) -> Any:
        """Score the test rows when asked for; say what a name of another library means."""
        if name not in ("metrics", "table"):
            hint = f". Use {ELSEWHERE[name]}." if name in ELSEWHERE else ""
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}{hint}",
                name=name,
                obj=self,
            )
        self._score()
        return self.__dict__[name]

    def _score(self) -> None:
        """Predict and score the test rows, unless that is done."""
        if self.scored:
            return
        if self.is_changed:
            raise RunFolderError(CHANGED)
        if self._lacks_data:
            raise DatasetError(
                "data: the test rows of an interrupted run are scored when they are asked for, "
                "and a saved run does not keep the caller's own data; got a run trained on them. "
                "Go on with resume_run(), giving the same data."
            )
        predict = partial(predict_outputs, self.model, self.preprocessing)
        self.preprocessing = self.task.calibrated(predict, self.dataset)
        inputs = self.dataset.test.inputs
        outputs = self.task.run_network(predict, self.preprocessing, inputs)
        table = self.task.table(self.dataset, outputs)
        scores = self.task.score(table, self.preprocessing)
        self.metrics = {name: float(score) for name, score in scores.items()}
        self.table = table
        self.provenance["digests"]["predictions"] = digest_rows(outputs)
        self.scored = True

    @property
    def task(self) -> Task:
        """What is predicted, which says what its results mean."""
        task: Task = TASKS[self.experiment.task]
        return task

    @property
    def diverged(self) -> bool:
        """Whether the network's test outputs are not all finite, so that no score holds."""
        return self.task.diverged(self.metrics)

    @property
    def _lacks_data(self) -> bool:
        return self._dataset is None and self.source.given

    @property
    def is_changed(self) -> bool:
        """Whether the network's weights are others than at the end of its training."""
        return weights_digest(self.model) != self.provenance["digests"]["weights"]

    @property
    def summary(self) -> Said:
        """One sentence: the result and the baseline beside it; `summary()` is the same."""
        return Said(self._told())

    def _told(self) -> str:
        text = self._verdict()
        if self.is_changed:
            text += " The weights were changed after training: this is of those before."
        if not self.scored:
            return text
        loss = self.history.get("loss")
        if loss is None or np.isfinite(loss).all() or self.diverged:
            return text
        # Early stopping went back to the weights of an epoch before.
        return (
            f"{text} Training diverged in epoch {len(loss)} and ended there: lower learning_rate, "
            "or clip the gradients with clip_norm."
        )

    @property
    def lead(self) -> Lead | None:
        """By how much the network is better than the best baseline; see `Task.lead`.

        Drawn once, and again only for another table, or what is learned of it.
        """
        of = (self.table, self.preprocessing)
        if self._lead is None or any(
            a is not b for a, b in zip(of, self._lead[0], strict=True)
        ):
            self._lead = of, self.task.lead(*of, self.metrics)
        return self._lead[1]

    @property
    def has_intervals(self) -> bool:
        """Whether the test cases are enough for intervals, in its verdict as in tables."""
        return self.lead is None or self.lead.independent >= TOO_FEW

    def _verdict(self) -> str:
        if self.scored:
            if self.diverged:
                return DIVERGED
            verdict = self.task.verdict(self.metrics)
            lead = self.lead
            if lead is None:
                return verdict
            advice = "" if lead.is_better else self.task.advice(self)
            return f"{lead.within(verdict)} {advice}".rstrip()
        text = "The test rows are scored when its metrics are asked for."
        if len(self.history) == 0:
            return f"No epoch was finished. {text}"
        name = "val_loss" if "val_loss" in self.history else "loss"
        label = {"val_loss": "Validation loss", "loss": "Training loss"}[name]
        return f"{label} {self.history[name].iloc[-1]:.4g}. {text}"

    @property
    def facts(self) -> dict[str, str]:
        """What was learned of the data and of the training, a word and a line each, as printed."""
        found = dict(self.task.facts(self.preprocessing)) | dict(self.task.course(self))
        if "compiler" in self.provenance:
            found["compiler"] = f"{self.provenance['compiler']}, which compiled the steps"
        kept = self.kept_epoch
        if kept is not None and kept < len(self.history):
            found["weights"] = f"of epoch {kept}, whose validation loss is the least"
        return found

    @property
    def kept_epoch(self) -> int | None:
        """Epoch, from 1, whose weights early stopping kept; None without it."""
        losses = self.history.get("val_loss")
        if self.experiment.early_stopping is None or losses is None or losses.isna().all():
            return None
        return int(losses.argmin()) + 1

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, in code order; empty where there are none."""
        return getattr(self.preprocessing, "class_names", ())

    @property
    def digests(self) -> dict[str, str]:
        """sha256 of the weights, the history and, once there are any, the test predictions."""
        if not self._lacks_data:
            self._score()
        return dict(self.provenance["digests"])

    @property
    def dataset(self) -> Dataset:
        """The data, loaded again for a run that was read from a folder.

        Raises
        ------
        DatasetError
            The data are the caller's, or are not those of the training any more.
        """
        if self._dataset is None:
            if self.source.given:
                raise DatasetError(
                    "data: a saved run does not keep the caller's own data; got a run "
                    "trained on them. Load them with load_data() for its experiment."
                )
            found = self._load()
            if found.source.sha256 != self.source.sha256:
                raise DatasetError(
                    f"data: must be those of the training, from {self.source.name}; got others, "
                    f"from {found.source.name}. Make the first ones available again."
                )
            self._dataset = found
        return self._dataset

    def _load(self, given: Any = None) -> Dataset:
        """Load the data again, cut as they were: of a fold, or as the experiment says."""
        fold = fold_of(self.provenance.get("fold"))
        same, data = followed(self.experiment, given)
        return load_data(same, data) if fold is None else fold.load(self.task, same, data)

    def predictions(self) -> pd.DataFrame:
        """Give the test rows with truth, prediction and baselines.

        Returns
        -------
        pandas.DataFrame
            Images: row, truth, prediction (labels as `predict` gives them), probability,
            `p_<class>`. Series: origin, time, step, truth, filled, forecast, naive,
            seasonal_naive, drift, seasonal_drift, in the target's units; of several id first.
            With other inputs than the target also copy, the last value of one of them.
            Where `filled` is true the truth was missing: it was filled, and is not scored;
            `attrs["strategy"]` says how further steps were forecast, "direct" or "recursive".
        """
        table = self.table.copy()
        table.attrs.update(self.task.attributes(self.preprocessing))
        return table


def dataset_of(run: Result, data: Any) -> Dataset:
    """Give the data of a run, those that the caller gave again included.

    Raises
    ------
    DatasetError
        They are not there, or not those of the training.
    """
    if data is None:
        if run._dataset is None and run.source.given:
            raise DatasetError(
                "data: must be given, as a saved run does not keep the caller's own data; got a "
                "run trained on them. Give the same data."
            )
        return run.dataset
    found = data if isinstance(data, Dataset) else run._load(data)
    if found.source.sha256 != run.source.sha256 or found.fold != fold_of(
        run.provenance.get("fold")
    ):
        raise DatasetError(
            f"data: must be those of the training, of the run {run.experiment.name}; got others. "
            "Give the same data."
        )
    return found


def check_run(run: Any) -> None:
    """Refuse what is no run."""
    if not isinstance(run, Result):
        raise ArgumentType(f"run: must be a run; got {show(run)}.")
