"""One run, from its description to its scores."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kerasduet import callbacks as own_callbacks
from kerasduet import environment, interrupts, training
from kerasduet.data import Dataset, loaded_for
from kerasduet.data.summed import summed
from kerasduet.environment import parallel
from kerasduet.errors import ArgumentType
from kerasduet.experiments import Experiment
from kerasduet.models import build
from kerasduet.registry import TASKS
from kerasduet.run import Run
from kerasduet.runs.checkpoints import refuse_other
from kerasduet.runs.folder import RunFolder
from kerasduet.runs.tables import history_digest

if TYPE_CHECKING:
    import keras

__all__ = ["train_run"]


def train_run(
    chosen: Experiment,
    data: Any,
    target: RunFolder | None,
    cut: Run | None,
    tell: Callable[[Mapping[str, Any]], None],
    callbacks: list[Any],
    parent: Run | None = None,
) -> Run:
    """Train and score an experiment, from where its folder or a run cut short ends.

    Parameters
    ----------
    chosen : Experiment
        What is trained.
    data : Any
        The caller's data, a loaded data set, or None where the experiment names its own.
    target : RunFolder, optional
        Where the run is kept, and may have begun.
    cut : Run, optional
        Held in memory and cut short: it goes on.
    tell : callable
        Takes the events of the progress.
    callbacks : list
        Keras's callbacks.
    parent : Run, optional
        The run whose weights the training begins with.
    """
    began = time.time()
    gc.collect()  # a network that nobody holds any more is a circle, with much memory in it
    speed = environment.chosen_by_speed()
    task = TASKS[chosen.task]
    with parallel.on_devices(chosen.devices):
        # First of all: a folder may ask for more than it holds, while data take seconds.
        model = None if task.decided else _built(chosen, target, None)
        dataset = loaded_for(chosen, data)
        learned = dataset.preprocessing
        if model is None:
            model = _built(chosen, target, learned)
        if dataset.train.weights is not None and task.learned_weights(chosen, learned):
            raise ArgumentType(
                "class_weight: excludes weights of rows, which these data have; got both. "
                "Leave it out."
            )
        rows = len(dataset.train)
        reached = target.reached if target is not None else len(cut.history) if cut else 0
        model = training.compile_model(
            model,
            chosen,
            rows=rows,
            tuning=training.is_tuning(chosen, reached),
        )
        if parent is not None:
            model.set_weights(parent.model.get_weights())
        fingerprint = {"data": dataset.source.sha256, "backend": environment.backend_name()}
        if dataset.held_out is not None:
            fingerprint["split"] = dataset.held_out
        state = None
        if target is not None:
            state = target.checkpoint(fingerprint, model)
            target.begin()
        elif cut is not None:
            theirs = cut.provenance["fingerprint"]
            refuse_other(theirs, fingerprint, "run", "start over with run_experiment().")
            state = cut.state
        if state is not None:
            own_callbacks.refuse_others(callbacks, state.callbacks, epochs=state.epoch)
        notes = [dataset.source.note]
        notes += [f"Backend {speed}."] if speed else []
        notes += ["XLA compiles its steps."] if training.xla.pays(model, chosen, rows) else []
        tell(
            {
                "event": "start",
                "name": chosen.name,
                "epochs": chosen.all_epochs,
                "done": state.epoch if state else 0,
                "steps": -(-rows // chosen.batch_size),
                "parameters": model.count_params(),
                "memory": training.memory(model, dataset, chosen),
                "source": dataset.source.name,
                "note": " ".join(filter(None, notes)),
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
                callbacks=callbacks,
            )
        except BaseException:
            tell({"event": "failed"})  # a progress bar must give the terminal back
            raise
    if chosen.devices > 1:
        model = _on_one_device(_built(chosen, target, learned), chosen, rows, state)
    run = _unscored(chosen, dataset, model, state)
    run.provenance |= {"fingerprint": fingerprint, "started": _iso(began)}
    run.provenance |= _origin(parent, cut)
    if callbacks:
        run.provenance["callbacks"] = own_callbacks.names(callbacks)
    if not interrupted:
        try:
            run._score()
        except KeyboardInterrupt:
            interrupted = True
    if interrupted:
        run.status = "interrupted"  # whoever wants to stop need not wait for its scores
    run.provenance["seconds"] |= {"total": time.time() - began}
    if target is not None:
        target.save(run)
        run.folder = str(target.path)
    tell({"event": "end", "status": run.status, "epoch": state.epoch, "text": str(run.summary)})
    if interrupted and not interrupts.at_prompt() and environment.caller()["language"] != "R":
        raise interrupts.interruption(run)  # R decides by itself, from what it is given back
    return run


def _built(chosen: Experiment, target: RunFolder | None, learned: Any) -> keras.Model:
    return build(chosen, learned) if target is None else target.build(learned)


def _on_one_device(
    model: keras.Model, chosen: Experiment, rows: int, state: training.State
) -> keras.Model:
    """Put what several devices trained into a network on one, as any other run has."""
    tuning = training.is_tuning(chosen, state.epoch)
    training.compile_model(model, chosen, rows=rows, tuning=tuning)
    training.restore(model, state.best or state.variables)
    return model


def _unscored(
    chosen: Experiment, dataset: Dataset, model: keras.Model, state: training.State
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
        metrics={},
        provenance={
            "caller": environment.caller(),
            "versions": environment.versions() | _further_versions(chosen),
            "backend": environment.backend_name(),
            **({"backend_chosen": speed} if (speed := environment.chosen_by_speed()) else {}),
            **(
                {"compiler": "XLA"}
                if training.xla.pays(model, chosen, len(dataset.train))
                else {}
            ),
            "device": environment.device_info(),
            "threads": environment.threads(),
            "seed": chosen.seed,
            "sizes": dataset.sizes,
            **_test_digest(chosen, dataset),
            **_summary(chosen, dataset),
            **({"fold": dataset.fold.to_dict()} if dataset.fold else {}),
            "parameters": model.count_params(),
            "seconds": {"training": sum(state.seconds), "epochs": state.seconds},
            "digests": {
                "weights": training.weights_digest(model),
                "history": history_digest(history),
            },
        },
        table=pd.DataFrame(),
        state=state,
        scored=False,
        _dataset=dataset,
    )


def _further_versions(chosen: Experiment) -> dict[str, str]:
    """Give the versions of packages that this experiment's data depend on."""
    packages = TASKS[chosen.task].packages(chosen)
    return {name: environment.version_of(name) for name in packages}


def _origin(parent: Run | None, cut: Run | None) -> dict[str, Any]:
    """Name the run whose weights a training began with."""
    if parent is None and cut is not None:
        names = ("parent", "continued")
        found = {name: cut.provenance[name] for name in names if name in cut.provenance}
        if cut.status == "finished":  # it goes on with more epochs
            weights = cut.provenance["digests"]["weights"]
            found["continued"] = {"epochs": len(cut.history), "weights": weights}
        return found
    if parent is None:
        return {}
    return {
        "parent": {
            "weights": parent.provenance["digests"]["weights"],
            "data": parent.source.sha256,
            "rows": parent.source.rows,
        }
    }


def _test_digest(chosen: Experiment, dataset: Dataset) -> dict[str, str]:
    """Digest test rows known by number, so that runs trained on other rows are compared on them."""
    numbered = TASKS[chosen.task].key == ("row",)
    return {"test_sha256": dataset.test_sha256} if numbered else {}


def _summary(chosen: Experiment, dataset: Dataset) -> dict[str, Any]:
    """Sum up data that may not be there when a report is written."""
    if dataset.source.given or getattr(chosen.data, "path", None) is not None:
        return {"summary": summed(dataset)}
    return {}


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
