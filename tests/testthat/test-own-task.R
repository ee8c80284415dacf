test_that("a stranger's task runs, resumes, saves, loads, plots and reports", {
  skip_without_core()
  skip_if_not_installed("ggplot2")
  skip_if_not_installed("patchwork")
  presets() # the core is found first
  reticulate::import_from_path(
    "strange_task", normalizePath(dirname(contract_path("strange_task.py"))),
    convert = FALSE
  )
  registry <- reticulate::import("kerasduet.registry", convert = FALSE)
  withr::local_options(rlang_interactive = TRUE) # an interrupt gives the run back
  withr::defer({
    registry$BUILDERS$remove("line")
    registry$TASKS$remove("points")
  })
  exp <- experiment(
    "mnist-dense",
    dataset = "points", builder = "line", layers = 1, epochs = 3, test_split = 0.25
  )
  expect_equal(exp$task, "points")
  expect_error(
    experiment(exp, inputs = 0), "inputs: must be .*at least 1; got 0",
    class = "ArgumentRange"
  )
  x <- matrix(sin(1:120), 60)
  data <- list(x = x, y = rowSums(x))
  expect_error(load_data(exp, list(x = x, y = 1:3)), "y: must have one number a point (60)",
    fixed = TRUE, class = "LengthMismatch"
  )

  whole <- run_experiment(exp, data = data, progress = FALSE)
  expect_named(whole$metrics, c("mae", "mean_mae"))
  tests <- predictions(whole)
  expect_named(tests, c("row", "truth", "prediction"))
  expect_equal(tests$truth, data$y[46:60], tolerance = 1e-6)
  expect_equal(predict(whole, x[46:60, ]), tests$prediction, tolerance = 1e-6)
  expect_output(print(whole), "predictions(run), predict(run, x), save_run", fixed = TRUE)
  expect_error(forecast(whole), "got the run mnist-dense, a regression", class = "HorizonError")
  expect_error(evaluate_run(whole, x, data$y), "only a classifier", class = "ArgumentType")

  folder <- withr::local_tempdir()
  kept <- file.path(folder, "run")
  cut <- run_experiment(exp, data = data, out = kept, progress = stop_after_one)
  expect_equal(cut$status, "interrupted")
  resumed <- resume_run(kept, data = data, progress = FALSE)
  expect_equal(resumed$digests, whole$digests)

  loaded <- load_run(kept)
  expect_equal(predictions(loaded), tests)
  expect_equal(unserialize(serialize(loaded, NULL))$digests, whole$digests)
  expect_s3_class(plot(loaded, "points"), "ggplot")
  expect_s3_class(plot(loaded), "kerasduet_overview")
  expect_match(plot_data(loaded, "points")$panels$points$alt, "15 points")
  page <- render_report(loaded, file.path(folder, "report.html"))
  text <- paste(readLines(page, warn = FALSE), collapse = " ")
  expect_match(text, "Mean absolute error", fixed = TRUE)

  unknown <- registry$TASKS$without("points")
  unknown$`__enter__`()
  expect_error(load_run(kept), "register it", class = "RunFolderError")
  unknown$`__exit__`(NULL, NULL, NULL)
  expect_equal(load_run(kept)$digests, whole$digests)
})
