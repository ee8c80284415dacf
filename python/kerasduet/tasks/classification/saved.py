"""What a saved classifier learned, held against its experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet.runs import learned as saved

if TYPE_CHECKING:
    from kerasduet.data.preprocessing import ImagePreprocessing
    from kerasduet.experiments import Experiment

__all__ = ["check"]


def check(learned: ImagePreprocessing, experiment: Experiment) -> None:
    """Refuse what no training for an experiment could have learned."""
    data = experiment.data
    names = learned.class_names
    saved.hold("input_shape", learned.input_shape, data.input_shape)
    saved.hold("classes", len(names), data.classes)
    saved.texts("class_names", names)
    saved.hold("class_names", len(set(names)), len(names))
    saved.flag("named", learned.named)
    saved.flag("ordered", learned.ordered)
    if learned.commonest is not None:  # earlier versions did not note it
        saved.code("commonest", learned.commonest, len(names))
    if not learned.named:
        saved.hold("class_names", names, tuple(map(str, range(len(names)))))
