"""What a saved translator learned, held against its experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet.runs import learned as saved
from kerasduet.tasks.translation.learned import MARKS

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment
    from kerasduet.tasks.translation.learned import PairPreprocessing

__all__ = ["check"]


def check(learned: PairPreprocessing, experiment: Experiment) -> None:
    """Refuse what no training for an experiment could have learned."""
    data = experiment.data
    saved.hold("unit", learned.source.unit, data.source_unit)
    saved.hold("unit", learned.target.unit, data.target_unit)
    saved.hold("lower", learned.source.lower, data.lower)
    saved.hold("lower", learned.target.lower, False)
    saved.hold("marks", learned.source.marks, ())
    saved.hold("marks", learned.target.marks, MARKS)
    saved.hold("reverse", learned.reverse, data.reverse)
    saved.hold("beam", learned.beam, data.beam)
    for name in ("source_length", "target_length"):
        found, wanted = getattr(learned, name), getattr(data, name)
        if wanted is not None:
            saved.hold(name, found, wanted)
        if type(found) is not int or not 1 <= found <= 10_000:
            raise ValueError(f"{name}: must be a length")
