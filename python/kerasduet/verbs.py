"""What a run can be asked, as its task has it: predict, evaluate, forecast, generate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kerasduet.boundary import public_methods
from kerasduet.checks import choice, show
from kerasduet.data.labelled import apart
from kerasduet.errors import ArgumentType, HorizonError, KerasduetError
from kerasduet.result import Result
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ABSENT", "Verbs"]

# What is said where a run's task has no such verb.
ABSENT: dict[str, tuple[type[KerasduetError], str]] = {
    "evaluate": (
        ArgumentType,
        "x: only a classifier, or a regression on a table, is evaluated on other rows; got the run "
        "{run}. Its predictions() stand beside the truth.",
    ),
    "forecast": (
        HorizonError,
        "horizon: only a series has one; got the run {run}, {noun}. Use predict().",
    ),
    "generate": (
        ArgumentType,
        "start: only a network that learned a text goes on with one; got the run {run}, {noun}. "
        "Use predict().",
    ),
    "future_frame": (
        HorizonError,
        "horizon: only a series has one; got the run {run}, {noun}. Use predict().",
    ),
    "series_scores": (
        ArgumentType,
        "run: must be of several series; got the run {run}, {noun}. Its metrics say how it did.",
    ),
}


@public_methods
class Verbs(Result):
    """A result with the verbs of its task; a run has them all, and says which its task lacks."""

    @answers(kind=("type",), x=("X", "newdata", "data"))
    def predict(self, x: Any, *, kind: str | None = None, beam: int | None = None) -> Any:
        """Predict new data.

        Parameters
        ----------
        x : array-like, Dataset, Series or DataFrame
            Images (n, height, width) or (n, height, width, channels), whole numbers 0..255
            (0 and 1 where the training images were masks) or floats 0..1; or a series with at
            least lookback + difference rows, which is continued: its columns are found by the
            names that they had in training, a series without a name is the target's; or a table
            with the columns of the training, in any order and beside others. Of a classifier of
            image files also the path of one, a list of paths, or a table with the column
            `image_column`; of a detector a path, a list of paths, or a table with the column
            image: files of any size, which are turned upright as their orientation tag says.
            Of a translator a text, or a list, array or column of them; of a network that goes on
            with a text one text or several; of a tagger texts, or lists of tokens.
        kind : str, optional
            For classes "class": their names (n,), the default, or "prob": a DataFrame of
            probabilities with a column a class. For a number "response": numbers (n,), in the
            target's units. For boxes "boxes", those of a score of at least 0.25, the default, or
            "all", those of at least 0.01. For a translator "text", the default, or "prob", a
            table of texts and their probabilities. For a text that goes on "next", the most
            probable next character: a table of text, next and probability. For tokens "tag": a
            table with a row a token, text (from 1), token, tag and probability. Of a
            series "forecast": the table of `forecast()`.
        beam : int, optional
            Of a translator: partial texts that are followed at once, 1 to 100; the best whole one
            is given. None takes the experiment's; 1 always takes the likeliest next token.

        Returns
        -------
        numpy.ndarray or pandas.DataFrame
            Labels are the caller's own, as in `predictions()`: texts or numbers of the
            categorical that the run was trained on, else codes as whole numbers. Texts are an
            array of them (n,), object. Boxes have
            a row each: image (from 1), class, score, left, top, right and bottom in pixels: of
            an array those of its images, of a file those that the upright image has.

        Raises
        ------
        ShapeError, PixelRange, NonFinite, EmptyData
            Images that break a rule.
        UnknownName
            A table without a column of the training; a text without a token of the training.
        ArgumentType, ArgumentRange
            A beam where nothing is searched; a text longer than the network reads.

        Warns
        -----
        KerasduetWarning
            Pixels far brighter or darker than those of the training images.
        """
        kinds = self.task.kinds
        chosen = kinds[0] if kind is None else choice("kind", kind, kinds)
        if beam is None:
            return self.task.predict(self, x, chosen)
        if not self.task.searches:
            raise ArgumentType(
                f"beam: only a translator searches among texts; got {show(beam)} for the run "
                f"{self.experiment.name}, {self.task.noun}. Leave it out."
            )
        task: Any = self.task
        return task.predict(self, x, chosen, beam)

    @answers()
    def evaluate(self, x: Any, y: Any = None) -> dict[str, float]:
        """Score the network on other rows whose truth is known.

        Parameters
        ----------
        x : array-like or DataFrame
            Rows, as for `predict`. Without y they hold the truth too: a table in the column that
            was the target in training, images in a container as a training takes them, a Dataset
            in its test rows. A table's rows count by the column that was `weights` in training,
            where x has it, and are 1 each where it has not.
        y : array-like or Dataset, optional
            Labels, one a row, as `predict` gives them: names as texts or a categorical, in any
            order; whole numbers from 0 where classes have no names. Of a regression numbers. Of
            a Dataset the test rows' labels.

        Returns
        -------
        dict
            loss (nats), accuracy, errors; of a regression rmse, mae and r2.

        Raises
        ------
        ArgumentType
            No truth, neither in x nor in y.
        LabelRange, LabelType
            A label that the run does not know, or codes for classes that have names.
        """
        verb = self._verb("evaluate")
        if y is None:
            data: Any = self.experiment.data
            target = getattr(self.preprocessing, "target", None)
            x, y = apart(x, target or getattr(data, "label_column", None))
        found: dict[str, float] = verb(self, x, y)
        return found

    def future_frame(self, horizon: int | None = None) -> pd.DataFrame:
        """Give the table of columns known ahead of time, to be filled for a forecast.

        Parameters
        ----------
        horizon : int, optional
            Steps ahead, at least 1; the trained horizon by default.

        Returns
        -------
        pandas.DataFrame
            time, and the columns of `known_future`, whose values are missing; of several series
            id first. The network gives its whole horizon at once, so the rows are rounded up to
            whole horizons.

        Raises
        ------
        ArgumentType
            A run without `known_future`.
        """
        table: pd.DataFrame = self._verb("future_frame")(self, horizon)
        return table

    @answers(
        horizon=("n", "h", "steps", "fh", "n_ahead", "periods", "prediction_length"),
        level=("levels", "alpha", "quantiles", "coverage"),
        future=("X", "exog", "xreg", "newdata", "future_covariates"),
    )
    def forecast(
        self, horizon: int | None = None, level: Any = None, future: Any = None
    ) -> pd.DataFrame:
        """Forecast the steps after the end of the series.

        Parameters
        ----------
        horizon : int, optional
            Steps ahead, at least 1; the trained horizon by default. Beyond it the network
            is fed its own forecasts.
        level : float or sequence of float, optional
            Share of the truths that intervals are to hold, in per cent, above 0 and below 100,
            such as `(80, 95)`; None gives no intervals.
        future : table, optional
            Of a run with `known_future`: `future_frame(horizon)`, filled. Rows at other times are
            not used.

        Returns
        -------
        pandas.DataFrame
            time, step (from 1), forecast, naive, seasonal_naive, drift, seasonal_drift, in
            the target's units; of several series id first. With other inputs than the target
            also copy: the last value of the input column that is nearest to the target on the
            validation rows. After the forecast two columns a level, in the order given:
            lower_80, upper_80, ... A wider level always holds a narrower one; with a
            `transform` no end lies below 0.

        Raises
        ------
        HorizonError
            Below 1, or beyond the trained horizon of a network that sees other columns, or beyond
            it with a level.
        ArgumentRange, ArgumentType
            A level outside its limits, or twice; a run that has no validation windows; or no
            `future` where one is needed.
        UnknownName, TimeIndexError, MissingValue
            A `future` without a column, a time or a value.

        Warns
        -----
        KerasduetWarning
            Rows of `future` after the trained horizon, where no horizon was given.

        Notes
        -----
        Intervals are split conformal. For each step ahead, and for the lower and the upper end
        apart, the errors on the validation windows say how far from a forecast the truth may lie;
        errors on the test windows join them as their truths become known. Truths beyond the ends
        widen the next intervals of all steps, truths within narrow them. About 80 of 100 truths
        lie within 80 %; with few windows, or in a series that changes as the test begins, it may
        be more or fewer. Where validation windows also chose the epoch (`early_stopping`), their
        errors are slightly too small, until those of the test windows come in. The test windows
        score the intervals, each with what was known at its origin (`coverage_80`, `winkler_80`,
        ... in `metrics`).

        A level needs a number of windows, 39 at 95 % and 9 at 80 %. With fewer, its ends are
        Student's t times the root mean square of the errors. That is multiplied by the spread of
        the series before the test over its spread on the validation rows (1/2 to 2). So two
        levels of one forecast may come from different rules, and a 95 % interval may be much wider
        on one side than an 80 % one. See `kerasduet.forecasting.conformal.offsets`. Of several
        series the errors of all of them on the validation windows count, each in units of its own
        series (what MASE divides by); they do not move on while test windows go by.

        A run of `intervals="quantile"` has quantiles that the network learned by pinball loss, in
        `predictions()` too; they cannot cross. Their ends are moved in the same way, by where the
        truths of validation and earlier test windows lay among the quantiles.
        """
        table: pd.DataFrame = self._verb("forecast")(self, horizon, level, future)
        return table

    def generate(
        self,
        start: str,
        n: int = 200,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        seed: int = 0,
    ) -> str:
        """Go on with a text, character by character.

        Parameters
        ----------
        start : str
            What it begins with, of any length; of a long one the end is read.
        n : int
            Characters to add, 1 to 100,000.
        temperature : float
            At least 0. Each character is drawn by the network's probabilities to the power of
            1 / temperature: 1 draws as they are, less keeps to the likely ones. 0 is greedy: it
            always takes the most probable character, whatever the seed.
        top_k : int, optional
            Draw among so many most probable characters alone, at least 1.
        seed : int
            Decides the draws, 0 to 2^32 - 1: the same seed gives the same text.

        Returns
        -------
        str
            `start`, its white space as single spaces, and `n` characters after it.

        Raises
        ------
        ArgumentType
            A run of another task, or something that is no text.
        EmptyData, ArgumentRange
            An empty text, or a number outside its range.

        Warns
        -----
        KerasduetWarning
            Not one character of `start` was in the training text.
        """
        text: str = self._verb("generate")(self, start, n, temperature, top_k, seed)
        return text

    def series_scores(self) -> pd.DataFrame:
        """Score each of several series by itself.

        Returns
        -------
        pandas.DataFrame
            A row a series: id; mae, rmse, smape and mase of the network on its test windows; the
            MAE of each baseline, such as naive_mae; best, the baseline with the least of them; and
            skill, 1 - mae / that MAE, below 0 where the network is worse.

        Raises
        ------
        ArgumentType
            A run of one series, or of no series.
        """
        table: pd.DataFrame = self._verb("series_scores")(self)
        return table

    def _verb(self, name: str) -> Callable[..., Any]:
        """Give a verb of the task, or say that it has none."""
        if name in self.task.verbs:
            return self.task.verbs[name]
        error, text = ABSENT[name]
        raise error(text.format(run=self.experiment.name, noun=self.task.noun))
