#' Check a forecaster for leaks from the future
#'
#' Changes everything after a border of a series, and sees whether anything before it moves.
#'
#' @param experiment An experiment of a series, from [experiment()], or the name of such a preset.
#' @param data Your own series, as for [run_experiment()]. Default `NULL`.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#'
#' @details
#' Compared bit by bit: with the rows of validation and test changed, the training windows and all
#' that was learned; with the test rows changed, the validation windows too, and weights and history
#' of two short trainings, which early stopping belongs to; with the rows after the origin of a
#' forecast changed (the first, and one in the middle of the test), its inputs, its forecast in the
#' target's units and its baselines. Its targets must change with those rows. Where
#' `missing = "interpolate"`, the last rows before each border are taken out first, since a gap
#' there could be filled from what follows.
#'
#' @return A `kerasduet_leakage`, a list that prints as text: `table`, a data frame with a row a
#'   check (`check`, `what` was compared, or what moved, and `passed`); `passed`, whether all did;
#'   and `text`, in words.
#' @seealso [backtest()]
#' @examplesIf kerasduet:::has_core()
#' \donttest{
#' check_leakage(experiment("lstm-co2", units = 2, lookback = 8))
#' }
#' @export
check_leakage <- function(experiment, data = NULL, ...) {
  call_core({
    found <- core$check_leakage(seasoned_to_py(experiment, data), given_to_py(data))
    leakage_from_py(found)
  })
}

#' @export
format.kerasduet_leakage <- function(x, ...) x$text

#' @export
summary.kerasduet_leakage <- function(object, ...) object # prints as text

#' @export
print.kerasduet_leakage <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}
