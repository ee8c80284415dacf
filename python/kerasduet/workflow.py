"""Do it: from an experiment to a run, kept in a folder while it trains."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kerasduet import checks, environment, evaluation, folder, training
from kerasduet.data import Dataset, load_data
from kerasduet.data.dataset import digest_arrays
from kerasduet.errors import ArgumentType, RunFolderError, ShapeError
from kerasduet.experiments import Experiment, experiment
from kerasduet.models import build_model
from kerasduet.progress import reporter
from kerasduet.run import Run

if TYPE_CHECKING:
    import os

    import keras
    import numpy as np

__all__ = ["resume_run", "run_experiment"]

# What an experiment on the caller's own data calls its data set.
_GIVEN = {"classification": "images", "forecasting": "series"}

Progress = bool | Callable[[Mapping[str, Any]], None]


def run_experiment(
    preset: str | Experiment,
    *,
    data: Any = None,
    out: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Progress = True,
    **settings: Any,
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
        Folder to keep the run in. It is written after every epoch, so that a training cut
        off at any moment resumes; a finished run of the same experiment is loaded.
    overwrite : bool
        Replace what `out` holds, and start over.
    progress : bool or callable
        Show progress, or hand each event (a dict) to a function.
    **settings
        Changes to the experiment, such as `epochs=2`.

    Returns
    -------
    Run
        After Ctrl-C its status is "interrupted", and `resume_run` goes on.

    Raises
    ------
    KerasduetError
        Bad arguments or data, before training starts.

    Examples
    --------
    >>> run = run_experiment("mnist-dense", dataset="mnist-subset", epochs=1, progress=False)
    >>> run.metrics["accuracy"] > 0.7
    True
    """
    chosen = experiment(preset, **settings)
    checks.flag("overwrite", overwrite)
    if data is not None and (not isinstance(data, Dataset) or data.source.given):
        chosen = chosen.replace(dataset=_GIVEN[chosen.task], path=None)
    tell = reporter(progress)
    if out is None:
        return _run(chosen, data, None, None, tell)
    with folder.RunFolder(out, chosen, overwrite=overwrite) as target:
        earlier = target.manifest()
        if earlier is not None and earlier["status"] == "finished" and not overwrite:
            if data is not None or chosen.path is not None:
                data = data if isinstance(data, Dataset) else load_data(chosen, data)
                if data.source.sha256 != earlier["source"]["sha256"]:
                    raise RunFolderError(
                        f"out: holds a run on other data; got {str(out)!r}. Choose another "
                        "folder, or set overwrite = true."
                    )
            run = folder.load_run(out)
            # A kill after the last file was written may have left it.
            target.drop_checkpoint()
            tell({"event": "loaded", "folder": str(out), "text": run.summary})
            return run
        return _run(chosen, data, target, None, tell)


def resume_run(
    run: Run | str | os.PathLike[str], *, data: Any = None, progress: Progress = True
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
    if isinstance(run, Run):
        if run.status == "finished":
            return run
        if run.folder is None:
            return _run(run.experiment, run.dataset, None, run.state, reporter(progress))
        data = run.dataset if data is None else data
        return run_experiment(run.experiment, data=data, out=run.folder, progress=progress)
    manifest = folder.read_manifest(folder.run_path(run))
    chosen = Experiment.from_dict(manifest["experiment"])
    if chosen.dataset in {"images", "series"} and chosen.path is None and data is None:
        if manifest["status"] != "finished":
            raise ArgumentType(
                f"data: this run was trained on the caller's own data; got nothing for "
                f"{str(run)!r}. Give the same data again."
            )
        return folder.load_run(run)
    return run_experiment(chosen, data=data, out=run, progress=progress)


def _run(
    chosen: Experiment,
    data: Any,
    target: folder.RunFolder | None,
    state: training.State | None,
    tell: Callable[[Mapping[str, Any]], None],
) -> Run:
    began = time.time()
    dataset = data if isinstance(data, Dataset) else load_data(chosen, data)
    model = training.compile_model(build_model(chosen), chosen)
    if dataset.x_train.shape[1:] != model.input_shape[1:]:
        raise ShapeError(
            f"data: must have inputs of shape {checks.show(model.input_shape[1:])}; got "
            f"{checks.show(dataset.x_train.shape[1:])}. Load them with this experiment."
        )
    fingerprint = {"data": dataset.source.sha256, "backend": environment.backend_name()}
    if target is not None:
        state = target.checkpoint(fingerprint)
        target.begin()
    tell(
        {
            "event": "start",
            "name": chosen.name,
            "epochs": chosen.epochs,
            "done": state.epoch if state else 0,
            "steps": -(-len(dataset.x_train) // chosen.batch_size),
            "parameters": model.count_params(),
            "source": dataset.source.name,
            "note": dataset.source.note,
        }
    )
    try:
        state, interrupted = training.train(
            model,
            dataset,
            chosen,
            state=state,
            on_event=tell,
            keep=lambda reached: target.keep(reached, fingerprint) if target else None,
        )
    except BaseException:
        tell({"event": "failed"})  # a progress bar must give the terminal back
        raise
    outputs = training.predict_outputs(model, dataset.preprocessing, dataset.x_test)
    run = _scored(chosen, dataset, model, outputs, state)
    run.status = "interrupted" if interrupted else "finished"
    run.provenance |= {"fingerprint": fingerprint, "started": _iso(began)}
    run.provenance["seconds"] |= {"total": time.time() - began}
    if target is not None:
        target.save(run)
        run.folder = str(target.path)
    tell({"event": "end", "status": run.status, "epoch": state.epoch, "text": run.summary})
    return run


def _scored(
    chosen: Experiment,
    dataset: Dataset,
    model: keras.Model,
    outputs: np.ndarray,
    state: training.State,
) -> Run:
    import pandas as pd

    history = pd.DataFrame(state.history, columns=None if state.history else ["epoch"])
    return Run(
        experiment=chosen,
        model=model,
        preprocessing=dataset.preprocessing,
        source=dataset.source,
        status="finished",
        history=history,
        metrics=evaluation.score(dataset, outputs),
        provenance={
            "caller": environment.caller(),
            "versions": environment.versions(),
            "backend": environment.backend_name(),
            "device": environment.device_info(),
            "threads": environment.threads(),
            "seed": chosen.seed,
            "sizes": dataset.sizes,
            "parameters": model.count_params(),
            "seconds": {"training": sum(state.seconds), "epochs": state.seconds},
            "digests": {
                "weights": folder.weights_digest(model),
                "history": folder.history_digest(history),
                "predictions": digest_arrays(outputs),
            },
        },
        table=evaluation.predictions(dataset, outputs),
        state=state,
        _dataset=dataset,
    )


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
