"""What a saved detector learned, held against its experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet.runs import learned as saved

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment
    from kerasduet.tasks.detection.learned import BoxPreprocessing

__all__ = ["check"]


def check(learned: BoxPreprocessing, experiment: Experiment) -> None:
    """Refuse what no training for an experiment could have learned."""
    data, names = experiment.data, learned.class_names
    saved.hold("input_shape", learned.input_shape, data.input_shape)
    saved.hold("classes", len(names), data.classes)
    saved.texts("class_names", names)
    saved.hold("class_names", len(set(names)), len(names))
    saved.hold("pixel_scale", learned.pixel_scale, 255.0)
    saved.hold("usual", len(learned.usual), len(names))
    for usual in learned.usual:
        saved.hold("usual", len(usual), 5)
        saved.finite(usual)
        if not all(0 <= value <= 1 for value in usual):
            raise ValueError("usual: must lie in 0..1")
