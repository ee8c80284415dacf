#' Forecast the steps after the end of the series
#'
#' @param object A [kerasduet_run] of a series.
#' @param h Steps ahead, at least 1; `NULL` (default) takes the trained horizon. Beyond it the
#'   network is fed its own forecasts.
#' @param ... Not used.
#' @return A data frame: `time` (`Date`, `POSIXct` in UTC, or row numbers where the series has no
#'   dates), `step` (from 1), `forecast`, and the baselines `naive`, `seasonal_naive`, `drift`,
#'   in the target's units.
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
