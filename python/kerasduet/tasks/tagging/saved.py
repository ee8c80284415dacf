"""What a saved tagger learned, held against its experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet.runs import learned as saved

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment
    from kerasduet.tasks.tagging.learned import TagPreprocessing

__all__ = ["check"]


def check(learned: TagPreprocessing, experiment: Experiment) -> None:
    """Refuse what no training for an experiment could have learned."""
    data = experiment.data
    saved.hold("length", learned.length, data.length)
    saved.flag("lower", learned.lower)
    saved.hold("lower", learned.lower, data.lower)
    for name in ("tokens", "tags"):
        values = getattr(learned, name)
        saved.texts(name, values)
        saved.hold(name, len(set(values)), len(values))
    if len(learned.tags) < 2 or any(len(tag.split()) != 1 for tag in learned.tags):
        raise ValueError("tags: must be words")
    saved.hold("usual", len(learned.usual), len(learned.tokens) + 2)
    for code in learned.usual:
        saved.code("usual", code, len(learned.tags))
