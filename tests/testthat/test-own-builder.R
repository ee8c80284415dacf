test_that("a stranger's builder runs, resumes, saves, loads, plots and reports", {
  skip_without_core()
  skip_if_not_installed("ggplot2")
  skip_if_not_installed("jsonlite")
  presets() # the core is found first
  reticulate::import_from_path(
    "strange_builder", normalizePath(dirname(contract_path("strange_builder.py"))),
    convert = FALSE
  )
  registry <- reticulate::import("kerasduet.registry", convert = FALSE)
  withr::local_options(rlang_interactive = TRUE) # an interrupt gives the run back
  withr::defer(registry$BUILDERS$remove("residual"))
  exp <- experiment(
    "mnist-dense",
    builder = "residual", dataset = "images", input_shape = c(8, 8, 1), classes = 3,
    width = 2, epochs = 2
  )
  x <- array(rep(c(0L, 100L, 200L), length.out = 60 * 64), c(60, 8, 8))
  data <- list(x = x, y = factor(rep(c("fig", "pear", "plum"), 20)))
  expect_equal(exp$model$blocks, 2)
  expect_output(print(exp), "residual(", fixed = TRUE)
  expect_error(
    experiment(exp, blocks = 0), "blocks: must be a whole number, at least 1; got 0",
    class = "ArgumentRange"
  )

  whole <- run_experiment(exp, data = data, progress = FALSE)
  folder <- withr::local_tempdir()
  kept <- file.path(folder, "run")
  cut <- run_experiment(exp, data = data, out = kept, progress = stop_after_one)
  expect_equal(cut$status, "interrupted")
  resumed <- resume_run(kept, data = data, progress = FALSE)
  expect_equal(resumed$digests, whole$digests)

  loaded <- load_run(kept)
  expect_equal(predictions(loaded), predictions(whole))
  expect_output(print(loaded), "network  residual", fixed = TRUE)
  expect_s3_class(plot(loaded, "history"), "ggplot")
  page <- render_report(loaded, file.path(folder, "report.html"))
  expect_true(any(grepl("short_cut_1", readLines(page, warn = FALSE), fixed = TRUE)))

  removed <- registry$BUILDERS$without("residual")
  removed$`__enter__`()
  expect_error(load_run(kept), "no option 'residual'.*or register it", class = "RunFolderError")
  removed$`__exit__`(NULL, NULL, NULL)
  expect_equal(load_run(kept)$digests, whole$digests)
})
