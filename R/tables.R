#' Look inside a run on a table
#'
#' `importance()` says how much worse a run scores when the values of a column are shuffled over the
#' test rows. `partial_dependence()` gives what it predicts as one column takes other values.
#' `baseline_coefficients()` gives the coefficients of the regression that it is compared with.
#'
#' @param run A [kerasduet_run] on a table.
#' @param data The table that it was trained on, where the run is loaded from a folder, which does
#'   not keep your own data. Default `NULL`.
#' @param repeats Whole number, at least 1. How often each column is shuffled. Default 10.
#' @param column Character. One of the columns that the network sees.
#' @param individual Logical. Whether to give the curve of each test row instead of their mean.
#'   Default `FALSE`.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#'
#' @details
#' Of columns that say the same, either may seem of little use. Of more than 10,000 test rows
#' `importance()` draws some, of more than 1,000 `partial_dependence()`, which takes up to 30
#' values of the column. `plot(run, "importance")`, `plot(run, "dependence", column = "...")` and,
#' of classes, `plot(run, "regions", columns = c("...", "..."))` draw them.
#'
#' The regression is that of `glm()` or `lm()` on the training rows, with the same coefficients.
#' An ordered factor enters in steps, `size[>=M]`: each level beside the one below it, where R's
#' own contrasts are polynomials. Where the columns separate the classes of the training rows,
#' `glm()` has no finite coefficients: then a ridge penalty keeps them finite, and they have no
#' standard errors.
#'
#' @return
#' * `importance()`: a data frame of `column`, `importance` (by how much the log loss in nats, or
#'   the RMSE in the target's units, grows; the mean over the shuffles), `low` and `high` (95 %
#'   interval over the test rows), the most important first; [plot()][plot.kerasduet_drawn] and
#'   ggplot2's `autoplot()` draw it.
#' * `partial_dependence()`: a data frame of `value` (of the column), `class` (of more than two; of
#'   two the probability is that of the second) and `prediction`, the mean probability or number
#'   over the test rows as they are but for the column; with `individual` also `row`, as in
#'   [predictions()], first.
#' * `baseline_coefficients()`: a data frame of `term`, `class` (of more than two, each beside the
#'   first), `estimate` (in the target's units; of classes log odds, of two those of the second),
#'   per unit of the column as it stands in the table, `std_error`, `low` and `high` (95 %); its
#'   attribute `notes` has sentences on what could not be done as usual.
#' @references Breiman (2001), "Random forests", Machine Learning 45. Friedman (2001), Annals of
#'   Statistics 29. Goldstein and others (2015), Journal of Computational and Graphical Statistics
#'   24.
#' @seealso [plot.kerasduet_run()]
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("table-iris", epochs = 10, progress = FALSE)
#' importance(run)
#' head(partial_dependence(run, "petal_width"))
#' baseline_coefficients(run)
#' @export
importance <- function(run, data = NULL, repeats = 10, ...) {
  call_core({
    py <- run_to_py(run)
    table <- core$importance(py, data_to_py(data), repeats = setting_to_py(repeats))
    importance_from_py(py, table)
  })
}

#' @rdname importance
#' @export
partial_dependence <- function(run, column, data = NULL, individual = FALSE, ...) {
  call_core({
    py <- run_to_py(run)
    found <- core$partial_dependence(
      py, setting_to_py(column), data_to_py(data),
      individual = setting_to_py(individual)
    )
    frame_from_py(found, classes = "class", levels = class_names(py))
  })
}

#' @rdname importance
#' @export
baseline_coefficients <- function(run, data = NULL, ...) {
  call_core({
    py <- run_to_py(run)
    found <- core$baseline_coefficients(py, data_to_py(data))
    table <- frame_from_py(found, classes = "class", levels = class_names(py))
    structure(table, notes = as.character(plain(found$attrs)$notes))
  })
}
