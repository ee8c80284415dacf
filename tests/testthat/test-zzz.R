test_that("library(kerasduet) starts no Python and loads no reticulate", {
  skip_unless_installed()
  out <- fresh_r(c(
    "suppressMessages(library(kerasduet))",
    "cat('loaded:', 'reticulate' %in% loadedNamespaces(), '\\n')",
    "cat('started:', reticulate::py_available(), '\\n')",
    "cat('declared:', 'keras>=3.15' %in% reticulate::py_require()$packages, '\\n')"
  ))
  expect_equal(trimws(out), c("loaded: FALSE", "started: FALSE", "declared: TRUE"))
})

test_that("attaching it masks kernel() of stats alone, whatever is attached beside it", {
  skip_unless_installed()
  out <- fresh_r(c(
    "for (name in c('generics', 'ggplot2', 'dplyr', 'forecast', 'keras3')) {",
    "  suppressWarnings(suppressMessages(require(name, character.only = TRUE, quietly = TRUE)))",
    "}",
    "library(kerasduet)"
  ))
  expect_equal(trimws(out[nzchar(out)]), c(
    "Attaching package: \u2018kerasduet\u2019",
    "The following object is masked from \u2018package:stats\u2019:", "kernel"
  ))
})

test_that("without Python it loads, and the first use says what to do", {
  skip_unless_installed()
  out <- fresh_r(
    c(
      "suppressMessages(library(kerasduet))",
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
