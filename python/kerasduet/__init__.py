"""Keras 3 workflows that run the same in R and in Python.

    Experiment -> Dataset -> keras.Model -> Run -> report

    import kerasduet as kd
    run = kd.run_experiment("mnist-dnn", epochs=5)
    run.plot()

Names load on first use: importing the package imports neither Keras nor NumPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kerasduet._version import __version__ as __version__
from kerasduet.boundary import placed
from kerasduet.interrupts import held

if TYPE_CHECKING:
    from kerasduet import (
        concepts,
        detection,
        errors,
        forecasting,
        models,
        plots,
        rlang,
        testing,
    )
    from kerasduet.data import Dataset, load_data
    from kerasduet.diagnosis import doctor
    from kerasduet.environment import use_backend
    from kerasduet.experiments import Experiment, experiment, presets
    from kerasduet.forecasting.outside import register_forecaster
    from kerasduet.inside.diagram import plot_network
    from kerasduet.inside.embedding import plot_embedding
    from kerasduet.inside.filters import plot_filters
    from kerasduet.inside.layers import describe
    from kerasduet.inside.maps import plot_maps
    from kerasduet.inside.saliency import saliency
    from kerasduet.inside.saliency_figure import plot_saliency
    from kerasduet.inside.states import states
    from kerasduet.inside.states_figure import plot_states
    from kerasduet.inside.words import word_influence
    from kerasduet.inside.words_figure import plot_word_influence
    from kerasduet.jobs.backtests import backtest
    from kerasduet.jobs.folds import cross_validate
    from kerasduet.jobs.leakage import check_leakage
    from kerasduet.jobs.listing import list_runs
    from kerasduet.jobs.many import run_many
    from kerasduet.jobs.parity import check_parity
    from kerasduet.jobs.sets import RunSet, load_run_set
    from kerasduet.jobs.tuning import tune
    from kerasduet.models import build_model
    from kerasduet.models.history import network_history
    from kerasduet.models.registering import register_builder
    from kerasduet.report import compare_runs, render_report
    from kerasduet.run import Run, load_run
    from kerasduet.tasks.registering import register_task
    from kerasduet.tasks.tables.looks import (
        baseline_coefficients,
        importance,
        partial_dependence,
    )
    from kerasduet.workflow import continue_run, resume_run, run_experiment, update_run

__all__ = [
    "Dataset",
    "Experiment",
    "Run",
    "RunSet",
    "backtest",
    "baseline_coefficients",
    "build_model",
    "check_leakage",
    "check_parity",
    "compare_runs",
    "concepts",
    "continue_run",
    "cross_validate",
    "describe",
    "detection",
    "doctor",
    "errors",
    "experiment",
    "forecasting",
    "importance",
    "list_runs",
    "load_data",
    "load_run",
    "load_run_set",
    "models",
    "network_history",
    "partial_dependence",
    "plot_embedding",
    "plot_filters",
    "plot_maps",
    "plot_network",
    "plot_saliency",
    "plot_states",
    "plot_word_influence",
    "plots",
    "presets",
    "register_builder",
    "register_forecaster",
    "register_task",
    "render_report",
    "resume_run",
    "rlang",
    "run_experiment",
    "run_many",
    "saliency",
    "states",
    "testing",
    "tune",
    "update_run",
    "use_backend",
    "word_influence",
]

_HOME = {
    "Dataset": "data",
    "Experiment": "experiments",
    "Run": "run",
    "RunSet": "jobs.sets",
    "backtest": "jobs.backtests",
    "baseline_coefficients": "tasks.tables.looks",
    "build_model": "models",
    "check_leakage": "jobs.leakage",
    "check_parity": "jobs.parity",
    "compare_runs": "report",
    "continue_run": "workflow",
    "cross_validate": "jobs.folds",
    "describe": "inside.layers",
    "doctor": "diagnosis",
    "experiment": "experiments",
    "importance": "tasks.tables.looks",
    "list_runs": "jobs.listing",
    "load_data": "data",
    "load_run": "run",
    "load_run_set": "jobs.sets",
    "network_history": "models.history",
    "partial_dependence": "tasks.tables.looks",
    "plot_embedding": "inside.embedding",
    "plot_filters": "inside.filters",
    "plot_maps": "inside.maps",
    "plot_network": "inside.diagram",
    "plot_saliency": "inside.saliency_figure",
    "plot_states": "inside.states_figure",
    "plot_word_influence": "inside.words_figure",
    "presets": "experiments",
    "register_builder": "models.registering",
    "register_forecaster": "forecasting.outside",
    "register_task": "tasks.registering",
    "render_report": "report",
    "resume_run": "workflow",
    "update_run": "workflow",
    "run_experiment": "workflow",
    "run_many": "jobs.many",
    "saliency": "inside.saliency",
    "states": "inside.states",
    "tune": "jobs.tuning",
    "use_backend": "environment",
    "word_influence": "inside.words",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    if name not in __all__:
        raise AttributeError(f"module 'kerasduet' has no attribute {name!r}")
    with held():  # NumPy cannot be imported again after a Ctrl-C either
        if name not in _HOME:
            return import_module(f"kerasduet.{name}")
        value = placed(getattr(import_module(f"kerasduet.{_HOME[name]}"), name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*__all__, "__version__"])
