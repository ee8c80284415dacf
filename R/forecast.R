#' Forecast the steps after the end of the series
#'
#' Beside the network's forecast stand the baselines: `naive` repeats the last value,
#' `seasonal_naive` the last season, `drift` goes on along the line from the first value to the
#' last, and `seasonal_drift` repeats the last season, moved by the change of the last value
#' against the same time one season before, once for each season ahead:
#' \eqn{y_{t+h-mk} + k (y_t - y_{t-m})}{y[t+h-mk] + k (y[t] - y[t-m])}, with \eqn{m} the season and
#' \eqn{k} the seasons ahead.
#'
#' The baselines are those of Hyndman and Athanasopoulos, "Forecasting: principles and practice",
#' 3rd ed., 5.2. The book's package fable adds, in `SNAIVE(y ~ drift())`, the mean change over the
#' whole history to the last season; `seasonal_drift` adds the last change alone.
#'
#' @param object A [kerasduet_run] of a series.
#' @param h Steps ahead, at least 1; `NULL` (default) takes the trained horizon. Beyond it the
#'   network is fed its own forecasts.
#' @param ... Not used.
#' @return A data frame: `time` (`Date`, `POSIXct` in the zone of the series, or numbers where it
#'   has no dates), `step` (from 1), `forecast`, and the baselines `naive`, `seasonal_naive`,
#'   `drift` and `seasonal_drift`, in the target's units.
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("lstm-co2", epochs = 1, units = 4, progress = FALSE)
#' forecast(run, h = 4)
#' @method forecast kerasduet_run
#' @export
forecast.kerasduet_run <- function(object, h = NULL, ...) {
  rlang::check_dots_empty()
  call_core({
    py <- handle(object)
    frame_from_py(py$forecast(setting_to_py(h)), dates = has_dates(py))
  })
}
