# Figures of the core in ggplot2: each kind of mark is drawn once, here, whatever the figure.

# A panel of the core's figures as a ggplot.
draw_panel <- function(panel) {
  layers <- lapply(panel$marks, draw_mark, panel = panel)
  plot <- ggplot2::ggplot() + layers + key_scales(panel) +
    axis_scale(panel, "x") + axis_scale(panel, "y") + time_scale(panel) + panes(panel) +
    coordinates(panel)
  words <- lapply(panel[c("title", "subtitle", "x", "y")], function(x) if (nzchar(x)) x)
  plot + do.call(ggplot2::labs, c(words, alt = panel$alt)) +
    theme_run() + theme_axes(panel$axes) + theme_words(panel) + theme_times(panel) +
    guide_times(panel)
}

# Marks --------------------------------------------------------------------------------------

# A mark's rows have a column for each part that a column decides; what is the same for all rows
# stays in its look.
draw_mark <- function(mark, panel) {
  frame <- panel$frames[[mark$frame]]
  rows <- as.data.frame(lapply(mark$of, function(column) frame[[column]]))
  for (side in c("x", "y")) {
    scale <- panel[[paste0(side, "_scale")]]
    if (scale$kind == "category" && side %in% names(rows)) {
      rows[[side]] <- factor(rows[[side]], scale$ticks)
    }
  }
  if (!is.null(rows$series)) rows$series <- factor(rows$series, panel$frames$key$label)
  draw <- switch(mark$kind,
    line = draw_line, band = draw_band, point = draw_point, bar = draw_bar, rule = draw_rule,
    tile = draw_tile, raster = draw_raster, box = draw_box, text = draw_text
  )
  draw(in_panes(rows, frame, panel$facets), mark$look)
}

# A frame without the column of the panes is in all of them.
in_panes <- function(rows, frame, facets) {
  if (is.null(facets)) {
    return(rows)
  }
  values <- as.character(facets$values)
  if (facets$by %in% names(frame)) {
    rows[[facets$by]] <- factor(as.character(frame[[facets$by]]), values)
    return(rows)
  }
  every <- rows[rep(seq_len(nrow(rows)), length(values)), , drop = FALSE]
  every[[facets$by]] <- factor(rep(values, each = nrow(rows)), values)
  every
}

# A layer whose places are mapped. What else there is, is taken as it is where the mark says so,
# and otherwise from the scales of its series.
layer <- function(geom, rows, look, places, parts, ...) {
  mapped <- lapply(places, function(part) rlang::expr(.data[[!!part]]))
  given <- list(...)
  for (part in names(parts)) {
    value <- rows[[part]] %||% look[[part]]
    if (!is.null(value)) {
      given[[parts[[part]]]] <- if (nrow(rows) > 0) in_ggplot(part, value)
    } else if (!is.null(rows$series)) {
      mapped[[parts[[part]]]] <- rlang::expr(.data$series)
    }
  }
  do.call(geom, c(list(ggplot2::aes(!!!mapped), rows, show.legend = NA), given))
}

# From points to ggplot2's millimetres, which for lines are of 96 to the inch; no colour is NA.
in_ggplot <- function(part, value) {
  switch(part,
    width = value * 25.4 / 72.27 * 96 / 72,
    edge = ,
    colour = ifelse(nzchar(value), value, NA),
    value
  )
}

draw_line <- function(rows, look) {
  rows$piece <- pieces(rows)
  # A line needs two points, and ggplot2 would say so.
  rows <- rows[rows$piece %in% rows$piece[duplicated(rows$piece)], , drop = FALSE]
  if (nrow(rows) == 0) {
    return(NULL)
  }
  parts <- c(colour = "colour", line = "linetype", width = "linewidth", alpha = "alpha")
  layer(ggplot2::geom_path, rows, look, c(x = "x", y = "y", group = "piece"), parts)
}

# Rows of one line: of one pane, series and group.
pieces <- function(rows) {
  cut <- rows[setdiff(names(rows), c("x", "y", "to_y", "colour", "line", "width", "alpha"))]
  if (ncol(cut) == 0) factor(rep(1, nrow(rows))) else interaction(cut, drop = TRUE)
}

draw_band <- function(rows, look) {
  rows$piece <- pieces(rows)
  places <- c(x = "x", ymin = "y", ymax = "to_y", group = "piece")
  layer(ggplot2::geom_ribbon, rows, look, places, c(colour = "fill", alpha = "alpha"), colour = NA)
}

# ggplot2's numbers of the shapes; those with an edge are filled.
plain_shapes <- c(circle = 19, triangle = 17, square = 15, diamond = 18, cross = 4)
edged_shapes <- c(circle = 21, triangle = 24, square = 22, diamond = 23, cross = 4)

draw_point <- function(rows, look) {
  edged <- any(nzchar(rows$edge %||% look$edge %||% ""))
  look$size <- (look$size %||% 3) / 3
  shapes <- if (edged) edged_shapes else plain_shapes
  look$shape <- if (!is.null(look$shape)) shapes[[look$shape]]
  if (!is.null(rows$shape)) rows$shape <- shapes[rows$shape]
  parts <- c(shape = "shape", size = "size", alpha = "alpha")
  colours <- if (edged) c(colour = "fill", edge = "colour") else c(colour = "colour")
  layer(ggplot2::geom_point, rows, look, c(x = "x", y = "y"), c(parts, colours))
}

draw_bar <- function(rows, look) {
  parts <- c(colour = "fill", edge = "colour", thickness = "width", alpha = "alpha")
  layer(ggplot2::geom_col, rows, look, c(x = "x", y = "y"), parts, position = "identity")
}

draw_rule <- function(rows, look) {
  parts <- c(colour = "colour", line = "linetype", width = "linewidth")
  if (!is.null(rows$to_x)) {
    head <- grid::arrow(angle = 20, length = grid::unit(5, "pt"), type = "closed")
    places <- c(x = "x", y = "y", xend = "to_x", yend = "to_y")
    geom <- ggplot2::geom_segment
    return(layer(geom, rows, look, places, parts, arrow = if (isTRUE(look$arrow)) head))
  }
  if (!is.null(rows$x)) {
    return(layer(ggplot2::geom_vline, rows, look, c(xintercept = "x"), parts))
  }
  layer(ggplot2::geom_hline, rows, look, c(yintercept = "y"), parts)
}

draw_tile <- function(rows, look) {
  layer(ggplot2::geom_tile, rows, look, c(x = "x", y = "y"), c(colour = "fill"))
}

draw_raster <- function(rows, look) {
  if (!is.null(rows$red)) {
    rows$colour <- grDevices::rgb(rows$red, rows$green, rows$blue, maxColorValue = 255)
  }
  parts <- c(colour = "fill", alpha = "alpha")
  layer(ggplot2::geom_raster, rows, look, c(x = "x", y = "y"), parts)
}

draw_box <- function(rows, look) {
  places <- c(xmin = "x", xmax = "to_x", ymin = "y", ymax = "to_y")
  parts <- c(colour = "fill", edge = "colour", width = "linewidth")
  layer(ggplot2::geom_rect, rows, look, places, parts)
}

draw_text <- function(rows, look) {
  look$size <- look$size / ggplot2::.pt
  look$face <- if (isTRUE(look$bold)) "bold" else "plain"
  parts <- c(
    colour = "colour", size = "size", align = "hjust", angle = "angle", face = "fontface"
  )
  places <- c(x = "x", y = "y", label = "label")
  layer(ggplot2::geom_text, rows, look, places, parts, lineheight = 1.1)
}

# Scales -------------------------------------------------------------------------------------

# Colours, line types, widths and shapes of the series, and their legend.
key_scales <- function(panel) {
  key <- panel$frames$key
  if (is.null(key) || !any(vapply(panel$marks, function(mark) "series" %in% names(mark$of), NA))) {
    return(NULL)
  }
  columns <- panel$legend_columns
  legend <- if (columns > 0) ggplot2::guide_legend(ncol = columns) else "none"
  by_label <- function(values) rlang::set_names(values, key$label)
  list(
    ggplot2::scale_colour_manual(NULL, values = by_label(key$colour), guide = legend),
    ggplot2::scale_fill_manual(NULL, values = by_label(key$colour), guide = legend),
    ggplot2::scale_linetype_manual(NULL, values = by_label(key$line), guide = legend),
    ggplot2::scale_linewidth_manual(
      NULL,
      values = by_label(in_ggplot("width", key$width)), guide = legend
    ),
    if (!is.null(key$shape)) {
      shapes <- unname(plain_shapes[key$shape])
      ggplot2::scale_shape_manual(NULL, values = by_label(shapes), guide = legend)
    }
  )
}

axis_scale <- function(panel, side) {
  scale <- panel[[paste0(side, "_scale")]]
  use <- function(kind) getExportedValue("ggplot2", paste("scale", side, kind, sep = "_"))
  if (scale$kind == "category") category_scale(scale, use("discrete")) else number_scale(scale, use)
}

category_scale <- function(scale, use) {
  use(
    limits = if (scale$reverse) rev(scale$ticks) else scale$ticks,
    labels = rlang::set_names(scale$labels, scale$ticks),
    expand = ggplot2::expansion(add = if (scale$margin) 0.6 else 0)
  )
}

number_scale <- function(scale, use) {
  limits <- c(scale$low %||% NA, scale$high %||% NA)
  space <- if (scale$margin) ifelse(is.na(limits), 0.05, 0) else c(0, 0)
  given <- list(expand = ggplot2::expansion(space))
  if (length(scale$ticks) > 0) given$breaks <- scale$ticks
  if (length(scale$labels) > 0) given$labels <- scale$labels
  if (!all(is.na(limits))) given$limits <- if (scale$reverse) rev(limits) else limits
  if (scale$kind == "log") {
    given$labels <- given$labels %||% function(x) formatC(x, format = "g")
    return(do.call(use("log10"), given))
  }
  if (scale$reverse) {
    return(do.call(use("reverse"), given))
  }
  # Without a scale, ggplot2 takes that of the column's type: numbers or times.
  is_plain <- scale$margin && length(given) == 1
  if (!is_plain) do.call(use("continuous"), given)
}

# Panes, coordinates, looks ------------------------------------------------------------------

panes <- function(panel) {
  facets <- panel$facets
  if (is.null(facets)) {
    return(NULL)
  }
  labels <- rlang::set_names(facets$labels, as.character(facets$values))
  ggplot2::facet_wrap(
    facets$by,
    ncol = facets$columns, scales = if (facets$free) "free_y" else "fixed",
    strip.position = facets$at, labeller = ggplot2::as_labeller(labels)
  )
}

coordinates <- function(panel) {
  clip <- if (panel$axes == "none") "off" else "on"
  if (panel$square) ggplot2::coord_fixed(clip = clip) else ggplot2::coord_cartesian(clip = clip)
}

theme_run <- function() {
  ggplot2::theme_minimal(base_size = 10) +
    ggplot2::theme(
      plot.title = ggplot2::element_text(size = 11, face = "bold"),
      plot.subtitle = ggplot2::element_text(size = 10, colour = "#4D4D4D"),
      axis.text = ggplot2::element_text(size = 10),
      legend.text = ggplot2::element_text(size = 10),
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

theme_axes <- function(axes) {
  none <- ggplot2::element_blank()
  bare <- ggplot2::theme(panel.grid = none, axis.line = none, axis.ticks = none)
  switch(axes,
    box = bare + ggplot2::theme(
      panel.border = ggplot2::element_rect(colour = "#7F7F7F", fill = NA)
    ),
    none = bare + ggplot2::theme(axis.text = none, axis.title = none)
  )
}

theme_words <- function(panel) {
  at_left <- identical(panel$facets$at, "left")
  sized <- function(side) {
    if (panel$axes != "none") {
      ggplot2::element_text(size = panel[[paste0(side, "_scale")]]$size)
    } else {
      ggplot2::element_blank()
    }
  }
  strip <- ggplot2::theme(
    axis.text.x = sized("x"), axis.text.y = sized("y"),
    strip.placement = "outside",
    strip.text = ggplot2::element_text(
      size = 10,
      margin = if (!at_left) ggplot2::margin(2, 0, 2, 0)
    ),
    panel.spacing.x = ggplot2::unit(if (panel$axes == "none") between(panel$facets) else 12, "pt")
  )
  if (isTRUE(panel$y_down)) {
    strip <- strip + ggplot2::theme(axis.title.y = ggplot2::element_text(hjust = 1))
  }
  if (!panel$x_scale$upright) {
    return(strip)
  }
  upwards <- ggplot2::element_text(
    size = panel$x_scale$size, angle = 90, hjust = 1, vjust = 0.5
  )
  strip + ggplot2::theme(axis.text.x = upwards)
}

# A date below the right end of an axis is wider than the usual margin beside it.
theme_times <- function(panel) {
  if (has_times(panel)) ggplot2::theme(plot.margin = ggplot2::margin(5.5, 22, 5.5, 5.5))
}

# Panes beside each other have no room for all dates: those that would touch are left out.
guide_times <- function(panel) {
  if (has_times(panel) && isTRUE(panel$facets$columns > 1)) {
    ggplot2::guides(x = ggplot2::guide_axis(check.overlap = TRUE))
  }
}

# Panes beside each other have room for about three dates.
time_scale <- function(panel) {
  if (!isTRUE(panel$facets$columns > 2) || !has_times(panel)) {
    return(NULL)
  }
  is_day <- inherits(times_of(panel), "Date")
  scale <- if (is_day) ggplot2::scale_x_date else ggplot2::scale_x_datetime
  scale(breaks = few_times)
}

# The fewest round times of which two or more are within the limits.
few_times <- function(limits) {
  for (most in 2:5) {
    times <- pretty(limits, most)
    inside <- times >= limits[[1]] & times <= limits[[2]]
    if (sum(inside) > 1) break
  }
  rlang::set_names(times, attr(times, "labels"))[inside]
}

has_times <- function(panel) {
  inherits(times_of(panel), c("Date", "POSIXct"))
}

# The times of an x axis; NULL of another one.
times_of <- function(panel) {
  for (mark in panel$marks) {
    column <- mark$of[["x"]]
    times <- if (!is.null(column)) panel$frames[[mark$frame]][[column]]
    if (inherits(times, c("Date", "POSIXct"))) {
      return(times)
    }
  }
}

# Points between pictures, so that the words above them, of about 4 points a letter, do not touch;
# of a picture's own width some points are sure.
between <- function(facets, picture = 44) {
  lines <- unlist(strsplit(as.character(facets$labels), "\n", fixed = TRUE))
  letters <- max(nchar(lines), 0)
  max(8, 4 * letters - picture)
}
