"""One process of `others.py`: trains, forecasts and keeps the network, or loads it and forecasts.

python benchmarks/others_training.py darts train series.csv kept 2819
python benchmarks/others_training.py darts load series.csv kept
python benchmarks/others_training.py ours start series.csv kept

Prints CPU seconds: of an epoch, of the process until the first forecast, of that forecast and of
another; or of the process until the forecast of the network that was kept; or of reading the file,
starting Keras on JAX and compiling one sum, below which nothing that Keras trains can come.
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
    side, part, file, kept, *windows = sys.argv[1:]
    if part == "start":
        started(file)
        print(json.dumps({"start": time.process_time()}))
        return
    if part == "load":
        assert len(LOADED[side](kept)) == HORIZON
        print(json.dumps({"load": time.process_time()}))
        return
    epochs, forecast, save, count = TRAINED[side](file, *map(int, windows))
    began = time.process_time()
    assert len(forecast()) == HORIZON
    first = time.process_time()
    assert len(forecast()) == HORIZON
    again = time.process_time() - first
    assert len(epochs) == EPOCHS
    save(kept)
    told = {"epoch": median(epochs[1:]), "process": first, "forecast": first - began}
    print(json.dumps(told | {"again": again, "windows": count}))


def started(file: str) -> None:
    import numpy as np
    import pandas as pd

    from kerasduet import environment

    pd.read_csv(file, parse_dates=["time"])
    environment.use_backend("jax")
    environment.start_backend()
    import keras

    np.asarray(keras.ops.add(np.ones(3, np.float32), 1))


def ours(file: str) -> Any:
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
    return found, run.forecast, run.save, run.provenance["sizes"]["train"]


def ours_loaded(kept: str) -> Any:
    import kerasduet as kd

    kd.use_backend("auto")
    return kd.load_run(kept).forecast()


# The last rows are left out: so many windows has the training part of ours.
def cut(file: str, windows: int) -> Any:
    import pandas as pd

    return pd.read_csv(file, parse_dates=["time"]).iloc[: windows + LOOKBACK + HORIZON - 1]


def darts(file: str, windows: int) -> Any:
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
    return found, lambda: model.predict(HORIZON, verbose=False), model.save, windows


def darts_loaded(kept: str) -> Any:
    from darts.models import BlockRNNModel

    return BlockRNNModel.load(kept, trusted=True).predict(HORIZON, verbose=False)


def nixtla(file: str, windows: int) -> Any:
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
    return found, network.predict, network.save, windows


def nixtla_loaded(kept: str) -> Any:
    from neuralforecast import NeuralForecast

    warnings.filterwarnings("ignore")
    return NeuralForecast.load(kept, allow_pickle=True, trust_remote=True).predict()


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

        def __deepcopy__(self, memo: Any) -> Any:
            return self

        def __reduce__(self) -> Any:  # kept with the network as one that does nothing
            return base, ()

        def note(self) -> None:
            now = time.process_time()
            found.append(now - self.began)
            self.began = now

    return Clock()


TRAINED = {"ours": ours, "darts": darts, "neuralforecast": nixtla}
LOADED = {"ours": ours_loaded, "darts": darts_loaded, "neuralforecast": nixtla_loaded}

main()
