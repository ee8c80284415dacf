"""A stranger's task of two inputs and two heads, with weights and rows that are not in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd

import kerasduet as kd
from kerasduet.data.dataset import Dataset, Part, Source
from kerasduet.data.part import digest_arrays
from kerasduet.data.preprocessing import Learned
from kerasduet.models.parts import Parts
from kerasduet.settings import OneOf, Section, checked
from kerasduet.settings.common import SEED
from kerasduet.task import Metric, Task
from kerasduet.training import predict_outputs, refuse_no_numbers

ROWS, TRAIN, TEST = 200, 140, 170


class Streamed:
    """Rows that are made when they are asked for; it notes the most asked for at once."""

    def __init__(self, rows):
        self.rows, self.most = rows, 0

    def __len__(self):
        return len(self.rows)

    def take(self, rows):
        self.most = max(self.most, len(rows))
        return self.rows[rows]


@dataclass(frozen=True, kw_only=True)
class PairSettings(Section):
    """Two inputs, two heads."""

    dataset: Annotated[str, OneOf(("two-inputs",))]


@dataclass(frozen=True)
class Halved(Learned):
    """What the first input is divided by."""

    kind = "pairs"
    scale: float = 2.0

    def to_network(self, x):
        return {"few": (x["few"] / self.scale).astype(np.float32), "many": x["many"]}


class Pairs(Task):
    """A sum and a sign from two inputs."""

    name = "pairs"
    noun = "a pair"
    Settings = PairSettings
    own_data = file_data = "two-inputs"
    learned = (Halved,)
    metrics = (Metric("mae", "mean absolute error"),)
    needed = ("mae",)
    tiny: ClassVar = {}

    def shapes(self, data):
        return {}

    def load(self, experiment, given):
        few, many, weight = given["few"], given["many"], given["weight"]
        sums, signs = many.sum(axis=1, keepdims=True), (few[:, :1] > 0).astype(np.float32)
        parts = [
            Part(
                {"few": few[part], "many": Streamed(many[part])},
                {"sum": sums[part], "sign": signs[part]},
                {"sum": weight[part], "sign": weight[part] + 1},
            )
            for part in (slice(0, TRAIN), slice(TRAIN, TEST), slice(TEST, ROWS))
        ]
        source = Source("pairs", digest_arrays(few, many, weight), ROWS, given=True)
        return Dataset(*parts, Halved(), source, experiment.data.values())

    def heads(self, data, network):
        return {"loss": {"sum": "mean_squared_error", "sign": "binary_crossentropy"}}

    def example(self, data):
        return example()

    def columns(self, learned):
        return {"row": "id", "truth": "number", "prediction": "number"}

    def table(self, dataset, outputs):
        truth = dataset.test.targets["sum"][:, 0].astype(np.float64)
        rows = np.arange(1, len(truth) + 1)
        found = outputs["sum"][:, 0].astype(np.float64)
        return pd.DataFrame({"row": rows, "truth": truth, "prediction": found})

    def score(self, table, learned):
        return {"mae": (table["truth"] - table["prediction"]).abs().mean()}

    def verdict(self, metrics):
        return f"Test MAE {metrics['mae']:.4g}."

    def predict(self, run, x, kind):
        return refuse_no_numbers(predict_outputs(run.model, run.preprocessing, x))


@checked()
def two_heads(*, seed: Annotated[int, SEED] = 0):
    """Build two dense heads on two inputs.

    Parameters
    ----------
    seed : int
        Decides initial weights, 0 to 2^32 - 1.
    """
    parts = Parts(seed)
    import keras

    few, many = keras.Input((2,), name="few"), keras.Input((3,), name="many")
    x = keras.layers.Concatenate(name="all")([few, many])
    heads = {
        "sum": parts.dense(1, "sum")(x),
        "sign": parts.dense(1, "sign", activation="sigmoid")(x),
    }
    return keras.Model({"few": few, "many": many}, heads, name="two_heads")


def example():
    random = np.random.default_rng(1)
    few, many = random.normal(size=(ROWS, 2)), random.normal(size=(ROWS, 3))
    return {
        "few": few,
        "many": many.astype(np.float32),
        "weight": random.uniform(0.1, 3, ROWS).astype(np.float32),
    }


kd.register_task(Pairs())
kd.register_builder("two_heads", two_heads)
