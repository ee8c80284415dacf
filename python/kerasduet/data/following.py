"""What follows from the caller's data before they are split: the sizes of images, the classes."""

from __future__ import annotations

from typing import Any

from kerasduet.data.dataset import Dataset
from kerasduet.experiments import Experiment, described
from kerasduet.registry import TASKS

__all__ = ["followed"]


def followed(experiment: Experiment | str, data: Any) -> tuple[Experiment, Any]:
    """Describe an experiment on the caller's data, as `run_experiment` does.

    Parameters
    ----------
    experiment : Experiment or str
        An experiment stays as it is; of a preset's name sizes follow from the data.
    data : object
        As the caller gave them; None for those that the experiment names.

    Returns
    -------
    (Experiment, object)
        The experiment; and the data, in a container that can be read again.

    Examples
    --------
    >>> import numpy as np
    >>> followed("images", (np.zeros((4, 12, 14)), [0, 1, 2, 1]))[0].input_shape
    (12, 14, 1)
    """
    chosen = described(experiment)
    if isinstance(experiment, Experiment) or data is None or isinstance(data, Dataset):
        return chosen, data
    data, found = TASKS[chosen.task].following(chosen, data)
    return chosen.replace(**found), data
