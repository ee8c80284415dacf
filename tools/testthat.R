# Test the installed R package and write one record a test to the JSON file named on the
# command line: name, outcome, reason.
#   Rscript tools/testthat.R <file> [<filter>]   only files of that pattern, such as '^run$'

Sys.setenv(TESTTHAT_MAX_FAILS = "Inf")
arguments <- commandArgs(trailingOnly = TRUE)
file <- arguments[1]
file <- file.path(normalizePath(dirname(file)), basename(file))

record <- function(test) {
  kinds <- vapply(test$results, function(result) class(result)[1], character(1))
  bad <- kinds %in% c("expectation_failure", "expectation_error")
  skip <- kinds == "expectation_skip"
  shown <- c(which(bad), which(skip), NA)[1]
  list(
    name = paste0(test$file, ": ", test$test),
    outcome = if (any(bad)) "failed" else if (any(skip)) "skipped" else "passed",
    reason = if (is.na(shown)) "" else conditionMessage(test$results[[shown]])
  )
}

# What a file leaves is taken out of what each training looks through: see conftest.py of the
# tests in Python.
sweeper <- R6::R6Class("sweeper", inherit = testthat::Reporter, public = list(
  end_file = function() {
    if (reticulate::py_available()) {
      gc()
      memory <- reticulate::import("gc")
      memory$collect()
      memory$freeze()
    }
  }
))

results <- testthat::test_dir(
  "tests/testthat",
  package = "kerasduet", load_package = "installed",
  filter = if (length(arguments) > 1) arguments[2],
  reporter = testthat::MultiReporter$new(
    reporters = list(testthat::SummaryReporter$new(), sweeper$new())
  ), stop_on_failure = FALSE
)
records <- lapply(results, record)
jsonlite::write_json(records, file, auto_unbox = TRUE)
quit(status = as.integer(any(vapply(records, `[[`, "", "outcome") == "failed")))
