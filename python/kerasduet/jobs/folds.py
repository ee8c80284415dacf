"""Cross-validation: every row is held out once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet import checks
from kerasduet.data.folds import MOST_FOLDS, Fold
from kerasduet.data.following import followed
from kerasduet.data.told import told_of_file
from kerasduet.errors import ArgumentRange
from kerasduet.experiments import Experiment
from kerasduet.jobs.course import Progress, engine_of, refuse_dataset, worked_off
from kerasduet.jobs.plan import Job, Plan
from kerasduet.registry import TASKS
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import os

    from kerasduet.jobs.sets import RunSet

__all__ = ["cross_validate"]


@answers()
def cross_validate(
    experiment: str | Experiment,
    folds: int = 5,
    repeats: int = 1,
    folder: str | os.PathLike[str] | None = None,
    *,
    engine: str = "local",
    workers: int = 1,
    data: Any = None,
    progress: Progress = True,
) -> RunSet:
    """Cut the rows into folds; train on the others and score on each.

    Parameters
    ----------
    experiment : Experiment or str
        What to run, or the name of a preset.
    folds : int
        How many, at least 2. Each has its share of every class, or whole groups of a table; equal
        sources of pairs of texts stay together.
    repeats : int
        Cut the rows anew so many times, at least 1.
    folder, engine, workers, data, progress
        As for `run_many`.

    Returns
    -------
    RunSet
        A row a fold. Its `summary()` gives mean, sd (of the sample, n - 1) and the interval of
        Nadeau and Bengio for each score.

    Raises
    ------
    ArgumentRange
        More folds than rows, or than the rows of a class.
    ArgumentType
        A series or one text to go on with, whose order folds would break.
    KerasduetError
        As for `run_many`.

    Notes
    -----
    The rows are those given; test rows that the data bring with them, such as MNIST's own or
    `x_test`, are left alone. How they are cut does not depend on the experiment's seed, so that
    experiments are scored on the same folds. Of the rows that are trained on, `validation_split`
    is held out for validation, which early stopping needs; with `validation_split=0` nothing is
    decided by validation rows, and the curves show the held-out fold in their place.

    Examples
    --------
    >>> from kerasduet.experiments import experiment
    >>> small = experiment("mnist-dense", dataset="mnist-subset", epochs=1, units=2)
    >>> cross_validate(small, folds=2, progress=False).table["fold"].tolist()
    [1, 2]
    """
    chosen, data = followed(experiment, data)
    count = checks.whole("folds", folds, low=2)
    times = checks.whole("repeats", repeats, low=1)
    if count * times > MOST_FOLDS:
        raise ArgumentRange(
            f"folds: must be at most {MOST_FOLDS:,} with all repeats; got {count * times:,}."
        )
    ready = engine_of(engine, workers)
    refuse_dataset(data)
    if data is not None:
        chosen = chosen.on_own_data()
    with told_of_file(chosen, data):
        every = TASKS[chosen.task].folds(chosen, data, count, times)
    digest = None if data is None else (every[0].source.sha256,)
    width = len(str(len(every)))
    jobs = tuple(
        Job(f"fold-{number:0{width}d}", chosen, Fold(number, count, times))
        for number in range(1, len(every) + 1)
    )
    del every
    settings = {"folds": count, "repeats": times}
    return worked_off(
        Plan("folds", jobs, settings, digest),
        lambda course: course.do(course.plan.jobs),
        folder=folder,
        engine=ready,
        data=data,
        progress=progress,
    )
