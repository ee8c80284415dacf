"""A stranger's task and builder, for both suites: outside the package, registered on import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd

import kerasduet as kd
from kerasduet.data.dataset import Dataset, Part, Source, digest_arrays
from kerasduet.data.preprocessing import Learned
from kerasduet.errors import ArgumentType, LengthMismatch, ShapeError
from kerasduet.figures import Kind, Mark, Panel
from kerasduet.models.parts import Parts
from kerasduet.settings import Number, OneOf, Section, Whole, checked
from kerasduet.settings.common import SEED, SIZE
from kerasduet.task import Metric, Task
from kerasduet.training import predict_outputs, refuse_no_numbers


@dataclass(frozen=True, kw_only=True)
class PointSettings(Section):
    """Points: a number for each row of some numbers; the last rows are the test."""

    dataset: Annotated[str, OneOf(("points",))]
    inputs: Annotated[int, SIZE] = 2
    validation_split: Annotated[float, Number(low=0, below=1)] = 0.2
    test_split: Annotated[float, Number(above=0, below=1)] = 0.25


@dataclass(frozen=True)
class Scaled(Learned):
    """Mean and deviation of the training targets."""

    kind = "points"
    mean: float
    scale: float


class Points(Task):
    """A number from a few numbers."""

    name = "points"
    noun = "a regression"
    Settings = PointSettings
    own_data = file_data = "points"
    learned = (Scaled,)
    metrics = (Metric("mae", "mean absolute error"),)
    needed = ("mae", "mean_mae")
    rows = cases_word = "points"
    tiny: ClassVar = {"inputs": 2}

    def shapes(self, data):
        return {"inputs": data.inputs}

    def load(self, experiment, given):
        if not isinstance(given, dict) or set(given) != {"x", "y"}:
            raise ArgumentType("data: must hold x (numbers, a row a point) and y by name.")
        x, y = (np.asarray(given[name], np.float64) for name in ("x", "y"))
        data = experiment.data
        if x.ndim != 2 or x.shape[1] != data.inputs:
            raise ShapeError(f"x: must have shape (n, {data.inputs}); got {x.shape}.")
        if y.shape != x.shape[:1]:
            raise LengthMismatch(f"y: must have one number a point ({len(x)}); got {y.shape}.")
        test = len(x) - round(len(x) * data.test_split)
        train = test - round(test * data.validation_split)
        learned = Scaled(float(y[:train].mean()), float(y[:train].std()) or 1.0)
        scaled = ((y - learned.mean) / learned.scale).astype(np.float32)[:, None]
        x = x.astype(np.float32)
        parts = [Part(x[i:j], scaled[i:j])
                 for i, j in ((0, train), (train, test), (test, len(x)))]  # fmt: skip
        source = Source("the caller's points", digest_arrays(x, y), len(x), given=True)
        return Dataset(*parts, learned, source, data.values())

    def heads(self, data, network):
        return {"loss": "mean_squared_error"}

    def example(self, data):
        x = np.random.default_rng(3).normal(size=(60, data.inputs))
        return {"x": x, "y": x.sum(axis=1)}

    def columns(self, learned):
        return {"row": "id", "truth": "number", "prediction": "number"}

    def table(self, dataset, outputs):
        learned = dataset.preprocessing
        truth, found = (
            part[:, 0].astype(np.float64) * learned.scale + learned.mean
            for part in (dataset.y_test, outputs)
        )
        rows = np.arange(1, len(truth) + 1)
        return pd.DataFrame({"row": rows, "truth": truth, "prediction": found})

    def score(self, table, learned):
        gap = (table["truth"] - table["prediction"]).abs().mean()
        return {"mae": gap, "mean_mae": (table["truth"] - learned.mean).abs().mean()}

    def cases(self, table, learned):
        gap = (table["truth"] - table["prediction"]).abs().to_numpy()
        return {"mae": np.column_stack([gap, np.ones_like(gap)])}

    def verdict(self, metrics):
        return f"Test MAE {metrics['mae']:.4g}; the mean has {metrics['mean_mae']:.4g}."

    def predict(self, run, x, kind):
        rows = np.asarray(getattr(x, "x_test", x), np.float32)
        outputs = refuse_no_numbers(predict_outputs(run.model, run.preprocessing, rows))
        return (
            outputs[:, 0].astype(np.float64) * run.preprocessing.scale + run.preprocessing.mean
        )

    @property
    def panels(self):
        return (Kind("points", points_panel, (self.name,)),)


def points_panel(run):
    points = Mark("point", "points", {"x": "truth", "y": "prediction"}, {"colour": "#0072B2"})
    return Panel("points", "Predictions", "", "Truth", "Prediction",
                 alt=f"Truth and prediction of {len(run.table)} points.",
                 frames={"points": run.predictions()}, marks=(points,))  # fmt: skip


@checked()
def line(
    *,
    inputs: Annotated[int, SIZE] = 2,
    layers: Annotated[int, Whole(0, 5)] = 0,
    seed: Annotated[int, SEED] = 0,
):
    """Build a straight line, or a bent one.

    Parameters
    ----------
    inputs : int
        Numbers a point, at least 1.
    layers : int
        Layers of 4 units before the last one, 0 to 5.
    seed : int
        Decides initial weights, 0 to 2^32 - 1.
    """
    parts = Parts(seed)
    import keras

    x = inputs = keras.Input((inputs,), name="point")
    for i in range(layers):
        x = parts.dense(4, f"hidden_{i + 1}", activation="relu")(x)
    return keras.Model(inputs, parts.dense(1, "number")(x), name="line")


kd.register_task(Points())
kd.register_builder("line", line)
