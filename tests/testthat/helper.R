skip_without_core <- function() {
  skip_if_not(has_core(), "there is no Python with the packages of kerasduet")
}

# Settings of runs that take a second.
small_images <- function(...) {
  experiment(experiment("mnist-dense", dataset = "mnist-subset", units = 8, epochs = 1), ...)
}

small_series <- function(...) {
  small <- experiment(
    "lstm-series",
    lookback = 6, horizon = 2, season = 12, difference = 0, units = 4, epochs = 1,
    test_split = 0.2, validation_split = 0.2, early_stopping = NULL
  )
  experiment(small, ...)
}

kept <- new.env(parent = emptyenv())

# Trained once for all tests that only look.
images_run <- function() {
  kept$images <- kept$images %||% run_experiment(small_images(), progress = FALSE)
  kept$images
}

series_run <- function() {
  kept$series <- kept$series %||%
    run_experiment(small_series(frequency = "MS"), data = AirPassengers, progress = FALSE)
  kept$series
}

# The values of a Python object as Python writes them.
python_text <- function(x) reticulate::py_repr(reticulate::r_to_py(x, convert = FALSE))

# A fresh R with this package, told what to do; its output, with the errors.
fresh_r <- function(code, env = character()) {
  file <- withr::local_tempfile(lines = code, fileext = ".R")
  libraries <- paste0("R_LIBS=", paste(.libPaths(), collapse = .Platform$path.sep))
  out <- suppressWarnings(system2(
    file.path(R.home("bin"), "Rscript"), c("--no-save", "--no-restore", shQuote(file)),
    stdout = TRUE, stderr = TRUE, env = c(libraries, env), timeout = 600
  ))
  as.character(out)
}

skip_unless_installed <- function() {
  installed <- nzchar(suppressWarnings(packageDescription("kerasduet")$Built) %||% "")
  skip_if_not(installed, "kerasduet is loaded from its source, not installed")
}

# tests/contract lies beside tests/testthat, in the source and in R CMD check.
contract <- function(...) {
  skip_if_not_installed("jsonlite")
  jsonlite::read_json(contract_path(...))
}

contract_files <- function(folder) list.files(contract_path(folder), "[.]json$")

contract_path <- function(...) {
  path <- test_path("..", "contract", ...)
  skip_if_not(file.exists(path), paste("there is no tests/contract beside the tests, so no", path))
  path
}

# As `progress`: Ctrl-C after the first epoch.
stop_after_one <- function(event) {
  if (event$event == "epoch" && event$epoch == 1) rlang::interrupt()
}
