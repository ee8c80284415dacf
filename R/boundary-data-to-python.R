# Data on the way to Python.

# Data of the caller's own, or a file of R's that holds them.
given_to_py <- function(data) {
  is_one <- is.character(data) && length(data) == 1
  if (is_one && grepl("[.]npz$", data, ignore.case = TRUE)) {
    return(setting_to_py(data))
  }
  data_to_py(from_r_file(data))
}

# The object of an .rds or .RData file; c(file, object) chooses one of several. Anything else stays.
from_r_file <- function(data) {
  is_file <- is.character(data) && is.null(dim(data)) && length(data) %in% 1:2 &&
    grepl("[.](rds|rda|rdata)$", data[[1]], ignore.case = TRUE)
  if (!is_file) {
    return(data)
  }
  file <- data[[1]]
  if (!utils::file_test("-f", file)) {
    refuse("data: must be a file of R's; got ", file, ", which does not exist.",
      kind = "DatasetError"
    )
  }
  is_rds <- grepl("[.]rds$", file, ignore.case = TRUE)
  objects <- tryCatch(
    suppressWarnings(if (is_rds) list(readRDS(file)) else loaded_objects(file)),
    error = function(e) {
      refuse("data: must be a file of R's; got ", file, ", which R cannot read. Save it again.",
        kind = "DatasetError"
      )
    }
  )
  if (is_rds && length(data) == 1) objects[[1]] else chosen_object(objects, data, is_rds)
}

loaded_objects <- function(file) {
  place <- new.env(parent = emptyenv())
  mget(load(file, envir = place), place)
}

chosen_object <- function(objects, data, is_rds) {
  known <- names(objects)
  if (is_rds) {
    refuse("data: an .rds file holds one object; got the name ", data[[2]], " too. Leave it out.")
  }
  if (length(known) == 0) {
    refuse("data: must hold an object; got ", data[[1]], ", which is empty.", kind = "EmptyData")
  }
  if (length(data) == 2 && data[[2]] %in% known) {
    return(objects[[data[[2]]]])
  }
  if (length(data) == 2) {
    refuse_objects(data[[1]], known, paste("no object", data[[2]], "in "))
  }
  if (length(known) == 1) {
    return(objects[[1]])
  }
  if (setequal(known, c("x_train", "y_train", "x_test", "y_test"))) {
    return(objects)
  }
  refuse_objects(data[[1]], known, "several in ")
}

refuse_objects <- function(file, known, got) {
  some <- paste(c(utils::head(known, 5), if (length(known) > 5) "..."), collapse = ", ")
  refuse(
    "data: must name one object; got ", got, file, ", which holds ", some,
    ". Choose with data = c(\"", file, "\", \"", known[[1]], "\").",
    kind = "UnknownName"
  )
}

# Data keep their type or are refused; a vector of length one stays a vector.
data_to_py <- function(x, name = "data") {
  if (is.null(x) || is_python(x)) {
    return(x)
  }
  if (inherits(x, c("kerasduet_dataset", "kerasduet_array"))) {
    return(handle(x))
  }
  if (inherits(x, c("ts", "zoo"))) {
    return(series_to_py(x, name))
  }
  if (is.data.frame(x) || is.list(x) && !is.object(x)) {
    return(columns_to_py(x, name))
  }
  column_to_py(x, name)
}

columns_to_py <- function(x, name) {
  cross <- if (is.data.frame(x)) frame_column_to_py else part_to_py
  values <- lapply(unname(as.list(x)), cross, name)
  if (is.null(names(x)) && length(x) > 0) {
    return(values)
  }
  refuse_twice(names(x), name, kind = "UnknownName")
  keys <- as.list(as_utf8(names(x), name, "column"))
  columns <- reticulate::py_dict(keys, values, convert = FALSE)
  # Row names may be dates, such as those of as.data.frame(xts): the core looks at them.
  is_named <- is.data.frame(x) && is.character(attr(x, "row.names"))
  if (!is_named) {
    return(columns)
  }
  pandas()$DataFrame(columns, index = texts_to_py(row.names(x)))
}

# Beside others in a list, a data frame of numbers is a matrix, such as one of pixels; but the boxes
# of images have columns.
part_to_py <- function(x, name) {
  is_matrix <- is.data.frame(x) && length(x) > 0 && all(vapply(x, is.numeric, NA)) &&
    !all(c("image", "left") %in% names(x))
  data_to_py(if (is_matrix) unname(as.matrix(x)) else x, name)
}

# A column that may be of no use to anyone, of a class that is not known, or of several columns: the
# core refuses it by its name where it is used.
frame_column_to_py <- function(x, name) {
  if (is_python(x)) {
    return(x)
  }
  if (is.matrix(x) && ncol(x) == 1) { # as scale() gives
    x <- drop(x)
  }
  several <- is.data.frame(x) || length(dim(x)) > 1
  if (several || !inherits(x, c("ts", "zoo")) && column_kind(plain_column(x)) == "unknown") {
    return(rep(list(stranger_to_py(plain_column(x))), NROW(x)))
  }
  is_odd <- if (is.factor(x)) is_no_text(levels(x))[x] else is_no_text(x)
  if (any(is_odd, na.rm = TRUE)) odd_texts_to_py(x, which(is_odd)) else data_to_py(x, name)
}

# An object in the place of a text whose bytes are none says so.
odd_texts_to_py <- function(x, odd) {
  x <- as.character(x)
  x[odd] <- NA
  values <- texts_to_py(x)
  values[odd] <- list(stranger_to_py(structure(1, class = "text that is not UTF-8")))
  values
}

column_to_py <- function(x, name) {
  x <- plain_column(x)
  switch(column_kind(x),
    factor = factor_to_py(x, name),
    Date = texts_to_py(format(x, "%Y-%m-%d")),
    POSIXct = times_to_py(x),
    text = texts_to_py(x, name),
    number = array_to_py(x),
    refuse(
      name, ": must be numbers, a factor, text, dates or times; got ", class(x)[[1]],
      ". Convert it first, say with as.numeric() or as.Date()."
    )
  )
}

# What a class means is only known of these; another one would be read as its bare numbers.
column_kind <- function(x) {
  if (is.object(x)) {
    return(c(intersect(class(x), c("factor", "Date", "POSIXct")), "unknown")[[1]])
  }
  if (!is.atomic(x)) {
    return("unknown")
  }
  if (is.character(x) && is.null(dim(x))) "text" else "number"
}

plain_column <- function(x) {
  if (inherits(x, "AsIs")) {
    class(x) <- setdiff(class(x), "AsIs")
  }
  # Months, quarters and weeks of zoo and tsibble are their first days; those of zoo are years.
  if (inherits(x, c("yearmon", "yearqtr"))) {
    months <- round(12 * as.numeric(x))
    return(as.Date(sprintf("%04d-%02d-01", months %/% 12, months %% 12 + 1)))
  }
  if (inherits(x, c("yearmonth", "yearquarter", "yearweek"))) {
    return(as.Date(as.numeric(unclass(x)), origin = "1970-01-01"))
  }
  if (inherits(x, "integer64")) {
    return(integer64_to_double(x))
  }
  if (inherits(x, "POSIXlt")) as.POSIXct(x) else x
}

# Integers and logicals have no NaN: with a missing value they cross as numbers that have one,
# or as Python objects, so that the core finds it.
array_to_py <- function(x) {
  if (is.logical(x) && anyNA(x) && is.null(dim(x))) {
    return(objects_to_py(x))
  }
  storage.mode(x) <- crossing_mode(x)
  # Without axes, a single value would become a scalar.
  if (is.null(dim(x))) {
    dim(x) <- length(x)
  }
  if (length(x) > 0) {
    return(reticulate::r_to_py(x, convert = FALSE))
  }
  numpy()$zeros(as.list(dim(x)), dtype = if (is.integer(x)) "int32" else "float64")
}

crossing_mode <- function(x) {
  if (is.raw(x)) {
    return("integer")
  }
  if (!is.double(x) && !is.character(x) && anyNA(x)) "double" else storage.mode(x)
}

texts_to_py <- function(x, name = "data") objects_to_py(as_utf8(as.vector(x), name))

# Where bytes are no text of the locale, R itself would write <f6> for them and go on.
as_utf8 <- function(x, name, place = "row") {
  x <- marked_utf8(x)
  is_odd <- is_no_text(x)
  if (any(is_odd)) {
    refuse(
      name, ": must be UTF-8 text; got another byte in ", place, " ", which(is_odd)[[1]],
      ". Convert it first, say with iconv(x, \"latin1\", \"UTF-8\")."
    )
  }
  enc2utf8(x)
}

is_no_text <- function(x) {
  if (!is.character(x)) {
    return(logical(length(x)))
  }
  is_odd <- !is.na(x) & Encoding(x) != "latin1" & !validUTF8(x)
  is_bare <- is_odd & Encoding(x) == "unknown"
  is_odd[is_bare] <- is.na(iconv(x[is_bare], "", "UTF-8"))
  is_odd
}

# In the locale C no byte above ASCII is text: those that are UTF-8 are taken as such.
marked_utf8 <- function(x) {
  if (is.character(x) && Sys.getlocale("LC_CTYPE") %in% c("C", "POSIX")) {
    is_bare <- Encoding(x) == "unknown" & !is.na(x) & validUTF8(x)
    Encoding(x[is_bare]) <- "UTF-8"
  }
  x
}

# A list of Python's own objects, with None for what is missing.
objects_to_py <- function(x) {
  lapply(as.vector(x), function(value) if (is.na(value)) NULL else value)
}

factor_to_py <- function(x, name) {
  known <- levels(x)[!is.na(levels(x))] # a level may stand for what is missing
  codes <- match(as.character(x), known, nomatch = 0L) - 1L
  pandas()$Categorical$from_codes(
    array_to_py(codes),
    categories = as.list(as_utf8(known, name, "level")), ordered = is.ordered(x)
  )
}

# Times cross as UTC in ISO 8601 and are put back into their zone, which a text cannot hold.
times_to_py <- function(x) {
  zone <- attr(x, "tzone")[1] %||% ""
  if (zone == "") {
    zone <- local_zone()
  }
  # format() cuts digits off where it should round.
  text <- texts_to_py(format(x + 5e-7, "%Y-%m-%dT%H:%M:%OS6Z", tz = "UTC"))
  times <- pandas()$to_datetime(text, format = "ISO8601", utc = TRUE)
  if (is.na(zone) || zone %in% c("UTC", "GMT", "Etc/UTC")) {
    return(times$tz_localize(NULL))
  }
  times$tz_convert(zone)
}

# Where TZ is not set, Sys.timezone() asks systemd, which complains where it does not run, as in
# containers; the link that R's own conversions follow says the same.
local_zone <- function(link = Sys.readlink("/etc/localtime")) {
  if (Sys.getenv("TZ") == "" && grepl("/zoneinfo/", link, fixed = TRUE)) {
    return(sub(".*/zoneinfo/", "", link))
  }
  Sys.timezone()
}

# Values with their times beside them: one column is a Series, a matrix a DataFrame.
indexed_to_py <- function(x, times, name) {
  columns <- if (is.matrix(x)) as.list(as.data.frame(x)) else list(as.vector(x))
  columns <- lapply(columns, column_to_py, name)
  index <- pandas()$Index(times, name = "time")
  if (is.null(names(columns))) {
    return(pandas()$Series(columns[[1]], index = index))
  }
  values <- reticulate::py_dict(as.list(names(columns)), unname(columns), convert = FALSE)
  pandas()$DataFrame(values, index = index)
}

# A series of zoo or xts has an index of any class, months and quarters of a class of their own.
series_to_py <- function(x, name) {
  if (!inherits(x, "zoo")) {
    return(indexed_to_py(unclass(x), ts_times(x), name))
  }
  if (!requireNamespace("zoo", quietly = TRUE)) {
    refuse(
      name, ": needs the package zoo to read a series of class ", class(x)[[1]], ". Install it."
    )
  }
  times <- zoo::index(x)
  if (inherits(times, c("yearmon", "yearqtr"))) {
    times <- zoo::as.Date(times)
  }
  indexed_to_py(zoo::coredata(x), column_to_py(times, name), name)
}

# A time series of years, quarters, months, and of the weeks and days of a year of 365.25 days, has
# dates. Any other has numbers: of 52 weeks or 365 days, a year has no dates that are sure.
ts_times <- function(x) {
  times <- as.numeric(stats::time(x))
  steps <- stats::frequency(x)
  days <- c(365.25, 365.2425, 365.25 / 7, 365.2425 / 7)
  is_days <- any(abs(steps - days) < 1e-3)
  # Without a calendar's years, ts(x) alone counts from 1.
  is_dated <- times[[1]] >= 1000 && times[[length(times)]] < 10000
  if (!is_dated || !is_days && !steps %in% c(1, 4, 12)) {
    return(array_to_py(times))
  }
  if (is_days) {
    size <- if (steps > 100) 1 else 7
    first <- as.Date(sprintf("%04d-01-01", floor(times[[1]] + 1e-6)))
    passed <- round((times[[1]] - floor(times[[1]] + 1e-6)) * steps) * size
    dates <- first + passed + size * (seq_along(times) - 1)
  } else {
    # A month is 1/12 year, which neither a double nor 2015.33 holds exactly: count from the first.
    months <- (round(times[[1]] * steps) + seq_along(times) - 1) * 12 / steps
    dates <- as.Date(sprintf("%04d-%02d-01", months %/% 12, months %% 12 + 1))
  }
  pandas()$to_datetime(texts_to_py(format(dates)))
}

# 64 bits in the place of a double, as the package bit64 keeps whole numbers; NA is the least.
integer64_to_double <- function(x) {
  halves <- readBin(writeBin(as.vector(unclass(x)), raw()), "integer", 2 * length(x))
  halves <- matrix(halves, nrow = 2)
  if (.Platform$endian == "big") halves <- halves[2:1, , drop = FALSE]
  low <- halves[1, ]
  halves[2, ] * 2^32 + ifelse(is.na(low), 2^31, low + (low < 0) * 2^32)
}
