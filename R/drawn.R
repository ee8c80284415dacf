# Tables that plot() draws as the figure of the package, not as a matrix of scatter plots.

# Columns without which a table is drawn as any data frame.
drawn_columns <- list(
  kerasduet_forecast = c("time", "step", "forecast"),
  kerasduet_importance = c("column", "importance", "low", "high")
)

#' Plot a forecast, the importance of columns, or a history
#'
#' Draws a table that a verb has given: of [forecast()][forecast.kerasduet_run], and of
#' [predict()][predict.kerasduet_run] of a series, the end of the series, then the network and the
#' best baseline of the test, with the intervals in the table; of [importance()] the columns. They
#' are the figures `"future"` and `"importance"` of [plot()][plot.kerasduet_run]. Of several series
#' those of the best, the middle and the worst skill among those in the table are drawn;
#' `plot(run, "future", series = c("...", "..."))` draws others.
#'
#' The table is a data frame and stays one: other columns may join it. Without its `time`, `step` or
#' `forecast`, or its `column`, `importance`, `low` or `high`, it is drawn as any data frame.
#'
#' A history, `run$history`, is drawn as by `plot(run, "history")`, from the epochs and columns that
#' are in it. With plotting arguments, without `epoch`, or of several runs below each other, it is
#' drawn as any data frame.
#'
#' @param x,object The table; but for a history whole, rows and values as they were given.
#' @param ... Not used.
#' @return A ggplot, which is drawn when it is printed; it needs the package ggplot2.
#' @examplesIf kerasduet:::has_core() && requireNamespace("ggplot2", quietly = TRUE)
#' run <- run_experiment("lstm-co2", epochs = 1, units = 4, progress = FALSE)
#' plot(forecast(run, level = c(80, 95)))
#' @name kerasduet_drawn
NULL

#' @rdname kerasduet_drawn
#' @export
plot.kerasduet_drawn <- function(x, ...) {
  if (!all(drawn_columns[[class(x)[[1]]]] %in% names(x))) {
    return(NextMethod())
  }
  draw_table(x, ...)
}

#' @rdname kerasduet_drawn
#' @exportS3Method ggplot2::autoplot
autoplot.kerasduet_drawn <- function(object, ...) { # nolint: object_name_linter.
  draw_table(object, ...)
}

#' @export
as.data.frame.kerasduet_drawn <- function(x, ...) { # nolint: object_name_linter.
  attr(x, "figure") <- NULL
  as.data.frame(structure(x, class = "data.frame"), ...)
}

#' @export
str.kerasduet_drawn <- function(object, ...) str(as.data.frame(object), ...)

# A history is drawn from what is in it, so that rows and columns may go or come: a run's epochs,
# one row each, with a column that was measured. Any other is a data frame.
draws_history <- function(x) {
  curves <- names(attr(x, "look")$curves)
  any(curves %in% names(x)) && is.numeric(x$epoch) && nrow(x) > 0 &&
    all(x$epoch %% 1 == 0) && !is.unsorted(x$epoch, strictly = TRUE) # NA is none of them
}

#' @rdname kerasduet_drawn
#' @export
plot.kerasduet_history <- function(x, ...) {
  if (...length() > 0 || !isTRUE(draws_history(x))) {
    return(NextMethod())
  }
  check_package("ggplot2", "Plots need")
  draw_panel(call_core(history_figure_from_py(x, attr(x, "look"))))
}

#' @rdname kerasduet_drawn
#' @exportS3Method ggplot2::autoplot
autoplot.kerasduet_history <- function(object, ...) { # nolint: object_name_linter.
  draw_panel(call_core(history_figure_from_py(object, attr(object, "look"))))
}

#' @export
`[.kerasduet_history` <- function(x, ...) {
  found <- NextMethod()
  if (is.data.frame(found)) attr(found, "look") <- attr(x, "look")
  found
}

#' @export
as.data.frame.kerasduet_history <- function(x, ...) { # nolint: object_name_linter.
  attr(x, "look") <- NULL
  as.data.frame(structure(x, class = "data.frame"), ...)
}

#' @export
str.kerasduet_history <- function(object, ...) str(as.data.frame(object), ...)

draw_table <- function(x, ..., call = rlang::caller_env()) {
  check_package("ggplot2", "Plots need", call = call)
  verb <- "importance(), unchanged; got another. Use plot(run, \"importance\")."
  if (inherits(x, "kerasduet_forecast")) {
    verb <- paste(
      "forecast() or predict(), unchanged; got another. Use plot(run, \"future\"), with the series",
      "to draw as series."
    )
  }
  got <- first_other(...)
  if (!is.null(got)) {
    abort_own(paste0(
      "plot: of a table has no other arguments; got ", got, ". Those of plot(run, \"future\") are ",
      "h, level, future and series."
    ), "UnknownName", call)
  }
  figure <- attr(x, "figure")
  if (!identical(figure$values, unclass(x)[names(figure$values)])) {
    abort_own(paste("x: must be the whole table of", verb), "ArgumentType", call)
  }
  draw_panel(figure$panel)
}
