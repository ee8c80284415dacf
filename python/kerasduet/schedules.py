"""Learning rates that change from step to step, as Keras's own schedule objects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kerasduet.settings.configurations import is_object, rebuilt

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["learning_rate", "steps_of"]

# Of "one_cycle": the largest rate over the first, and the share of the steps before the largest.
FIRST_PART = 25
RISE = 0.3
# Of "step": after a share of the steps, a part of the first rate.
DROPS = ((0.5, 0.1), (0.75, 0.01))


def steps_of(experiment: Experiment, rows: int) -> int:
    """Count the steps of a whole training."""
    return experiment.epochs * math.ceil(rows / experiment.batch_size)


def learning_rate(experiment: Experiment, rows: int) -> Any:
    """Give the learning rate as Keras's optimizers take it: a number, or a schedule.

    Parameters
    ----------
    experiment : Experiment
        Its learning rate r, schedule, epochs and batch size.
    rows : int
        Training rows; they decide the steps n = epochs * ceil(rows / batch_size).

    Returns
    -------
    float or keras.optimizers.schedules.LearningRateSchedule
        The rate of step k = 0, ..., n - 1. The optimizer counts the steps, and its count is
        part of what a training resumes from.

    Notes
    -----
    "cosine": r / 2 * (1 + cos(pi * k / n)) [1]_.

    "one_cycle", with w = max(1, floor(0.3 * n)): r / 25 + (r - r / 25) * k / w before step w,
    which has the peak r; from there r / 2 * (1 + cos(pi * (k - w) / (n - w))) [2]_. The momentum
    stays.

    "step": r before step ceil(n / 2), r / 10 before step ceil(3 * n / 4), then r / 100.

    References
    ----------
    .. [1] Loshchilov, I., & Hutter, F. (2017). SGDR: Stochastic gradient descent with warm
       restarts. ICLR.
    .. [2] Smith, L. N., & Topin, N. (2019). Super-convergence: Very fast training of neural
       networks using large learning rates. SPIE 11006.
    """
    if is_object(experiment.schedule):
        return rebuilt(experiment.schedule)
    from keras.optimizers import schedules

    most = experiment.learning_rate
    steps = steps_of(experiment, rows)
    if experiment.schedule == "cosine":
        return schedules.CosineDecay(most, decay_steps=steps)
    if experiment.schedule == "one_cycle":
        rise = max(1, math.floor(RISE * steps))
        return schedules.CosineDecay(
            most / FIRST_PART,
            decay_steps=max(1, steps - rise),
            warmup_target=most,
            warmup_steps=rise,
        )
    if experiment.schedule == "step":
        # Keras keeps a value up to and with its boundary.
        last = [math.ceil(share * steps) - 1 for share, _ in DROPS]
        return schedules.PiecewiseConstantDecay(
            last, [most, *(most * part for _, part in DROPS)]
        )
    return most
