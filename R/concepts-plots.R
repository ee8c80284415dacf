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
  paste0("<kerasduet figure> ", format(x$width), " x ", format(x$height), " inches: ", x$alt)
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

#' Picture and animate a convolution
#'
#' `plot_convolution()` shows one window of a convolution with its sum written out: the padded
#' image with the window framed, the kernel as it is used, the result. `animate_convolution()`
#' writes a GIF of the kernel sliding over the image.
#'
#' @inheritParams convolve2d
#' @param image Numeric matrix (height, width), finite. Numbers are written into the cells up to
#'   12 x 12; an animation has at most 150 windows.
#' @param kernel Numeric matrix (a, b). The kernel.
#' @param row,column Whole numbers. Cell of the result, counted from 1 (in Python from 0).
#'   Default 1.
#' @param bias Number. Added to every output. Default 0.
#' @param path Character. The file, ending in .gif; an existing one is replaced when the new one
#'   is complete.
#' @param seconds Number. Time a window is shown, at least 0.02. Default 0.8.
#' @return `plot_convolution()`: a [kerasduet_figure]. `animate_convolution()`: the path,
#'   invisibly, so that `knitr::include_graphics(animate_convolution(...))` shows it in a
#'   document.
#' @section Errors:
#' As [convolve2d()]; a cell outside the result; a path that cannot be written; too many windows.
#' @examplesIf kerasduet:::has_core()
#' image <- rbind(c(1, 7, 2), c(11, 1, 23), c(2, 2, 2))
#' corner <- rbind(c(1, 1), c(0, 1))
#' plot_convolution(image, corner, row = 2, column = 1)
#' animate_convolution(image, corner, tempfile(fileext = ".gif"))
#' @export
plot_convolution <- function(image, kernel, row = 1, column = 1, stride = 1, padding = "valid",
                             flip = FALSE, bias = 0) {
  arguments <- as.list(environment())
  lesson_cell("plot_convolution", arguments, figure_from_py)
}

#' @rdname plot_convolution
#' @export
animate_convolution <- function(image, kernel, path, stride = 1, padding = "valid",
                                flip = FALSE, bias = 0, seconds = 0.8) {
  animation("animate_convolution", as.list(environment()))
}

#' Picture and animate a pooling
#'
#' `plot_pooling()` shows one window of a pooling with its arithmetic, `animate_pooling()` writes
#' a GIF of the window sliding over the image.
#'
#' @inheritParams pool2d
#' @inheritParams plot_convolution
#' @return `plot_pooling()`: a [kerasduet_figure], the image with the window framed, and the
#'   result. `animate_pooling()`: the path, invisibly.
#' @section Errors:
#' As [pool2d()]; a cell outside the result; a path that cannot be written; too many windows.
#' @examplesIf kerasduet:::has_core()
#' image <- rbind(c(1, 8, 4, 3), c(6, 5, 9, 2), c(2, 5, 6, 5), c(8, 9, 4, 3))
#' plot_pooling(image, column = 2)
#' animate_pooling(image, tempfile(fileext = ".gif"), kind = "average")
#' @export
plot_pooling <- function(image, size = 2, row = 1, column = 1, stride = NULL, kind = "max",
                         p = 2, seed = NULL) {
  lesson_cell("plot_pooling", as.list(environment()), figure_from_py)
}

#' @rdname plot_pooling
#' @export
animate_pooling <- function(image, path, size = 2, stride = NULL, kind = "max", p = 2,
                            seed = NULL, seconds = 0.8) {
  animation("animate_pooling", as.list(environment()))
}

#' Picture an image and its feature maps
#'
#' @param image Numeric matrix (height, width), gray, for named kernels; or array
#'   (height, width, channels) for weights of as many channels.
#' @param kernels Character, names of [kernel_names()]; or a numeric array
#'   (a, b, channels, filters), weights such as a trained layer's. `NULL` (default) is all names.
#' @return A [kerasduet_figure]: the image, then one feature map a kernel; each from its darkest
#'   to its brightest value.
#' @section Errors:
#' An unknown name, or channels that differ.
#' @seealso [convolve2d()], [image_kernel()]
#' @examplesIf kerasduet:::has_core()
#' plot_feature_maps(volcano, c("sobel", "edge"))
#' @export
plot_feature_maps <- function(image, kernels = NULL) {
  lesson(
    "plot_feature_maps", as.list(environment()),
    figure_from_py
  )
}

#' Picture activation functions
#'
#' @param names Character. Of "identity", "step", "sigmoid", "tanh", "relu"; `NULL` (default) is
#'   all but the identity.
#' @param low,high Numbers. Ends of the x axis, low < high. Default -5 and 5.
#' @return A [kerasduet_figure]: one panel a function, its values and, dashed, its slope.
#' @section Errors:
#' An unknown name, or low >= high.
#' @seealso [activate()]
#' @examplesIf kerasduet:::has_core()
#' plot_activations(c("sigmoid", "tanh"))
#' @export
plot_activations <- function(names = NULL, low = -5, high = 5) {
  lesson(
    "plot_activations", as.list(environment()),
    figure_from_py
  )
}

#' Picture how a neuron or a network divides the plane
#'
#' @param inputs Numeric matrix (samples, 2), one sample a row.
#' @param outputs Numeric vector (samples). Their true class, 0 or 1.
#' @param weights,threshold Numeric vector (2) and number (default 0). A neuron as in
#'   [threshold_neuron()]; or else
#' @param params,hidden_activation a network as in [two_layer_forward()], its activation "tanh"
#'   by default. Give `weights` or `params`; the other stays `NULL`.
#' @return A [kerasduet_figure]: the output over the plane, the boundary (output 0.5), the
#'   samples.
#' @section Errors:
#' Inputs that are not pairs, or neither or both of `weights` and `params`.
#' @examplesIf kerasduet:::has_core()
#' gate <- logic_gate("and")
#' plot_decision(gate$inputs, gate$outputs, weights = gate$weights, threshold = gate$threshold)
#' @export
plot_decision <- function(inputs, outputs, weights = NULL, threshold = 0, params = NULL,
                          hidden_activation = "tanh") {
  arguments <- as.list(environment())
  # One sample has one class, in a vector of one.
  if (!missing(outputs) && is.null(dim(outputs))) arguments$outputs <- as.array(outputs)
  lesson("plot_decision", arguments, figure_from_py)
}

#' Picture and animate an unrolled recurrent network
#'
#' `plot_unrolled()` shows input, state and output of each step (the first 8), joined by U, W and
#' V, with their numbers; `animate_unrolled()` writes a GIF that computes them step by step.
#'
#' @inheritParams rnn_forward
#' @param ... `b`, `c`, `h0`, `activation`, `output_activation` of [rnn_forward()], by name.
#' @param path Character. The file, ending in .gif; an existing one is replaced when the new one
#'   is complete.
#' @param seconds Number. Time a step is shown, at least 0.02. Default 1.
#' @return `plot_unrolled()`: a [kerasduet_figure]. `animate_unrolled()`: the path, invisibly.
#' @section Errors:
#' As [rnn_forward()], or a path that cannot be written.
#' @examplesIf kerasduet:::has_core()
#' plot_unrolled(c(2, 4, 6), 1, 1, 1, activation = "relu")
#' animate_unrolled(c(2, 4), 1, 1, 1, tempfile(fileext = ".gif"), activation = "relu")
#' @export
plot_unrolled <- function(inputs, U, W, V, ...) { # nolint: object_name_linter.
  arguments <- c(as.list(environment()), list(...))
  lesson("plot_unrolled", arguments, figure_from_py)
}

#' @rdname plot_unrolled
#' @export
animate_unrolled <- function(inputs, U, W, V, path, seconds = 1, # nolint: object_name_linter.
                             ...) {
  animation("animate_unrolled", c(as.list(environment()), list(...)))
}

#' Picture gates and states over time
#'
#' @param states Named list. The result of [lstm_forward()] or [gru_forward()].
#' @return A [kerasduet_figure]: one panel a gate or state, each unit thin, their mean thick.
#' @section Errors:
#' A list of something else.
#' @examplesIf kerasduet:::has_core()
#' half <- list(Wr = cbind(0, 0), Wz = cbind(0, 0), Wh = cbind(0, 1), br = 0, bz = 0, bh = 0)
#' plot_gates(gru_forward(c(1, 0, 0, 1), half))
#' @export
plot_gates <- function(states) {
  lesson("plot_gates", as.list(environment()), figure_from_py)
}

#' Picture gradient norms against the lag
#'
#' Vanishing, exploding or kept, on a logarithmic axis.
#'
#' @param norms Data frame, the result of [gradient_norms_by_lag()]; or a named list of several,
#'   whose names become labels.
#' @return A [kerasduet_figure]: one line a network; norms of exactly 0 are left out.
#' @section Errors:
#' Something else than such results.
#' @examplesIf kerasduet:::has_core()
#' at <- function(w) gradient_norms_by_lag(numeric(20), list(U = 1, W = w, b = 0))
#' plot_gradient_norms(list("W = 0.5" = at(0.5), "W = 1" = at(1), "W = 2" = at(2)))
#' @export
plot_gradient_norms <- function(norms) {
  lesson("plot_gradient_norms", list(norms = norm_columns(norms)), figure_from_py)
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
