test_that("a run is a list of its parts to R's verbs", {
  skip_without_core()
  run <- images_run()
  expect_length(run, length(names(run)))
  expect_identical(run["metrics"], list(metrics = run$metrics))
  expect_identical(run[c(6, 1)], list(status = "finished", metrics = run$metrics))
  expect_identical(run[[6]], "finished")
  expect_named(head(run, 2), c("metrics", "history"))
  expect_identical(vapply(run, is.function, NA), vapply(as.list(run), is.function, NA))
  expect_identical(sapply(run, class)$history, "data.frame")
  expect_identical(c(run, run), list(run, run))
  expect_output(str(run), "^<kerasduet run> mnist-dense.*\n [$] metrics .*\n [$] folder ")
  expect_output(str(run$dataset), "[$] x_train +:<kerasduet array> 3200 x 28 x 28 x 1, uint8")
  expect_identical(run$dataset["sizes"], list(sizes = run$dataset$sizes))
  for (wrong in list("metricz", "metr", 99, NA, c("metrics", "loss"), character())) {
    expect_error(run[[wrong]], "no such part. Known: metrics, history", class = "UnknownName")
  }
  expect_error(run[c("status", "metricz")], "^metricz: no such part", class = "UnknownName")
})

test_that("runs are equal when their bits are", {
  skip_without_core()
  run <- images_run()
  folder <- file.path(withr::local_tempdir(), "run")
  loaded <- load_run(save_run(run, folder))
  expect_true(identical(run, run))
  expect_false(identical(run, loaded))
  expect_true(all.equal(run, loaded))
  expect_match(all.equal(run, series_run()), "weights", all = FALSE)
  expect_type(all.equal(run, 1), "character")
  data <- run$dataset
  expect_true(all.equal(data, loaded$dataset))
  expect_true(all.equal(data$y_test, run$dataset$y_test))
  expect_match(all.equal(data$y_test, data$y_validation), "differ", all = FALSE)
})

test_that("handles can only be read", {
  skip_without_core()
  run <- images_run()
  data <- run$dataset
  x <- data$x_test
  text <- ": can be read only; got an assignment. Change a copy, from as.list\\(x\\)[.]$"
  expect_error(run$status <- "x", paste0("^kerasduet_run", text), class = "ArgumentType")
  expect_error(run[["status"]] <- "x", class = "ArgumentType")
  expect_error(run["status"] <- "x", class = "ArgumentType")
  expect_error(names(run) <- "x", class = "ArgumentType")
  expect_error(data$x_test <- 1, paste0("^kerasduet_dataset", text), class = "ArgumentType")
  expect_error(x[1] <- 0, "from as.array\\(x\\)[.]$", class = "ArgumentType")
  expect_identical(run$status, "finished")
})

test_that("a run of an earlier session says how to keep one, whatever is asked of it", {
  skip_without_core()
  file <- withr::local_tempfile()
  saveRDS(images_run(), file)
  old <- readRDS(file)
  uses <- list(print, str, summary, plot, predictions, as.list, as.data.frame, function(x) x$status)
  for (use in uses) {
    expect_error(use(old), "Keep runs with save_run() and load_run().", fixed = TRUE)
  }
})

test_that("base R reads parts in its other ways too", {
  skip_without_core()
  run <- images_run()
  expect_identical(getElement(run, "metrics"), run$metrics)
  expect_identical(run[["metrics", exact = TRUE]], run$metrics)
  expect_identical(with(run, metrics$accuracy), run$metrics$accuracy)
  expect_error(is.na(run$dataset$y_test), "Copy it first", class = "ArgumentType")
  expect_error(run$dataset$x_test[1.7], "i: rows must be whole numbers; got 1.7.", fixed = TRUE)
  expect_error(run$dataset$x_test["a"], "; got a.", fixed = TRUE)
})
