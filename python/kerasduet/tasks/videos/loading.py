"""From digits that move, or the caller's arrays, to a data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data import images, mnist
from kerasduet.data.dataset import Dataset, Source, digest_arrays
from kerasduet.data.preprocessing import ImagePreprocessing
from kerasduet.tasks.videos.moving import moving_digits
from kerasduet.tasks.videos.settings import DIRECTIONS

if TYPE_CHECKING:
    from kerasduet.data.folds import Folds
    from kerasduet.experiments import Experiment

__all__ = ["folded", "load"]

# Fixed, so that runs with other seeds are trained and scored on the same videos.
TRAIN_SEED, TEST_SEED = 1, 0


def load(experiment: Experiment, given: Any) -> Dataset:
    """Make the videos of an experiment, or check and split the caller's."""
    if given is not None:
        return images.load(experiment, given)
    return images.split_last(experiment, *_made(experiment))


def folded(experiment: Experiment, given: Any, folds: int, repeats: int) -> Folds:
    """Cut the training videos, or the caller's, into folds of equal class shares."""
    if given is not None:
        return images.folds(experiment, given, folds, repeats)
    rows, _, source, learned = _made(experiment)
    return images.folded(experiment, rows, source, learned, folds, repeats)


def _made(
    experiment: Experiment,
) -> tuple[images.Rows, images.Rows, Source, ImagePreprocessing]:
    """Make training and test videos, of training and test digits."""
    data = experiment.data
    found, name, _ = mnist.arrays(None, subset=True)
    alike: dict[str, Any] = {"shape": data.video_shape, "classes": data.classes}
    train = moving_digits(found["x_train"], number=data.videos, seed=TRAIN_SEED, **alike)
    test = moving_digits(found["x_test"], number=data.test_videos, seed=TEST_SEED, **alike)
    source = Source(
        name=f"moving digits, {name}",
        sha256=digest_arrays(*train, *test),
        rows=data.videos + data.test_videos,
        note="Each digit moves in one direction, one to three pixels a frame, and comes back at "
        "the other edge. The digits of the test videos are in no training video.",
    )
    learned = ImagePreprocessing(
        input_shape=data.video_shape,
        class_names=tuple(DIRECTIONS)[: data.classes],
        named=True,
        pixel_most=float(np.max(train[0]) / 255),
    )
    return train, test, source, learned
