"""Ten folds of Pang and Lee's sentences of film reviews with `sentiment-cnn`.

    KERASDUET_DATA=<folder with rt-polarity.pos and .neg> python benchmarks/sentences.py [folder]

A folder that is given is gone on with. A published convolution without word vectors (Kim, 2014,
CNN-rand) has 76.1 % in ten folds. Settings were chosen on validation rows of the first fold.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from common import Figure, finish

import kerasduet as kd
from kerasduet.data.text import read_lines

SETTINGS = {
    "length": 56,
    "pad": "end",
    "vocabulary_size": 20_000,
    "window": (3, 4, 5),
    "filters": 100,
    "embedding_dropout": 0.5,
    "validation_split": 0.1,
    "epochs": 10,
    "early_stopping": 1,
}


def main() -> int:
    folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="kerasduet-")
    data = Path(os.environ["KERASDUET_DATA"])
    texts, labels = [], []
    for name, label in (("pos", "positive"), ("neg", "negative")):
        lines = read_lines(data / f"rt-polarity.{name}", encoding="latin-1")
        texts += lines
        labels += [label] * len(lines)
    chosen = kd.experiment("sentiment-cnn", dataset="texts", **SETTINGS)
    given = {"text": texts, "label": labels}
    found = kd.cross_validate(chosen, folds=10, folder=folder, data=given)
    if found.status != "finished":
        print(found)
        return 1
    rows = {row["score"]: row for row in found.summary().to_dict("records")}
    figures = [
        Figure("mean accuracy of ten folds", 100 * rows["accuracy"]["mean"], "%", ">= 76"),
        Figure("  standard deviation (sample)", 100 * rows["accuracy"]["sd"], "points"),
        Figure("  bag of words", 100 * rows["bag_accuracy"]["mean"], "%"),
    ]
    return finish("sentences", figures, {"folds": found.table.to_dict("records")})


if __name__ == "__main__":
    sys.exit(main())
