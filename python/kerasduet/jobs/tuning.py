"""Search for settings: a trial is a run; the validation rows say which is best."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kerasduet import checks
from kerasduet.data.following import followed, paced
from kerasduet.errors import ArgumentRange, ArgumentType
from kerasduet.experiments import Experiment
from kerasduet.jobs.course import (
    Course,
    Progress,
    digests,
    engine_of,
    refuse_dataset,
    worked_off,
)
from kerasduet.jobs.extras import require
from kerasduet.jobs.plan import Job, Plan, named, waiting
from kerasduet.jobs.spaces import Space
from kerasduet.registry import TASKS
from kerasduet.settings.named import answers
from kerasduet.settings.sections import SEED

if TYPE_CHECKING:
    import os

    from kerasduet.jobs.sets import RunSet

__all__ = ["STRATEGIES", "tune"]

STRATEGIES = ("grid", "random", "optuna")
TRIALS = 20
# Trials that Optuna chooses together: a fixed number, so that what it knows of the others depends
# neither on the workers nor on who was faster.
ROUND = 4
FACTOR = 3  # of successive halving: a third goes on


@answers()
def tune(
    experiment: str | Experiment,
    space: Mapping[str, Any],
    *,
    strategy: str = "grid",
    trials: int | None = None,
    prune: bool = False,
    seed: int = 0,
    folder: str | os.PathLike[str] | None = None,
    engine: str = "local",
    workers: int = 1,
    data: Any = None,
    progress: Progress = True,
) -> RunSet:
    """Try settings, and compare them on the validation rows.

    Parameters
    ----------
    experiment : Experiment or str
        What to change, or the name of a preset.
    space : mapping
        By the name of a setting a list of values to try, or a range such as
        `{"low": 1e-4, "high": 1e-1, "log": True}`, of whole numbers where the setting takes no
        others.
    strategy : {"grid", "random", "optuna"}
        Every combination; combinations drawn at random, all different; or those that Optuna's
        sampler (TPE) chooses from the results so far (`pip install "optuna>=4.0"`).
    trials : int, optional
        How many to try, at least 1; 20 by default. A grid has a number of its own.
    prune : bool
        Give up trials that fall behind: after 1, 3, 9, ... epochs the best third of those that
        got so far go on (successive halving).
    seed : int
        Of the search, from 0 to 2^32 - 1. That of the experiment decides the networks.
    folder, engine, workers, data, progress
        As for `run_many`. Optuna chooses four trials at a time, so that more than four workers
        have nothing to do.

    Returns
    -------
    RunSet
        A row a trial. `best` is the one with the best headline score on the validation rows
        (`val_accuracy`; `val_loss` where the task's headline is no column of the history); its
        scores on the test rows took no part in the choice.

    Raises
    ------
    UnknownName
        The space names what is no setting.
    ArgumentRange
        A value outside its rule, or no validation rows.
    MissingPackage
        Optuna is not installed.
    KerasduetError
        As for `run_many`.

    Notes
    -----
    Successive halving: Jamieson and Talwalkar (2016), "Non-stochastic best arm identification and
    hyperparameter optimization"; all trials wait for each other, so that none is judged by who
    was faster. TPE: Bergstra et al. (2011), "Algorithms for hyper-parameter optimization". The
    table is the same, bit for bit, from every engine and number of workers.

    Examples
    --------
    >>> from kerasduet.experiments import experiment
    >>> small = experiment("mnist-dense", dataset="mnist-subset", epochs=1)
    >>> found = tune(small, {"units": [2, 16]}, progress=False)
    >>> found.best.experiment.units
    (16,)
    """
    chosen, data = followed(experiment, data)
    checks.choice("strategy", strategy, STRATEGIES)
    pruning = checks.flag("prune", prune)
    own_seed = SEED("seed", seed)
    ready = engine_of(engine, workers)
    if strategy == "optuna":
        require("optuna", "strategy")
    refuse_dataset(data)
    if data is not None:
        chosen = chosen.on_own_data()
    if getattr(chosen.data, "validation_split", 1) == 0:
        raise ArgumentRange(
            "validation_split: must be above 0, because trials are compared on validation rows; "
            "got 0. Set validation_split = 0.2, say."
        )
    chosen, _ = paced(experiment, chosen, data)
    where = Space(chosen, space)
    experiments, count = _first(where, strategy, trials, own_seed)
    settings = {
        "experiment": chosen.to_dict(),
        "space": where.plain(),
        "strategy": strategy,
        "trials": count,
        "prune": pruning,
        "seed": own_seed,
    }
    # As they are read again.
    settings = json.loads(json.dumps(settings))
    jobs = named("trial", experiments) if strategy != "optuna" else ()
    digest = digests([chosen] if strategy == "optuna" else experiments, data)

    def work(course: Course) -> None:
        if strategy != "optuna" and not pruning:
            course.do(course.plan.jobs)
        else:
            study = _study(own_seed) if strategy == "optuna" else None
            _Search(course, where, count, pruning, study).run()

    return worked_off(
        Plan("trials", jobs, settings, digest),
        work,
        folder=folder,
        engine=ready,
        data=data,
        progress=progress,
        experiments=experiments,
    )


def _first(space: Space, strategy: str, trials: Any, seed: int) -> tuple[list[Experiment], int]:
    """Give the trials that are known before any is run, and how many there will be."""
    if strategy == "grid":
        every = space.grid()
        if trials is not None:
            raise ArgumentType(
                f"trials: a grid has a number of its own, {len(every)}; got "
                f'{checks.show(trials)}. Leave it out, or set strategy = "random".'
            )
        return every, len(every)
    count = checks.whole("trials", TRIALS if trials is None else trials, low=1)
    if strategy == "random":
        drawn = space.draws(count, seed)
        return drawn, len(drawn)
    return space.corners(), count


class _Search:
    """Trials in rounds: chosen together, judged together, whoever does them.

    Parameters
    ----------
    course : Course
        Does the trials.
    space : Space
        What they are chosen from.
    count : int
        How many there will be.
    prune : bool
        Whether those that fall behind are given up.
    study : optuna.Study, optional
        Chooses trials from the results so far; None where all are known.
    """

    def __init__(
        self, course: Course, space: Space, count: int, prune: bool, study: Any = None
    ) -> None:
        self.course, self.space, self.count = course, space, count
        self.prune, self.study = prune, study
        chosen = space.experiment
        self.metric = TASKS[chosen.task].metrics_of(chosen)[0]
        self.pruned: list[str] = []
        self._reached: dict[
            int, dict[str, float]
        ] = {}  # cost at each rung of each trial so far

    def run(self) -> None:
        """Do every round."""
        if self.study is None:
            self._work(self.course.plan.jobs)
            return
        for done in range(0, self.count, ROUND):
            trials = [self.study.ask() for _ in range(min(ROUND, self.count - done))]
            jobs = self._chosen(trials, done)
            self._work(jobs)
            for job, trial in zip(jobs, trials, strict=True):
                self._tell(job, trial)

    def _chosen(self, trials: Sequence[Any], done: int) -> list[Job]:
        """Make the jobs of a round; asked in the same order, the study chooses the same again."""
        width = len(str(self.count))
        new = []
        for number, trial in enumerate(trials, start=done + 1):
            values = {n: part.suggested(trial, n) for n, part in self.space.parts.items()}
            new.append(Job(f"trial-{number:0{width}d}", self.space.made(values)))
        self.course.change(replace(self.course.plan, jobs=(*self.course.plan.jobs, *new)))
        return new

    def _work(self, jobs: Sequence[Job]) -> None:
        going, rung = list(jobs), 1
        while self.prune and going and rung < max(job.experiment.all_epochs for job in going):
            self.course.do([waiting(job, rung) for job in going])
            going = self._ahead(going, rung)
            rung *= FACTOR
        self.course.do(going)

    def _ahead(self, jobs: Sequence[Job], rung: int) -> list[Job]:
        """Keep the best third of all trials that reached a rung; the others are given up."""
        known = self._reached.setdefault(rung, {})
        facts = {job: self.course.facts(job) for job in jobs}
        for job, found in facts.items():
            if found is not None and found.history:
                row = found.history[min(rung, len(found.history)) - 1]
                known[job.name] = self._cost(row)
        order = sorted(known, key=lambda name: (known[name] != known[name], known[name]))
        best = set(order[: math.ceil(len(order) / FACTOR)])
        ahead = []
        for job, found in facts.items():
            if found is None or job.name in self.course.failures:
                continue
            if found.status == "finished" or job.name in best:
                ahead.append(job)
            else:
                self._give_up(job, rung)
        return ahead

    def _give_up(self, job: Job, rung: int) -> None:
        self.pruned.append(job.name)
        settings = {**self.course.plan.settings, "pruned": list(self.pruned)}
        self.course.change(replace(self.course.plan, settings=settings))
        self.course.tell.pruned(job, rung)

    def _tell(self, job: Job, trial: Any) -> None:
        """Tell the study how a trial did."""
        from optuna.trial import TrialState

        facts = self.course.facts(job)
        held = facts.held_out() if facts is not None else None
        cost = self._cost(dict([held]) if held is not None else {})
        if cost != cost or facts is None:
            self.study.tell(trial, state=TrialState.FAIL)
        elif job.name in self.pruned:
            trial.report(cost, len(facts.history))
            self.study.tell(trial, state=TrialState.PRUNED)
        else:
            self.study.tell(trial, cost)

    def _cost(self, row: Mapping[str, float]) -> float:
        """Give what the search makes small: the headline on validation rows, or their loss."""
        name = f"val_{self.metric.name}"
        if name in row:
            return self.metric.badness(row[name])
        return row.get("val_loss", math.nan)


def _study(seed: int) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Optuna calls experimental
        sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
        return optuna.create_study(direction="minimize", sampler=sampler)
