"""One training for `others.py`: prints CPU seconds of an epoch, without the first.

python benchmarks/others_training.py darts series.csv 2819
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from statistics import median
from typing import Any

LOOKBACK, HORIZON, UNITS, BATCH, EPOCHS = 48, 24, 32, 32, 50
QUIET = {
    "accelerator": "cpu",
    "enable_progress_bar": False,
    "enable_model_summary": False,
    "logger": False,
    "enable_checkpointing": False,
}


def main() -> None:
    side, file, *others = sys.argv[1:]
    if side == "ours":
        epochs, forecast, windows = ours(file)
    else:
        windows = int(others[0])
        epochs, forecast = {"darts": darts, "neuralforecast": nixtla}[side](file, windows)
    assert len(forecast) == HORIZON and len(epochs) == EPOCHS
    middle = median(epochs[1:])
    print(json.dumps({"first": epochs[0], "epoch": middle, "windows": windows}))


def ours(file: str) -> tuple[list[float], Any, int]:
    import kerasduet as kd

    kd.use_backend("auto")
    found, before = [], [time.process_time()]

    def note(event: dict) -> None:
        if event["event"] == "epoch":
            now = time.process_time()
            found.append(now - before[0])
            before[0] = now

    run = kd.run_experiment(
        *("lstm-series",),
        **{"path": file, "season": 24, "difference": 0, "progress": note},
        **{"lookback": LOOKBACK, "horizon": HORIZON, "units": UNITS, "batch_size": BATCH},
        **{"epochs": EPOCHS, "early_stopping": None},
    )
    return found, run.forecast(), run.provenance["sizes"]["train"]


# The last rows are left out: so many windows has the training part of ours.
def cut(file: str, windows: int) -> Any:
    import pandas as pd

    return pd.read_csv(file, parse_dates=["time"]).iloc[: windows + LOOKBACK + HORIZON - 1]


def darts(file: str, windows: int) -> tuple[list[float], Any]:
    import numpy as np
    import pytorch_lightning
    from darts import TimeSeries
    from darts.models import BlockRNNModel

    table = cut(file, windows)
    series = TimeSeries.from_dataframe(table, "time", "value").astype(np.float32)
    series = (series - float(table["value"].mean())) / float(table["value"].std())
    found: list[float] = []
    model = BlockRNNModel(
        **{"input_chunk_length": LOOKBACK, "output_chunk_length": HORIZON, "model": "LSTM"},
        **{"hidden_dim": UNITS, "n_rnn_layers": 1, "batch_size": BATCH, "n_epochs": EPOCHS},
        pl_trainer_kwargs=QUIET | {"callbacks": [clock(pytorch_lightning.Callback, found, 1)]},
        random_state=0,
    )
    model.fit(series, verbose=False)
    return found, model.predict(HORIZON, verbose=False)


def nixtla(file: str, windows: int) -> tuple[list[float], Any]:
    import pytorch_lightning
    from neuralforecast import NeuralForecast
    from neuralforecast.losses.pytorch import MSE
    from neuralforecast.models import LSTM

    warnings.filterwarnings("ignore")
    table = cut(file, windows)
    table = table.rename(columns={"time": "ds", "value": "y"}).assign(unique_id=1)
    steps = -(-windows // BATCH)
    found: list[float] = []
    model = LSTM(
        **{"h": HORIZON, "input_size": LOOKBACK, "encoder_hidden_size": UNITS},
        **{"encoder_n_layers": 1, "decoder_layers": 1, "max_steps": steps * EPOCHS},
        **{"windows_batch_size": BATCH, "batch_size": 1, "scaler_type": "standard"},
        **{"loss": MSE(), "val_check_steps": steps * EPOCHS, "random_seed": 0},
        callbacks=[clock(pytorch_lightning.Callback, found, steps)],
        **QUIET,
    )
    network = NeuralForecast(models=[model], freq="h")
    network.fit(table)
    return found, network.predict()


def clock(base: type, found: list[float], steps: int) -> Any:
    """Note the CPU seconds of each epoch; where an epoch is of one batch, of so many batches."""

    class Clock(base):  # type: ignore[misc,valid-type]
        def on_train_start(self, trainer: Any, module: Any) -> None:
            self.began, self.batches = time.process_time(), 0

        def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
            self.batches += 1
            if steps > 1 and self.batches % steps == 0:
                self.note()

        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            if steps == 1:
                self.note()

        def note(self) -> None:
            now = time.process_time()
            found.append(now - self.began)
            self.began = now

    return Clock()


main()
