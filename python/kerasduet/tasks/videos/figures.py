"""Test videos as rows of frames, with prediction and truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.tasks.classification.figures import Look, thinned, tiles_panel

if TYPE_CHECKING:
    from kerasduet.figures.panels import Panel
    from kerasduet.result import Result

__all__ = ["strips", "videos_panel"]

FRAMES = 8  # of a video; of longer ones as many, evenly spaced
GAP = 0.5  # grey between two frames


def videos_panel(run: Result, *, rows: Any = None, share: float = 1.0) -> Panel:
    """Show the frames of test videos side by side, with prediction and truth.

    Parameters
    ----------
    run : Result
        Of a classifier of videos.
    rows : sequence of int, optional
        Test videos to show, from 1; by default mistakes and right ones.
    share : float
        Of the width of the figure that it has.
    """
    look = Look(
        kind="videos",
        noun="video",
        invert=run.experiment.dataset == "moving-digits",
        columns=2 if share > 0.6 else 1,
        height=0.85,
        pictures=strips,
    )
    return tiles_panel(run, look, rows=rows, share=share)


def strips(videos: np.ndarray) -> np.ndarray:
    """Lay frames side by side, in order: (n, frames, height, width, channels) to images."""
    frames = videos.shape[1]
    chosen = np.unique(np.linspace(0, frames - 1, min(frames, FRAMES)).round().astype(int))
    shown = [thinned(videos[:, frame]) for frame in chosen]
    white = 255 if videos.dtype == np.uint8 else 1
    gap = np.full_like(shown[0][:, :, :1], GAP * white)
    laid = [part for frame in shown for part in (frame, gap)]
    return np.concatenate(laid[:-1], axis=2)
