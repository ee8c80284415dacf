#' Train an experiment and score it on its test rows
#'
#' Loads the data, builds the network, trains it and predicts the test rows. Python's
#' `run_experiment()` with the same settings gives the same bits.
#'
#' @inheritParams experiment
#' @param preset Character. Name of a preset, see [presets()]; or an experiment.
#' @param data Your own data instead of the preset's, see [load_data()]; or a data set that
#'   [load_data()] gave for the same experiment. Default `NULL`.
#' @param out Character. Folder to keep the run in, `NULL` (default) for none. It is written
#'   after each epoch, or once a second where epochs are shorter, so that a training cut off at any
#'   moment resumes; a finished run of the same experiment is loaded.
#' @param overwrite Logical. Whether to replace what `out` holds and start over. Default `FALSE`.
#' @param progress Logical, or a function that is given each event, a list; see Events. `TRUE`
#'   (default) shows a bar in an interactive terminal or RStudio and one line an epoch elsewhere.
#'
#' @param callbacks Keras callbacks of yours, in a list, such as keras3's
#'   `callback_reduce_lr_on_plateau()`; `NULL` (default) for none. They are no part of the
#'   experiment: a folder keeps their classes and counts alone, and [resume_run()] is given the
#'   same again.
#'
#' @section Own networks:
#' `model` takes a network of your own, in place of a builder and its arguments: a Keras model with
#' fresh weights, such as one made with keras3, or a function that makes one. The function is
#' called with those of these arguments that it has: of images `input_shape` and `classes`, of a
#' series `lookback`, `n_features` and `horizon`, of a table `width`, `levels` and `outputs`; and
#' `seed`. What is kept is the description of
#' the network: its weights are drawn from the experiment's seed, so that the same call gives the
#' same bits, and layers that Keras named (`dense_1`) are counted anew. `optimizer`, `schedule`,
#' `loss` and `metrics` take Keras objects likewise. Layers that hold code, such as Lambda, and
#' classes that are not registered with Keras are refused.
#'
#' @section Events:
#' A function given as `progress` is called at most once an epoch, with a list whose `event` is
#' * `"start"`: `name`, `epochs`, `done` (epochs of an earlier training), `steps` (batches an
#'   epoch), `parameters`, `memory` (bytes, about), `source` and `note` of the data;
#' * `"epoch"`: `epoch`, `epochs`, `seconds`, `left` (seconds that the others will take at most),
#'   and `logs`, a list of loss and metrics;
#' * `"end"`: `status`, `epoch`, `text`;
#' * `"loaded"`: `folder`, `text`, where `out` holds the finished run;
#' * `"failed"`: the training ends with an error.
#'
#' An error in the function ends the training. Python's `progress` is also told of `"batch"`:
#' `epoch`, `epochs`, `step`, `steps`, at most ten a second.
#'
#' @details
#' Ctrl-C (or the Stop button) ends the training after the last finished epoch: the run has the
#' status "interrupted", and [resume_run()] goes on. Its test rows are scored when its metrics or
#' predictions are asked for. In a script the interrupt goes on to end the script, with the run in
#' the condition: `tryCatch(..., interrupt = function(cnd) cnd$run)`.
#'
#' @return A [kerasduet_run].
#' @seealso [resume_run()], [save_run()], [load_run()]
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dnn", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' run
#' run$metrics$accuracy
#' run_experiment("table-classes", Species ~ ., data = iris, epochs = 1, progress = FALSE)
#' @export
run_experiment <- function(preset, ..., data = NULL, out = NULL, overwrite = FALSE,
                           progress = TRUE, callbacks = NULL) {
  call_core({
    collect()
    data <- from_r_file(data)
    arguments <- list(
      first_to_py(preset),
      data = given_to_py(data), out = setting_to_py(out), overwrite = setting_to_py(overwrite),
      progress = progress_to_py(progress), callbacks = setting_to_py(callbacks)
    )
    settings <- formula_to_settings(list(...), data, preset)
    settings <- settings_to_py(season_settings(preset, settings, data))
    keep_given(trained_run(do.call(core$run_experiment, c(arguments, settings))), data)
  })
}

#' Go on with a training that was interrupted or cut off
#'
#' @inheritParams run_experiment
#' @param run An interrupted run, or the folder of one.
#' @param data Your data, where the run was trained on them and is read from a folder. Default
#'   `NULL`.
#' @param callbacks The Keras callbacks that the training began with; they go on from the counts
#'   that they had. Default `NULL`.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A [kerasduet_run] with the same bits as one that was never interrupted. A finished run
#'   is returned as it is.
#' @examplesIf kerasduet:::has_core()
#' folder <- file.path(tempdir(), "dnn")
#' run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, out = folder)
#' resume_run(folder)
#' @export
resume_run <- function(run, data = NULL, progress = TRUE, callbacks = NULL, ...) {
  call_core({
    collect()
    resumed <- core$resume_run(
      runs_to_py(run),
      data = given_to_py(data), progress = progress_to_py(progress),
      callbacks = setting_to_py(callbacks)
    )
    keep_given(trained_run(resumed), data %||% given_of(run))
  })
}

#' Train a finished run for more epochs
#'
#' @param run A finished run of this session, which holds the state of its optimizer; it stays as it
#'   is.
#' @param epochs So many more, at least 1. They belong to the second stage where the run had two.
#' @inheritParams run_experiment
#' @param callbacks The Keras callbacks that the training began with; they go on from the counts
#'   that they had. Default `NULL`.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A [kerasduet_run] of an experiment with as many epochs more; weights, history and
#'   predictions have the same bits as if all had been asked for at once.
#'   `run$provenance$continued` has the epochs that the run had, and the sha256 of its weights.
#' @details A run whose learning rate follows a schedule over all epochs, that early stopping
#'   ended, or that was read from a folder is refused, and the sentence says what to do.
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' nrow(continue_run(run, 2, progress = FALSE)$history)
#' @export
continue_run <- function(run, epochs, progress = TRUE, callbacks = NULL, ...) {
  call_core({
    collect()
    continued <- core$continue_run(
      runs_to_py(run), setting_to_py(epochs),
      progress = progress_to_py(progress), callbacks = setting_to_py(callbacks)
    )
    keep_given(trained_run(continued), given_of(run))
  })
}

#' Go on with the network of a finished run on a series that has grown
#'
#' The weights are those of the run; the optimizer starts afresh, as a finished run does not keep
#' its state. The scale stays that of the run, as its weights are in those units. The longer series
#' is split anew by the fractions of the experiment, so the test is its last rows, of which the
#' run's training and validation rows held none. Of several series each goes on by its own new rows,
#' if there are any.
#'
#' @param run A finished forecaster, or its folder; it stays as it is.
#' @param new_rows The rows after the end of the series, or the whole series with more rows at its
#'   end; a data frame or `ts` with the columns and times of the series. A run that was read from a
#'   folder, and trained on your own data, needs the whole.
#' @param epochs At most so many; `NULL` (default) takes those of the run.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @inheritParams run_experiment
#' @return A [kerasduet_run] like any other; `run$provenance$parent` has the sha256 of the weights
#'   that it began with, and the rows and the data of that run.
#' @examplesIf kerasduet:::has_core()
#' settings <- list(units = 4, epochs = 1, progress = FALSE)
#' before <- window(AirPassengers, end = c(1959, 12))
#' run <- do.call(run_experiment, c("lstm-series", list(data = before), settings))
#' update_run(run, window(AirPassengers, start = 1960), progress = FALSE)
#' @export
update_run <- function(run, new_rows, epochs = NULL, progress = TRUE, ...) {
  call_core({
    collect()
    updated <- core$update_run(
      runs_to_py(run), data_to_py(new_rows),
      epochs = setting_to_py(epochs), progress = progress_to_py(progress)
    )
    trained_run(updated)
  })
}

# A script, or a loop in one, ends with an interrupt as it would without this package: no handler
# of errors catches it. A person at a prompt is given what there is.
trained_run <- function(py) {
  run <- new_run(py)
  if (plain(py$status) == "interrupted" && !rlang::is_interactive()) {
    text <- reticulate::py_str(core$interrupts$interruption(py))
    kinds <- c("kerasduet_interrupt", "interrupt", "condition")
    stop(structure(list(message = text, call = NULL, run = run), class = kinds))
  }
  run
}

#' Keep a run in a folder, load it again
#'
#' R and Python write and read the same folders. Loading rebuilds the network from its
#' description and checks every file; no code in the folder is run.
#'
#' A run also carries the content of those files, so that `saveRDS()` and `save()` keep it and it
#' predicts the same in a later session; a chunk of knitr with `cache = TRUE` gives its runs back
#' likewise. Bytes that were changed are refused. What an interrupted
#' run needs to go on is kept by `save_run()` alone.
#'
#' @param run A [kerasduet_run].
#' @param folder Character. A new or empty folder, or one that holds this experiment.
#' @param overwrite Logical. Whether to replace a run of another experiment, or a damaged one.
#'   Default `FALSE`.
#' @param sample Integer. Rows of the data that the folder keeps for reports, 0 to 100: rows of a
#'   table or a series, or small pictures of images. Default 0: only numbers that sum the data up
#'   are kept, and only of data of your own.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return `save_run()` gives the absolute path of the folder, invisibly; `load_run()` a
#'   [kerasduet_run].
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' folder <- save_run(run, file.path(tempdir(), "kept"))
#' identical(load_run(folder)$digests, run$digests)
#' @export
save_run <- function(run, folder, overwrite = FALSE, sample = 0, ...) {
  invisible(call_core({
    run <- run_to_py(run)
    plain(run$save(
      setting_to_py(folder),
      overwrite = setting_to_py(overwrite), sample = setting_to_py(sample)
    ))
  }, arguments = c(out = "folder")))
}

#' Write the network of a run as a file for other programs
#'
#' Of a classifier of images. What comes before the network is inside: it takes pixels as bytes,
#' 0..255, and gives probabilities, those of the main head where there are auxiliary ones.
#'
#' @param run A [kerasduet_run] of a classifier of images.
#' @param path Character. A new file, whose name ends as its format's do; of "savedmodel" a new
#'   folder.
#' @param format Character. `"keras"` (default) for Keras's own file (.keras), `"onnx"` for ONNX
#'   (.onnx), or `"savedmodel"` for TensorFlow's SavedModel. ONNX needs the Python package tf2onnx
#'   on TensorFlow, onnx and onnxscript on torch, and is not written on JAX. A format that the
#'   backend does not offer, or whose package is not installed, is refused before work starts.
#' @param overwrite Logical. Whether to replace a file, or a SavedModel, that is there; a folder of
#'   other things never is. Default `FALSE`.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return The absolute path of the file or folder, invisibly.
#' @seealso [save_run()], which keeps the whole run
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' export_run(run, file.path(tempdir(), "network.keras"), overwrite = TRUE)
#' @export
export_run <- function(run, path, format = "keras", overwrite = FALSE, ...) {
  invisible(call_core({
    run <- run_to_py(run)
    given <- lapply(list(path = path, format = format, overwrite = overwrite), setting_to_py)
    plain(do.call(run$export, given))
  }))
}

#' @rdname save_run
#' @export
load_run <- function(folder, ...) {
  call_core(new_run(core$load_run(setting_to_py(folder))))
}
