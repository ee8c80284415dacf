#' Forecast the steps after the end of the series
#'
#' Beside the network's forecast stand the baselines: `naive` repeats the last value,
#' `seasonal_naive` the last season, `drift` goes on along the line from the first value to the
#' last, and `seasonal_drift` repeats the last season, moved by the change of the last value
#' against the same time one season before, once for each season ahead:
#' \eqn{y_{t+h-mk} + k (y_t - y_{t-m})}{y[t+h-mk] + k (y[t] - y[t-m])}, with \eqn{m} the season and
#' \eqn{k} the seasons ahead. Where the network sees other columns than the target, `copy` repeats
#' the last value of one of its inputs: the one that is nearest to the target on the validation rows
#' (without them on the training rows), the target itself among them.
#'
#' The baselines are those of Hyndman and Athanasopoulos, "Forecasting: principles and practice",
#' 3rd ed., 5.2. The book's package fable adds, in `SNAIVE(y ~ drift())`, the mean change over the
#' whole history to the last season; `seasonal_drift` adds the last change alone.
#'
#' @param object A [kerasduet_run] of a series.
#' @param h Steps ahead, at least 1; `NULL` (default) takes the trained horizon. Beyond it the
#'   network is fed its own forecasts.
#' @param level Share of the truths that intervals are to hold, in per cent, such as `c(80, 95)`,
#'   above 0 and below 100; `NULL` (default) gives no intervals.
#' @param future Of a run with `known_future`: the data frame of [future_frame()], filled. Rows at
#'   other times are not used; without `h` a warning names those that come later. `NULL` (default)
#'   for any other run.
#' @param ... Not used.
#' @return A data frame of the class `kerasduet_forecast`, which [plot()][plot.kerasduet_drawn]
#'   and ggplot2's `autoplot()` draw: `time` (`Date`, `POSIXct` in the zone of the series, or
#'   numbers where it has no dates), `step` (from 1), `forecast`, `lower_80`, `upper_80`, ... (two
#'   columns a level, in the order given), and the baselines `naive`, `seasonal_naive`, `drift` and
#'   `seasonal_drift`, and with other inputs `copy`, in the target's units. Of several series `id`
#'   comes first.
#' @section Intervals:
#' They are split conformal. For each step ahead, and for the lower and the upper end apart, the
#' errors on the validation windows say how far from a forecast the truth may lie; errors on the
#' test windows join them as their truths become known. Truths beyond the ends widen the next
#' intervals of all steps, truths within narrow them. About 80 of 100 truths lie within `lower_80`
#' and `upper_80`; with few windows, or in a series that changes as the test begins, it may be more
#' or fewer. A wider level always holds a narrower one. The test windows score the intervals, each
#' with what was known at its origin: `run$metrics` has `coverage_80`, `winkler_80`, the same of
#' 95 %, and `pinball`. Where validation windows also chose the epoch (`early_stopping`), their
#' errors are slightly too small, until those of the test windows come in.
#'
#' A level needs a number of windows, 39 at 95 % and 9 at 80 %. With fewer, its ends are Student's t
#' times the root mean square of the errors. That is multiplied by the spread of the series before
#' the test over its spread on the validation rows (1/2 to 2). So two levels of one forecast may
#' come from different rules, and a 95 % interval may be much wider on one side than an 80 % one.
#' Intervals reach the trained horizon; a run without validation windows has none. With a
#' `transform` no end lies below 0.
#'
#' Of several series (`id`) the errors of all of them on the validation windows count, each in units
#' of its own series (what MASE divides by); they do not move on while test windows go by.
#'
#' A run of `intervals = "quantile"` has quantiles that the network learned by pinball loss, in
#' [predictions()] too; they cannot cross. Their ends are moved in the same way, by where the truths
#' of validation and earlier test windows lay among the quantiles. Chernozhukov, Wüthrich and Zhu
#' (2021), Distributional conformal prediction, PNAS 118.
#'
#' Lei and others (2018), Distribution-free predictive inference for regression, Journal of the
#' American Statistical Association 113. Gibbs and Candès (2021), Adaptive conformal inference under
#' distribution shift, NeurIPS. Angelopoulos, Candès and Tibshirani (2023), Conformal PID control
#' for time series prediction, NeurIPS. Wang and Hyndman (2024), arXiv:2410.13115, whose R package
#' is conformalForecast. Winkler (1972), Journal of the American Statistical Association 67.
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("lstm-co2", epochs = 1, units = 4, progress = FALSE)
#' forecast(run, h = 4, level = c(80, 95))
#' @method forecast kerasduet_run
#' @export
forecast.kerasduet_run <- function(object, h = NULL, level = NULL, future = NULL, ...) {
  refuse_more(...)
  call_core(arguments = c(horizon = "h"), {
    py <- handle(object)
    forecast_from_py(py, py$forecast(setting_to_py(h), setting_to_py(level), data_to_py(future)))
  })
}

# The first argument of others, by its name; NULL where there is none.
first_other <- function(...) {
  others <- names2(list(...))
  if (length(others) > 0) if (nzchar(others[[1]])) others[[1]] else "one without a name"
}

refuse_more <- function(..., call = rlang::caller_env()) {
  got <- first_other(...)
  if (is.null(got)) {
    return(invisible())
  }
  abort_own(paste0(
    "forecast: has the arguments h, level and future; got ", got, ". To go on from other rows ",
    "there is predict(run, newdata)."
  ), "UnknownName", call)
}

#' Get the table of what is known ahead of time, to be filled for a forecast
#'
#' A run with `known_future`, such as promotions that are planned, asks for the values of those
#' columns at the times ahead: fill this table and give it to [forecast()][forecast.kerasduet_run]
#' as `future`. The network gives its whole horizon at once, so the rows are rounded up to whole
#' horizons.
#'
#' @param object A [kerasduet_run] of a series.
#' @param h Steps ahead, at least 1; `NULL` (default) takes the trained horizon.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A data frame: `time` as in forecasts, and the columns of `known_future`, all `NaN`. Of
#'   several series `id` comes first: a row a series and time.
#' @examplesIf kerasduet:::has_core()
#' sales <- data.frame(promo = rep(c(0, 0, 1), 40))
#' sales$value <- 20 + 5 * sales$promo + sin(1:120)
#' run <- run_experiment("lstm-series",
#'   data = sales, target = "value", known_future = "promo", lookback = 6, horizon = 3,
#'   epochs = 1, units = 4, progress = FALSE
#' )
#' future <- future_frame(run)
#' future$promo <- c(0, 0, 1)
#' forecast(run, future = future)
#' @export
future_frame <- function(object, h = NULL, ...) {
  call_core(arguments = c(horizon = "h"), {
    py <- run_to_py(object)
    frame_from_py(py$future_frame(setting_to_py(h)), dates = has_dates(py))
  })
}

#' Score each of several series by itself
#'
#' @param run A [kerasduet_run] of a table of several series (`id`).
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A data frame with a row a series: `id`; `mae`, `rmse`, `smape` and `mase` of the network
#'   on its test windows; the MAE of each baseline, such as `naive_mae`; `best`, the baseline with
#'   the least of them; and `skill`, 1 - `mae` / that MAE, below 0 where the network is worse.
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("lstm-panel", epochs = 1, units = 4, progress = FALSE)
#' head(series_scores(run))
#' @export
series_scores <- function(run, ...) {
  call_core(frame_from_py(run_to_py(run)$series_scores()))
}
