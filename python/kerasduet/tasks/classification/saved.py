"""What a saved classifier learned, held against its experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet.runs import learned as saved

if TYPE_CHECKING:
    from kerasduet.data.preprocessing import ImagePreprocessing
    from kerasduet.experiments import Experiment

__all__ = ["check", "check_names", "refuse_other_shape"]


def check(learned: ImagePreprocessing, experiment: Experiment) -> None:
    """Refuse what no training for an experiment could have learned."""
    refuse_other_shape(learned, experiment.data.input_shape)
    saved.hold("classes", len(learned.class_names), experiment.data.classes)
    check_names(learned)


def refuse_other_shape(learned: ImagePreprocessing, wanted: tuple[int, ...]) -> None:
    """Refuse images of another shape."""
    saved.hold("input_shape", learned.input_shape, wanted)


def check_names(learned: ImagePreprocessing) -> None:
    """Refuse names of classes that are none, and a commonest class that is not there."""
    names = learned.class_names
    saved.texts("class_names", names)
    saved.hold("class_names", len(set(names)), len(names))
    saved.flag("named", learned.named)
    saved.flag("ordered", learned.ordered)
    if learned.commonest is not None:  # earlier versions did not note it
        saved.code("commonest", learned.commonest, len(names))
    if not learned.named:
        saved.hold("class_names", names, tuple(map(str, range(len(names)))))
