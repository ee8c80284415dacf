"""What a saved classifier of texts learned, held against its experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet.runs import learned as saved

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment
    from kerasduet.tasks.texts.learned import TextPreprocessing

__all__ = ["check"]


def check(learned: TextPreprocessing, experiment: Experiment) -> None:
    """Refuse what no training for an experiment could have learned."""
    data, names, known = experiment.data, learned.class_names, learned.vocabulary
    for name in ("length", "pad", "cut"):
        saved.hold(name, getattr(learned, name), getattr(data, name))
    for name in ("unit", "lower"):
        saved.hold(name, getattr(known, name), getattr(data, name))
    saved.hold("marks", known.marks, ())
    if isinstance(data.vocabulary, tuple):
        saved.hold("vocabulary", known.tokens, data.vocabulary)
    elif data.vocabulary is None and len(known) > data.vocabulary_size:
        raise ValueError("vocabulary: larger than that of the experiment")
    saved.texts("class_names", names)
    saved.hold("classes", len(names), data.classes)
    saved.hold("class_names", len(set(names)), len(names))
    saved.flag("ordered", learned.ordered)
    saved.code("commonest", learned.commonest, len(names))
    _ = learned.labels
