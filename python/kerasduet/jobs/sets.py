"""A set of runs: its table, its best run, its figures, its folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasduet.boundary import public_methods
from kerasduet.checks import show
from kerasduet.data.folds import Fold
from kerasduet.errors import ArgumentType, EmptyData, RunFolderError
from kerasduet.jobs.members import Runs, facts_of
from kerasduet.jobs.pieces import Piece, pieces_of
from kerasduet.jobs.plan import (
    FILE,
    KINDS,
    Plan,
    outside_jobs,
    read_plan,
    shown_names,
    take,
)
from kerasduet.jobs.scores import compared, scored, verdict
from kerasduet.jobs.set_lines import lines_of
from kerasduet.jobs.tables import (
    best_of,
    bounds_of,
    differing,
    scores_of,
    summarised,
    tabulated,
)
from kerasduet.notebook import as_html
from kerasduet.run import Run, load_run
from kerasduet.runs.reading import run_path
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas as pd

__all__ = ["RunSet", "load_run_set"]


@public_methods
class RunSet:
    """Several runs that belong together: of `run_many`, `cross_validate`, `tune` or `backtest`.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a run: `run` (its folder), `name` where its experiment has one, the settings that
        differ, seed, status, epochs_done, the headline score on the validation rows (`val_...`) and
        the scores on the test rows. The same bits whatever engine and workers made it.
    runs : sequence of Run
        The finished ones, loaded when they are asked for.
    best : Run
        The finished run with the best headline score on the validation rows; where there are
        none, on the test rows, which flatters it.
    status : {"finished", "unfinished"}
        Whether every run is done.
    folder : str or None
        Where it is kept; None until it is saved.
    failures : dict
        Of runs that failed in this session, what went wrong, by their names.
    interrupted : bool
        Whether a Ctrl-C ended it in this session.

    Notes
    -----
    The example of `run_many` makes one and reads its table.
    """

    def __init__(
        self,
        path: Path,
        plan: Plan,
        *,
        place: tempfile.TemporaryDirectory[str] | None = None,
        failures: Mapping[str, str] | None = None,
    ) -> None:
        self._path, self._plan = path, plan
        self._place = place  # a folder that goes when the set does
        self._facts = facts_of(path, plan)
        self.failures: dict[str, str] = dict(failures or {})
        self.interrupted = False

    @property
    def kind(self) -> str:
        """What made it: "runs" (`run_many`), "folds" (`cross_validate`), "trials", "backtest"."""
        return self._plan.kind

    @property
    def folder(self) -> str | None:
        """Where it is kept; None until it is saved."""
        return None if self._place is not None else str(self._path)

    @property
    def names(self) -> list[str]:
        """Names of all runs: the caller's, or those of their folders."""
        return shown_names(self._plan.jobs)

    def _names_given(self) -> list[str] | None:
        """Give the caller's names of the finished runs; None where there are none."""
        if not any(job.label for job in self._plan.jobs):
            return None
        given = zip(self.names, self._facts, strict=True)
        return [name for name, one in given if one and one.status == "finished"]

    @property
    def status(self) -> str:
        """Whether every run is finished; trials that were given up count as done."""
        done = self.table["status"].isin(["finished", "pruned"])
        whole = len(done) >= self._plan.settings.get("trials", 0)
        return "finished" if whole and done.all() else "unfinished"

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row a run."""
        table = tabulated(self._plan.jobs, self._facts, self.failures)
        pruned = table["run"].isin(self._plan.settings.get("pruned", []))
        table["status"] = table["status"].mask(pruned, "pruned")
        return table

    @property
    def runs(self) -> Runs:
        """The finished runs."""
        return Runs([one for one in self._facts if one and one.status == "finished"])

    @property
    def best(self) -> Run:
        """The best of the finished runs, by the validation rows where there are some."""
        return load_run(self._path / self.best_name)

    @property
    def best_name(self) -> str:
        """The folder of the best run.

        Raises
        ------
        EmptyData
            No run is finished with finite scores.
        ArgumentType
            Runs of several tasks, whose scores are not comparable.
        """
        return best_of(self._plan.jobs, self.table)[0]

    def summary(self) -> pd.DataFrame:
        """Sum the scores up over seeds or folds.

        Returns
        -------
        pandas.DataFrame
            Of a backtest, a row a model, the networks first, then the other methods from the least
            error up: model, folds, mae, rmse, smape, mase and, where there are intervals, pinball
            and coverage, over all folds, steps and seeds; skill of the networks against it (1 -
            MAE / its MAE), low and high (95 % interval over folds and seeds), dm and p_value (the
            test of Diebold and Mariano; dm is below 0 where the networks are better; NaN where
            there are too few windows for it). Of several series also series, their number, and
            series_won, in how many the networks' error is less; skill is then of MASE, and its
            interval over series too.
            Of other sets, a row a group of runs of the same settings and a score: their name where
            they have one, the settings that differ, score, runs (finished ones), mean, sd (of the
            sample, n - 1), and low and high, the 95 % interval of the mean; both are missing for a
            single run.

        Notes
        -----
        Intervals are Student's t over the runs, cut off at what a score can be: 0 and 1 of an
        accuracy, 0 of an error. Folds share most of their training rows, so theirs are wider:
        Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52.
        """
        if self.kind == "backtest":
            return self._compared.copy()
        named = ["name"] * ("name" in self.table)
        groups = [*named, *(name for name in self._settings if name != "fold")]
        folds = next((j.fold.folds for j in self._plan.jobs if isinstance(j.fold, Fold)), 0)
        scores = scores_of(self._plan.jobs, self._facts)
        bounds = bounds_of(self._plan.jobs, scores)
        return summarised(self.table, groups, scores, folds, bounds)

    def scores(self) -> pd.DataFrame:
        """Give the errors of a backtest by fold, model, seed, series and step ahead.

        Returns
        -------
        pandas.DataFrame
            fold (from 1), model ("network" or a method's name), seed (missing for a method), of
            several series id (which one), step (from 1), windows (those whose truth is known), mae,
            rmse, smape (per cent), mase and, where some model has intervals, pinball (mean over
            their bounds and the forecast as median) and the shares coverage_80 and coverage_95.

        Raises
        ------
        ArgumentType
            Of a set that is no backtest.
        """
        self._refuse_no_backtest("scores")
        return scored(self._pieces)

    @property
    def verdict(self) -> str:
        """Whether the networks of a backtest earn their keep; empty where nothing says so yet."""
        self._refuse_no_backtest("verdict")
        return verdict(self._compared)

    def _refuse_no_backtest(self, part: str) -> None:
        if self.kind != "backtest":
            raise ArgumentType(
                f"{part}: needs a set of backtest(); got one of {KINDS[self.kind]}. Use summary()."
            )

    @cached_property
    def _pieces(self) -> list[Piece]:
        return pieces_of(self._path, self._plan, self._facts)

    @cached_property
    def _compared(self) -> pd.DataFrame:
        return compared(self._pieces)

    @property
    def _settings(self) -> list[str]:
        return list(differing([job.experiment for job in self._plan.jobs]))

    def plot(self, kind: str = "overview") -> matplotlib.figure.Figure:
        """Draw the runs.

        Parameters
        ----------
        kind : {"overview", "scores", "curves", "horizon", "folds"}
            Box plots of the headline score, a point a run; loss and metric of all runs by epoch;
            or both. Of a backtest: mean absolute error by step ahead, or by fold along the series,
            a line a model; its overview has those two.

        Returns
        -------
        matplotlib.figure.Figure
            7.5 inches wide, outside pyplot; its `alt_text` says in words what it shows.
        """
        from kerasduet.figures.drawing import draw

        return draw(self._plot_data(kind))

    def _plot_data(self, kind: str = "overview") -> Any:
        if self.kind == "backtest" and kind in ("overview", "horizon", "folds"):
            from kerasduet.jobs.backtest_figures import backtest_plot_data

            return backtest_plot_data(self._pieces, self._plan, kind)
        from kerasduet.jobs.figures import plot_data

        return plot_data(self._plan, self._facts, self.table, self._settings, kind)

    def _for_page(self) -> dict[str, Any]:
        """Give what a page says of a set beside its runs, as `write_comparison` takes it."""
        if self.kind == "backtest":
            from kerasduet.jobs.backtest_figures import methods

            return {"methods": methods(self._pieces, self._plan, self._compared)}
        if self.kind in ("runs", "trials"):
            from kerasduet.report.comparison import Choice

            with contextlib.suppress(ArgumentType, EmptyData):
                name, rows = best_of(self._plan.jobs, self.table)
                finished = self.table["run"][self.table["status"] == "finished"].tolist()
                return {"choice": Choice(finished.index(name), rows)}
        return {}

    def save(self, folder: str | os.PathLike[str]) -> str:
        """Save the set as a folder that either language loads.

        Parameters
        ----------
        folder : path
            A new or empty folder, or one that holds this set.

        Returns
        -------
        str
            The folder, as an absolute path.

        Raises
        ------
        RunFolderError
            The folder holds something else, or cannot be written.
        """
        target, _ = take(folder, self._plan)
        if target != self._path:
            self._copy(target)
            self._path, self._place = target, None
            self._facts = facts_of(target, self._plan)
        return str(target)

    def _copy(self, target: Path) -> None:
        try:
            for job in (*outside_jobs(self._plan), *self._plan.jobs):
                if (self._path / job.name).is_dir():
                    shutil.copytree(
                        self._path / job.name, target / job.name, dirs_exist_ok=True
                    )
            # Last of all: what has it is whole.
            shutil.copyfile(self._path / FILE, target / FILE)
        except OSError as error:
            raise RunFolderError(
                f"folder: must be writable; got {str(target)!r}: {error.strerror or error}."
            ) from error

    def __len__(self) -> int:
        """Count all runs, those that are not finished too."""
        return len(self._plan.jobs)

    def __getitem__(self, index: int | str) -> Run:
        """Load a run by its place in the table, from 0, or by its name."""
        if isinstance(index, str):
            folders = [job.name for job in self._plan.jobs]
            found = dict(zip(self.names, folders, strict=True)) | dict.fromkeys(folders)
            if index not in found:
                raise ArgumentType(
                    f"run: must be one of {', '.join(self.names)}; got {index!r}."
                )
            return load_run(self._path / (found[index] or index))
        if not isinstance(index, int) or not -len(self) <= index < len(self):
            raise IndexError(f"run: must be one of 0 to {len(self) - 1}; got {show(index)}.")
        return load_run(self._path / self._plan.jobs[index].name)

    def __iter__(self) -> Iterator[Run]:
        """Load the finished runs, one after the other."""
        return iter(self.runs)

    def __repr__(self) -> str:
        """Say what it is, how it did, and what to do next."""
        return "\n".join(lines_of(self, self._path, self._plan))

    def _repr_html_(self) -> str:
        return as_html(lines_of(self, self._path, self._plan))


@answers()
def load_run_set(folder: str | os.PathLike[str]) -> RunSet:
    """Load a set of runs from its folder, whichever language made it.

    Parameters
    ----------
    folder : path
        That `run_many`, `cross_validate`, `tune` or `RunSet.save` wrote, finished or not.

    Returns
    -------
    RunSet

    Raises
    ------
    RunFolderError
        Not the folder of a set, of a newer version, or damaged.
    """
    path = run_path(folder)
    return RunSet(path, read_plan(path))
