"""What follows from the caller's data: the sizes of images, the classes, and patience."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kerasduet.changes import made
from kerasduet.data.dataset import Dataset
from kerasduet.errors import KerasduetError
from kerasduet.experiments import Experiment, described, experiment
from kerasduet.names import is_own_network, task_of
from kerasduet.registry import TASKS
from kerasduet.settings.networks import is_function

__all__ = ["followed", "paced", "settled"]

SHAPES = ("dataset", "input_shape", "classes")


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
    if data is None or isinstance(data, Dataset):
        return chosen, data
    data, found = TASKS[chosen.task].following(chosen, data)
    return chosen if isinstance(experiment, Experiment) else chosen.replace(**found), data


def paced(
    experiment: Experiment | str,
    chosen: Experiment,
    data: Any,
    dataset: Dataset | None = None,
    fixed: Collection[str] = (),
) -> tuple[Experiment, Any]:
    """Say how long training goes on without gain, where the data of a preset decide that.

    Parameters
    ----------
    experiment : Experiment or str
        As the caller named it: an experiment stays as it is.
    chosen : Experiment
        What was described from it, whose `early_stopping` is the preset's.
    data : object
        As the caller gave them; None for those that the experiment names.
    dataset : Dataset, optional
        What is trained on, where it is loaded already.
    fixed : collection of str
        Settings that the caller gave: they stay.

    Returns
    -------
    (Experiment, object)
        The experiment; and the data, loaded where that was needed.
    """
    from kerasduet.data import loaded_for

    is_own = data is not None or getattr(chosen.data, "path", None) is not None
    task = TASKS[chosen.task]
    if isinstance(experiment, Experiment) or not is_own or not task.is_paced:
        return chosen, data
    if dataset is None:
        data = dataset = loaded_for(chosen, data)
    found = {k: v for k, v in task.pace(chosen, dataset).items() if k not in fixed}
    return chosen.replace(**found), data


def settled(
    preset: str | Experiment, data: Any, settings: dict[str, Any]
) -> tuple[Experiment, Any]:
    """Describe a run; where the data decide shapes, or how long it trains, they come first."""
    chosen, data = _shaped(preset, data, settings)
    if "early_stopping" in settings:
        return chosen, data
    return paced(preset, chosen, data, fixed=settings)


def _shaped(
    preset: str | Experiment, data: Any, settings: dict[str, Any]
) -> tuple[Experiment, Any]:
    model = settings.get("model")
    is_own = is_own_network(model)
    is_new = data is not None and not isinstance(data, Dataset)
    plain = {name: value for name, value in settings.items() if name != "model" or not is_own}
    base = _before_data(preset, plain) if is_new else None
    if base is not None:
        data, found = TASKS[base.task].following(base, data)
        if is_own:  # a function is told the shapes, a network has its own
            found = {
                name: found[name] for name in SHAPES if name in found and is_function(model)
            }
        if isinstance(preset, str):
            settings = {name: found[name] for name in found if name not in settings} | settings
    if not is_own or not is_function(model):
        return experiment(preset, **settings), data
    task = TASKS[experiment(preset).task]
    if "dataset" in settings:
        task = task_of(settings["dataset"])
    if not task.decided:
        return experiment(preset, **settings), data
    base = experiment(preset, **plain)
    from kerasduet.data import loaded_for

    dataset = loaded_for(base, data)
    shapes = task.learned_shapes(dataset.preprocessing) | task.shapes(base.data)
    network = made(model, shapes | {"seed": base.seed})
    return experiment(preset, **settings | {"model": network}), dataset


def _before_data(preset: str | Experiment, settings: dict[str, Any]) -> Experiment | None:
    """Describe what is known before the data are looked at; None where the settings are wrong.

    Some may fit only what follows from the data, such as a weight a class; small images only the
    padding that does.
    """
    shapes = {name: settings[name] for name in SHAPES if name in settings}
    for known in (settings, shapes, {k: v for k, v in shapes.items() if k != "input_shape"}):
        try:
            return experiment(preset, **known)
        except KerasduetError:
            continue
    return None
