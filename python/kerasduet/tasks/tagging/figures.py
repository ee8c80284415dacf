"""Tags over the tokens of test sentences, and which tags are taken for which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.figures.confusion import confusion_figure
from kerasduet.figures.marks import Mark
from kerasduet.figures.panels import Panel, Scale
from kerasduet.figures.rows import checked_rows
from kerasduet.figures.words import count
from kerasduet.style import OKABE_ITO, PALE, blend
from kerasduet.tasks.tagging.scores import confusions

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["tags_confusion_panel", "tags_panel"]

SENTENCES = 6  # shown by default
MOST_SENTENCES = 20
HUES = ("blue", "orange", "green", "purple", "sky", "yellow", "vermilion")
SPACE = 1.2  # letters between two tokens
LINE = 62  # letters of a line, over the whole width


def tags_panel(run: Result, *, rows: Any = None, share: float = 1.0) -> Panel:
    """Show test sentences, the tag of each token as its colour.

    Parameters
    ----------
    run : Result
        Of a tagger.
    rows : sequence of int, optional
        Test sentences to show, from 1; by default some with mistakes, and the first others.
    share : float
        Of the width of the figure that it has.
    """
    letters = int(share * LINE)
    table, learned = run.table, run.preprocessing
    chosen = _rows(rows, table)
    shown = table.iloc[np.array(chosen) - 1]
    tags: tuple[str, ...] = learned.tags  # type: ignore[attr-defined]
    colours = _colours(tags)
    boxes, mistakes, line = [], 0, 0
    for row in shown.itertuples():
        left = 0.0
        parts = (str(part).split(" ") for part in (row.tokens, row.truth, row.prediction))
        for token, truth, found in zip(*parts, strict=True):
            label = token if truth == found else f"\u00d7 {token}"
            mistakes += truth != found
            width = max(len(label), len(found) if found != "O" else 0) + SPACE
            if left and left + width > letters:
                left, line = 3.0, line + 1
            boxes.append((left, line, left + width - 0.4, label, found, truth == found))
            left += width
        line += 1
    frame = pd.DataFrame(boxes, columns=["left", "line", "right", "label", "tag", "right_tag"])
    frame["top"], frame["bottom"] = frame["line"] - 0.05, frame["line"] + 0.78
    frame["middle"] = (frame["left"] + frame["right"]) / 2
    frame["at"], frame["below"] = frame["line"] + 0.17, frame["line"] + 0.57
    frame["fill"] = [blend(colours[tag], 0.35) for tag in frame["tag"]]
    frame["edge"] = np.where(frame["right_tag"], "#FFFFFF", OKABE_ITO["vermilion"])
    frame["name"] = frame["tag"].where(frame["tag"] != "O", "")
    tokens = len(frame)
    return Panel(
        kind="tags",
        title="Tags of test sentences",
        subtitle="The tag found, below its token. Orange frame, \u00d7: another one is true",
        x="",
        y="",
        alt=(
            f"{count(len(shown), 'test sentence')} of {tokens} tokens in all, each token with its "
            f"tag: {count(mistakes, 'mistake')}."
        ),
        frames={"tokens": frame},
        marks=(
            Mark(
                "box",
                "tokens",
                {
                    "x": "left",
                    "y": "top",
                    "to_x": "right",
                    "to_y": "bottom",
                    "colour": "fill",
                    "edge": "edge",
                },
                {"width": 1.2},
            ),
            Mark(
                "text", "tokens", {"x": "middle", "y": "at", "label": "label"}, {"size": 10.0}
            ),
            Mark(
                "text",
                "tokens",
                {"x": "middle", "y": "below", "label": "name"},
                {"size": 10.0, "colour": "#4D4D4D"},
            ),
        ),
        x_scale=Scale(low=-0.5, high=letters + 0.5, margin=False),
        y_scale=Scale(low=-0.3, high=float(max(line, 1)), margin=False, reverse=True),
        axes="none",
        legend=False,
        height=0.8 + 0.46 * line,
    )


def _rows(rows: Any, table: pd.DataFrame) -> list[int]:
    if rows is None:
        wrong = (table["truth"] != table["prediction"]).to_numpy()
        first = [*np.flatnonzero(wrong)[: SENTENCES // 2], *np.flatnonzero(~wrong)]
        return [int(row) + 1 for row in first[:SENTENCES]]
    return checked_rows(rows, len(table), MOST_SENTENCES)


def _colours(tags: tuple[str, ...]) -> dict[str, str]:
    """Give each tag a colour; O, which stands for none, is grey."""
    named = [tag for tag in tags if tag != "O"]
    found = {tag: OKABE_ITO[HUES[i % len(HUES)]] for i, tag in enumerate(named)}
    return {"O": PALE, **found}


def tags_confusion_panel(run: Result) -> Panel:
    """Count the test tokens by true tag (rows) and tag found (columns).

    Parameters
    ----------
    run : Result
        Of a tagger.
    """
    learned: Any = run.preprocessing
    counts = confusions(run.table, learned)
    return confusion_figure(counts, learned.tags, noun="tag", cases="tokens", letters=16)
