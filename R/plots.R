#' Plot a run
#'
#' Draws a run with ggplot2. Both languages draw the same tables, computed once by the core;
#' colours are those of Okabe and Ito, which colour-blind readers tell apart, and nothing is
#' told by colour alone.
#'
#' @param x A run, from [run_experiment()] or [load_run()].
#' @param kind Character. What to draw:
#'   * `"overview"` (default): of a classifier history, confusion and digits; of a detector
#'     history and scenes; of a forecaster forecast, history and horizon; of a table history,
#'     confusion or residuals, and importance.
#'   * `"history"`: loss and metric by epoch, of the training and the validation rows.
#'   * `"digits"`: test images with prediction and truth.
#'   * `"confusion"`: counts of true classes (rows) by predicted classes.
#'   * `"scenes"`: test images with the boxes of a detector.
#'   * `"forecast"`: the last test windows beside truth and baselines.
#'   * `"horizon"`: mean absolute error by step ahead.
#'   * `"future"`: the steps after the end of the series, by the network and the best baseline, with
#'     intervals.
#'   * `"perplexity"`, `"characters"`: of a text, n-grams beside the network, and a passage whose
#'     characters are coloured by their surprise, from the character `begin`.
#'   * `"tags"`: test sentences of a tagger, coloured by tag; `"confusion"` of its tokens.
#'   * Of tables: `"reliability"`, how often probabilities came true; `"roc"`, hits by false alarms;
#'     `"residuals"` against fitted values; `"importance"` of the columns; `"dependence"` on a
#'     `column`, by default the most important one; `"regions"` of classes over two `columns` of
#'     numbers, by default the most important ones. See [importance()].
#'
#'   Kinds that were registered in Python are drawn as well.
#' @param ... Settings by name, `rows`, `windows`, `series`, `column`, `columns`, `h`, `level` and
#'   `future`: see [plot_data()].
#'
#' @return A ggplot, which is drawn when it is printed; the overview is a patchwork of ggplots, of
#'   class `kerasduet_overview`, with each of them in `$plots`. To both, `+` adds a theme or a
#'   label, to the overview `&` adds it in all of its plots; `ggplot2::ggsave()` writes them,
#'   the overview best with `width = 7.5, height = 8`; `ggplot2::get_alt_text()` gives their alt
#'   text. Plots need the package ggplot2, and the overview patchwork.
#' @seealso [plot_data()] for the tables behind it.
#' @examplesIf kerasduet:::has_core() && requireNamespace("ggplot2", quietly = TRUE)
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' plot(run, kind = "confusion")
#' @importFrom rlang .data
#' @export
plot.kerasduet_run <- function(x, kind = "overview", ...) {
  check_package("ggplot2", "Plots need")
  data <- call_core(plot_data_from_py(x, kind, list(...)), arguments = c(horizon = "h"))
  if (!identical(data$kind, "overview")) {
    return(draw_panel(data$panels[[1]]))
  }
  check_package("patchwork", "An overview needs")
  compose(data)
}

#' Tables behind a plot
#'
#' Gives what [plot()][plot.kerasduet_run] draws, for plots of your own.
#'
#' @param run A run, from [run_experiment()] or [load_run()].
#' @inheritParams plot.kerasduet_run
#' @param rows Whole numbers. Test images to show, by their `row` in [predictions()], at most
#'   60; `NULL` (default) shows up to six mistakes, the most confident first, and right ones; of
#'   a detector the first nine.
#' @param windows Whole number. Test windows to show in a forecast, the last ones that do not
#'   overlap; `NULL` (default) shows as many as hold 52 steps.
#' @param ... Other settings, by name: `column` of `"dependence"` (character), `columns` of
#'   `"regions"` (two names), `h`, `level` and `future` of `"future"` as for
#'   [forecast()][forecast.kerasduet_run] (by default the trained horizon with 80 and 95 %
#'   intervals), `series` of `"forecast"` and `"future"` of a run of several series (one name or up
#'   to 12, by default those of the best, the middle and the worst skill), and those of a kind that
#'   was registered in Python.
#'
#' @return A list: `kind`; `title` and `subtitle` of the whole; `alt`, the alt text; and
#'   `panels`, a list by kind. A panel is a list of `kind`, `title`, `subtitle`, `x` and `y` (axis
#'   labels), `alt`, `ticks` (where the x axis is marked), `columns` (panes side by side) and
#'   `frames`, a list of data frames; and of how they are drawn: `marks`, `x_scale`, `y_scale`,
#'   `facets` and what else the core says.
#' @seealso [plot.kerasduet_run()]
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' plot_data(run, kind = "history")$panels$history$frames$lines
#' @export
plot_data <- function(run, kind = "overview", rows = NULL, windows = NULL, ...) {
  call_core(
    plot_data_from_py(run, kind, list(rows = rows, windows = windows, ...)),
    arguments = c(horizon = "h")
  )
}

check_package <- function(name, who, found = requireNamespace(name, quietly = TRUE),
                          call = rlang::caller_env()) {
  if (!found) {
    rlang::abort(
      paste0(who, " the package ", name, ". Run install.packages(\"", name, "\")."),
      class = "kerasduet_error", call = call
    )
  }
}
