# Everything that crosses between R and Python crosses here: calls and their errors, values on
# the way to Python, values on the way back. Python objects stay unconverted until a function
# below converts them.

# Calls and errors ---------------------------------------------------------------------------

session <- new.env(parent = emptyenv())

# Evaluate an expression that uses the core. Its errors become errors of the function that the
# user called; errors of R code in it pass.
call_core <- function(expr, call = rlang::caller_env()) {
  check_given(call)
  start_core(call)
  tryCatch(
    expr,
    python.builtin.BaseException = function(error) abort_from_python(error, call),
    kerasduet_refusal = function(error) abort_own(conditionMessage(error), error$kind, call)
  )
}

# The function that runs in `frame`, which the user called, must have what it has no default for.
check_given <- function(frame) {
  place <- Position(function(other) identical(other, frame), sys.frames(), right = TRUE)
  for (name in if (!is.na(place)) required_arguments(sys.function(place))) {
    if (eval(call("missing", as.name(name)), frame)) {
      abort_own(paste0(name, ": must be given."), "ArgumentType", frame)
    }
  }
}

required_arguments <- function(fun) {
  setdiff(names(Filter(rlang::is_missing, formals(fun))), "...")
}

# What cannot cross is refused here, in the manner and with the classes of the core.
refuse <- function(..., kind = "ArgumentType") {
  rlang::abort(paste0(...), class = "kerasduet_refusal", kind = kind, call = NULL)
}

abort_own <- function(text, kind, call) {
  rlang::abort(text, class = c(kind, "kerasduet_error"), call = call)
}

# The first use of the core starts Python.
start_core <- function(call = rlang::caller_env()) {
  if (isTRUE(session$started)) {
    return(invisible())
  }
  tryCatch(
    core$environment$set_caller(paste("R", getRversion()), libraries = as.list(.libPaths())),
    error = function(error) {
      abort_own(no_python_text(conditionMessage(error)), "kerasduet_no_python", call)
    }
  )
  session$started <- TRUE
}

abort_from_python <- function(error, call) {
  kind <- sub(".*[.]", "", class(error)[[1]])
  text <- reticulate::py_str(error)
  if (inherits(error, "kerasduet.errors.KerasduetError")) {
    abort_own(text, kind, call)
  }
  if (inherits(error, "python.builtin.ImportError") && length(missing_packages()) > 0) {
    abort_own(missing_text(missing_packages(), python_command()), "kerasduet_no_python", call)
  }
  rlang::abort(paste0(kind, ": ", text), class = "kerasduet_python_error", call = call)
}

# Deciding what to say is kept apart from saying it, so that it can be tested.
no_python_text <- function(reason, named = Sys.getenv("RETICULATE_PYTHON")) {
  reason <- strsplit(reason, "\n", fixed = TRUE)[[1]][[1]]
  fix <- "Run install_kerasduet(), then restart R."
  if (nzchar(named)) {
    fix <- paste("Unset RETICULATE_PYTHON, restart R, and run install_kerasduet().")
  }
  paste0("Python cannot be used: ", sub("[.]$", "", reason), ". ", fix)
}

missing_text <- function(missing, python, named = Sys.getenv("RETICULATE_PYTHON")) {
  fix <- "Run install_kerasduet(), then restart R."
  if (nzchar(named)) {
    fix <- paste0(
      "RETICULATE_PYTHON names it: install them there with\n  ", python, " -m pip install ",
      paste(shQuote(missing), collapse = " "),
      "\nor unset the variable, restart R, and run install_kerasduet()."
    )
  }
  lacks <- paste(package_names(missing), collapse = ", ")
  paste0("The Python at ", python, " lacks ", lacks, ". ", fix)
}

missing_packages <- function() {
  wanted <- requirements()
  find <- reticulate::import("importlib.util", convert = FALSE)$find_spec
  wanted[vapply(package_names(wanted), function(name) is_none(find(name)), logical(1))]
}

package_names <- function(requirements) {
  sub("[^A-Za-z0-9_.-].*", "", requirements)
}

python_command <- function() {
  reticulate::py_to_r(core$environment$python_command())
}

# Whether examples and tests can run: a Python with everything in it, found, not downloaded.
has_core <- function() {
  if (is.null(session$has_core)) {
    managed <- Sys.getenv("RETICULATE_USE_MANAGED_VENV", NA)
    if (is.na(managed)) {
      Sys.setenv(RETICULATE_USE_MANAGED_VENV = "no")
      on.exit(Sys.unsetenv("RETICULATE_USE_MANAGED_VENV"))
    }
    session$has_core <- tryCatch(
      {
        start_core()
        length(missing_packages()) == 0
      },
      error = function(error) FALSE
    )
  }
  session$has_core
}

# To Python: settings ------------------------------------------------------------------------

# A setting is a scalar, a short vector or a list of them. A missing value crosses as NaN,
# which no rule of the core accepts, whatever R's type was.
setting_to_py <- function(x) {
  if (is.null(x) || is_python(x)) {
    return(x)
  }
  if (is.list(x) && !is.object(x)) {
    return(lapply(x, setting_to_py))
  }
  if (is.atomic(x) && !is.raw(x) && !is.complex(x)) values_to_py(x) else stranger_to_py(x)
}

values_to_py <- function(x) {
  if (is.object(x)) {
    x <- as.character(x)
  }
  values <- lapply(unname(as.vector(x)), function(value) if (is.na(value)) NaN else value)
  if (length(values) == 1) values[[1]] else values
}

# What is no value of Python's, such as a formula, crosses as an object that is only known by the
# name of its class: the core refuses it in its own words.
stranger_to_py <- function(x) {
  make_class <- reticulate::import_builtins(convert = FALSE)$type
  make_class(class(x)[[1]], reticulate::tuple(), reticulate::dict())()
}

# The settings in `...`, each by its name.
settings_to_py <- function(settings) {
  if (length(settings) > 0 && !rlang::is_named(settings)) {
    refuse("settings: must be given by name, such as epochs = 2; got one without a name.")
  }
  refuse_twice(names(settings), "settings")
  lapply(settings, setting_to_py)
}

refuse_twice <- function(names, what) {
  twice <- anyDuplicated(names)
  if (twice > 0) refuse(what, ": names must differ; got ", names[[twice]], " twice.")
}

# An experiment, or the name of one, which the core then looks up.
preset_to_py <- function(x) {
  if (!inherits(x, "kerasduet_experiment")) {
    return(setting_to_py(x))
  }
  core$Experiment$from_dict(setting_to_py(unclass(x)))
}

run_to_py <- function(run) {
  if (!inherits(run, "kerasduet_run")) {
    refuse("run: must be what run_experiment() or load_run() gives; got ", class(run)[[1]], ".")
  }
  handle(run)
}

# A run or a folder, or a list of them.
runs_to_py <- function(run) {
  if (inherits(run, "kerasduet_run")) {
    return(handle(run))
  }
  if (is.list(run) && !is.object(run) || is.character(run) && length(run) > 1) {
    return(lapply(unname(as.list(run)), runs_to_py))
  }
  setting_to_py(run)
}

# A function of the core's events; what it returns would be converted for nothing.
progress_to_py <- function(progress) {
  if (isTRUE(progress)) {
    progress <- if (interactive() && cli::is_dynamic_tty()) progress_bar() else progress_lines
  } else if (is.function(progress)) {
    tell <- progress
    progress <- function(event) tell(plain(event))
  } else {
    return(setting_to_py(progress))
  }
  reticulate::r_to_py(function(event) {
    progress(event)
    NULL
  }, convert = FALSE)
}

# To Python: data ----------------------------------------------------------------------------

# Data keep their type or are refused; a vector of length one stays a vector.
data_to_py <- function(x) {
  if (is.null(x) || is_python(x)) {
    return(x)
  }
  if (inherits(x, c("kerasduet_dataset", "kerasduet_array"))) {
    return(handle(x))
  }
  if (inherits(x, c("ts", "zoo"))) {
    return(series_to_py(x))
  }
  if (is.data.frame(x) || is.list(x) && !is.object(x)) {
    return(columns_to_py(x))
  }
  column_to_py(x)
}

columns_to_py <- function(x) {
  if (is.null(names(x)) && length(x) > 0) {
    return(lapply(x, data_to_py))
  }
  refuse_twice(names(x), "data")
  columns <- reticulate::py_dict(as.list(names(x)), unname(lapply(x, data_to_py)), convert = FALSE)
  # Row names may be dates, such as those of as.data.frame(xts): the core looks at them.
  is_named <- is.data.frame(x) && is.character(attr(x, "row.names"))
  if (!is_named || any(vapply(x, function(column) length(dim(column)) > 1, logical(1)))) {
    return(columns)
  }
  pandas()$DataFrame(columns, index = texts_to_py(row.names(x)))
}

column_to_py <- function(x) {
  x <- plain_column(x)
  switch(column_kind(x),
    factor = factor_to_py(x),
    Date = texts_to_py(format(x, "%Y-%m-%d")),
    POSIXct = times_to_py(x),
    text = texts_to_py(x),
    number = array_to_py(x),
    refuse(
      "data: must be numbers, a factor, text, dates or times; got ", class(x)[[1]],
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
  if (inherits(x, "POSIXlt")) as.POSIXct(x) else x
}

# Integers and logicals have no NaN: with a missing value they cross as numbers that have one,
# or as Python objects, so that the core finds it.
array_to_py <- function(x) {
  if (is.logical(x) && anyNA(x) && is.null(dim(x))) {
    return(objects_to_py(x))
  }
  if (is.raw(x)) {
    storage.mode(x) <- "integer"
  } else if (!is.double(x) && anyNA(x)) {
    storage.mode(x) <- "double"
  }
  # Without axes, a single value would become a scalar.
  if (is.null(dim(x))) {
    dim(x) <- length(x)
  }
  if (length(x) > 0) {
    return(reticulate::r_to_py(x, convert = FALSE))
  }
  numpy()$zeros(as.list(dim(x)), dtype = if (is.integer(x)) "int32" else "float64")
}

texts_to_py <- function(x) objects_to_py(enc2utf8(as.vector(x)))

# A list of Python's own objects, with None for what is missing.
objects_to_py <- function(x) {
  lapply(as.vector(x), function(value) if (is.na(value)) NULL else value)
}

factor_to_py <- function(x) {
  known <- levels(x)[!is.na(levels(x))] # a level may stand for what is missing
  codes <- match(as.character(x), known, nomatch = 0L) - 1L
  pandas()$Categorical$from_codes(
    array_to_py(codes),
    categories = as.list(enc2utf8(known)), ordered = is.ordered(x)
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
indexed_to_py <- function(x, times) {
  columns <- if (is.matrix(x)) as.list(as.data.frame(x)) else list(as.vector(x))
  columns <- lapply(columns, column_to_py)
  index <- pandas()$Index(times, name = "time")
  if (is.null(names(columns))) {
    return(pandas()$Series(columns[[1]], index = index))
  }
  values <- reticulate::py_dict(as.list(names(columns)), unname(columns), convert = FALSE)
  pandas()$DataFrame(values, index = index)
}

# A series of zoo or xts has an index of any class, months and quarters of a class of their own.
series_to_py <- function(x) {
  if (!inherits(x, "zoo")) {
    return(indexed_to_py(unclass(x), ts_times(x)))
  }
  if (!requireNamespace("zoo", quietly = TRUE)) {
    refuse("data: needs the package zoo to read a series of class ", class(x)[[1]], ". Install it.")
  }
  times <- zoo::index(x)
  if (inherits(times, c("yearmon", "yearqtr"))) {
    times <- zoo::as.Date(times)
  }
  indexed_to_py(zoo::coredata(x), column_to_py(times))
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

# From Python --------------------------------------------------------------------------------

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
  values <- reticulate::py_to_r(x$astype("float64"))
  if (length(dim(values)) == 1) as.vector(values) else values
}

# A pandas DataFrame, column by column: pandas's own text columns do not survive as a whole.
# Classes become factors with all `levels`; times are dates where `dates` says so, or where none
# has a time of day.
frame_from_py <- function(frame, levels = NULL, dates = NULL) {
  names <- plain(frame$columns$tolist())
  columns <- lapply(names, function(name) {
    series_from_py(reticulate::py_get_item(frame, name), dates)
  })
  result <- stats::setNames(columns, names)
  for (name in intersect(c("truth", "prediction"), names)) {
    if (length(levels) > 0) result[[name]] <- classes_from_py(frame[[name]], levels)
  }
  as.data.frame(result, optional = TRUE, stringsAsFactors = FALSE)
}

# Labels are numbers in Python where the caller's were; a number of R's might be written as 1e+05.
classes_from_py <- function(series, levels) {
  factor(texts_from_py(series$astype("str")$tolist()), levels)
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

# Classes as a factor, probabilities as a matrix, a forecast as a data frame.
prediction_from_py <- function(x, levels, kind, dates) {
  if (length(levels) == 0) {
    return(frame_from_py(x, dates = dates))
  }
  if (identical(kind, "prob")) {
    probabilities <- reticulate::py_to_r(x$to_numpy(dtype = "float64"))
    return(matrix(probabilities, ncol = length(levels), dimnames = list(NULL, levels)))
  }
  classes_from_py(x, levels)
}

plot_data_from_py <- function(run, kind, settings) {
  settings <- settings_to_py(settings)
  core$plots$check_settings(as.list(names(settings)))
  py <- run_to_py(run)
  data <- do.call(core$plots$plot_data, c(list(py, setting_to_py(kind)), settings))
  dates <- has_dates(py) # of the whole series: one frame alone may hold midnights only
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

# keras3 expects models that convert what they give.
model_from_py <- function(x) {
  reticulate::r_to_py(x, convert = TRUE)
}

# Python's own ------------------------------------------------------------------------------

is_python <- function(x) inherits(x, "python.builtin.object")

is_none <- function(x) is.null(x) || inherits(x, "python.builtin.NoneType")

numpy <- function() reticulate::import("numpy", convert = FALSE)

pandas <- function() reticulate::import("pandas", convert = FALSE)

# Lessons ------------------------------------------------------------------------------------

# Call a function of the core's lessons with the arguments of its R namesake.
lesson <- function(name, arguments, read = plain, call = rlang::caller_env()) {
  call_core(
    {
      if (!rlang::is_named2(arguments)) {
        refuse("settings: must be given by name; got one without a name.")
      }
      refuse_twice(names(arguments), "settings")
      run <- reticulate::py_get_attr(core$concepts, name)
      read(do.call(run, Map(lesson_to_py, arguments, names(arguments))))
    },
    call = call
  )
}

# Lists keep their structure, with names they are dicts. A data frame is a matrix.
lesson_to_py <- function(x, name) {
  if (is.null(x) || is_python(x)) {
    return(x)
  }
  if (inherits(x, "kerasduet_array")) {
    return(handle(x))
  }
  if (is.data.frame(x)) {
    x <- as.matrix(x)
  }
  if (is.list(x) && !is.object(x)) {
    return(lesson_list_to_py(x, name))
  }
  if (is.atomic(x)) lesson_array_to_py(x) else stranger_to_py(x)
}

# One value is a scalar, more are an array with its axes. Classes that are not numbers cross as
# text, which the core refuses.
lesson_array_to_py <- function(x) {
  if (is.object(x) && !inherits(x, c("ts", "table"))) {
    x <- as.character(x)
  }
  if (is.null(dim(x)) && length(x) == 1) {
    return(setting_to_py(x))
  }
  if (is.null(dim(x)) && is.character(x)) {
    return(texts_to_py(x))
  }
  if (is.logical(x) && anyNA(x)) {
    storage.mode(x) <- "double"
  }
  array_to_py(x)
}

lesson_list_to_py <- function(x, name) {
  items <- lapply(unname(x), lesson_to_py, name)
  if (is.null(names(x))) {
    return(items)
  }
  refuse_twice(names(x), name)
  reticulate::py_dict(as.list(names(x)), items, convert = FALSE)
}

table_from_py <- function(x) as.data.frame(plain(x))

# Some arguments count from 1 here and from 0 there, also in what the core says of them.
lesson_counted <- function(name, counted, arguments, read = plain, call = rlang::caller_env()) {
  tryCatch(
    lesson(name, count_from_0(arguments, counted), read, call = call),
    kerasduet_error = function(error) {
      abort_own(counted_text(conditionMessage(error), counted), class(error)[[1]], call)
    }
  )
}

count_from_0 <- function(arguments, counted) {
  less <- function(x) if (is.numeric(x) && !is.object(x)) x - 1 else x
  arguments[counted] <- lapply(arguments[counted], less)
  arguments
}

counted_text <- function(text, counted) {
  if (!sub(":.*", "", text) %in% counted) {
    return(text)
  }
  numbers <- gregexpr("(?<= )-?[0-9]+([.][0-9]+)?", text, perl = TRUE)
  regmatches(text, numbers) <- lapply(regmatches(text, numbers), function(found) {
    as.character(as.numeric(found) + 1)
  })
  text
}

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
