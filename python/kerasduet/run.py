"""The result of an experiment: network, history, metrics, predictions; saved as a folder."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import evaluation
from kerasduet.checks import choice, flag
from kerasduet.data import load_data
from kerasduet.data.dataset import digest_arrays
from kerasduet.data.preprocessing import ImagePreprocessing, SeriesPreprocessing
from kerasduet.errors import (
    ArgumentType,
    DatasetError,
    HorizonError,
    KerasduetWarning,
    LengthMismatch,
    NonFinite,
    RunFolderError,
    SeriesTooShort,
)
from kerasduet.experiments import Experiment
from kerasduet.settings.common import HORIZON
from kerasduet.training import predict_outputs, weights_digest

if TYPE_CHECKING:
    import os

    import keras
    import matplotlib.figure
    import pandas as pd

    from kerasduet.data import Dataset, Source
    from kerasduet.training import State

__all__ = ["Run"]

CHANGED = (
    "run: must hold the weights of its training; got others, changed after it. Keep the "
    "changed network by itself, with model.save(file), or load the run again."
)
KINDS = ("class", "prob")  # of prediction


@dataclass
class Run:
    """One trained experiment.

    Parameters
    ----------
    experiment : Experiment
        What was asked for.
    model : keras.Model
        The trained network.
    preprocessing : ImagePreprocessing or SeriesPreprocessing
        What was learned from the training rows.
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
    preprocessing: ImagePreprocessing | SeriesPreprocessing
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

    def __post_init__(self) -> None:
        """Leave out what is not there yet, so that it is computed when it is asked for."""
        if not self.scored:
            del self.metrics, self.table

    def __getattr__(self, name: str) -> Any:
        """Score the test rows when the result is first asked for."""
        if name not in ("metrics", "table"):
            raise AttributeError(f"'Run' object has no attribute {name!r}")
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
        outputs = predict_outputs(self.model, self.preprocessing, self.dataset.x_test)
        self.metrics = evaluation.score(self.dataset, outputs)
        self.table = evaluation.predictions(self.dataset, outputs)
        self.provenance["digests"]["predictions"] = digest_arrays(outputs)
        self.scored = True

    def __repr__(self) -> str:
        """Say what it is, how it did, and what to do next."""
        sizes = self.provenance["sizes"]
        where = f"saved in {self.folder}" if self.folder else "not saved: run.save(folder)"
        done = f"{len(self.history)} of {self.experiment.epochs} epochs"
        resume = "kd.resume_run(run), " if self.status == "interrupted" else ""
        is_series = isinstance(self.preprocessing, SeriesPreprocessing)
        ask = "run.forecast()" if is_series else "run.predict(x)"
        # Of the caller's own data, whose faults nobody else can know.
        noted = (
            [f"  note     {self.source.note}"] if self.source.given and self.source.note else []
        )
        return "\n".join(
            [
                f"<kerasduet run> {self.experiment.name}, {self.status}, {done}, {where}",
                f"  data     {self.source.name}: {sizes['train']:,} training, "
                f"{sizes['validation']:,} validation, {sizes['test']:,} test",
                *noted,
                f"  network  {self.experiment.builder}, "
                f"{self.model.count_params():,} parameters",
                f"  result   {self.summary}",
                f"  next     {resume}run.plot(), run.predictions(), {ask}, run.save(folder)",
            ]
        )

    @property
    def _lacks_data(self) -> bool:
        return self._dataset is None and self.source.given

    @property
    def is_changed(self) -> bool:
        """Whether the network's weights are others than at the end of its training."""
        return weights_digest(self.model) != self.provenance["digests"]["weights"]

    @property
    def summary(self) -> str:
        """One sentence: the result and the baseline beside it."""
        text = self._verdict()
        if self.is_changed:
            text += " The weights were changed after training: this is of those before."
        if not self.scored:
            return text
        loss = self.history.get("loss")
        if loss is None or np.isfinite(loss).all() or evaluation.diverged(self.metrics):
            return text
        # Early stopping went back to the weights of an epoch before.
        return (
            f"{text} Training diverged in epoch {len(loss)} and ended there: lower learning_rate, "
            "or clip the gradients with clip_norm."
        )

    def _verdict(self) -> str:
        if self.scored:
            return evaluation.verdict(self.metrics)
        text = "The test rows are scored when its metrics are asked for."
        if len(self.history) == 0:
            return f"No epoch was finished. {text}"
        name = "val_loss" if "val_loss" in self.history else "loss"
        label = {"val_loss": "Validation loss", "loss": "Training loss"}[name]
        return f"{label} {self.history[name].iloc[-1]:.4g}. {text}"

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, in code order; empty for a series."""
        learned = self.preprocessing
        return learned.class_names if isinstance(learned, ImagePreprocessing) else ()

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
            found = load_data(self.experiment)
            if found.source.sha256 != self.source.sha256:
                raise DatasetError(
                    f"data: must be those of the training, from {self.source.name}; got others, "
                    f"from {found.source.name}. Make the first ones available again."
                )
            self._dataset = found
        return self._dataset

    def predictions(self) -> pd.DataFrame:
        """Give the test rows with truth, prediction and baselines.

        Returns
        -------
        pandas.DataFrame
            Images: row, truth, prediction (labels as `predict` gives them), probability,
            `p_<class>`. Series: origin, time, step, truth, filled, forecast, naive,
            seasonal_naive, drift, seasonal_drift, in the target's units. Where `filled` is true
            the truth was missing: it was filled, and is not scored.
        """
        return self.table.copy()

    def predict(self, x: Any, *, kind: str = "class") -> Any:
        """Predict new data.

        Parameters
        ----------
        x : array-like, Dataset, Series or DataFrame
            Images (n, height, width) or (n, height, width, channels), whole numbers 0..255
            (0 and 1 where the training images were masks) or floats 0..1; or a series with at
            least lookback + difference rows, which is continued: its columns are found by the
            names that they had in training, a series without a name is the target's.
        kind : {"class", "prob"}
            For images: class names (n,), or a DataFrame of probabilities with a column a
            class. A series is always given as the table of `forecast()`.

        Returns
        -------
        numpy.ndarray or pandas.DataFrame
            Labels are the caller's own, as in `predictions()`: texts or numbers of the
            categorical that the run was trained on, else codes as whole numbers.

        Raises
        ------
        ShapeError, PixelRange, NonFinite, EmptyData
            Images that break a rule.
        UnknownName
            A table without a column of the training.

        Warns
        -----
        KerasduetWarning
            Pixels far brighter or darker than those of the training images.
        """
        choice("kind", kind, KINDS)
        if isinstance(self.preprocessing, SeriesPreprocessing):
            return self._continue(x, self.experiment.horizon)
        probabilities = self._probabilities(x, "x")
        if kind == "prob":
            import pandas as pd

            return pd.DataFrame(probabilities, columns=list(self.class_names))
        assert isinstance(self.preprocessing, ImagePreprocessing)
        return self.preprocessing.labels[probabilities.argmax(axis=1)]

    def evaluate(self, x: Any, y: Any) -> dict[str, float]:
        """Score the network on other labelled images.

        Parameters
        ----------
        x : array-like
            Images, as for `predict`.
        y : array-like or Dataset
            Labels, one an image, as `predict` gives them: names as texts or a categorical, in
            any order; whole numbers from 0 where classes have no names. Of a Dataset the
            test rows' labels.

        Returns
        -------
        dict
            loss (nats), accuracy, errors.

        Raises
        ------
        LabelRange, LabelType
            A label that the run does not know, or codes for classes that have names.
        """
        learned = self.preprocessing
        if not isinstance(learned, ImagePreprocessing):
            raise ArgumentType(
                f"x: only a classifier is evaluated on labelled rows; got the run "
                f"{self.experiment.name}. Its predictions() stand beside the truth."
            )
        from kerasduet.data.dataset import Dataset
        from kerasduet.data.labels import find_labels

        if isinstance(y, Dataset) and isinstance(y.preprocessing, ImagePreprocessing):
            y = y.preprocessing.labels[y.y_test]
        labels = find_labels(y, learned)
        probabilities = self._probabilities(x, "x")
        if len(probabilities) != len(labels):
            raise LengthMismatch(
                f"y: must have one label an image ({len(probabilities)}); got {len(labels)}."
            )
        return evaluation.class_metrics(probabilities, labels)

    def forecast(self, horizon: int | None = None) -> pd.DataFrame:
        """Forecast the steps after the end of the series.

        Parameters
        ----------
        horizon : int, optional
            Steps ahead, at least 1; the trained horizon by default. Beyond it the network
            is fed its own forecasts.

        Returns
        -------
        pandas.DataFrame
            time, step (from 1), forecast, naive, seasonal_naive, drift, seasonal_drift, in
            the target's units.

        Raises
        ------
        HorizonError
            Below 1, or beyond the trained horizon of a network that sees other columns.
        """
        learned = self.preprocessing
        if not isinstance(learned, SeriesPreprocessing):
            raise HorizonError(
                f"horizon: only a series has one; got the run {self.experiment.name}, a "
                "classifier. Use predict()."
            )
        steps = self.experiment.horizon
        if horizon is not None:
            steps = HORIZON("horizon", horizon)
        from kerasduet.data.times import read_times

        values = np.array(learned.tail)
        before = learned.rows - len(values)
        # Earlier versions kept no row numbers.
        texts = learned.tail_times or map(str, range(before + 1, learned.rows + 1))
        times = read_times(texts, learned.zone)
        return self._forecast(values, times, steps, before, learned.first)

    def _continue(self, x: Any, steps: int) -> pd.DataFrame:
        from kerasduet.data.dataset import Dataset
        from kerasduet.data.series import series_values

        learned = self.preprocessing
        assert isinstance(learned, SeriesPreprocessing)
        if isinstance(x, Dataset) and isinstance(x.preprocessing, SeriesPreprocessing):
            assert x.table is not None
            known, given = _columns(learned), _columns(x.preprocessing)
            if given != known:
                raise ArgumentType(
                    f"x: must hold the columns that the run was trained on ({known}); got {given}."
                )
            times, values = x.table.times, x.table.values
        else:
            times, values = series_values(self.experiment, learned, x)
        needed = learned.lookback + learned.difference
        if len(values) < needed:
            raise SeriesTooShort(
                f"x: must have lookback + difference = {needed} rows; got {len(values)}."
            )
        return self._forecast(values, times, steps, 0, float(values[0, -1]))

    def _forecast(
        self, values: np.ndarray, times: pd.Index, steps: int, rows_before: int, first: float
    ) -> pd.DataFrame:
        """Continue values (rows, columns + target) by some steps."""
        import pandas as pd

        from kerasduet.data.times import following

        learned = self.preprocessing
        assert isinstance(learned, SeriesPreprocessing)
        if steps > learned.horizon and not learned.target_is_input:
            raise HorizonError(
                f"horizon: must be at most {learned.horizon} with features, whose future is "
                f"unknown; got {steps}. Train with horizon = {steps}."
            )
        known, levels = values, np.empty((1, 0))
        while levels.shape[1] < steps:
            outputs = predict_outputs(self.model, learned, learned.window(known))
            more = learned.restore(outputs, known[None, :, -1])  # (1, horizon)
            _refuse_no_numbers(more)
            levels = np.concatenate([levels, more], axis=1)
            known = np.vstack([known, np.repeat(more.T, known.shape[1], axis=1)])
        table = evaluation.baseline_forecasts(
            learned,
            values[:, -1],
            np.array([len(values) - 1]),
            steps,
            first=first,
            rows_before=rows_before,
        )
        columns = {
            "time": following(times, steps, learned.frequency, learned.spacing),
            "step": np.arange(1, steps + 1),
            "forecast": levels[0, :steps],
        }
        return pd.DataFrame(columns | {name: values[0] for name, values in table.items()})

    def plot(self, kind: str = "overview", **settings: Any) -> matplotlib.figure.Figure:
        """Draw the run; see `kerasduet.plots.plot_run`."""
        from kerasduet.plots import check_settings, plot_run

        check_settings(settings)
        return plot_run(self, kind=kind, **settings)

    def save(self, folder: str | os.PathLike[str], *, overwrite: bool = False) -> str:
        """Save the run as a folder that either language loads.

        Parameters
        ----------
        folder : path
            A new or empty folder, or one that holds this experiment; what it holds is
            replaced only when the new files are complete.
        overwrite : bool
            Replace a run of another experiment, or a damaged one.

        Returns
        -------
        str
            The folder, as an absolute path.

        Raises
        ------
        RunFolderError
            The folder is busy, holds something else, or cannot be written.
        """
        from kerasduet.runs.folder import RunFolder

        flag("overwrite", overwrite)
        with RunFolder(folder, self.experiment, overwrite=overwrite) as target:
            target.save(self)
        self.folder = str(target.path)
        return self.folder

    def _probabilities(self, x: Any, name: str) -> np.ndarray:
        from kerasduet.data.dataset import Dataset
        from kerasduet.data.images import check_images, range_note, refuse_brighter

        learned = self.preprocessing
        assert isinstance(learned, ImagePreprocessing)
        flat = self.experiment.builder == "dnn"
        given = x.x_test if isinstance(x, Dataset) else x
        images = check_images(given, learned.input_shape, flat=flat, name=name)
        refuse_brighter(images, learned, name)
        if note := range_note(images, learned, name, "the training images"):
            warnings.warn(f"{name}: {note}", KerasduetWarning, stacklevel=4)
        outputs = predict_outputs(self.model, learned, images)
        _refuse_no_numbers(outputs)
        return outputs


def _columns(learned: SeriesPreprocessing) -> str:
    return f"{learned.target} from {', '.join(learned.columns)}"


def _refuse_no_numbers(outputs: np.ndarray) -> None:
    if not np.isfinite(outputs).all():
        raise NonFinite(
            "run: its network must give finite numbers; got NaN or infinity, as after a diverged "
            "training. Train again with a lower learning_rate."
        )
