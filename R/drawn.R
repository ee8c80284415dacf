# Tables that plot() draws as the figure of the package, not as a matrix of scatter plots.

# Columns without which a table is drawn as any data frame.
drawn_columns <- list(
  kerasduet_forecast = c("time", "step", "forecast"),
  kerasduet_importance = c("column", "importance", "low", "high")
)

#' Plot a forecast, or the importance of columns
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
#' @param x,object The table, whole: rows and values as they were given.
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
