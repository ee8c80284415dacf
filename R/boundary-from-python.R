# Values on the way back. Python objects stay unconverted until a function here converts
# them.

# Plain values: None, booleans, numbers, texts, arrays, and lists and dicts of them. Whole numbers
# become doubles, because R's integers end at 2^31.
plain <- function(x) {
  if (!is_python(x)) {
    return(x)
  }
  if (is_none(x)) {
    return(NULL)
  }
  if (inherits(x, "numpy.ndarray")) {
    return(array_from_py(x))
  }
  if (inherits(x, "python.builtin.dict")) {
    values <- reticulate::iterate(x$values(), plain, simplify = FALSE)
    return(stats::setNames(values, reticulate::iterate(x$keys(), plain)))
  }
  if (inherits(x, c("python.builtin.list", "python.builtin.tuple"))) {
    return(vector_if_alike(reticulate::iterate(x, plain, simplify = FALSE)))
  }
  is_whole <- inherits(x, "python.builtin.int") && !inherits(x, "python.builtin.bool")
  if (inherits(x, "kerasduet.result.Said")) {
    x <- x$`__str__`() # as it can be called, it would become a function
  }
  reticulate::py_to_r(if (is_whole) x$`__float__`() else x)
}

# Single values of one type become a vector, anything else stays a list.
vector_if_alike <- function(values) {
  single <- vapply(values, is_single, logical(1))
  kinds <- unique(vapply(values, typeof, ""))
  if (length(values) > 0 && all(single) && length(kinds) == 1) unlist(values) else values
}

is_single <- function(x) is.atomic(x) && length(x) == 1 && is.null(dim(x))

# One axis is a vector, more are a matrix or an array.
array_from_py <- function(x) {
  is_flags <- plain(x$dtype$kind) == "b"
  values <- reticulate::py_to_r(if (is_flags) x else x$astype("float64"))
  if (length(dim(values)) == 1) as.vector(values) else values
}

# A pandas DataFrame, column by column: pandas's own text columns do not survive as a whole.
# Columns of `classes` become factors with all `levels`; times are dates where `dates` says so, or
# where none has a time of day.
frame_from_py <- function(frame, dates = NULL, classes = NULL, levels = NULL) {
  names <- plain(frame$columns$tolist())
  columns <- lapply(names, function(name) {
    series_from_py(reticulate::py_get_item(frame, name), dates)
  })
  result <- stats::setNames(columns, names)
  for (name in intersect(classes, names)) {
    result[[name]] <- classes_from_py(frame[[name]], levels)
  }
  result <- as.data.frame(result, optional = TRUE, stringsAsFactors = FALSE)
  said <- plain(frame$attrs)
  for (name in names(said)) attr(result, name) <- said[[name]]
  result
}

# Labels are numbers in Python where the caller's were; a number of R's might be written as 1e+05.
classes_from_py <- function(series, levels) {
  has_order <- reticulate::py_has_attr(series$dtype, "ordered") && plain(series$dtype$ordered)
  factor(texts_from_py(series$astype("str")$tolist()), levels, ordered = has_order)
}

series_from_py <- function(series, dates) {
  switch(plain(series$dtype$kind),
    M = times_from_py(series, dates),
    b = vector_from_py(series$to_numpy()),
    i = ,
    u = ,
    f = vector_from_py(series$to_numpy(dtype = "float64")),
    texts_from_py(series$tolist())
  )
}

vector_from_py <- function(array) {
  as.vector(reticulate::py_to_r(array))
}

texts_from_py <- function(values) {
  values <- reticulate::iterate(values, plain, simplify = FALSE)
  missing <- vapply(values, function(value) is.null(value) || is.na(value), logical(1))
  values[missing] <- NA_character_
  vapply(values, as.character, "")
}

times_from_py <- function(series, dates) {
  micro <- series$to_numpy(dtype = "datetime64[us]")
  seconds <- vector_from_py(micro$astype("int64")$astype("float64")) / 1e6
  seconds[vector_from_py(numpy()$isnat(micro))] <- NA
  if (dates %||% all(seconds %% 86400 == 0, na.rm = TRUE)) {
    return(as.Date(seconds / 86400, origin = "1970-01-01"))
  }
  as.POSIXct(seconds, origin = "1970-01-01", tz = zone_from_py(series))
}

# R would read an offset such as UTC+01:00 the other way round.
zone_from_py <- function(series) {
  is_zoned <- reticulate::py_has_attr(series$dtype, "tz")
  zone <- if (is_zoned) reticulate::py_str(series$dtype$tz) else "UTC"
  if (zone %in% OlsonNames()) zone else "UTC"
}

experiment_from_py <- function(x) {
  structure(plain(x$face()), class = "kerasduet_experiment")
}

# Classes as a factor, probabilities as a matrix, numbers as a vector, tables as a data frame;
# in a table of boxes the class is a factor.
prediction_from_py <- function(x, levels, kind, dates) {
  if (kind %in% c("boxes", "all")) {
    return(frame_from_py(x, classes = "class", levels = levels))
  }
  if (identical(kind, "text")) {
    return(as.character(plain(x$tolist())))
  }
  if (length(levels) == 0) {
    is_table <- reticulate::py_has_attr(x, "columns")
    return(if (is_table) frame_from_py(x, dates = dates) else array_from_py(x))
  }
  if (identical(kind, "prob")) {
    probabilities <- reticulate::py_to_r(x$to_numpy(dtype = "float64"))
    return(matrix(probabilities, ncol = length(levels), dimnames = list(NULL, levels)))
  }
  classes_from_py(x, levels)
}

# The table of a forecast, with the figure that has the end of the series too.
forecast_from_py <- function(py, table, newdata = NULL) {
  dates <- has_dates(py)
  found <- frame_from_py(table, dates = dates)
  drawing <- reticulate::import("kerasduet.tasks.forecasting.future_figure", convert = FALSE)
  with_figure(found, "kerasduet_forecast", drawing$drawn_forecast(py, table, newdata), dates)
}

importance_from_py <- function(py, table) {
  drawing <- reticulate::import("kerasduet.tasks.tables.figures", convert = FALSE)
  found <- frame_from_py(table)
  with_figure(found, "kerasduet_importance", drawing$drawn_importance(py, table), FALSE)
}

# A table with what plot() draws of it, and the values that the figure is of. The figure is made
# here, as a promise; a table of which none can be made is a table still.
with_figure <- function(table, class, figure, dates) {
  panel <- tryCatch(
    plotted_from_py(figure, dates)$panels[[1]],
    python.builtin.Exception = function(error) NULL
  )
  values <- unclass(table)[drawn_columns[[class]]]
  attr(table, "figure") <- if (!is.null(panel)) list(values = values, panel = panel)
  class(table) <- c(class, "kerasduet_drawn", class(table))
  table
}

# The history of a run, with the few words that its figure needs; the same of equal runs.
history_from_py <- function(py, table) {
  drawing <- reticulate::import("kerasduet.figures.history", convert = FALSE)
  look <- plain(drawing$look_of(py))
  structure(frame_from_py(table), class = c("kerasduet_history", "data.frame"), look = look)
}

history_figure_from_py <- function(table, look) {
  drawing <- reticulate::import("kerasduet.figures.history", convert = FALSE)
  columns <- lapply(table[vapply(table, is.numeric, NA)], function(x) as.list(as.double(x)))
  plotted_from_py(drawing$drawn_history(columns, look), FALSE)$panels[[1]]
}

plot_data_from_py <- function(run, kind, settings) {
  names(settings)[names(settings) == "h"] <- "horizon" # as forecast() calls it
  is_table <- vapply(settings, is.data.frame, NA)
  settings[is_table] <- lapply(settings[is_table], data_to_py, "future")
  settings <- settings_to_py(settings)
  core$plots$check_settings(as.list(names(settings)))
  py <- run_to_py(run)
  data <- do.call(core$plots$plot_data, c(list(py, setting_to_py(kind)), settings))
  plotted_from_py(data, has_dates(py)) # of the whole series: a frame may hold midnights only
}

# What a figure shows, as its panels.
plotted_from_py <- function(data, dates) {
  layout <- reticulate::iterate(data$layout, plain, simplify = FALSE)
  beside <- vapply(layout, `[[`, 0, 1) # panels in a row
  read <- function(panel, width) panel_from_py(panel, width, dates)
  panels <- reticulate::iterate(data$panels, identity, simplify = FALSE)
  panels <- Map(read, panels, plain(data$width) / rep(beside, beside))
  names(panels) <- vapply(panels, `[[`, "", "kind")
  texts <- c("kind", "title", "subtitle", "alt")
  words <- lapply(rlang::set_names(texts), function(name) plain(data[[name]]))
  c(words, list(panels = panels, layout = layout))
}

panel_from_py <- function(panel, width, dates) {
  read <- function(frame) frame_from_py(frame, dates = dates)
  frames <- reticulate::iterate(panel$frames$values(), read, simplify = FALSE)
  names(frames) <- reticulate::iterate(panel$frames$keys(), plain)
  found <- plain(panel$to_dict(width))
  found$ticks <- unlist(found$ticks)
  c(found, list(frames = frames))
}

parity_from_py <- function(parity) {
  found <- plain(parity$to_dict())
  found$table <- as.data.frame(found$table)
  found$differences <- as.character(found$differences)
  structure(found, text = reticulate::py_str(parity), class = "kerasduet_parity")
}

comparison_from_py <- function(comparison) {
  structure(
    list(
      table = frame_from_py(comparison$table), summary = plain(comparison$summary),
      pairs = plain(comparison$pairs)
    ),
    class = "kerasduet_comparison"
  )
}

leakage_from_py <- function(leakage) {
  structure(
    list(
      table = frame_from_py(leakage$table), passed = plain(leakage$passed),
      text = plain(leakage$text)
    ),
    class = "kerasduet_leakage"
  )
}

# The test rows of a run, by the kinds of columns that its task declares.
predictions_from_py <- function(py) {
  kinds <- plain(py$task$columns(py$preprocessing))
  classes <- names(kinds)[vapply(kinds, identical, NA, "class")]
  frame_from_py(py$predictions(), has_dates(py), classes, class_names(py))
}

# Names of the classes of a run or a data set; a series has none.
class_names <- function(py) {
  learned <- py$preprocessing
  if (!reticulate::py_has_attr(learned, "class_names")) {
    return(character())
  }
  as.character(plain(learned$class_names))
}

# Whether a run's series has dates, without a time of day.
has_dates <- function(py) {
  learned <- py$preprocessing
  if (!reticulate::py_has_attr(learned, "tail_times")) {
    return(FALSE)
  }
  !any(grepl("T", unlist(plain(learned$tail_times)), fixed = TRUE))
}

# Lessons -------------------------------------------------------------------------------------

table_from_py <- function(x) as.data.frame(plain(x))

# A matplotlib figure as a picture that R shows: its PNG file, and the same pixels as a raster.
figure_from_py <- function(figure) {
  dpi <- figure_dpi()
  file <- reticulate::import("io", convert = FALSE)$BytesIO()
  figure$savefig(file, format = "png", dpi = dpi)
  pixels <- reticulate::import("PIL.Image", convert = FALSE)$open(file)$convert("RGBA")
  size <- plain(pixels$size) # width, height
  raster <- readBin(bytes_from_py(pixels$tobytes()), "integer", prod(size), endian = "little")
  structure(
    list(
      png = bytes_from_py(file$getvalue()),
      raster = structure(raster, dim = rev(size), class = "nativeRaster", channels = 4L),
      width = size[[1]] / dpi, height = size[[2]] / dpi, alt = plain(figure$alt_text)
    ),
    class = "kerasduet_figure"
  )
}

# Sharp on screens and in print, or what the document asks for if that is more.
figure_dpi <- function() {
  knitting <- isTRUE(getOption("knitr.in.progress"))
  max(200, if (knitting) knitr::opts_current$get("dpi"))
}

bytes_from_py <- function(x) {
  reticulate::py_to_r(reticulate::import_builtins(convert = FALSE)$bytearray(x))
}
