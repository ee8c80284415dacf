#' List the examples that ship with the package
#'
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A data frame with one row a preset: `name`, `task`, `dataset`, `builder`, `epochs`,
#'   `description`.
#' @seealso [run_experiment()]
#' @examplesIf kerasduet:::has_core()
#' presets()
#' @export
presets <- function(...) {
  call_core(frame_from_py(core$presets()))
}

#' Describe a run
#'
#' An experiment says which data, which network and which training. It is a preset with some
#' settings changed, and it is checked when it is made: a wrong name or value is an error that
#' says what to do.
#'
#' @param preset Character. Name of a preset, see [presets()]; or an experiment to start from.
#' @param object An experiment.
#' @param ... Settings by name, such as `epochs = 2`: those that [experiment()] lists under
#'   Settings, or arguments of the network's builder ([model_cnn()], [model_dnn()],
#'   [model_recurrent()], [model_table_dense()], [model_text_recurrent()]) such as `units`. Whole
#'   numbers may be written as `2`. Of a table a formula may come first, in place of `target` and
#'   `features`: `admit ~ gre + gpa`, `admit ~ .` or `admit ~ . - rank`.
#'
#' @return A named list of all settings, of class `kerasduet_experiment`; the builder's own are
#'   in `model`. `update()` gives one with the settings changed that are named, and `summary()` the
#'   experiment itself, which prints all that there is to say.
#' @seealso [run_experiment()], [load_data()], [build_model()]
#' @examplesIf kerasduet:::has_core()
#' exp <- experiment("mnist-dnn", epochs = 2, units = c(64, 32))
#' exp
#' exp$epochs
#' update(exp, epochs = 5)
#' @export
experiment <- function(preset, ...) {
  call_core({
    settings <- settings_to_py(formula_to_settings(list(...), preset = preset))
    experiment_from_py(do.call(core$experiment, c(list(first_to_py(preset)), settings)))
  })
}

#' @rdname experiment
#' @importFrom stats update
#' @export
update.kerasduet_experiment <- function(object, ...) {
  experiment(object, ...)
}

#' @rdname experiment
#' @export
summary.kerasduet_experiment <- function(object, ...) {
  object
}

#' @export
format.kerasduet_experiment <- function(x, ...) {
  model <- paste0(names(x$model), " = ", vapply(x$model, show_value, ""), collapse = ", ")
  is_own <- identical(names(x$model), "architecture")
  network <- paste0(x$builder, "(", if (is_own) brief(x$model$architecture) else model, ")")
  c(
    paste0("<kerasduet experiment> ", x$name, ": ", x$description),
    paste0(
      "  data      ", x$dataset, if (!is.null(x$path)) paste0(", ", x$path),
      if (!identical(x$target, x$dataset) && length(x$target) > 0) {
        paste0(", target ", paste(x$target, collapse = ", "))
      }
    ),
    paste0("  network   ", network),
    paste0(
      "  training  ", x$epochs, " epochs of batches of ", x$batch_size, ", ", brief(x$optimizer),
      ", learning rate ", show_value(x$learning_rate), ", seed ",
      format(x$seed, scientific = FALSE)
    ),
    "  cost      describe(exp) counts parameters; a run says steps, memory and time left",
    "  next      run_experiment(exp), load_data(exp), build_model(exp)"
  )
}

#' @export
print.kerasduet_experiment <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}

# A Keras object is kept as the text of its configuration; people read its class.
brief <- function(text) {
  if (!startsWith(text, "{")) {
    return(text)
  }
  call_core(plain(core$settings$objects$brief(text)))
}

show_value <- function(x) {
  x <- unlist(x) %||% integer()
  text <- if (is.character(x)) {
    encodeString(x, quote = '"')
  } else {
    format(x, trim = TRUE, decimal.mark = ".") # whatever options(OutDec) is
  }
  if (length(text) == 1) text else paste0("c(", paste(text, collapse = ", "), ")")
}
