"""What a saved run on a table learned, held against its experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet.data.preprocessing import LABEL_TYPES
from kerasduet.runs import learned as saved

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment
    from kerasduet.tasks.tables.learned import ClassTable, NumberTable, TableLearned

__all__ = ["check_classes", "check_numbers"]


def _check(learned: TableLearned, experiment: Experiment) -> None:
    data = experiment.data
    saved.hold("target", learned.target, data.target)
    features = learned.encoding.features
    named = data.features
    if named and not set(features) <= set(named):
        raise ValueError("features: of another experiment")
    if learned.target in features:
        raise ValueError("features: hold the target")


def check_classes(learned: ClassTable, experiment: Experiment) -> None:
    """Refuse what no training for an experiment could have learned."""
    _check(learned, experiment)
    names = learned.class_names
    saved.texts("class_names", names)
    saved.hold("class_names", len(set(names)), len(names))
    if len(names) < 2 or learned.label_type not in LABEL_TYPES:
        raise ValueError("class_names: too few, or of no known type")
    _ = learned.labels
    saved.flag("ordered", learned.ordered)
    if not isinstance(learned.counts, tuple) or len(learned.counts) != len(names):
        raise ValueError("counts: must be one a class")
    if any(type(count) is not int or count < 1 for count in learned.counts):
        raise ValueError("counts: must be whole numbers, at least 1")


def check_numbers(learned: NumberTable, experiment: Experiment) -> None:
    """Refuse what no training for an experiment could have learned."""
    _check(learned, experiment)
    saved.finite((learned.mean, learned.scale))
    if learned.scale <= 0:
        raise ValueError("scale: must be above 0")
