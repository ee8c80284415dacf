test_that("library(kerasduet) starts no Python and loads no reticulate", {
  skip_unless_installed()
  out <- fresh_r(c(
    "library(kerasduet)",
    "cat('loaded:', 'reticulate' %in% loadedNamespaces(), '\\n')",
    "cat('started:', reticulate::py_available(), '\\n')",
    "cat('declared:', 'keras>=3.15' %in% reticulate::py_require()$packages, '\\n')"
  ))
  expect_equal(trimws(out), c("loaded: FALSE", "started: FALSE", "declared: TRUE"))
})

test_that("attaching it masks nothing of base R's packages and prints nothing", {
  skip_unless_installed()
  out <- fresh_r(c(
    "library(kerasduet)",
    "base <- paste0('package:', c('base', 'datasets', 'graphics', 'grDevices', 'methods',",
    "  'stats', 'utils'))",
    "cat('attached:', all(base %in% search()), '\\n')",
    "hidden <- Reduce(union, lapply(base, ls, all.names = TRUE))",
    "cat('masked:', intersect(ls('package:kerasduet'), hidden), '\\n')",
    "cat('in conflict:', conflicts(detail = TRUE)[['package:kerasduet']], '\\n')"
  ))
  expect_equal(trimws(out), c("attached: TRUE", "masked:", "in conflict:"))
})

# Verbs of packages that may not be installed here.
daily <- list(
  tsibble = c(
    "as_tsibble", "tsibble", "index_by", "group_by_key", "fill_gaps", "has_gaps", "scan_gaps",
    "slide_tsibble", "stretch_tsibble", "tile_tsibble", "yearmonth", "yearquarter", "yearweek",
    "is_tsibble", "key", "index", "interval", "measured_vars", "difference", "update_tsibble"
  ),
  fabletools = c(
    "model", "forecast", "accuracy", "components", "features", "scenarios", "report", "reconcile",
    "new_data", "mable", "as_mable", "fable", "refit", "stream", "hypothesize", "interpolate"
  ),
  scales = c("rescale", "percent", "comma", "dollar", "alpha", "squish"),
  dplyr = c(
    "filter", "select", "mutate", "transmute", "arrange", "summarise", "group_by", "rename",
    "slice", "pull", "count", "tally", "first", "last", "lag", "lead", "between", "across",
    "left_join", "bind_rows", "distinct", "sample_n", "explain", "compute", "collect", "relocate"
  ),
  tidyr = c("pivot_longer", "pivot_wider", "nest", "unnest", "gather", "spread", "fill", "expand"),
  purrr = c("map", "reduce", "keep", "discard", "walk", "pluck", "every", "some", "detect"),
  generics = c("fit", "train", "specify", "prune", "calculate", "compile", "evaluate", "learn")
)

test_that("no daily verb of the tidyverse or of forecasting is masked", {
  ours <- getNamespaceExports("kerasduet")
  others <- c(
    "dplyr", "tidyr", "ggplot2", "scales", "purrr", "stringr", "readr", "tibble", "forcats",
    "lubridate", "forecast", "tsibble", "fabletools", "generics", "broom", "zoo", "patchwork"
  )
  for (package in others) {
    is_there <- requireNamespace(package, quietly = TRUE)
    exported <- if (is_there) getNamespaceExports(package) else daily[[package]]
    is_shared <- function(name) {
      home <- if (is_there) package else "generics"
      identical(get0(name, asNamespace(home)), getExportedValue("kerasduet", name))
    }
    masked <- Filter(Negate(is_shared), intersect(ours, exported))
    expect_identical(masked, character(), label = paste("what of", package, "is masked"))
  }
})

test_that("attaching it prints nothing, whatever is attached beside it", {
  skip_unless_installed()
  out <- fresh_r(c(
    "for (name in c('generics', 'ggplot2', 'dplyr', 'forecast', 'keras3')) {",
    "  suppressWarnings(suppressMessages(require(name, character.only = TRUE, quietly = TRUE)))",
    "}",
    "library(kerasduet)"
  ))
  expect_equal(out[nzchar(out)], character())
})

test_that("without Python it loads, and the first use says what to do", {
  skip_unless_installed()
  out <- fresh_r(
    c(
      "library(kerasduet)",
      "failed <- tryCatch(presets(), error = identity)",
      "cat(class(failed)[1], '\\n')",
      "cat(conditionMessage(failed), '\\n')",
      "cat(format(conditionCall(failed)), '\\n')",
      "cat(kerasduet:::has_core(), '\\n')"
    ),
    env = c("RETICULATE_PYTHON=/nonexistent/python", "RETICULATE_USE_MANAGED_VENV=no")
  )
  expect_snapshot(writeLines(trimws(out)), cran = TRUE)
})
