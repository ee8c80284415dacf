tiny <- function(epochs = 1) {
  experiment(
    "mnist-dense",
    dataset = "images", input_shape = c(4, 4, 1), classes = 3, units = 4, epochs = epochs
  )
}

# Small images whose brightness says which of three fruits they are.
fruits <- function(rows = 60) {
  codes <- (seq_len(rows) - 1L) %% 3L
  x <- array(rep(codes * 100L, 16), c(rows, 4, 4))
  list(x = x, y = factor(c("pear", "apple", "fig")[codes + 1], c("pear", "apple", "fig")))
}

test_that("run_many() gives a set that is read, drawn, saved and compared", {
  skip_without_core()
  told <- list()
  several <- list(short = tiny(), long = tiny(epochs = 2))
  found <- run_many(
    unname(several),
    data = fruits(), progress = function(event) told[[length(told) + 1]] <<- event
  )
  events <- vapply(told, `[[`, "", "event")
  expect_identical(events, c("start", "epoch", "run", "epoch", "epoch", "run", "end"))
  expect_s3_class(found, "kerasduet_run_set")
  expect_identical(length(found), 2L)
  expect_identical(names(found), c("run-1", "run-2"))
  table <- found$table
  expect_identical(
    names(table)[1:6], c("run", "epochs", "seed", "status", "epochs_done", "val_accuracy")
  )
  expect_identical(as.data.frame(found), table)
  expect_identical(tidy(found), table)
  expect_identical(
    glance(found), data.frame(kind = "runs", status = "finished", runs = 2L, finished = 2L)
  )
  expect_identical(table$epochs, c(1, 2))
  expect_identical(table$status, rep("finished", 2))
  expect_identical(table$accuracy[[2]], found[[2]]$metrics$accuracy)
  expect_identical(found[["run-1"]]$digests, as.list(found)[[1]]$digests)
  expect_identical(found$status, "finished")
  expect_identical(found$kind, "runs")
  expect_null(found$folder)
  expect_s3_class(found$best, "kerasduet_run")
  expect_identical(found[[1]]$provenance$caller$language, "R")
  sums <- summary(found)
  expect_identical(
    names(sums), c("epochs", "score", "runs", "mean", "sd", "low", "high")
  )
  expect_identical(sums$mean[sums$score == "loss"], table$loss)
  expect_output(print(found), "<kerasduet run set> 2 runs of mnist-dense: 2 finished, not saved")
  expect_output(print(found), "set$best, set[[1]]", fixed = TRUE)
  expect_error(found$tables, "no such part", class = "UnknownName")
  expect_error(found[[3]], "no such part", class = "UnknownName")
  expect_error(found$table <- 1, "can be read only", class = "ArgumentType")

  folder <- save_run_set(found, file.path(withr::local_tempdir(), "kept"))
  expect_identical(found$folder, folder)
  loaded <- load_run_set(folder)
  expect_identical(loaded$table, table)
  expect_identical(loaded[[2]]$digests, found[[2]]$digests)
  listed <- list_runs(dirname(folder))
  expect_identical(listed$folder, c("kept/run-1", "kept/run-2"))
  expect_identical(listed$score, table$accuracy)
  expect_identical(listed$epochs_done, c(1, 2))
  same <- compare_runs(found, loaded)
  expect_identical(same$pairs, 2)
  expect_identical(compare_runs(found, folder)$table, same$table)
  if (nzchar(Sys.which("quarto")) || nzchar(Sys.which("pandoc"))) {
    page <- render_report(folder, file.path(dirname(folder), "set.html"))
    source <- readLines(sub("html$", "qmd", page), encoding = "UTF-8")
    expect_true(any(grepl("Best of 2 runs by the validation rows is", source, fixed = TRUE)))
  }

  # It is done: it gets names alone.
  named <- run_many(several, folder, data = fruits(), progress = FALSE)
  expect_identical(names(named), c("short", "long"))
  expect_identical(named$table$name, c("short", "long"))
  expect_identical(named$table[names(table)], table)
  expect_identical(names(as.list(named)), c("short", "long"))
  expect_identical(named[["long"]]$digests, found[[2]]$digests)
  expect_identical(named[["run-2"]]$digests, found[[2]]$digests)
  expect_identical(unique(summary(named)$name), c("short", "long"))
  expect_match(compare_runs(folder)$summary, "^short \\(first\\) against long")
  again <- run_many(unname(several), folder, data = fruits(), progress = FALSE)
  expect_identical(names(again), names(named))

  skip_if_not_installed("ggplot2")
  alt <- ggplot2::get_alt_text(plot(named, kind = "scores"))
  expect_match(alt, "short: median .*long: median")
  expect_match(alt, "Box plots of the test accuracy")
  expect_s3_class(plot(found, kind = "curves"), "ggplot")
  skip_if_not_installed("patchwork")
  expect_match(plot(found)$alt, "Line plots of the training histories of 2 runs")
  file <- withr::local_tempfile(fileext = ".png")
  ggplot2::ggsave(file, plot(found), width = 7.5, height = 6)
  expect_gt(file.size(file), 10000)
})

test_that("what cannot be run is refused in the core's words", {
  skip_without_core()
  refused <- function(code, class, text) {
    error <- tryCatch(code, error = identity)
    expect_identical(class(error)[1], class)
    expect_identical(conditionMessage(error), text)
  }
  folder <- withr::local_tempdir()
  refused(run_many(list()), "ArgumentType", "experiments: must be at least one; got none.")
  unclear <- "experiments: names of its runs must differ, one for each run; got 'a', '"
  for (name in c("", "a")) {
    refused(
      run_many(stats::setNames(list(tiny(), tiny(epochs = 2)), c("a", name))), "ArgumentType",
      paste0(unclear, name, "'. Name all runs, or none.")
    )
  }
  refused(
    run_many(5), "ArgumentType",
    "experiments: must come from experiment(), or be names of presets; got 5."
  )
  refused(
    run_many(tiny(), data = fruits(), workers = 0), "ArgumentRange",
    "workers: must be a whole number, at least 1; got 0."
  )
  refused(
    run_many(tiny(), data = fruits(), engine = "lcal"), "UnknownName",
    "engine: no option 'lcal'. Did you mean local?"
  )
  refused(
    cross_validate(tiny(), 0, data = fruits()), "ArgumentRange",
    "folds: must be a whole number, at least 2; got 0."
  )
  refused(
    cross_validate(tiny(), 61, data = fruits()), "ArgumentRange",
    "folds: must be at most the rows, 60; got 61. Lower folds, or give more rows."
  )
  refused(
    cross_validate(tiny(), 21, data = fruits()), "ArgumentRange",
    paste(
      "folds: must be at most the rows of each class; got 21, and 20 of the class 'pear'. Lower",
      "folds, or give more rows of it."
    )
  )
  refused(
    cross_validate("lstm-series", data = AirPassengers), "ArgumentType",
    paste(
      "folds: must be of rows without an order of time, which a forecast has to keep; got the",
      "series of lstm-series. Score it on its last rows, with run_experiment(), or on several",
      "pieces of them, with backtest()."
    )
  )
  writeLines("mine", file.path(folder, "notes.txt"))
  refused(
    run_many(tiny(), folder, data = fruits()), "RunFolderError",
    paste0(
      "folder: must be empty or hold this set of runs; got '", folder, "', which holds notes.txt. ",
      "Choose another folder."
    )
  )
  refused(
    load_run_set(folder), "RunFolderError",
    paste0("folder: must hold a set of runs; got '", folder, "', which has no set.json.")
  )
  refused(
    save_run_set(5, folder), "ArgumentType",
    paste(
      "set: must be what run_many(), cross_validate(), tune(), backtest() or load_run_set() gives;",
      "got numeric."
    )
  )
})

test_that("tune() takes spaces as lists and gives the trials and the best of them", {
  skip_without_core()
  found <- tune(
    tiny(), list(units = c(2, 8), learning_rate = list(0.05)),
    data = fruits(), progress = FALSE
  )
  expect_identical(found$kind, "trials")
  expect_identical(found$table$units, c(2, 8))
  best <- found[[which.max(found$table$val_accuracy)]]
  expect_identical(found$best$digests, best$digests)
  expect_error(tune(tiny(), list(3)), "without a name", class = "ArgumentType")
  expect_error(tune(tiny(), list(unit = 3)), "Did you mean units", class = "UnknownName")
})

test_that("packages that are not installed are named with the command that adds them", {
  skip_without_core()
  sys <- reticulate::import("sys", convert = FALSE)
  hide <- function(name) {
    reticulate::py_set_item(sys$modules, name, NULL)
    withr::defer_parent(reticulate::py_del_item(sys$modules, name))
  }
  hide("ray")
  hide("optuna")
  expect_error(
    run_many(tiny(), data = fruits(), engine = "ray"),
    'Run: reticulate::.*install[(].*"ray>=2.40"',
    class = "MissingPackage"
  )
  expect_error(
    tune(tiny(), list(units = 4), data = fruits(), strategy = "optuna"),
    'Run: reticulate::.*install[(].*"optuna>=4.0"',
    class = "MissingPackage"
  )
})
