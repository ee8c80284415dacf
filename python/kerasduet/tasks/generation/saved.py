"""What a saved run learned of its text, held against its experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet.runs import learned as saved
from kerasduet.tasks.generation.ngrams import MOST_ORDER, MOST_TOKENS

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment
    from kerasduet.tasks.generation.learned import TextPreprocessing

__all__ = ["check"]


def check(learned: TextPreprocessing, experiment: Experiment) -> None:
    """Refuse what no training for an experiment could have learned."""
    data = experiment.data
    saved.hold("length", learned.length, data.length)
    saved.flag("lower", learned.lower)
    saved.hold("lower", learned.lower, data.lower)
    saved.texts("tokens", learned.tokens)
    saved.hold("tokens", len(set(learned.tokens)), len(learned.tokens))
    if len(learned.tokens) > MOST_TOKENS or any(len(token) != 1 for token in learned.tokens):
        raise ValueError("tokens: must be characters")
    saved.code("order", learned.order - 1, MOST_ORDER)
