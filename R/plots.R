#' Plot a run
#'
#' Draws a run with ggplot2. Both languages draw the same tables, computed once by the core;
#' colours are those of Okabe and Ito, which colour-blind readers tell apart, and nothing is
#' told by colour alone.
#'
#' @param x A run, from [run_experiment()] or [load_run()].
#' @param kind Character. What to draw:
#'   * `"overview"` (default): of a classifier history, confusion and digits; of a forecaster
#'     forecast, history and horizon.
#'   * `"history"`: loss and metric by epoch, of the training and the validation rows.
#'   * `"digits"`: test images with prediction and truth.
#'   * `"confusion"`: counts of true classes (rows) by predicted classes.
#'   * `"forecast"`: the last test windows beside truth and baselines.
#'   * `"horizon"`: mean absolute error by step ahead.
#' @param ... Settings by name, `rows` and `windows`: see [plot_data()].
#'
#' @return A ggplot, which is drawn when it is printed; of the overview an object of class
#'   `kerasduet_overview`, which prints the same way, holds the ggplots in `$plots`, and goes to
#'   a file with `ggplot2::ggsave(file, plot, width = 7.5, height = 8)`.
#'   `ggplot2::get_alt_text()` gives the alt text of either.
#' @seealso [plot_data()] for the tables behind it.
#' @examplesIf kerasduet:::has_core() && requireNamespace("ggplot2", quietly = TRUE)
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' plot(run, kind = "confusion")
#' @importFrom rlang .data
#' @export
plot.kerasduet_run <- function(x, kind = "overview", ...) {
  check_ggplot2()
  data <- call_core(plot_data_from_py(x, kind, list(...)))
  if (identical(data$kind, "overview")) new_overview(data) else draw_panel(data$panels[[1]])
}

#' Tables behind a plot
#'
#' Gives what [plot()][plot.kerasduet_run] draws, for plots of your own.
#'
#' @param run A run, from [run_experiment()] or [load_run()].
#' @inheritParams plot.kerasduet_run
#' @param rows Whole numbers. Test images to show, by their `row` in [predictions()], at most
#'   60; `NULL` (default) shows up to six mistakes, the most confident first, and right ones.
#' @param windows Whole number. Test windows to show in a forecast, the last ones that do not
#'   overlap; `NULL` (default) shows as many as hold 52 steps.
#'
#' @return A list: `kind`; `title` and `subtitle` of the whole; `alt`, the alt text; and
#'   `panels`, a list by kind. A panel is a list of `kind`, `title`, `subtitle`, `x` and `y` (axis
#'   labels), `alt`, `ticks` (where the x axis is marked), `columns` (panes side by side) and
#'   `frames`, a list of data frames.
#' @seealso [plot.kerasduet_run()]
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' plot_data(run, kind = "history")$panels$history$frames$lines
#' @export
plot_data <- function(run, kind = "overview", rows = NULL, windows = NULL) {
  call_core(plot_data_from_py(run, kind, list(rows = rows, windows = windows)))
}

check_ggplot2 <- function(found = requireNamespace("ggplot2", quietly = TRUE),
                          call = rlang::caller_env()) {
  if (!found) {
    rlang::abort(
      "Plots need the package ggplot2. Run install.packages(\"ggplot2\").",
      class = "kerasduet_error", call = call
    )
  }
}

# Panels -------------------------------------------------------------------------------------

draw_panel <- function(panel, narrow = FALSE) {
  panel$legend_columns <- if (narrow) 2 else nrow(panel$frames$key)
  draw <- switch(panel$kind,
    history = draw_history,
    digits = draw_digits,
    confusion = draw_confusion,
    forecast = draw_forecast,
    horizon = draw_horizon
  )
  subtitle <- if (nzchar(panel$subtitle)) panel$subtitle
  draw(panel) + ggplot2::labs(title = panel$title, subtitle = subtitle, alt = panel$alt)
}

draw_history <- function(panel) {
  lines <- panel$frames$lines
  lines$measure <- in_order(lines$measure)
  ggplot2::ggplot() +
    ggplot2::geom_vline(
      ggplot2::aes(xintercept = .data$epoch), panel$frames$kept,
      colour = "#4D4D4D", linetype = "dotted", linewidth = 0.4
    ) +
    draw_lines(panel, lines, "epoch", "value", points = TRUE) +
    ggplot2::facet_wrap(
      "measure",
      ncol = panel$columns, scales = "free_y", strip.position = "left"
    ) +
    ggplot2::scale_x_continuous(breaks = panel$ticks) +
    ggplot2::labs(x = panel$x, y = NULL) +
    ggplot2::theme(
      strip.placement = "outside", strip.text = ggplot2::element_text(size = 8.5),
      panel.spacing = ggplot2::unit(12, "pt")
    )
}

draw_forecast <- function(panel) {
  alone <- sum(panel$frames$lines$series == "network") == 1
  ggplot2::ggplot() +
    ggplot2::geom_vline(
      ggplot2::aes(xintercept = .data$time), panel$frames$origins,
      colour = "#B3B3B3", linewidth = 0.4
    ) +
    draw_lines(panel, panel$frames$lines, "time", "value", group = "window", points = alone) +
    # Dates have none.
    (if (length(panel$ticks) > 0) ggplot2::scale_x_continuous(breaks = panel$ticks)) +
    ggplot2::labs(x = panel$x, y = panel$y)
}

draw_horizon <- function(panel) {
  lines <- panel$frames$lines
  drawn <- if (length(unique(lines$step)) > 1) {
    list(
      draw_lines(panel, lines, "step", "mae", points = TRUE),
      ggplot2::scale_x_continuous(breaks = panel$ticks)
    )
  } else {
    draw_bars(panel$frames$key, lines)
  }
  ggplot2::ggplot() +
    drawn +
    ggplot2::scale_y_continuous(limits = c(0, NA), expand = ggplot2::expansion(c(0, 0.05))) +
    ggplot2::labs(x = if (nzchar(panel$x)) panel$x, y = panel$y)
}

draw_bars <- function(key, lines) {
  lines$series <- factor(lines$series, key$label)
  colours <- rlang::set_names(key$colour, key$label)
  list(
    ggplot2::geom_col(
      ggplot2::aes(.data$series, .data$mae, fill = .data$series), lines,
      width = 0.6
    ),
    ggplot2::scale_fill_manual(values = colours, guide = "none"),
    theme_run()
  )
}

# Lines of several series in the colours, line types and widths of the panel's key.
draw_lines <- function(panel, lines, x, y, group = NULL, points = FALSE) {
  key <- panel$frames$key
  lines$series <- factor(lines$series, key$label)
  lines$group <- interaction(lines[c("series", group)], drop = TRUE)
  styled <- ggplot2::aes(
    .data[[x]], .data[[y]],
    colour = .data$series, linetype = .data$series, linewidth = .data$series,
    group = .data$group
  )
  dots <- ggplot2::aes(.data[[x]], .data[[y]], colour = .data$series)
  by_label <- function(values) rlang::set_names(values, key$label)
  legend <- ggplot2::guide_legend(ncol = panel$legend_columns)
  list(
    # A line needs two points, and ggplot2 would say so.
    if (length(unique(lines[[x]])) > 1) ggplot2::geom_line(styled, lines),
    if (points) ggplot2::geom_point(dots, lines, size = 1),
    ggplot2::scale_colour_manual(NULL, values = by_label(key$colour), guide = legend),
    ggplot2::scale_linetype_manual(NULL, values = by_label(key$line), guide = legend),
    # From points to ggplot2's millimetres of 96 / 72.27 points.
    ggplot2::scale_linewidth_manual(NULL, values = by_label(key$width * 0.47), guide = legend),
    theme_run()
  )
}

draw_confusion <- function(panel) {
  cells <- panel$frames$cells
  cells$truth <- in_order(cells$truth)
  cells$prediction <- in_order(cells$prediction)
  classes <- levels(cells$truth)
  angle <- if (max(nchar(classes)) > 3) 90 else 0
  ggplot2::ggplot(cells, ggplot2::aes(.data$prediction, .data$truth)) +
    ggplot2::geom_tile(ggplot2::aes(fill = .data$fill)) +
    ggplot2::geom_text(
      ggplot2::aes(label = .data$label, colour = .data$ink),
      size = min(8, 90 / length(classes)) / ggplot2::.pt
    ) +
    ggplot2::scale_fill_identity() +
    ggplot2::scale_colour_identity() +
    ggplot2::scale_x_discrete(expand = c(0, 0)) +
    ggplot2::scale_y_discrete(expand = c(0, 0), limits = rev) +
    ggplot2::coord_fixed() +
    ggplot2::labs(x = panel$x, y = panel$y) +
    theme_run() +
    ggplot2::theme(
      panel.grid = ggplot2::element_blank(),
      panel.border = ggplot2::element_rect(colour = "#7F7F7F", fill = NA),
      axis.line = ggplot2::element_blank(), axis.ticks = ggplot2::element_blank(),
      axis.text.x = ggplot2::element_text(
        angle = angle, hjust = if (angle > 0) 1 else 0.5, vjust = 0.5
      )
    )
}

draw_digits <- function(panel) {
  pixels <- panel$frames$pixels
  tiles <- panel$frames$tiles
  pixels$fill <- grDevices::rgb(pixels$red, pixels$green, pixels$blue, maxColorValue = 255)
  tiles$colour <- ifelse(tiles$correct, "#B3B3B3", "#D55E00")
  tiles$linewidth <- ifelse(tiles$correct, 0.3, 1.2)
  ggplot2::ggplot() +
    ggplot2::geom_raster(ggplot2::aes(.data$x, .data$y, fill = .data$fill), pixels) +
    ggplot2::geom_rect(
      ggplot2::aes(colour = .data$colour, linewidth = .data$linewidth), tiles,
      xmin = 0.5, xmax = max(pixels$x) + 0.5, ymin = -0.5, ymax = -max(pixels$y) - 0.5, fill = NA
    ) +
    ggplot2::facet_wrap(
      "tile",
      ncol = panel$columns,
      labeller = ggplot2::as_labeller(rlang::set_names(tiles$label, tiles$tile))
    ) +
    ggplot2::scale_fill_identity() +
    ggplot2::scale_colour_identity() +
    ggplot2::scale_linewidth_identity() +
    ggplot2::scale_y_reverse() +
    ggplot2::coord_fixed(clip = "off") +
    theme_run() +
    ggplot2::theme(
      axis.text = ggplot2::element_blank(), axis.ticks = ggplot2::element_blank(),
      axis.title = ggplot2::element_blank(), axis.line = ggplot2::element_blank(),
      panel.grid = ggplot2::element_blank(),
      strip.text = ggplot2::element_text(size = 7.5, margin = ggplot2::margin(2, 0, 2, 0))
    )
}

in_order <- function(x) factor(x, unique(x))

theme_run <- function() {
  ggplot2::theme_minimal(base_size = 9) +
    ggplot2::theme(
      plot.title = ggplot2::element_text(size = 10, face = "bold"),
      plot.subtitle = ggplot2::element_text(size = 8.5, colour = "#4D4D4D"),
      plot.title.position = "plot",
      # Otherwise ggsave() makes it transparent.
      plot.background = ggplot2::element_rect(fill = "white", colour = NA),
      panel.grid.minor = ggplot2::element_blank(),
      axis.line = ggplot2::element_line(colour = "#7F7F7F", linewidth = 0.3),
      axis.ticks = ggplot2::element_line(colour = "#7F7F7F", linewidth = 0.3),
      legend.position = "bottom",
      legend.key.width = ggplot2::unit(22, "pt"),
      legend.margin = ggplot2::margin(0, 0, 0, 0)
    )
}

# Overview -----------------------------------------------------------------------------------

# A plot over the whole width and two below it; fewer plots below each other.
new_overview <- function(data) {
  halves <- length(data$panels) == 3
  plots <- Map(draw_panel, data$panels, halves & seq_along(data$panels) > 1)
  structure(
    list(title = data$title, subtitle = data$subtitle, alt = data$alt, plots = plots),
    class = "kerasduet_overview"
  )
}

#' @export
print.kerasduet_overview <- function(x, ...) {
  grid::grid.newpage()
  draw_overview(x)
  invisible(x)
}

#' @rawNamespace S3method(ggplot2::get_alt_text, kerasduet_overview, overview_alt_text)
overview_alt_text <- function(p, ...) {
  p$alt
}

# ggplot2::ggsave() draws with it.
#' @rawNamespace S3method(grid::grid.draw, kerasduet_overview, draw_overview)
draw_overview <- function(x, recording = TRUE) {
  halves <- length(x$plots) == 3
  heights <- if (halves) c(1, 1.5) else rep(1, length(x$plots))
  draw_below_title(x$title, x$subtitle, 12, function() {
    layout <- grid::grid.layout(length(heights), 2, heights = heights)
    grid::pushViewport(grid::viewport(layout = layout))
    for (place in seq_along(x$plots)) {
      half <- halves && place > 1
      grid::pushViewport(grid::viewport(
        layout.pos.row = if (half) 2 else place, layout.pos.col = if (half) place - 1 else 1:2
      ))
      draw_titled(x$plots[[place]])
      grid::popViewport()
    }
    grid::popViewport()
  })
  invisible(x)
}

# ggplot2 centres a plot of fixed shape together with its title, and titles side by side would
# not be level.
draw_titled <- function(plot) {
  bare <- plot + ggplot2::labs(title = NULL, subtitle = NULL)
  draw_below_title(plot$labels$title, plot$labels$subtitle, 10, function() {
    print(bare, newpage = FALSE, vp = grid::viewport())
  })
}

draw_below_title <- function(title, subtitle, size, draw) {
  lines <- length(unlist(strsplit(subtitle %||% "", "\n", fixed = TRUE)))
  heights <- grid::unit(c(1.7 * size + 12 * lines, 1), c("pt", "null"))
  grid::pushViewport(grid::viewport(layout = grid::grid.layout(2, 1, heights = heights)))
  grid::pushViewport(grid::viewport(layout.pos.row = 1))
  left <- grid::unit(5.5, "pt") # the margin of ggplot2's own titles
  top <- function(points) grid::unit(1, "npc") - grid::unit(points, "pt")
  style <- function(...) grid::gpar(..., lineheight = 1.1)
  bold <- style(fontsize = size, fontface = "bold")
  plain <- style(fontsize = 8.5, col = "#4D4D4D")
  grid::grid.text(title, left, top(5), hjust = 0, vjust = 1, gp = bold)
  grid::grid.text(subtitle %||% "", left, top(8 + size), hjust = 0, vjust = 1, gp = plain)
  grid::popViewport()
  grid::pushViewport(grid::viewport(layout.pos.row = 2))
  draw()
  grid::popViewport(2)
}
