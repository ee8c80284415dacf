"""The result of an experiment with its verbs: predict, evaluate, forecast, plot, save, load."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import evaluation
from kerasduet.checks import choice, flag
from kerasduet.data.preprocessing import ImagePreprocessing, SeriesPreprocessing
from kerasduet.errors import (
    ArgumentType,
    HorizonError,
    KerasduetWarning,
    LengthMismatch,
    NonFinite,
    SeriesTooShort,
)
from kerasduet.plots import check_settings, plot_run
from kerasduet.result import Result
from kerasduet.runs import folder as folders
from kerasduet.settings.common import HORIZON
from kerasduet.training import predict_outputs

if TYPE_CHECKING:
    import os

    import matplotlib.figure
    import pandas as pd

__all__ = ["Run", "load_run", "unpack"]

KINDS = ("class", "prob")  # of prediction


@dataclass(repr=False)
class Run(Result):
    """One trained experiment, and what can be done with it.

    Its facts are those of `kerasduet.result.Result`; `run_experiment` and `load_run` make one.
    """

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
        flag("overwrite", overwrite)
        with folders.RunFolder(folder, self.experiment, overwrite=overwrite) as target:
            target.save(self)
        self.folder = str(target.path)
        return self.folder

    def __reduce__(self) -> tuple[Callable[[Any], Run], tuple[bytes]]:
        """Travel as the bytes of its folder, which are checked on the way in."""
        return unpack, (folders.pack(self),)

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


def load_run(folder: str | os.PathLike[str]) -> Run:
    """Load a run from its folder, whichever language saved it.

    Parameters
    ----------
    folder : path
        Written by `Run.save`, `run_experiment(out=...)` or R's `save_run`.

    Returns
    -------
    Run
        With the network rebuilt from its description and the saved weights; nothing in the
        folder is executed.

    Raises
    ------
    RunFolderError
        Not a run folder, of a newer format, unfinished, or damaged.
    ModelMismatch
        The weights belong to another network.
    """
    return folders.read_run(folder, Run)


def unpack(content: Any) -> Run:
    """Read a run from the bytes that `runs.folder.pack` gave, with every check of `load_run`."""
    return folders.unpack(content, Run)


def _columns(learned: SeriesPreprocessing) -> str:
    return f"{learned.target} from {', '.join(learned.columns)}"


def _refuse_no_numbers(outputs: np.ndarray) -> None:
    if not np.isfinite(outputs).all():
        raise NonFinite(
            "run: its network must give finite numbers; got NaN or infinity, as after a diverged "
            "training. Train again with a lower learning_rate."
        )
