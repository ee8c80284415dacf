"""What a translator is asked: the texts that it writes for others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import show
from kerasduet.data.dataset import Dataset
from kerasduet.data.text import UNKNOWN, texts
from kerasduet.errors import ArgumentRange, NonFinite, UnknownName
from kerasduet.figures.words import count
from kerasduet.tasks.translation.decoding import decoded
from kerasduet.tasks.translation.learned import END
from kerasduet.tasks.translation.settings import BEAM
from kerasduet.training import predict_outputs

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

__all__ = ["asked", "predict", "steps_of"]


def predict(run: Result, x: Any, kind: str, beam: int | None = None) -> Any:
    """Give the texts that are written for others (n,), object; of "prob" with probabilities."""
    import pandas as pd

    if beam is not None:
        beam = BEAM("beam", beam)
    learned: Any = run.preprocessing
    sources = asked(run, x)
    network = partial(predict_outputs, run.model, learned)
    found = decoded(network, learned, sources, beam)
    if not np.isfinite(found["log_probability"]).all():
        raise NonFinite(
            "run: its network must give finite numbers; got NaN or infinity, as after a diverged "
            "training. Train again with a lower learning_rate."
        )
    written = learned.texts(found["codes"])
    if kind == "text":
        return written
    return pd.DataFrame(
        {"prediction": written, "probability": np.exp(found["log_probability"])}
    )


def steps_of(
    run: Result, x: Any, name: str
) -> tuple[dict[str, np.ndarray], dict[str, pd.DataFrame]]:
    """Give codes of sources, and of what is written for the first; and the tokens of that one.

    The decoder sees the mark of the start and then, at each step, the token that it wrote before.
    """
    import pandas as pd

    learned: Any = run.preprocessing
    sources = asked(run, x)
    network = partial(predict_outputs, run.model, learned)
    codes = decoded(network, learned, sources[:1])["codes"]
    seen = learned.shifted(codes)
    (own,) = codes.tolist()
    length = 1 + (own.index(END) if END in own else len(own) - 1)
    known = {"source": learned.source.all, "target": learned.target.all}
    rows = {"source": sources[0], "target": seen[0, :length]}
    tokens = {side: np.array([known[side][c] for c in rows[side]], object) for side in rows}
    inputs = {"source": sources, "target": np.repeat(seen, len(sources), axis=0)}
    return inputs, {side: pd.DataFrame({"token": tokens[side]}) for side in tokens}


def asked(run: Result, x: Any) -> np.ndarray:
    """Give the codes of sources: of texts, which are refused where they do not fit the network."""
    if isinstance(x, Dataset):
        return np.asarray(x.test.inputs["source"])
    learned: Any = run.preprocessing
    known = learned.source
    given, most = texts(x), count(learned.source_length, known.unit)
    for row, text in enumerate(given, start=1):
        tokens = known.split(text)
        if len(tokens) > learned.source_length:
            raise ArgumentRange(
                f"x: texts must have at most {most}, as the encoder reads no more; got "
                f"{len(tokens)} in row {row}. Shorten it, or train with a "
                "longer source_length."
            )
        if all(code == UNKNOWN for code in known.codes(tokens)):
            raise UnknownName(
                f"x: texts must have a {known.unit} of the training sources; got {show(text)} in "
                f"row {row}, of which none is known."
            )
    codes: np.ndarray = learned.read(given)
    return codes
