"""Looks inside a run on a table: columns that count, what they do, and the regression beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import choice, flag, whole
from kerasduet.data.labels import labels_of
from kerasduet.errors import ArgumentType, EmptyData
from kerasduet.result import Result, check_run, dataset_of
from kerasduet.settings.named import answers
from kerasduet.tasks.tables import inside
from kerasduet.tasks.tables.learned import TableLearned
from kerasduet.tasks.tables.predicted import baselines_of
from kerasduet.training import predict_outputs

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.dataset import Dataset

__all__ = [
    "baseline_coefficients",
    "called",
    "curves_of",
    "importance",
    "names_of",
    "number_columns",
    "partial_dependence",
    "predictor",
    "regions",
    "rise_of",
    "truth_of",
]

MOST_ROWS = 10_000  # of the test, for importance
MOST_CURVES = 1_000  # for partial dependence


@answers()
def importance(run: Result, data: Any = None, *, repeats: int = 10) -> pd.DataFrame:
    """Say how much worse a run on a table scores when the values of a column are shuffled.

    Parameters
    ----------
    run : Run
        On a table.
    data : DataFrame, optional
        The table that it was trained on, where the run is loaded from a folder, which does not
        keep the caller's own data.
    repeats : int
        How often each column is shuffled, at least 1.

    Returns
    -------
    pandas.DataFrame
        column, importance (by how much the log loss in nats, or the RMSE in the target's units,
        grows over the test rows; the mean over the shuffles), low and high (95 % interval over the
        test rows), the most important first.

    Raises
    ------
    ArgumentType
        A run of another task.
    DatasetError
        The data are not there, or not those of the training.

    Notes
    -----
    Breiman (2001), "Random forests", Machine Learning 45. Of columns that say the same, either
    may seem of little use. Of more than 10,000 test rows some are drawn.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> run = run_experiment("table-iris", epochs=20, progress=False)
    >>> sorted(importance(run, repeats=2)["column"][:2])
    ['petal_length', 'petal_width']
    """
    learned = _learned(run, "importance")
    repeats = whole("repeats", repeats, low=1)
    dataset = dataset_of(run, data)
    rows = _some(len(dataset.test), MOST_ROWS)
    weights = dataset.test.weights
    return inside.permutation_importance(
        predictor(run),
        test_frame(dataset).iloc[rows].reset_index(drop=True),
        truth_of(dataset)[rows],
        learned.encoding.features,
        weights=None if weights is None else np.asarray(weights, dtype=np.float64)[rows],
        repeats=repeats,
    )


@answers()
def partial_dependence(
    run: Result, column: str, data: Any = None, *, individual: bool = False
) -> pd.DataFrame:
    """Give what a run on a table predicts as one column takes other values.

    Parameters
    ----------
    run : Run
        On a table.
    column : str
        One of the columns that the network sees.
    data : DataFrame, optional
        The table that it was trained on, where the run is loaded from a folder, which does not
        keep the caller's own data.
    individual : bool
        Whether to give the curve of each test row instead of their mean.

    Returns
    -------
    pandas.DataFrame
        value (of the column), class (of more than two; of two the probability is that of the
        second) and prediction: the mean probability, or number, over the test rows as they are
        but for the column. With `individual` also row, as in `predictions()`, first.

    Raises
    ------
    ArgumentType
        A run of another task.
    UnknownName
        No such column.
    DatasetError
        The data are not there, or not those of the training.

    Notes
    -----
    Friedman (2001), Annals of Statistics 29; curves of single rows: Goldstein and others (2015),
    Journal of Computational and Graphical Statistics 24. Up to 30 values; of more than 1,000 test
    rows some are drawn.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> run = run_experiment("table-diabetes", epochs=20, progress=False)
    >>> found = partial_dependence(run, "bmi")["prediction"]
    >>> bool(found.iloc[0] < found.iloc[-1])
    True
    """
    flag("individual", individual)
    curves = curves_of(run, column, data)
    names = names_of(run)
    if len(names) > 2:
        curves["class"] = labels_of(curves["code"].to_numpy(), run.preprocessing)
    kept = ["value", *(["class"] if len(names) > 2 else []), "prediction"]
    if individual:
        rows = run.table["row"].to_numpy()
        chosen = _some(len(rows), MOST_CURVES)
        curves["row"] = rows[chosen][curves["row"]]
        return curves[["row", *kept]]
    means = curves.groupby(kept[:-1], observed=True, sort=False)["prediction"].mean()
    return means.reset_index()


@answers()
def baseline_coefficients(run: Result, data: Any = None) -> pd.DataFrame:
    """Give the coefficients of the regression that a run on a table is compared with.

    Parameters
    ----------
    run : Run
        On a table.
    data : DataFrame, optional
        The table that it was trained on, where the run is loaded from a folder, which does not
        keep the caller's own data.

    Returns
    -------
    pandas.DataFrame
        term, class (of more than two, each beside the first), estimate (of linear regression in the
        target's units; of logistic regression log odds of the class, of two of the second), per
        unit of the column as it stands in the table, std_error, low and high (95 %).
        `attrs["notes"]` has sentences on what could not be done as usual.

    Raises
    ------
    ArgumentType
        A run of another task.
    DatasetError
        The data are not there, or not those of the training.

    Notes
    -----
    The coefficients are those of statsmodels and of R's `glm` and `lm`. An ordered category enters
    in steps, such as size[>=M]: each level beside the one below it.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> run = run_experiment("table-diabetes", epochs=1, progress=False)
    >>> baseline_coefficients(run).loc[:2, "term"].tolist()
    ['(Intercept)', 'age', 'sex']
    """
    learned = _learned(run, "baseline_coefficients")
    found = baselines_of(dataset_of(run, data))
    table = found.coefficients
    if "class" in table:
        table["class"] = labels_of(table["class"].to_numpy(dtype=np.int64), run.preprocessing)
    labels = {
        f"{column.name}[{code}]": f"{column.name}[{level}]"
        for column in learned.encoding.columns
        if column.embedded
        for code, level in enumerate(column.levels)
    }
    table["term"] = table["term"].replace(labels)
    table.attrs["notes"] = list(found.notes)
    return table


# What figures and reports need ----------------------------------------------------------------


def curves_of(run: Result, column: str, data: Any = None) -> pd.DataFrame:
    """Give the curves of test rows, as `inside.partial_curves` does."""
    learned = _learned(run, "partial_dependence")
    choice("column", column, learned.encoding.features)
    frame = test_frame(dataset_of(run, data))
    chosen = frame.iloc[_some(len(frame), MOST_CURVES)].reset_index(drop=True)
    return inside.partial_curves(predictor(run), chosen, column)


def regions(run: Result, columns: tuple[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give decision regions over two columns, and the test rows upon them: x, y, code, right."""
    import pandas as pd

    frame, table = test_frame(run.dataset), run.table
    names = {str(name): code for code, name in enumerate(names_of(run))}
    points = pd.DataFrame(
        {
            "x": frame[columns[0]].to_numpy(np.float64),
            "y": frame[columns[1]].to_numpy(np.float64),
            "code": [names[str(name)] for name in table["truth"]],
            "right": (table["truth"] == table["prediction"]).to_numpy(),
        }
    )
    return inside.decision_regions(predictor(run), frame, *columns), points


def test_frame(dataset: Dataset) -> pd.DataFrame:
    """Give the test rows as they were read, numbered from 0."""
    if dataset.given is None or not len(dataset.given):
        raise EmptyData("data: must have test rows; got none.")
    return dataset.given.reset_index(drop=True)


def truth_of(dataset: Dataset) -> np.ndarray:
    """Give the test rows' class codes, or numbers in the target's units (n,)."""
    learned: Any = dataset.preprocessing
    targets = np.asarray(dataset.test.targets)
    if hasattr(learned, "class_names"):
        return targets.astype(np.int64)
    truth: np.ndarray = learned.restore(targets.reshape(-1, 1))
    return truth


def predictor(run: Result) -> inside.Predict:
    """Give the network as a function of a table that `read_frame` gave."""
    learned: Any = run.preprocessing

    def predict(frame: pd.DataFrame) -> np.ndarray:
        outputs = predict_outputs(run.model, learned, learned.inputs(frame))
        return np.asarray(outputs if names_of(run) else learned.restore(outputs))

    return predict


def names_of(run: Result) -> tuple[str, ...]:
    """Name the classes; empty where a number is predicted."""
    return tuple(map(str, run.class_names))


def called(run: Result, code: int) -> str:
    """Name a class in a sentence: one that is a number with its column, such as "admit = 1"."""
    learned: Any = run.preprocessing
    name = names_of(run)[code]
    return name if learned.label_type == "str" else f"{learned.target} = {name}"


def rise_of(run: Result) -> str:
    """Say what rises where a column is shuffled."""
    return "log loss (nats)" if names_of(run) else f"RMSE (units of {_learned(run, '').target})"


def number_columns(run: Result) -> list[str]:
    """Name the columns of numbers that the network sees."""
    columns = _learned(run, "").encoding.columns
    return [column.name for column in columns if column.kind == "number"]


def _learned(run: Any, verb: str) -> TableLearned:
    """Give what a run on a table learned, or refuse it."""
    check_run(run)
    learned = run.preprocessing
    if not isinstance(learned, TableLearned):
        raise ArgumentType(
            f"run: {verb}() looks into a run on a table; got the run {run.experiment.name}, "
            f"{run.task.noun}."
        )
    return learned


def _some(rows: int, most: int) -> np.ndarray:
    """Choose rows evenly, all where they are few."""
    return np.unique(np.linspace(0, rows - 1, min(rows, most)).round().astype(np.int64))
