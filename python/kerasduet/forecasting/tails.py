"""The end that new errors of one kind exceed with a given probability."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Sequence

__all__ = ["FOLLOWED", "MOST_LOOKS", "Tail"]

MOST_LOOKS = 500  # times that the intervals of a series of forecasts are learned anew

# Shares beyond one end of an interval of 80 and of 95 %. They are followed, whatever levels are
# asked for, and other levels lie between them: so a wider level always holds a narrower one.
FOLLOWED = (0.1, 0.025)


class Tail:
    """Scores of one step and one side; large ones lie beyond the end.

    Parameters
    ----------
    scores : sequence of float
        At least one.
    overlap : float
        At least 1: so many scores count as one, as their windows share steps.
    between : bool
        Whether an end may lie between two scores; else it is the upper of them.
    spread : float
        What multiplies the root mean square of these scores, but not of those learned later.
    """

    def __init__(
        self, scores: Sequence[float], overlap: float, *, between: bool, spread: float = 1.0
    ) -> None:
        self.scores, self.overlap, self.between = sorted(scores), overlap, between
        self.squares = spread**2 * math.fsum(score * score for score in scores)

    def learn(self, score: float) -> None:
        """Take one more score."""
        insort(self.scores, score)
        self.squares += score * score

    def end(self, share: float) -> float:
        """Give the score that a share of new ones is to exceed; at least 0."""
        scores, count = self.scores, len(self.scores)
        n = max(count / self.overlap, 1.0)
        place = (n + 1) * (1 - share) * count / n
        rank = math.ceil(place - 1e-9)
        if rank > count:
            from scipy.special import stdtrit

            wide = stdtrit(n, 1 - share) * math.sqrt((1 + 1 / n) * self.squares / count)
            return max(scores[-1], float(wide), 0.0)
        end, short = scores[rank - 1], rank - place
        if self.between and rank > 1 and short > 1e-9:
            end -= short * (end - scores[rank - 2])
        return max(end, 0.0)
