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
#'   after every epoch, so that a training cut off at any moment resumes; a finished run of the
#'   same experiment is loaded.
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
#' @export
run_experiment <- function(preset, ..., data = NULL, out = NULL, overwrite = FALSE,
                           progress = TRUE, callbacks = NULL) {
  call_core({
    collect()
    data <- from_r_file(data)
    arguments <- list(
      preset_to_py(preset),
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
#' @return A [kerasduet_run] with the same bits as one that was never interrupted. A finished run
#'   is returned as it is.
#' @examplesIf kerasduet:::has_core()
#' folder <- file.path(tempdir(), "dnn")
#' run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, out = folder)
#' resume_run(folder)
#' @export
resume_run <- function(run, data = NULL, progress = TRUE, callbacks = NULL) {
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
#' @return A [kerasduet_run] of an experiment with as many epochs more; weights, history and
#'   predictions have the same bits as if all had been asked for at once.
#'   `run$provenance$continued` has the epochs that the run had, and the sha256 of its weights.
#' @details A run whose learning rate follows a schedule over all epochs, that early stopping
#'   ended, or that was read from a folder is refused, and the sentence says what to do.
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' nrow(continue_run(run, 2, progress = FALSE)$history)
#' @export
continue_run <- function(run, epochs, progress = TRUE, callbacks = NULL) {
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
#' @inheritParams run_experiment
#' @return A [kerasduet_run] like any other; `run$provenance$parent` has the sha256 of the weights
#'   that it began with, and the rows and the data of that run.
#' @examplesIf kerasduet:::has_core()
#' settings <- list(units = 4, epochs = 1, progress = FALSE)
#' before <- window(AirPassengers, end = c(1959, 12))
#' run <- do.call(run_experiment, c("lstm-series", list(data = before), settings))
#' update_run(run, window(AirPassengers, start = 1960), progress = FALSE)
#' @export
update_run <- function(run, new_rows, epochs = NULL, progress = TRUE) {
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
#' @return `save_run()` gives the absolute path of the folder, invisibly; `load_run()` a
#'   [kerasduet_run].
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' folder <- save_run(run, file.path(tempdir(), "kept"))
#' identical(load_run(folder)$digests, run$digests)
#' @export
save_run <- function(run, folder, overwrite = FALSE) {
  invisible(call_core({
    run <- run_to_py(run)
    plain(run$save(setting_to_py(folder), overwrite = setting_to_py(overwrite)))
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
#' @return The absolute path of the file or folder, invisibly.
#' @seealso [save_run()], which keeps the whole run
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' export_run(run, file.path(tempdir(), "network.keras"), overwrite = TRUE)
#' @export
export_run <- function(run, path, format = "keras", overwrite = FALSE) {
  invisible(call_core({
    run <- run_to_py(run)
    given <- lapply(list(path = path, format = format, overwrite = overwrite), setting_to_py)
    plain(do.call(run$export, given))
  }))
}

#' @rdname save_run
#' @export
load_run <- function(folder) {
  call_core(new_run(core$load_run(setting_to_py(folder))))
}

#' The result of an experiment
#'
#' What [run_experiment()], [resume_run()] and [load_run()] give. The network and the arrays stay
#' in Python; the parts below are copied into R when they are asked for.
#'
#' @section Parts:
#' * `run$metrics`: list of numbers, scores on the test rows beside the baselines.
#' * `run$history`: data frame, one row an epoch; also `as.data.frame(run)` and `tidy(run)`.
#' * `run$model`: the Keras model, a Python object. With keras3 attached its verbs work on it.
#' * `run$experiment`: the [experiment()].
#' * `run$digests`: list of sha256 of weights, history and test predictions.
#' * `run$status`: "finished" or "interrupted".
#' * `run$provenance`: list of versions, backend, device, seed, seconds and more.
#' * `run$dataset`: the data set, see [load_data()].
#' * `run$class_names`: character, empty for a series.
#' * `run$source`: list that says where the data came from.
#' * `run$facts`: list of texts on what was learned, such as the columns of a table by type.
#' * `run$summary`: one sentence, the result and the baseline beside it.
#' * `run$folder`: where it is kept, or `NULL`.
#'
#' A run can be read like a list of these parts, by `names()`, `str()`, `lapply()` or `run[1:2]`,
#' and cannot be changed; `as.list()` gives a list that can. `all.equal()` of two runs says whether
#' their weights, history and predictions have the same bits.
#'
#' @param x,object A run.
#' @param newdata A table to predict, see [predict()][predict.kerasduet_run]; `NULL` (default) for
#'   the test rows.
#' @param row.names,optional,... Not used.
#' @return `as.data.frame()` and `tidy()` give the history, one row an epoch; `glance()` a data
#'   frame of one row, the metrics; `augment()` the test rows with their predictions, as
#'   [predictions()], or `newdata` with columns of predictions beside: `.pred_class` and a
#'   `.pred_` a class, or `.pred`; `summary()` a list that prints as text.
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 2, progress = FALSE)
#' run
#' as.data.frame(run)
#' glance(run)
#' @name kerasduet_run
NULL

run_parts <- c(
  "metrics", "history", "model", "experiment", "digests", "status", "provenance", "dataset",
  "class_names", "source", "facts", "summary", "folder"
)

#' @export
names.kerasduet_run <- function(x) run_parts

#' @export
`$.kerasduet_run` <- function(x, name, ...) { # base R adds exact = TRUE to [[ at times
  call_core({
    name <- part_name(name, run_parts)
    part <- part_or_note(x, name)
    if (is.null(part)) {
      return(NULL)
    }
    switch(name,
      history = frame_from_py(part),
      model = model_from_py(part),
      experiment = experiment_from_py(part),
      dataset = new_handle(part, "kerasduet_dataset"),
      source = plain(part$to_dict()),
      class_names = as.character(plain(part)),
      plain(part)
    )
  })
}

# A run that is read from a folder has no data where they were the caller's own.
part_or_note <- function(x, name) {
  tryCatch(
    reticulate::py_get_attr(handle(x), name),
    kerasduet.errors.DatasetError = function(error) {
      why <- in_r(sub("^data: ", "", reticulate::py_str(error)))
      rlang::inform(paste0("run$", name, " is NULL: ", why), class = "kerasduet_note")
      NULL
    }
  )
}

#' @export
`[[.kerasduet_run` <- `$.kerasduet_run`

#' @export
format.kerasduet_run <- function(x, ...) {
  sizes <- counted(unlist(x$provenance$sizes))
  rows <- sub("train", "training", names(sizes), fixed = TRUE)
  experiment <- x$experiment
  all_epochs <- call_core(plain(handle(x)$experiment$all_epochs))
  epochs <- paste(nrow(x$history), "of", all_epochs, "epochs")
  where <- if (is.null(x$folder)) "not saved" else paste("saved in", x$folder)
  ask <- call_core(plain(run_to_py(x)$task$ask)) # such as "predict(x)"
  todo <- sub("()", "(run)", sub("(x)", "(run, x)", ask, fixed = TRUE), fixed = TRUE)
  c(
    paste0("<kerasduet run> ", paste(experiment$name, x$status, epochs, where, sep = ", ")),
    paste0("  data     ", x$source$name, ": ", paste(sizes, rows, collapse = ", ")),
    if (nzchar(x$source$note)) paste0("  note     ", x$source$note),
    fact_lines(x$facts),
    paste0(
      "  network  ", experiment$builder, ", ",
      counted(x$provenance$parameters), " parameters"
    ),
    paste0("  result   ", x$summary),
    paste0(
      "  next     ", if (x$status == "interrupted") "resume_run(run), ",
      "plot(run), predictions(run), ", todo, ", save_run(run, folder)"
    )
  )
}

# Whole numbers with commas between thousands, whatever options(OutDec) is.
counted <- function(x) format(x, big.mark = ",", decimal.mark = ".", trim = TRUE)

# What was learned of the data, a line each.
fact_lines <- function(facts) {
  if (length(facts) > 0) paste0("  ", formatC(names(facts), width = -8), " ", unlist(facts))
}

#' @export
print.kerasduet_run <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}

#' @rdname kerasduet_run
#' @export
summary.kerasduet_run <- function(object, ...) {
  structure(
    list(
      name = object$experiment$name, status = object$status, result = object$summary,
      facts = object$facts,
      kept = kept_epoch(object), metrics = object$metrics, history = object$history, digests = object$digests,
      seconds = object$provenance$seconds$training, sizes = object$provenance$sizes
    ),
    class = "summary.kerasduet_run"
  )
}

# The epoch whose weights the run has: the last one, or that of the least validation loss.
kept_epoch <- function(run) {
  history <- run$history
  if (is.null(run$experiment$early_stopping) || !any(is.finite(history$val_loss))) {
    return(nrow(history))
  }
  which.min(history$val_loss)
}

#' @export
format.summary.kerasduet_run <- function(x, ...) {
  last <- utils::tail(x$history, 1)
  rows <- c(
    vapply(x$metrics, format, "", digits = 4),
    "training seconds" = format(x$seconds, digits = 3),
    vapply(last, format, "", digits = 4)
  )
  names(rows)[names(rows) == "epoch"] <- "last epoch"
  is_metric <- seq_along(rows) <= length(x$metrics)
  lines <- paste0("  ", formatC(names(rows), width = -max(nchar(names(rows)))), "  ", rows)
  sizes <- counted(unlist(x$sizes))
  c(
    paste0(x$name, ", ", x$status, ". ", x$result),
    fact_lines(x$facts),
    if (any(is_metric)) {
      epoch <- paste0("the weights of epoch ", x$kept, " of ", nrow(x$history))
      paste0("  of the ", sizes[["test"]], " test rows, by ", epoch)
    },
    lines[is_metric],
    paste0(
      "  of the last epoch: the ", sizes[["train"]], " training rows",
      if (x$sizes$validation > 0) {
        paste0(", and val_ of the ", sizes[["validation"]], " validation rows")
      }
    ),
    lines[!is_metric],
    paste0("  sha256 of ", names(x$digests), ": ", substr(unlist(x$digests), 1, 16), "...")
  )
}

#' @export
print.summary.kerasduet_run <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}

#' @rdname kerasduet_run
#' @export
as.data.frame.kerasduet_run <- function(x, row.names = NULL, # nolint: object_name_linter.
                                        optional = FALSE, ...) {
  x$history
}

#' @rdname kerasduet_run
#' @method tidy kerasduet_run
#' @export
tidy.kerasduet_run <- function(x, ...) x$history

#' @rdname kerasduet_run
#' @method glance kerasduet_run
#' @export
glance.kerasduet_run <- function(x, ...) as.data.frame(x$metrics, optional = TRUE)

#' @rdname kerasduet_run
#' @method augment kerasduet_run
#' @export
augment.kerasduet_run <- function(x, newdata = NULL, ...) {
  if (is.null(newdata)) {
    return(predictions(x))
  }
  if (length(x$class_names) == 0) {
    return(cbind(newdata, .pred = stats::predict(x, newdata)))
  }
  chances <- as.data.frame(stats::predict(x, newdata, type = "prob"), optional = TRUE)
  names(chances) <- paste0(".pred_", names(chances))
  cbind(newdata, .pred_class = stats::predict(x, newdata), chances)
}

#' The test rows with truth, prediction and baselines
#'
#' @param run A [kerasduet_run].
#' @return A data frame. Images, texts, and tables with classes: `row` (of the table), `truth` and
#'   `prediction` (factors), `probability`, and `p_<class>` a class. Tables with numbers: `row`,
#'   `truth` and `prediction`. Images with boxes: `row`, `width`, `height`, and `truth` and
#'   `prediction` as JSON texts, lists of class (score), left, top, right and bottom; see
#'   [test_boxes()]. Series: `origin`, `time` (`Date`, `POSIXct` or numbers), `step`,
#'   `truth`, `filled`, `forecast`, `naive`, `seasonal_naive`, `drift`, `seasonal_drift`, and with
#'   other inputs than the target `copy`, in the target's units. Where
#'   `filled` is `TRUE` the truth was missing: it was filled, and is not
#'   scored.
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' tests <- predictions(run)
#' table(tests$truth, tests$prediction)
#' @export
predictions <- function(run) {
  call_core(predictions_from_py(run_to_py(run)))
}

#' Predict new data
#'
#' @param object A [kerasduet_run].
#' @param newdata Images as an array, integer 0..255 (0 and 1, or logical, where the training
#'   images were masks) or double 0..1, of n x height x width (or with a fourth axis of channels),
#'   a `kerasduet_array` or a data set; or a series (data frame, tibble, `ts`) of at least
#'   lookback + difference rows, which is continued: its columns are found by the names that they
#'   had in training; or a table (data frame, tibble, data.table) with the columns of the training,
#'   in any order and beside others; or,
#'   of a classifier of image files, their paths, or a data frame with the column `image_column`;
#'   or texts (character vector, factor, or a data frame with the column `text_column`);
#'   or, of a detector, paths of image files of any size, or a data frame with the column `image`:
#'   they are turned upright as their orientation tag says; or, of a translator, texts (a
#'   character vector or a factor); or, of a network that goes on with a text, one text or several;
#'   or, of a tagger, texts, or a list of vectors of tokens.
#' @param type Character. For classes "class" (default) or "prob"; for a number "response"
#'   (default); for boxes "boxes" (default), those of a score of at least 0.25, or "all", those of
#'   at least 0.01; for a translator "text" (default) or "prob"; for a text that goes on "next"
#'   (default), the most probable next character; for tokens "tag" (default).
#' @param beam Whole number. Of a translator: partial texts that are followed at once, 1 to 100; the
#'   best whole one is given. `NULL` (default) takes the experiment's; 1 always takes the likeliest
#'   next token.
#' @param ... Not used.
#' @return Classes: a factor, or a matrix of probabilities with a column a class. A number: a
#'   numeric vector. A series: a data frame as [forecast()][forecast.kerasduet_run] gives. Boxes: a
#'   data frame with a box a row: `image` (from 1), `class`, `score`, and `left`, `top`, `right`
#'   and `bottom` in pixels: of an array those of its images, of a file those that the upright
#'   image has. A translator: a character vector, or with `"prob"` a data frame of `prediction` and
#'   `probability`. A text that goes on: a data frame with a row each, `text`, `next` and
#'   `probability`. Tags: one with a row a token, `text` (from 1), `token`, `tag` and
#'   `probability`.
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' digits <- run$dataset$x_test[1:5]
#' predict(run, digits)
#' round(predict(run, digits, type = "prob"), 2)
#' @export
predict.kerasduet_run <- function(object, newdata, type = NULL, beam = NULL, ...) {
  refuse_steps(...)
  call_core(arguments = c(x = "newdata"), {
    py <- handle(object)
    kinds <- py$task$kinds
    type <- plain(core$checks$choice("type", setting_to_py(type %||% plain(kinds)[[1]]), kinds))
    given <- py$predict(data_to_py(newdata, "x"), kind = type, beam = setting_to_py(beam))
    prediction_from_py(given, class_names(py), type, has_dates(py))
  })
}

# Steps ahead are forecast()'s.
refuse_steps <- function(..., call = rlang::caller_env()) {
  got <- first_other(...)
  if (is.null(got)) {
    return(invisible())
  }
  text <- paste0("predict: has the arguments newdata, type and beam; got ", got, ".")
  if (got %in% c("h", "n.ahead", "horizon")) {
    text <- paste0(
      got, ": belongs to forecast(), which goes on from the end of the series; got it in ",
      "predict(). Use forecast(run, h = ", show_value(list(...)[[1]]), ")."
    )
  }
  abort_own(text, "UnknownName", call)
}

#' Score a run on other labelled images
#'
#' @param run A [kerasduet_run] of a classifier.
#' @param x Images, as for [predict()][predict.kerasduet_run].
#' @param y Classes, one an image, as [predict()][predict.kerasduet_run] gives them: a factor with
#'   its levels in any order, or text; whole numbers from 0 where classes have no names. Classes
#'   that the run does not know are refused.
#' @return A list of numbers: `loss` (nats), `accuracy`, `errors`.
#' @details With keras3 attached, its `evaluate(run, x, y)` does the same.
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' evaluate_run(run, run$dataset$x_validation, run$dataset$y_validation)
#' @export
evaluate_run <- function(run, x, y) {
  call_core({
    py <- run_to_py(run)
    plain(py$evaluate(data_to_py(x, "x"), data_to_py(y, "y")))
  })
}

# No generic of our own: it would mask that of keras3.
#' @exportS3Method keras3::evaluate
evaluate.kerasduet_run <- function(object, x, y, ...) { # nolint: object_name_linter.
  evaluate_run(object, x, y)
}
