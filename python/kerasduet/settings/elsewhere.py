"""Words of other packages: what a setting or an option is called here, or why there is none."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

from kerasduet import checks

__all__ = ["hint", "object_hint", "object_name"]

# What a setting is called in other packages; the first that an experiment has is offered.
ELSEWHERE = {
    "learning_rate": ("lr", "eta", "learning_rate_init", "step_size", "base_lr", "eta0"),
    "epochs": (
        *("n_epochs", "num_epochs", "nb_epoch", "max_epochs", "max_iter", "n_iter"),
        *("n_epoch", "num_iterations", "iterations", "num_train_epochs"),
    ),
    "batch_size": ("batch", "batchsize", "bs", "mini_batch", "minibatch_size"),
    "seed": ("random_state", "random_seed", "rng", "set_seed", "manual_seed"),
    "validation_split": (
        *("val_split", "valid_split", "validation_fraction", "val_size"),
        *("validation_size", "val_fraction", "validation_frac", "valid_size"),
    ),
    "test_split": ("test_size", "test_fraction", "test_frac"),
    "early_stopping": ("patience", "n_iter_no_change", "early_stop", "early_stopping_rounds"),
    "clip_norm": (
        *("clipnorm", "gradient_clip_val", "max_grad_norm", "grad_clip"),
        *("global_clipnorm", "gradient_clip"),
    ),
    "clip_value": ("clipvalue",),
    "schedule": ("lr_schedule", "scheduler", "lr_scheduler", "learning_rate_schedule"),
    "optimizer": ("optim", "solver", "optimizer_name", "optimiser", "optimizer_fn"),
    "loss": ("loss_function", "loss_fn", "criterion", "objective", "loss_func"),
    "metrics": ("metric", "scoring", "eval_metric", "score"),
    "weight_decay": ("wd", "decay", "alpha"),
    "class_weight": ("class_weights",),
    "units": (
        *("hidden", "hidden_units", "hidden_layer_sizes", "hidden_size", "neurons"),
        *("nodes", "hidden_dim", "n_hidden", "num_units", "hidden_dims"),
    ),
    "dense_units": (
        *("hidden", "hidden_units", "hidden_layer_sizes", "hidden_size", "neurons"),
        *("nodes", "hidden_dim", "n_hidden", "num_units", "hidden_dims"),
    ),
    "dropout": ("dropout_rate", "drop", "drop_rate", "p_dropout"),
    "activation": ("act", "activation_fn", "activation_function", "nonlinearity"),
    "kernel_initializer": ("initializer", "init", "weight_init"),
    "l2": ("l2_reg", "kernel_regularizer", "regularizer", "reg_lambda", "l2_regularization"),
    "l1": ("l1_reg", "reg_alpha"),
    "filters": ("num_filters", "n_filters", "out_channels", "channels"),
    "kernel_size": ("kernel", "filter_size"),
    "pool_size": ("pool",),
    "strides": ("stride",),
    "kind": ("cell", "rnn_type", "cell_type", "rnn_cell"),
    "lookback": (
        *("window", "window_size", "input_size", "timesteps", "n_steps", "lags"),
        *("n_lags", "seq_len", "sequence_length", "input_chunk_length", "look_back"),
    ),
    "horizon": (
        *("h", "n_ahead", "steps_ahead", "prediction_length", "forecast_horizon"),
        *("output_chunk_length", "fh", "n_out"),
    ),
    "season": ("period", "seasonal_periods", "season_length", "seasonality", "m"),
    "frequency": ("freq",),
    "id": ("unique_id", "group_ids", "series_id"),
    "time": ("date_column", "time_column", "time_col", "date_col", "ds"),
    "scaling": ("normalize", "standardize", "scaler", "normalise", "standardise"),
    "scale": ("normalize", "standardize", "scaler", "normalise", "standardise", "scaling"),
    "image_size": ("target_size", "img_size", "input_shape", "size", "resize"),
    "input_shape": ("image_size", "img_size", "target_size", "image_shape", "input_size"),
    "colour": ("color", "color_mode"),
    "path": ("directory", "folder", "root", "data_path", "file", "csv", "data_dir", "filename"),
    "dataset": ("dataset_name",),
    "scenes": ("n_scenes", "num_scenes"),
    "classes": ("num_classes", "n_classes", "nb_classes"),
    "vocabulary_size": ("max_features", "vocab_size", "num_words", "max_tokens"),
    "length": ("maxlen", "max_len", "max_length", "sequence_length"),
    "embedding": ("embedding_dim", "embed_dim", "embedding_size"),
    "target": ("y_col", "label_column", "target_column", "outcome", "response", "label"),
    "features": ("x_cols", "predictors", "feature", "feature_columns", "covariates"),
    "base": ("backbone", "pretrained", "base_model"),
    "devices": ("n_gpus", "num_gpus"),
    "builder": ("architecture", "network", "model_type", "arch", "model_name"),
}
_MOVED = "Training images move by the settings shift, rotate, zoom and flip."
_SESSION = "It is chosen once a session, with use_backend()."
_KEPT = "The argument out of run_experiment() names the folder of a run; save_run() saves one."
_DATA = "Rows and labels together are the argument data of run_experiment()."
_WORKERS = (
    "The argument workers of run_many(), cross_validate() and tune() says how many at once."
)
_FOLDS = "The argument folds of cross_validate() says how many."
_REPEATS = "It is an argument of cross_validate()."
_TRIALS = "The argument trials of tune() says how many."
_SEEDS = "The argument seeds of run_many() repeats an experiment; seed sets one."
_SHOWN = "Whether it is shown is the argument progress of run_experiment()."
_CALLED = "Callbacks are the argument callbacks of run_experiment()."
_PART = "It belongs to a callback: give that as the argument callbacks of run_experiment()."
_STEPS = "An epoch is one pass over all rows: set epochs and batch_size."
_BEST = "The best weights are kept where early_stopping is set."
_OBJECT = (
    "It is part of an optimizer object, such as keras.optimizers.SGD(), given as optimizer."
)
_LOSS = "It is part of a loss object, given as loss."
_DEEP = "One layer a number: units = [64, 32] makes two, or filters for convolutions."
OF_FUNCTIONS = {
    **dict.fromkeys(("n_jobs", "workers", "num_workers"), _WORKERS),
    **dict.fromkeys(("folds", "cv", "k", "n_splits", "n_folds", "k_folds"), _FOLDS),
    "repeats": _REPEATS,
    **dict.fromkeys(("trials", "n_trials", "max_trials"), _TRIALS),
    **dict.fromkeys(("seeds", "n_seeds"), _SEEDS),
}
INSTEAD = {
    **dict.fromkeys(("verbose", "verbosity", "quiet", "silent", "progress_bar"), _SHOWN),
    **dict.fromkeys(("callbacks", "callback", "tensorboard", "logger", "wandb"), _CALLED),
    **dict.fromkeys(("log_dir", "monitor"), _PART),
    "validation_data": "Validation rows are held out of the training rows: set validation_split.",
    "train_size": "What test_split and validation_split leave is trained on.",
    "train_split": "What test_split and validation_split leave is trained on.",
    "shuffle": "Training rows are shuffled anew in each epoch, as the seed decides.",
    "sample_weight": "Rows weigh the same but by class_weight; a table can name a column: weights.",
    **dict.fromkeys(("device", "backend", "gpu", "cuda", "accelerator"), _SESSION),
    **dict.fromkeys(("dtype", "fp16", "mixed_precision"), "Networks compute in float32."),
    **dict.fromkeys(("steps_per_epoch", "validation_steps", "num_steps"), _STEPS),
    "initial_epoch": "continue_run() and resume_run() go on with a run.",
    **dict.fromkeys(("restore_best_weights", "min_delta", "save_best_only"), _BEST),
    **dict.fromkeys(("augment", "augmentation", "data_augmentation", "transforms"), _MOVED),
    **dict.fromkeys(
        ("output", "out_dir", "save_dir", "checkpoint", "output_dir", "save"), _KEPT
    ),
    **dict.fromkeys(("data", "x", "y", "X", "x_train", "X_train", "y_train", "train"), _DATA),
    **dict.fromkeys(("x_test", "X_test", "y_test", "test", "formula", "df"), _DATA),
    **OF_FUNCTIONS,
    **dict.fromkeys(("nesterov", "betas", "beta_1", "optimizer_params", "epsilon"), _OBJECT),
    **dict.fromkeys(("from_logits", "label_smoothing"), _LOSS),
    **dict.fromkeys(("layers", "n_layers", "num_layers", "depth"), _DEEP),
    **dict.fromkeys(("run_eagerly", "jit_compile", "compile"), "It is always compiled."),
    **dict.fromkeys(("warmup", "warmup_steps"), 'The schedule "one_cycle" begins with a rise.'),
    "freeze": "Layers before trainable_from stay as they are, in the builder transfer.",
    "trainable": "Layers before trainable_from stay as they are, in the builder transfer.",
}
# Keras's names for losses and metrics as texts, beside those of its classes in small letters.
SHORT = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "rmse": "RootMeanSquaredError",
    "r2": "R2Score",
    "bce": "BinaryCrossentropy",
    "cce": "CategoricalCrossentropy",
    "scce": "SparseCategoricalCrossentropy",
    "crossentropy": "SparseCategoricalCrossentropy",
    "kld": "KLDivergence",
    "rocauc": "AUC",
    "f1": "F1Score",
}


NEAR = 0.7  # how alike names are that a slip of the hand may have changed
RUN_ARGUMENTS = ("data", "out", "overwrite", "progress", "callbacks")


def hint(name: str, names: list[str], having: Callable[[str], str] | None = None) -> str:
    """Say what a name of another package is called here, or give the nearest names.

    Parameters
    ----------
    name : str
        What was given.
    names : list of str
        What there is.
    having : callable, optional
        Of an experiment's settings: says which tasks or builders have a setting; "" for none.
    """
    owns = [own for own, others in ELSEWHERE.items() if name in others]
    for own in owns:
        if own in names:
            return f"It is called {own} here."
    if having is None:
        return INSTEAD.get(name) or checks.nearest(name, names)
    near = checks.nearest(name, names, cutoff=NEAR)
    if having(name):
        return f"It is {having(name)}." + f" {near}" * near.startswith("Did")
    if name in INSTEAD:
        return INSTEAD[name]
    for own in owns:
        if having(own):
            return f"It is called {own}, {having(own)}."
    if near.startswith("Known"):
        for own in difflib.get_close_matches(name, RUN_ARGUMENTS, n=1, cutoff=NEAR):
            return f"The argument {own} is one of run_experiment()."
    return near


def object_hint(value: str, base: str, classes: Iterable[str]) -> str:
    """Say which Keras object a text stands for in other packages; "" for none.

    Examples
    --------
    >>> object_hint("mse", "losses.Loss", ["MeanSquaredError"])
    'Give keras.losses.MeanSquaredError().'
    """
    place = base.rpartition(".")[0]
    if "plateau" in value.lower():
        return "Give keras.callbacks.ReduceLROnPlateau() to run_experiment() as callbacks."
    if place == "metrics" and _plain(value) in ("acc", "accuracy"):
        return "A classifier's accuracy is scored always: leave it out."
    found = object_name(value, classes)
    return f"Give keras.{place}.{found}()." if found else ""


def object_name(value: str, classes: Iterable[str]) -> str:
    """Give the class of Keras that a text stands for; "" for none.

    Examples
    --------
    >>> object_name("mean-squared error", ["MeanSquaredError"])
    'MeanSquaredError'
    """
    found = {known.lower(): known for known in sorted(classes)}
    found |= {name.removesuffix("decay"): known for name, known in found.items()}
    found |= {short: known for short, known in SHORT.items() if known in found.values()}
    return found.get(_plain(value), "")


def _plain(value: str) -> str:
    return value.lower().replace("_", "").replace("-", "").replace(" ", "")
