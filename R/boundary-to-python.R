# Values on the way to Python.

# Settings ------------------------------------------------------------------------------------

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
  x <- marked_utf8(as.vector(x))
  values <- lapply(unname(x), function(value) if (is.na(value)) NaN else value)
  if (length(values) == 1) values[[1]] else values
}

# What is no value of Python's, such as a formula, crosses as an object that is only known by the
# name of its class: the core refuses it in its own words.
stranger_to_py <- function(x) {
  if (inherits(x, "kerasduet_run")) { # a base to transfer from
    return(handle(x))
  }
  make_class <- reticulate::import_builtins(convert = FALSE)$type
  make_class(class(x)[[1]], reticulate::tuple(), reticulate::dict())()
}

# The settings in `...`, each by its name.
settings_to_py <- function(settings) {
  refuse_unnamed(settings)
  refuse_twice(names(settings), "settings")
  is_maker <- names(settings) == "model" & vapply(settings, is_r_function, logical(1))
  settings[is_maker] <- lapply(settings[is_maker], network_to_py)
  # Weights by name are those of the classes named, whatever their order.
  if (!is.null(names(settings[["class_weight"]]))) {
    settings[["class_weight"]] <- as.list(settings[["class_weight"]])
  }
  lapply(settings, setting_to_py)
}

refuse_unnamed <- function(settings) {
  unnamed <- settings[!nzchar(names2(settings))]
  if (length(unnamed) == 0) {
    return(invisible())
  }
  data <- Filter(is_data, unnamed)
  if (length(data) > 0) {
    refuse(
      "data: must be given by name; got ", class(data[[1]])[[1]], " without a name. ",
      "Write data = before it, in run_experiment()."
    )
  }
  refuse("settings: must be given by name, such as epochs = 2; got one without a name.")
}

# What people give as data where something else is expected.
is_data <- function(x) is.data.frame(x) || !is.null(dim(x)) || stats::is.ts(x)

is_r_function <- function(x) is.function(x) && !is_python(x)

# A function that makes a network is called by name, with those arguments that it has: the core
# reads them from its signature, as of a function in Python.
network_to_py <- function(make) {
  call <- reticulate::r_to_py(function(...) {
    given <- list(...)
    do.call(make, lapply(given, sizes_from_py))
  })
  reticulate::py_set_attr(call, "__signature__", signature_to_py(formals(args(make))))
  reticulate::py_set_attr(call, "__name__", "model")
  call
}

# Whole numbers stay R's integers where those reach.
sizes_from_py <- function(x) {
  values <- unlist(if (is_python(x)) plain(x) else x) %||% integer()
  is_small <- is.numeric(values) && all(values == trunc(values) & abs(values) < 2^31)
  if (is_small) as.integer(values) else values
}

signature_to_py <- function(arguments) {
  inspect <- reticulate::import("inspect", convert = FALSE)
  kinds <- inspect$Parameter
  parameter <- function(name) {
    if (name == "...") {
      return(kinds("others", kinds$VAR_KEYWORD))
    }
    if (rlang::is_missing(arguments[[name]])) {
      return(kinds(name, kinds$KEYWORD_ONLY))
    }
    kinds(name, kinds$KEYWORD_ONLY, default = NULL)
  }
  odd <- grep("^[A-Za-z_][A-Za-z0-9_]*$", names(arguments), value = TRUE, invert = TRUE)
  odd <- setdiff(odd, "...")
  if (length(odd) > 0) {
    refuse("model: must be a function that makes a network; got one with ", odd[[1]], ".")
  }
  dots_last <- order(names(arguments) == "...")
  inspect$Signature(lapply(names(arguments)[dots_last], parameter))
}

refuse_twice <- function(names, what, kind = "ArgumentType") {
  twice <- anyDuplicated(names)
  if (twice > 0) refuse(what, ": names must differ; got ", names[[twice]], " twice.", kind = kind)
}

# An experiment, or the name of one, which the core then looks up.
# As in lm(), a formula or data may have come first.
first_to_py <- function(preset) {
  if (inherits(preset, "formula") || is_data(preset)) {
    call <- if (stats::is.ts(preset)) "\"lstm-series\"" else "\"table-classes\", y ~ ."
    refuse(
      "preset: must be the name of a preset; got an object of class ", class(preset)[[1]],
      ". The preset comes first: run_experiment(", call, ", data = x)."
    )
  }
  preset_to_py(preset)
}

preset_to_py <- function(x) {
  if (!inherits(x, "kerasduet_experiment")) {
    return(setting_to_py(x))
  }
  core$Experiment$from_dict(setting_to_py(unclass(x)))
}

run_to_py <- function(run) {
  if (inherits(run, "kerasduet.run.Run")) { # of a chunk of Python: py$run
    return(reticulate::r_to_py(run, convert = FALSE))
  }
  if (!inherits(run, "kerasduet_run")) {
    refuse("run: must be what run_experiment() or load_run() gives; got ", class(run)[[1]], ".")
  }
  handle(run)
}

# A run or a folder, a set of runs, or a list of runs.
runs_to_py <- function(run, name = "run") {
  if (inherits(run, c("kerasduet_run", "kerasduet_run_set"))) {
    return(handle(run))
  }
  if (inherits(run, "kerasduet.run.Run")) {
    return(run_to_py(run))
  }
  if (is.list(run) && !is.object(run) || is.character(run) && length(run) > 1) {
    refuse_names(names(run), name)
    return(lapply(as.list(run), runs_to_py, name)) # with names a dict
  }
  setting_to_py(run)
}

refuse_names <- function(named, name) {
  if (!is.null(named) && (!all(nzchar(named)) || anyDuplicated(named))) {
    refuse(
      name, ": names of its runs must differ, one for each run; got ",
      paste0("'", named, "'", collapse = ", "), ". Name all runs, or none."
    )
  }
}

# A function of the core's events.
progress_to_py <- function(progress) {
  if (isTRUE(progress)) {
    return(shown_progress())
  }
  if (is.function(progress) && !is_python(progress)) {
    return(told_by_epoch(kept_conditions(function(event) progress(plain(event)))))
  }
  setting_to_py(progress)
}

# Lessons -------------------------------------------------------------------------------------

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
