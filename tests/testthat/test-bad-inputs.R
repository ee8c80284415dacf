# The cases and what they mean are described in tests/contract/README.md.

special <- list(`NA` = NA, `NaN` = NaN, `Inf` = Inf, `-Inf` = -Inf)

value_of <- function(value) {
  if (is.list(value) && !is.null(value$special)) special[[value$special]] else value
}

build <- function(spec) {
  if (!is.null(spec$array)) {
    values <- array(spec$fill, unlist(spec$array))
  } else if (!is.null(spec$sequence)) {
    values <- seq_len(spec$sequence)
  } else if (!is.null(spec$vector)) {
    values <- rep(unlist(spec$vector), length.out = spec$length)
  } else if (!is.null(spec$table)) {
    return(as.data.frame(lapply(spec$table, build), optional = TRUE))
  } else {
    return(lapply(spec, build))
  }
  typed(values, spec)
}

typed <- function(values, spec) {
  if (spec$type != "factor") {
    mode <- if (spec$type == "text") "character" else spec$type
    storage.mode(values) <- mode
  }
  for (place in spec$set) {
    new <- value_of(place$value)
    values[matrix(unlist(place$at), 1)] <- if (is.na(new) && !is.nan(new)) NA else new
  }
  if (spec$type == "factor") factor(values, levels = unlist(spec$levels)) else values
}

in_folder <- function(text, folder) gsub("{folder}", folder, text, fixed = TRUE)

settings_of <- function(case, base, folder) {
  settings <- base$settings
  settings[names(case$settings)] <- case$settings # a list of names replaces one, as a whole
  settings <- lapply(settings, value_of)
  if (is.character(settings$path)) settings$path <- in_folder(settings$path, folder)
  c(list(case$preset %||% base$preset), settings)
}

fill_folder <- function(case, folder) {
  for (name in names(case$files)) {
    content <- case$files[[name]]
    file <- file.path(folder, name)
    dir.create(dirname(file), showWarnings = FALSE, recursive = TRUE)
    bytes <- if (is.list(content)) jsonlite::base64_dec(content$base64) else charToRaw(content)
    writeBin(bytes, file)
  }
}

# Names and bytes of all that is under a folder.
contents <- function(folder) {
  names <- list.files(folder, recursive = TRUE, all.files = TRUE, include.dirs = TRUE)
  names <- names[!basename(names) %in% c(".lock", ".owner")]
  paths <- file.path(folder, names)
  list(names, unname(tools::md5sum(paths[!dir.exists(paths)])))
}

trained <- new.env(parent = emptyenv())

run_of <- function(name, base) {
  if (is.null(trained[[name]])) {
    data <- if (!is.null(base$data)) build(base$data)
    arguments <- c(list(base$preset), base$settings, list(data = data, progress = FALSE))
    trained[[name]] <- do.call(run_experiment, arguments)
  }
  trained[[name]]
}

inside <- c(
  "describe", "plot_network", "plot_filters", "plot_maps", "plot_embedding", "saliency",
  "plot_saliency"
)
of_runs <- c(
  "predict", "evaluate", "forecast", "generate", "importance", "partial_dependence",
  "baseline_coefficients", inside
)

call_inside <- function(case, run) {
  pictures <- case[intersect(names(case), c("image", "images"))]
  given <- c(lapply(case$arguments, value_of), lapply(pictures, build))
  do.call(case$call, c(list(if (is.null(case$instead)) run else case$instead), given))
}

level_of <- function(level) {
  if (is.list(level) && is.null(names(level))) unlist(lapply(level, value_of)) else value_of(level)
}

call_case <- function(case, base, folder, tell) {
  if (case$call %in% inside) {
    return(call_inside(case, run_of(case$experiment, base)))
  }
  data <- if (!is.null(case$data)) build(case$data)
  arguments <- if (!is.null(base)) settings_of(case, base, folder)
  switch(case$call,
    experiment = do.call(experiment, arguments),
    load_data = load_data(do.call(experiment, arguments), data),
    check_leakage = check_leakage(do.call(experiment, arguments), data),
    run_experiment = {
      out <- in_folder(case$out %||% "{folder}/out", folder)
      if (!is.null(data) && is.null(case$settings$dataset)) {
        # The experiment's own data set, which own data would be refused beside.
        arguments <- list(do.call(experiment, arguments))
      }
      do.call(run_experiment, c(arguments, list(data = data, out = out, progress = tell)))
    },
    predict = predict(run_of(case$experiment, base), build(case$x)),
    evaluate = evaluate_run(
      run_of(case$experiment, base), build(case$x), if (!is.null(case$y)) build(case$y)
    ),
    forecast = forecast(
      run_of(case$experiment, base),
      h = value_of(case$horizon), level = level_of(case$level)
    ),
    generate = {
      first <- list(run_of(case$experiment, base), unlist(case$start))
      do.call(generate, c(first, lapply(case$arguments, value_of)))
    },
    importance = ,
    partial_dependence = ,
    baseline_coefficients = {
      run <- run_of(case$experiment, base)
      do.call(case$call, c(list(run), case$arguments, list(data = data)))
    },
    load_run = load_run(in_folder(case$folder, folder)),
    resume_run = resume_run(in_folder(case$folder, folder)),
    load_run_set = load_run_set(in_folder(case$folder, folder)),
    list_runs = list_runs(in_folder(case$folder, folder)),
    run_many = ,
    cross_validate = ,
    backtest = ,
    tune = {
      one <- do.call(experiment, arguments)
      first <- if (case$call == "run_many") rep(list(one), case$times %||% 1) else one
      out <- in_folder(case$out %||% "{folder}/out", folder)
      more <- list(folder = out, data = data, progress = tell)
      do.call(case$call, c(list(first), case$arguments, more))
    }
  )
}

# Another process that writes to a folder until its input ends.
hold <- function(folder) {
  script <- tempfile(fileext = ".py")
  writeLines(c(
    "import sys",
    "from pathlib import Path",
    "from kerasduet.runs.storage import Owner",
    "Path(sys.argv[1]).mkdir()",
    "with Owner(Path(sys.argv[1])):",
    "    Path(sys.argv[1], 'held').touch()",
    "    sys.stdin.read()"
  ), script)
  withr::local_envvar(PYTHONPATH = python_folder())
  holder <- pipe(paste(shQuote(python_command()), shQuote(script), shQuote(folder)), "w")
  for (attempt in 1:200) {
    if (file.exists(file.path(folder, "held"))) break
    Sys.sleep(0.1)
  }
  unlink(file.path(folder, "held"))
  holder
}

# Arguments that have another name in R.
r_arguments <- list(predict = c(x = "newdata"), forecast = c(horizon = "h"))

check_case <- function(case, base) {
  folder <- withr::local_tempdir()
  fill_folder(case, folder)
  if (!is.null(case$busy)) {
    holder <- hold(file.path(folder, case$busy))
    withr::defer(close(holder))
  }
  if (case$call %in% of_runs) run_of(case$experiment, base)
  before <- list(contents(folder), contents(Sys.getenv("KERAS_HOME")), getwd())
  events <- 0
  tell <- function(event) events <<- events + 1
  error <- tryCatch(call_case(case, base, folder, tell), error = identity)
  text <- in_folder(case$text, folder)
  if (!is.null(case$busy)) {
    owner <- paste(readLines(file.path(folder, case$busy, ".owner"), warn = FALSE), collapse = "\n")
    text <- sub("{owner}", owner, text, fixed = TRUE)
  }
  text <- in_r(text, r_arguments[[case$call]] %||% character())
  label <- paste0("row ", case$row, ", ", case$call, ", ", case$name)
  after <- list(contents(folder), contents(Sys.getenv("KERAS_HOME")), getwd())
  found <- list(
    is_ours = inherits(error, "kerasduet_error"), text = conditionMessage(error),
    class = class(error)[1], events = events, left = after
  )
  wanted <- list(is_ours = TRUE, text = text, class = case$error, events = 0, left = before)
  expect_identical(found, wanted, label = label) # one a case: each takes a few milliseconds
}

test_that("every bad input is refused with its class and text, and nothing is left behind", {
  skip_without_core()
  # No training begins here, so nothing needs to be freed before one: a tenth of a second a case.
  collect <- kerasduet:::collect
  withr::defer(utils::assignInNamespace("collect", collect, "kerasduet"))
  utils::assignInNamespace("collect", function() NULL, "kerasduet")
  # Keras writes its own keras.json when it starts: before the first look at that folder.
  build_model(experiment("mnist-cnn"))
  files <- lapply(contract_files("bad-inputs"), function(file) contract("bad-inputs", file))
  experiments <- do.call(c, lapply(files, function(file) file$experiments))
  for (case in do.call(c, lapply(files, function(file) file$cases))) {
    check_case(case, if (!is.null(case$experiment)) experiments[[case$experiment]])
  }
})
