# Several panels in one figure, by patchwork.

# Panels side by side and below each other, as the core lays them out.
compose <- function(data) {
  several <- vapply(data$layout, `[[`, 0, 1)
  panes <- lapply(unname(data$panels), split_panes)
  # Room for panels, and for the panes in them, in one grid.
  columns <- prod(unique(several)) * prod(unique(lengths(panes)))
  row <- rep(seq_along(several), several)
  width <- rep(columns / several, several)
  first <- (sequence(several) - 1) * width
  places <- Map(function(row, first, width, panes) {
    width <- width / length(panes)
    lapply(seq_along(panes), function(i) {
      patchwork::area(row, first + (i - 1) * width + 1, row, first + i * width)
    })
  }, row, first, width, panes)
  whole <- patchwork::wrap_plots(
    lapply(unlist(panes, recursive = FALSE), draw_small),
    design = do.call(c, unlist(places, recursive = FALSE)),
    heights = vapply(data$layout, `[[`, 0, 2)
  )
  whole <- whole + patchwork::plot_annotation(
    title = data$title, subtitle = data$subtitle,
    theme = theme_run() + ggplot2::theme(
      plot.title = ggplot2::element_text(size = 12),
      plot.subtitle = ggplot2::element_text(size = 9, colour = "#4D4D4D")
    )
  )
  whole[c("plots", "title", "subtitle", "alt")] <-
    list(lapply(data$panels, draw_panel), data$title, data$subtitle, data$alt)
  structure(whole, class = c("kerasduet_overview", class(whole)))
}

# A panel among others: smaller words, the unit of an axis below its name, a tight legend, and no
# labels of numbers on each other.
draw_small <- function(panel) {
  panel$y <- sub(" (", "\n(", panel$y, fixed = TRUE)
  if (panel$legend_columns > 0) {
    panel$legend_columns <- small_legend_columns(panel)
  }
  for (side in c("x_scale", "y_scale")) panel[[side]]$size <- 0.8 * panel[[side]]$size
  plot <- draw_panel(panel)
  for (side in c("x", "y")) {
    if (panel[[paste0(side, "_scale")]]$kind != "category") {
      guide <- rlang::set_names(list(ggplot2::guide_axis(check.overlap = TRUE)), side)
      plot <- plot + do.call(ggplot2::guides, guide)
    }
  }
  words <- function(size, ...) ggplot2::element_text(size = size, ...)
  plot <- plot + ggplot2::theme(
    plot.title = words(10, face = "bold", margin = ggplot2::margin(b = 2)),
    plot.subtitle = words(8.5, colour = "#4D4D4D", margin = ggplot2::margin(b = 3)),
    # From the top down: longer than a low pane, it has space below, and a title above.
    axis.title.x = words(8.5), axis.title.y = words(8.5, angle = 90, hjust = 1),
    strip.text = words(8.5), legend.text = words(8.5),
    legend.key.height = ggplot2::unit(11, "pt"), legend.key.width = ggplot2::unit(20, "pt"),
    legend.spacing.x = ggplot2::unit(4, "pt"), legend.box.spacing = ggplot2::unit(2, "pt"),
    # A heading may be wider than the first of its panes.
    plot.background = ggplot2::element_blank()
  )
  if (panel$axes == "none") {
    # Of a low figure pictures are small, and the words above them wider.
    plot <- plot + ggplot2::theme(
      axis.title = ggplot2::element_blank(), strip.text = words(7),
      panel.spacing.x = ggplot2::unit(between(panel$facets, picture = 16), "pt")
    )
  }
  plot
}

# Smaller names stand in more columns, as many in each as before or fewer.
small_legend_columns <- function(panel) {
  count <- nrow(panel$frames$key)
  wider <- min(count, floor(panel$legend_columns * 1.5 + 0.5))
  ceiling(count / ceiling(count / wider))
}

# patchwork aligns the axes of plots, but not those of panes that have their names at the left:
# of them it gets one plot each, the first with title and legend.
split_panes <- function(panel) {
  facets <- panel$facets
  if (!identical(facets$at, "left") || length(facets$values) > facets$columns) {
    return(list(panel))
  }
  lapply(seq_along(facets$values), function(i) {
    one <- panel
    one["facets"] <- list(NULL)
    one$y <- facets$labels[[i]]
    one$y_down <- TRUE # where it is longer than a low pane, there is space below, and a title above
    one$frames <- lapply(panel$frames, function(frame) {
      if (!facets$by %in% names(frame)) {
        return(frame)
      }
      frame[as.character(frame[[facets$by]]) == facets$values[[i]], , drop = FALSE]
    })
    one$legend_columns <- panel$pane_legend_columns
    if (i > 1) one[c("title", "subtitle", "legend_columns")] <- list("", "", 0)
    one
  })
}

#' @rawNamespace S3method(ggplot2::get_alt_text, kerasduet_overview, overview_alt_text)
overview_alt_text <- function(p, ...) {
  p$alt
}
