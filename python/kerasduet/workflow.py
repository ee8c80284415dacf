"""Do it: from an experiment to a run, kept in a folder while it trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Unpack

from kerasduet import callbacks as own_callbacks
from kerasduet import checks, environment
from kerasduet.data import Dataset, load_data
from kerasduet.data.following import settled
from kerasduet.errors import ArgumentType, RunFolderError
from kerasduet.experiments import Experiment
from kerasduet.names import task_of
from kerasduet.progress import reporter
from kerasduet.result import CHANGED
from kerasduet.run import Run, load_run
from kerasduet.runs.folder import RunFolder
from kerasduet.runs.manifest import read_manifest
from kerasduet.runs.reading import cut_off, run_path
from kerasduet.settings.named import answers
from kerasduet.training_run import train_run

if TYPE_CHECKING:
    import os

    from kerasduet.settings.typed import Settings

__all__ = ["continue_run", "resume_run", "run_experiment", "update_run"]

Progress = bool | Callable[[Mapping[str, Any]], None]


@answers()
def run_experiment(
    preset: str | Experiment,
    *,
    data: Any = None,
    out: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Progress = True,
    callbacks: Any = None,
    **settings: Unpack[Settings],
) -> Run:
    """Load the data, build the network, train it and score it on the test rows.

    Parameters
    ----------
    preset : str or Experiment
        Name of a preset (see `presets()`), or an experiment.
    data : optional
        The caller's own data instead of the preset's; see `load_data`. A `Dataset` that
        `load_data` gave for the same experiment is used as it is.
    out : path, optional
        Folder to keep the run in. It is written after each epoch, or once a second where epochs
        are shorter, so that a training cut off at any moment resumes; a finished run of the same
        experiment is loaded.
    overwrite : bool
        Replace what `out` holds, and start over.
    progress : bool or callable
        Show progress, or hand each event (a dict) to a function: its `event` is "start"
        (name, epochs, done, steps, parameters, memory in bytes, source, note), "batch" (epoch,
        epochs, step, steps; at most ten a second), "epoch" (epoch, epochs, seconds, left: seconds
        that the others will take at most, logs), "end" (status, epoch, text), "loaded" (folder,
        text) or "failed".
    callbacks : list of keras.callbacks.Callback, optional
        Called in the training, such as `[keras.callbacks.ReduceLROnPlateau()]`. They are no part
        of the experiment: a folder keeps their classes and counts alone, and `resume_run` is given
        the same again.
    **settings
        Changes to the experiment, such as `epochs=2`. `model` takes a network of your own, a
        Keras model with fresh weights, or a function that makes one; see the README.

    Returns
    -------
    Run
        After Ctrl-C at a prompt its status is "interrupted", and `resume_run` goes on.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C in a script: its `run` is what a prompt would get.
    KerasduetError
        Bad arguments or data, before training starts.

    Examples
    --------
    >>> run = run_experiment("mnist-dense", dataset="mnist-subset", epochs=1, progress=False)
    >>> run.metrics["accuracy"] > 0.7
    True
    """
    _refuse_both(data, settings.get("dataset"))
    chosen, data = settled(preset, data, {**settings})
    checks.flag("overwrite", overwrite)
    own = own_callbacks.checked(callbacks)
    own_callbacks.refuse_two_rates(own, chosen.schedule)
    if data is not None and (not isinstance(data, Dataset) or data.source.given):
        chosen = chosen.on_own_data()
    if isinstance(data, Dataset):
        data.check_made_for(chosen)
    tell = reporter(progress)
    environment.settle_backend(chosen.builder)
    environment.start_backend()  # before the folder is locked: a broken import locks nothing
    if out is None:
        return train_run(chosen, data, None, None, tell, own)
    with RunFolder(out, chosen, overwrite=overwrite) as target:
        earlier = target.earlier
        is_finished = earlier is not None and earlier["status"] == "finished"
        if earlier is None or not is_finished or overwrite or target.cut_off == chosen:
            return train_run(chosen, data, target, None, tell, own)
        if data is not None or not chosen.is_on_own_data:
            ours = (data if isinstance(data, Dataset) else load_data(chosen, data)).source
            theirs = earlier["source"]
            if ours.sha256 != theirs["sha256"]:
                raise RunFolderError(
                    f"out: holds a run on other data, {theirs['name']}; got {str(out)!r} and "
                    f"{ours.name}. Choose another folder, or set overwrite = True."
                )
        run = load_run(target.path)
        if target.cut_off is None:
            # A kill after the last file was written may have left it.
            target.drop_checkpoint()
        tell({"event": "loaded", "folder": str(out), "text": str(run.summary)})
        return run


def _refuse_both(data: Any, dataset: Any) -> None:
    """Refuse a data set that is named beside data of the caller's."""
    if data is None or dataset is None or (isinstance(data, Dataset) and not data.source.given):
        return
    if dataset != task_of(dataset).own_data:
        raise ArgumentType(
            f"dataset: excludes data; got {checks.show(dataset)} and data. Give one of them."
        )


@answers()
def resume_run(
    run: Run | str | os.PathLike[str],
    *,
    data: Any = None,
    progress: Progress = True,
    callbacks: Any = None,
) -> Run:
    """Go on with a training that was interrupted or cut off.

    Parameters
    ----------
    run : Run or path
        An interrupted run, or the folder of one.
    data : optional
        The caller's data, where the run was trained on them and is read from a folder.
    progress : bool or callable
        As for `run_experiment`.
    callbacks : list of keras.callbacks.Callback, optional
        Those that the training began with: they go on from the counts that they had.

    Returns
    -------
    Run
        With the same bits as one that was never interrupted. A finished run is returned
        as it is.

    Raises
    ------
    RunFolderError
        No run folder, or one whose checkpoint is damaged or belongs to other data or
        another backend.
    """
    own = own_callbacks.checked(callbacks)
    if isinstance(run, Run):
        if run.status == "finished":
            return run
        data = run._dataset if data is None else data
        if run.folder is None:
            if run.state is None:
                raise RunFolderError(
                    "run: must hold where its training stopped; got an interrupted one from "
                    "a pickle or an RDS file, which keeps none of it. Give the folder it was "
                    "saved in, or start over with run_experiment()."
                )
            return train_run(run.experiment, data, None, run, reporter(progress), own)
        _need_data(run.experiment, data, run.folder)
        return run_experiment(
            run.experiment, data=data, out=run.folder, progress=progress, callbacks=own
        )
    path = run_path(run)
    manifest = read_manifest(path)
    chosen = cut_off(path, manifest)
    if manifest.get("provenance", {}).get("parent") and manifest["status"] != "finished":
        raise RunFolderError(
            f"run: an update of another run is resumed in the session that began it; got "
            f"{str(path)!r}. Start over with update_run()."
        )
    if chosen is None:
        if manifest["status"] == "finished" and data is None:
            return load_run(path)
        chosen = Experiment.from_dict(manifest["experiment"])
    _need_data(chosen, data, path)
    return run_experiment(chosen, data=data, out=run, progress=progress, callbacks=own)


@answers()
def continue_run(
    run: Run,
    epochs: int,
    *,
    progress: Progress = True,
    callbacks: Any = None,
) -> Run:
    """Train a finished run for more epochs.

    Parameters
    ----------
    run : Run
        A finished run of this session, which holds the state of its optimizer; it stays as it is.
    epochs : int
        So many more, at least 1. They belong to the second stage where the run had two.
    progress : bool or callable
        As for `run_experiment`.
    callbacks : list of keras.callbacks.Callback, optional
        Those that the training began with: they go on from the counts that they had.

    Returns
    -------
    Run
        Of an experiment with as many epochs more; weights, history and predictions have the same
        bits as if all had been asked for at once. `provenance["continued"]` has the epochs that
        the run had, and the sha256 of its weights.

    Raises
    ------
    ArgumentType
        A run that is not finished, has diverged or ended early, or whose learning rate follows a
        schedule over all epochs.
    RunFolderError
        One that was read from a folder or a file, which keep no state of the optimizer.

    Examples
    --------
    >>> run = run_experiment("mnist-dense", dataset="mnist-subset", epochs=1, progress=False)
    >>> len(continue_run(run, 2, progress=False).history)
    3
    """
    more = checks.whole("epochs", epochs, low=1)
    if not isinstance(run, Run):
        raise ArgumentType(f"run: must be a run; got {checks.show(run)}.")
    own = own_callbacks.checked(callbacks)
    _refuse_unfinished(run)
    chosen = run.experiment
    if run.state is None:
        raise RunFolderError(
            "run: must be one of this session; got one that was read from a folder or a file, "
            "which keep no state of the optimizer. Train it anew with epochs = "
            f"{chosen.epochs + more}."
        )
    if chosen.schedule != "constant":
        raise ArgumentType(
            "run: must have a constant learning rate; got the schedule "
            f"{checks.show(chosen.schedule)}, which spans all epochs. Train it anew with as many "
            "as you want."
        )
    done = run.state.epoch
    if run.state.ended_early(chosen.early_stopping) or done < chosen.all_epochs:
        raise ArgumentType(
            f"run: must have trained all of its {chosen.all_epochs} epochs; got one that ended "
            f"after {done}, as it would again. Train it anew with early_stopping = None."
        )
    stage = "epochs" if chosen.all_epochs == chosen.epochs else "fine_tune_epochs"
    longer = chosen.replace(**{stage: getattr(chosen, stage) + more})
    return train_run(longer, run._dataset, None, run, reporter(progress), own)


@answers()
def update_run(
    run: Run | str | os.PathLike[str],
    new_rows: Any,
    *,
    epochs: int | None = None,
    progress: Progress = True,
) -> Run:
    """Go on with the network of a finished run on a series that has grown.

    The weights are those of the run; the optimizer starts afresh, as a finished run does not
    keep its state. The scale stays that of the run, as its weights are in those units. The longer
    series is split anew by the fractions of the experiment, so the test is its last rows, of
    which the run's training and validation rows held none. Of several series each goes on by its
    own new rows, if there are any.

    Parameters
    ----------
    run : Run or path
        A finished forecaster, or its folder; it stays as it is.
    new_rows : Series, DataFrame, or columns by name
        The rows after the end of the series, or the whole series with more rows at its end. A run
        that was read from a folder, and trained on the caller's own data, needs the whole.
    epochs : int, optional
        At most so many; by default as many as the run was given.
    progress : bool or callable
        As for `run_experiment`.

    Returns
    -------
    Run
        Like any other; `provenance["parent"]` has the sha256 of the weights that it began with, and
        the rows and the data of that run.

    Raises
    ------
    ArgumentType
        A run that is not finished, or of no series; or no new rows.
    DatasetError
        Rows alone, where the run's own rows are not there any more.
    UnknownName
        A series that the run was not trained on, which has no scale.
    """
    parent = run if isinstance(run, Run) else load_run(run)
    _refuse_unfinished(parent)
    chosen = parent.experiment
    changes: dict[str, Any] = {"dataset": parent.task.own_data}
    if "path" in chosen.flat():
        changes["path"] = None
    if epochs is not None:
        changes["epochs"] = epochs
    chosen = chosen.replace(**changes)
    dataset = parent.task.extended(parent, chosen, new_rows)
    return train_run(chosen, dataset, None, None, reporter(progress), [], parent)


def _refuse_unfinished(run: Run) -> None:
    """Refuse a run whose network cannot go on from where it is."""
    if run.status != "finished" or run.diverged:
        what = "diverged" if run.status == "finished" else run.status
        raise ArgumentType(
            f"run: must be finished, with a network that gives numbers; got one that is {what}. "
            "Finish it with resume_run(), or train it again."
        )
    if run.is_changed:
        raise RunFolderError(CHANGED)


def _need_data(chosen: Experiment, data: Any, where: Any) -> None:
    if chosen.is_on_own_data and data is None:
        raise ArgumentType(
            f"data: this run was trained on the caller's own data; got nothing for "
            f"{str(where)!r}. Give the same data again."
        )
