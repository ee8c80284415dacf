#' The test rows with truth, prediction and baselines
#'
#' @param run A [kerasduet_run].
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
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
predictions <- function(run, ...) {
  call_core(predictions_from_py(run_to_py(run)))
}

#' Predict new data
#'
#' Asks the trained network about rows that it has not seen. [predictions()] has what it says of the
#' test rows.
#'
#' @param object A [kerasduet_run].
#' @param newdata What the run was trained on, in new rows:
#'   * images: an array of n x height x width (or with a fourth axis of channels), integer 0..255
#'     (0 and 1, or logical, where the training images were masks) or double 0..1; a
#'     `kerasduet_array` or a data set; of image files their paths, or a data frame with the column
#'     `image_column`;
#'   * a series: a data frame, tibble or `ts` of at least lookback + difference rows, which is
#'     continued; its columns are found by the names that they had in training;
#'   * a table: a data frame, tibble or data.table with the columns of the training, in any order
#'     and beside others;
#'   * texts: a character vector, a factor, or a data frame with the column `text_column`; of a
#'     translator a vector or a factor; of a network that goes on with a text one or several; of a
#'     tagger a vector, or a list of vectors of tokens;
#'   * of a detector: paths of image files of any size, or a data frame with the column `image`;
#'     they are turned upright as their orientation tag says.
#' @param type Character, with the default first.
#'   * Classes: "class" or "prob". A number: "response". A series: "forecast".
#'   * Boxes: "boxes", those of a score of at least 0.25, or "all", those of at least 0.01.
#'   * A translator: "text" or "prob". A text that goes on: "next", the most probable next
#'     character. Tokens: "tag".
#' @param beam Whole number. Of a translator: partial texts that are followed at once, 1 to 100; the
#'   best whole one is given. `NULL` (default) takes the experiment's; 1 always takes the likeliest
#'   next token.
#' @param ... Not used: a misspelt argument is an error. Steps ahead are an argument of
#'   [forecast()][forecast.kerasduet_run].
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
    x <- data_to_py(newdata, "x")
    given <- py$predict(x, kind = type, beam = setting_to_py(beam))
    if (identical(type, "forecast") && reticulate::py_has_attr(given, "columns")) {
      return(forecast_from_py(py, given, x))
    }
    prediction_from_py(given, class_names(py), type, has_dates(py))
  })
}

# A name of a folder is no run yet.
refuse_folder <- function(name, verb, call = rlang::caller_env()) {
  abort_own(paste0(
    "object: must be a run, as run_experiment() and load_run() give it; got ", show_value(name),
    ". Of a run folder write ", verb, "(load_run(\"", name[1], "\")",
    if (verb == "predict") ", newdata", ")."
  ), "ArgumentType", call)
}

# nolint start: object_name_linter.

#' @export
#' @method predict character
predict.character <- function(object, ...) refuse_folder(object, "predict")

#' @export
#' @method forecast character
forecast.character <- function(object, ...) refuse_folder(object, "forecast")

# nolint end

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

#' Score a run on other rows whose truth is known
#'
#' @param run A [kerasduet_run] of a classifier, or of a regression on a table.
#' @param x Rows, as for [predict()][predict.kerasduet_run]. Without `y` they hold the truth too: a
#'   data frame in the column that was the target in training, images as `list(x =, y =)`, a
#'   data set of [load_data()] in its test rows. A table's rows count by the column that was
#'   `weights` in training, where `x` has it, and are 1 each where it has not.
#' @param y Classes, one a row, as [predict()][predict.kerasduet_run] gives them: a factor with
#'   its levels in any order, or text; whole numbers from 0 where classes have no names. Classes
#'   that the run does not know are refused. Of a regression numbers.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A list of numbers: `loss` (nats), `accuracy`, `errors`; of a regression `rmse`, `mae` and
#'   `r2`.
#' @details With keras3 attached, its `evaluate(run, x, y)` does the same.
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' evaluate_run(run, run$dataset$x_validation, run$dataset$y_validation)
#' @export
evaluate_run <- function(run, x, y = NULL, ...) {
  call_core({
    py <- run_to_py(run)
    plain(py$evaluate(data_to_py(x, "x"), data_to_py(y, "y")))
  })
}

# No generic of our own: it would mask that of keras3.
#' @exportS3Method keras3::evaluate
evaluate.kerasduet_run <- function(object, x, y = NULL, ...) { # nolint: object_name_linter.
  evaluate_run(object, x, y)
}
