#' The result of an experiment
#'
#' What [run_experiment()], [resume_run()] and [load_run()] give. The network and the arrays stay
#' in Python; the parts below are copied into R when they are asked for.
#'
#' @section Parts:
#' * `run$metrics`: list of numbers, scores on the test rows beside the baselines.
#' * `run$history`: data frame, one row an epoch; also `as.data.frame(run)` and `tidy(run)`.
#'   `plot()` draws it as `plot(run, "history")`.
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
      history = history_from_py(handle(x), part),
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
      metrics = object$metrics, history = object$history, kept = kept_epoch(object),
      digests = object$digests,
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
    vapply(x$metrics, format, "", digits = 4, decimal.mark = "."),
    "training seconds" = format(x$seconds, digits = 3, decimal.mark = "."),
    vapply(last, format, "", digits = 4, decimal.mark = ".")
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
