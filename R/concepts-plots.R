# The lessons' pictures. The core draws them once for both languages; R shows its pixels.

#' Pictures of the lessons
#'
#' The `plot_*()` functions of the lessons, such as [plot_convolution()], give an object of class
#' `kerasduet_figure`: the picture that Python users see, drawn by the same code. Printing or
#' plotting it shows it on the current graphics device, as large as its shape allows; in a
#' document of knitr or Quarto it becomes an image with an alt text, at its own size. There the
#' chunk options `out.width`, `fig.cap` and `fig.alt` are respected.
#'
#' @param x A `kerasduet_figure`.
#' @param ... Not used.
#' @return `print()` and `plot()` give `x` invisibly; `dim()` its height and width in pixels,
#'   integers. The figure is a list: `png`, a raw vector, the bytes of a PNG file, so that
#'   `writeBin(figure$png, "figure.png")` keeps it; `raster`, the same pixels as a `nativeRaster`,
#'   for [grid::grid.raster()]; `width` and `height` in inches; `alt`, a text for readers who
#'   cannot see it.
#' @examplesIf kerasduet:::has_core()
#' figure <- plot_pooling(rbind(c(1, 8), c(6, 5)))
#' figure
#' figure$alt
#' file <- tempfile(fileext = ".png")
#' writeBin(figure$png, file)
#' @name kerasduet_figure
NULL

#' @rdname kerasduet_figure
#' @export
plot.kerasduet_figure <- function(x, ...) {
  sides <- grid::grid.layout(1, 1, widths = x$width, heights = x$height, respect = TRUE)
  grid::grid.newpage()
  grid::pushViewport(grid::viewport(layout = sides))
  grid::pushViewport(grid::viewport(layout.pos.row = 1, layout.pos.col = 1))
  grid::grid.raster(x$raster, width = 1, height = 1)
  grid::popViewport(2)
  invisible(x)
}

#' @rdname kerasduet_figure
#' @export
print.kerasduet_figure <- function(x, ...) plot(x, ...)

#' @rdname kerasduet_figure
#' @export
dim.kerasduet_figure <- function(x) dim(x$raster)

#' @export
format.kerasduet_figure <- function(x, ...) {
  size <- paste(show_value(x$width), "x", show_value(x$height))
  paste0("<kerasduet figure> ", size, " inches: ", x$alt)
}

# As knitr includes any image: through its plot hook, which Quarto replaces by its own.
#' @exportS3Method knitr::knit_print
knit_print.kerasduet_figure <- function(x, options = list(), ...) { # nolint: object_name_linter.
  if (identical(options$fig.show, "hide")) {
    return(invisible())
  }
  file <- knitr::fig_path(".png", options, number = substr(rlang::hash(x$png), 1, 8))
  dir.create(dirname(file), showWarnings = FALSE, recursive = TRUE)
  writeBin(x$png, file)
  options$fig.num <- options$fig.cur <- 1
  options$fig.alt <- options$fig.alt %||% x$alt
  # Numbers are knitr's own width of plots; a text is the author's.
  if (!is.character(options$out.width)) options$out.width <- figure_width(x)
  knitr::asis_output(knitr::knit_hooks$get("plot")(file, options))
}

figure_width <- function(x) {
  if (knitr::is_latex_output()) paste0(x$width, "in") else paste0(round(96 * x$width), "px")
}

# The arguments of a wrapper, some of them converted on the way: `changed(arguments, x = fun)`.
changed <- function(arguments, ...) {
  conversions <- list(...)
  names <- names(conversions)
  arguments[names] <- Map(function(convert, x) convert(x), conversions, arguments[names])
  arguments
}

# One sample has one class, in a vector of one.
with_axis <- function(x) {
  if (is.atomic(x) && length(x) > 0 && is.null(dim(x))) as.array(x) else x
}

# Data frames, which are matrices elsewhere in the lessons, as columns by name.
norm_columns <- function(x) {
  columns <- function(x) if (is.data.frame(x)) as.list(x) else x
  x <- columns(x)
  if (is.list(x)) x[] <- lapply(x, columns)
  x
}

animation <- function(name, arguments, call = rlang::caller_env()) {
  if (is.character(arguments$path)) arguments$path <- path.expand(arguments$path)
  invisible(lesson(name, arguments, call = call))
}
