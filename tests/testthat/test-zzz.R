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
