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

# What users call daily, of packages that may not be installed here.
daily <- list(
  dplyr = c(
    "filter", "select", "mutate", "transmute", "arrange", "summarise", "group_by", "rename",
    "slice", "pull", "count", "tally", "first", "last", "lag", "lead", "between", "across",
    "left_join", "bind_rows", "distinct", "sample_n", "explain", "compute", "collect", "relocate"
  ),
  tidyr = c(
    "pivot_longer", "pivot_wider", "nest", "unnest", "gather", "spread", "fill", "expand",
    "separate", "unite", "complete", "crossing", "drop_na", "replace_na", "extract", "pack"
  ),
  ggplot2 = c(
    "ggplot", "aes", "geom_line", "geom_point", "facet_wrap", "labs", "theme", "autoplot",
    "autolayer", "fortify", "ggsave", "layer", "last_plot", "resolution", "vars", "margin"
  ),
  scales = c("rescale", "percent", "comma", "dollar", "alpha", "squish"),
  purrr = c("map", "reduce", "keep", "discard", "walk", "pluck", "every", "some", "detect"),
  stringr = c(
    "str_c", "str_detect", "str_extract", "str_replace", "str_split", "str_sub", "str_trim",
    "str_pad", "fixed", "regex", "boundary", "word"
  ),
  readr = c(
    "read_csv", "read_csv2", "read_tsv", "read_delim", "read_rds", "read_lines", "read_file",
    "write_csv", "write_tsv", "write_rds", "write_lines", "cols", "col_double", "col_date",
    "spec", "problems", "parse_number", "parse_date", "locale", "type_convert"
  ),
  tibble = c(
    "tibble", "as_tibble", "tribble", "is_tibble", "glimpse", "add_row", "add_column", "deframe",
    "enframe", "rownames_to_column", "column_to_rownames", "lst", "view"
  ),
  forcats = c(
    "fct", "as_factor", "fct_reorder", "fct_relevel", "fct_lump", "fct_recode", "fct_rev",
    "fct_infreq", "fct_collapse", "fct_count", "fct_drop", "fct_inorder"
  ),
  lubridate = c(
    "ymd", "dmy", "mdy", "ymd_hms", "now", "today", "year", "month", "week", "day", "hour",
    "minute", "second", "quarter", "wday", "yday", "days", "weeks", "years", "as_date",
    "as_datetime", "floor_date", "ceiling_date", "round_date", "interval", "period", "duration",
    "with_tz", "force_tz", "tz", "stamp", "date"
  ),
  forecast = c(
    "forecast", "auto.arima", "Arima", "ets", "tbats", "nnetar", "naive", "snaive", "rwf",
    "accuracy", "tsCV", "checkresiduals", "BoxCox", "ndiffs", "ggseasonplot", "ma", "mstl"
  ),
  tsibble = c(
    "as_tsibble", "tsibble", "index_by", "group_by_key", "fill_gaps", "has_gaps", "scan_gaps",
    "slide_tsibble", "stretch_tsibble", "tile_tsibble", "yearmonth", "yearquarter", "yearweek",
    "is_tsibble", "key", "index", "interval", "measured_vars", "difference", "update_tsibble"
  ),
  fabletools = c(
    "model", "forecast", "accuracy", "components", "features", "scenarios", "report", "reconcile",
    "new_data", "mable", "as_mable", "fable", "refit", "stream", "hypothesize", "interpolate"
  ),
  generics = c("fit", "train", "specify", "prune", "calculate", "compile", "evaluate", "learn"),
  broom = c("tidy", "glance", "augment", "bootstrap"),
  zoo = c(
    "zoo", "zooreg", "as.zoo", "read.zoo", "coredata", "index", "time<-", "rollmean", "rollapply",
    "rollsum", "na.locf", "na.approx", "na.fill", "na.trim", "as.yearmon", "as.yearqtr", "yearmon"
  ),
  patchwork = c(
    "wrap_plots", "plot_layout", "plot_annotation", "plot_spacer", "inset_element", "area",
    "guide_area", "wrap_elements"
  )
)

# Which names of ours a package has too, as another object. Without the package it is asked what
# users call daily of it, and what it shares with others is what generics has.
masked <- function(package, ours, is_there = requireNamespace(package, quietly = TRUE)) {
  exported <- if (is_there) getNamespaceExports(package) else daily[[package]]
  home <- asNamespace(if (is_there) package else "generics")
  is_shared <- function(name) identical(get0(name, home), ours[[name]])
  Filter(Negate(is_shared), intersect(names(ours), exported))
}

test_that("no daily verb of the tidyverse or of forecasting is masked", {
  exported <- getNamespaceExports("kerasduet")
  ours <- mget(exported, asNamespace("kerasduet"), inherits = TRUE)
  for (package in names(daily)) {
    expect_identical(masked(package, ours), character(), label = paste("masked of", package))
    expect_identical(
      masked(package, ours, FALSE), character(), label = paste("masked of a missing", package)
    )
  }
})

test_that("each package whose verbs are looked for has some, which would be found", {
  none <- names(daily)[lengths(daily) == 0]
  expect_identical(none, character(), label = "packages without daily verbs")
  for (package in names(daily)) {
    verbs <- daily[[package]]
    # A function of our own of that name hides each of them.
    own <- stats::setNames(rep(list(function(x) "ours"), length(verbs)), verbs)
    expect_identical(masked(package, own, FALSE), verbs, label = paste("masked of", package))
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
