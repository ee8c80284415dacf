"""What builders and tasks promise alike: a sentence each, and what tries it."""

from __future__ import annotations

import copy
import json
import math
import pickle
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

from kerasduet.errors import ArgumentType
from kerasduet.experiments import Experiment
from kerasduet.run import load_run
from kerasduet.settings.sections import plain
from kerasduet.testing.cases import Case
from kerasduet.training import predict_outputs
from kerasduet.workflow import resume_run

__all__ = [
    "experiments_travel",
    "is_loaded",
    "keep",
    "learns_on_every_backend",
    "repeats",
    "repeats_in_a_fresh_process",
    "resumes",
    "same_bits",
    "sentence",
]


def keep(name: str, promise: Callable[[Any], None], case: Any) -> None:
    """Try a promise; an AssertionError says whose it is, what is promised and how it is broken."""
    try:
        promise(case)
    except Exception as error:
        # A fault of the suite's own caller is told as it is.
        if isinstance(error, ArgumentType) and str(error).startswith("data:"):
            raise
        what = str(error) if isinstance(error, AssertionError) else repr(error)
        raise AssertionError(f"{name}: {sentence(promise)} Broken: {what}") from error


def sentence(promise: Callable[[Any], None]) -> str:
    """Give what is promised."""
    return (promise.__doc__ or "").strip()


def experiments_travel(case: Case) -> None:
    """Its experiment goes to JSON and back, nested and flat, and is copied and pickled."""
    same = case.experiment
    ways = {
        "JSON": Experiment.from_json(same.to_json()),
        "flat names": Experiment.from_dict(json.loads(json.dumps(plain(same.flat())))),
        "copy": copy.deepcopy(same),
        "pickle": pickle.loads(pickle.dumps(same)),
    }
    for way, other in ways.items():
        assert other == same, f"{way} gives another experiment."
        assert other.to_json() == same.to_json(), f"{way} gives another text."


def repeats(case: Case) -> None:
    """Trained again it goes the same way, epoch for epoch, to the last bit."""
    again = case.cut.history  # as far as it came; `resumes` takes it to its end
    once = case.whole.history.iloc[: len(again)]
    assert len(again) and again.equals(once), f"{again.to_dict()} for {once.to_dict()}."


def repeats_in_a_fresh_process(case: Case) -> None:
    """Trained in a fresh process it has the same bits."""
    same_bits(case.fresh["digests"], case.whole.digests)


def resumes(case: Case) -> None:
    """Interrupted after an epoch and resumed it has the bits of a run that was not."""
    assert case.cut.status == "interrupted", f"after an interrupt it is {case.cut.status}."
    resumed = resume_run(case.folder, data=case.data, progress=False)
    same_bits(resumed.digests, case.whole.digests)


def is_loaded(case: Case) -> None:
    """Saved and loaded it gives the same predictions."""
    import numpy as np

    dataset = case.dataset
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_run(case.whole.save(f"{folder}/run"))
    assert loaded.experiment == case.experiment.on_own_data(), "the experiment is another one."
    there, here = (
        predict_outputs(run.model, run.preprocessing, dataset.test.inputs)
        for run in (case.whole, loaded)
    )
    assert np.array_equal(there, here), "the predictions differ."
    assert loaded.predictions().equals(case.whole.predictions()), "the table differs."


def learns_on_every_backend(case: Case) -> None:
    """On every installed backend it is trained, and its losses are finite numbers."""
    for backend, process in case.processes.items():
        losses = process.answer[case.key]["losses"]
        assert losses, f"{backend}: no epoch was finished."
        assert all(map(math.isfinite, losses)), f"{backend}: {losses}."


def same_bits(found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Insist on equal digests."""
    other = [part for part in wanted if found[part] != wanted[part]]
    assert not other, f"other {' and '.join(other)}."
