"""Backtests: series forecast from several origins, by networks and by methods from outside."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kerasduet import checks
from kerasduet.data.folds import WINDOWS, Origin
from kerasduet.data.following import paced
from kerasduet.errors import ArgumentType
from kerasduet.experiments import Experiment, described
from kerasduet.jobs.course import Progress, engine_of, refuse_dataset, worked_off
from kerasduet.jobs.many import seeds_of
from kerasduet.jobs.plan import Job, Plan, outside_jobs
from kerasduet.registry import FORECASTERS, TASKS
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import os

    from kerasduet.jobs.sets import RunSet

__all__ = ["backtest"]

SEASONAL = ("seasonal_naive", "seasonal_drift")


@answers()
def backtest(
    experiment: str | Experiment,
    folds: int = 5,
    folder: str | os.PathLike[str] | None = None,
    *,
    refit: bool = True,
    seeds: int | Sequence[int] = 3,
    window: str = "expanding",
    methods: str | Sequence[str] | None = None,
    engine: str = "local",
    workers: int = 1,
    data: Any = None,
    progress: Progress = True,
) -> RunSet:
    """Forecast a series from several origins, and compare networks with methods from outside.

    Parameters
    ----------
    experiment : Experiment or str
        Of a series, or with `id` of several; or the name of such a preset.
    folds : int
        Pieces of equal length that its test rows (`test_split`) are cut into, at least 2. Each is
        forecast from every row on from the last before it, as long as the horizon lies within it.
    refit : bool
        Train anew on the rows before each fold, or once, before the first.
    seeds : int or sequence of int
        Train with each of these seeds; a whole number is how many, from the experiment's own on.
    window : {"expanding", "sliding"}
        Train on all rows before a fold, or on as many as before the first.
    methods : str or sequence of str, optional
        What the networks are compared with, of `kerasduet.registry.FORECASTERS`; by default all
        that can be used here, R's `ets` and `auto.arima` among them where R, its package forecast
        and rpy2 are installed. None at all is an empty list.
    folder, engine, workers, data, progress
        As for `run_many`.

    Returns
    -------
    RunSet
        A row a fold and seed. `scores()` has the errors by fold, step and model, and of several
        series by series; `summary()` compares the networks with each method; `verdict` says
        whether they earn their keep.

    Raises
    ------
    ArgumentRange
        Fewer than 2 folds, or more than the test rows hold.
    ArgumentType
        No series.
    UnknownName
        No such window or method.
    KerasduetError
        As for `run_many`.

    Notes
    -----
    Of the rows before a fold, `validation_split` is held out for validation. No row after the
    origin is used: neither by the scaler, nor to fill a gap, nor by a method from outside, which
    estimates its parameters on the rows before the fold, validation rows among them, and then
    moves on. Each method is asked once a fold, each network trained once a fold and seed.

    The best other method is the one with the least mean absolute error over all folds; choosing it
    afterwards is hard on the networks. Skill is 1 - MAE of the networks / MAE of the method; its
    95 % interval draws folds and seeds. Where it does not lie above 0, the network does not earn
    its keep. The test of Diebold and Mariano, with Harvey's correction, takes the mean absolute
    error of each window, that of the networks averaged over seeds; windows of different folds do
    not overlap. With fewer than 10 windows, or fewer than 5 for each step of the horizon, there is
    no test, and its columns are NaN.

    Several series are cut into folds each by its own rows, and a method is asked for each of them
    alone. What is compared is MASE, errors in units of each series, in place of the mean absolute
    error; the interval draws series too, and the test takes the mean over series of each window,
    counted from the start of the fold.

    Examples
    --------
    >>> from kerasduet.experiments import experiment
    >>> small = experiment("lstm-co2", epochs=1, units=2, lookback=8)
    >>> found = backtest(small, folds=2, seeds=1, methods="drift", progress=False)
    >>> found.table[["run", "fold", "seed"]].values.tolist()
    [['fold-1-seed-0', 1, 0], ['fold-2-seed-0', 2, 0]]
    >>> found.summary()["model"].tolist()
    ['network', 'drift']
    """
    chosen = described(experiment)
    count = checks.whole("folds", folds, low=2)
    checks.choice("window", window, WINDOWS)
    again = checks.flag("refit", refit)
    if not again and window != WINDOWS[0]:
        raise ArgumentType(
            f"window: must be {WINDOWS[0]} where refit is false, as there is one training; got "
            f"{window}."
        )
    several = seeds_of(chosen, seeds)
    names = _methods(chosen, methods)
    ready = engine_of(engine, workers)
    refuse_dataset(data)
    if data is not None:
        chosen = chosen.on_own_data()
    pieces = [
        Origin(place, count, window) for place in (range(1, count + 1) if again else (0,))
    ]
    first = pieces[0].load(TASKS[chosen.task], chosen, data)
    first.check_made_for(chosen)
    chosen, _ = paced(experiment, chosen, data, first)
    digest = None if data is None else (first.source.sha256,)
    del first
    width = len(str(count))
    jobs = tuple(
        Job(_name(piece, seed, width), chosen.replace(seed=seed), piece)
        for piece in pieces
        for seed in several
    )
    settings = {"folds": count, "refit": again, "window": window, "methods": names}
    plan = Plan("backtest", jobs, settings, digest)
    return worked_off(
        plan,
        lambda course: course.do([*outside_jobs(plan), *plan.jobs]),
        folder=folder,
        engine=ready,
        data=data,
        progress=progress,
        methods=names,
    )


def _name(piece: Origin, seed: int, width: int) -> str:
    fold = f"fold-{piece.origin:0{width}d}-" if piece.origin else ""
    return f"{fold}seed-{seed}"


def _methods(experiment: Experiment, methods: Any) -> list[str]:
    """Give the names of methods: those asked for, or all that can be used."""
    if methods is None:
        return [name for name in FORECASTERS if _is_usable(experiment, name)]
    names = [methods] if isinstance(methods, str) else methods
    if not isinstance(names, list | tuple):
        raise ArgumentType(
            f"methods: must be names such as {', '.join(list(FORECASTERS)[:3])}; got "
            f"{checks.show(methods)}."
        )
    for name in names:
        method = FORECASTERS.look_up("methods", name)
        if hasattr(method, "check"):
            method.check()  # says what is missing
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ArgumentType(
            f"methods: must differ; got {twice[0]} {names.count(twice[0])} times."
        )
    return list(names)


def _is_usable(experiment: Experiment, name: str) -> bool:
    """Say whether a method is at hand, and says more than another one of this series."""
    if name in SEASONAL and getattr(experiment.data, "season", 1) == 1:
        return False  # naive by another name
    method = FORECASTERS[name]
    needs = "features" in inspect.signature(method).parameters
    features: tuple[str, ...] = getattr(experiment.data, "features", ())
    return bool(features or not needs) and getattr(method, "is_ready", lambda: True)()
