# Figures differ between machines in their last digits.
masked <- function(lines) {
  lines <- gsub("[0-9]+[.][0-9]+|[0-9a-f]{16}|[0-9]+ errors", "#", lines)
  sub("(errors|seconds) +[0-9]+$", "\\1 #", lines)
}

test_that("a run has its parts", {
  skip_without_core()
  run <- run_experiment(small_images(), progress = FALSE)
  expect_s3_class(run, "kerasduet_run")
  expect_equal(run$status, "finished")
  expect_named(run$metrics, c("loss", "accuracy", "errors", "baseline_accuracy"))
  expect_equal(run$metrics$baseline_accuracy, 0.1)
  expect_named(run$digests, c("weights", "history", "predictions"))
  expect_identical(run$experiment, small_images())
  expect_equal(run$provenance$caller, list(language = "R", version = as.character(getRversion())))
  expect_null(run$folder)
  expect_s3_class(run$dataset, "kerasduet_dataset")
  expect_match(run$summary, "^Test accuracy")
  expect_error(run$metric, "metric: no such part", class = "UnknownName")
})

test_that("it prints short and says what to call next", {
  skip_without_core()
  images <- run_experiment(small_images(), progress = FALSE)
  series <- run_experiment(small_series(), data = AirPassengers, progress = FALSE)
  expect_snapshot(images, transform = masked, cran = TRUE)
  expect_snapshot(series, transform = masked, cran = TRUE)
  expect_snapshot(summary(images), transform = masked, cran = TRUE)
})

test_that("history, metrics and predictions are data frames", {
  skip_without_core()
  run <- images_run()
  history <- as.data.frame(run)
  expect_equal(history$epoch, 1)
  expect_true(all(c("loss", "accuracy", "val_loss", "val_accuracy") %in% names(history)))
  expect_identical(tidy(run), history)
  expect_identical(as.list(glance(run)), run$metrics)
  tests <- predictions(run)
  expect_identical(augment(run), tests)
  expect_equal(nrow(tests), 1000)
  expect_equal(levels(tests$truth), as.character(0:9))
  expect_equal(levels(tests$prediction), as.character(0:9))
  expect_equal(sum(tests$truth != tests$prediction), run$metrics$errors)
})

test_that("classes are factors and probabilities a matrix with names", {
  skip_without_core()
  run <- images_run()
  x <- run$dataset$x_test[1:20]
  classes <- predict(run, x)
  expect_s3_class(classes, "factor")
  expect_identical(classes, predictions(run)$prediction[1:20])
  prob <- predict(run, x, type = "prob")
  expect_equal(dimnames(prob), list(NULL, as.character(0:9)))
  expect_equal(rowSums(prob), rep(1, 20), tolerance = 1e-6)
  # A smaller batch may differ in its last bits.
  expect_equal(unname(prob[, 3]), predictions(run)$p_2[1:20], tolerance = 1e-6)
  expect_identical(predict(run, as.array(x)), classes)
  expect_identical(predict(run, run$dataset)[1:20], classes)
  expect_error(
    predict(run, x, type = "probs"), "type: no option 'probs'. Did you mean prob?",
    fixed = TRUE, class = "UnknownName"
  )
  expect_identical(predict(run, x, type = factor("prob")), prob)
  expect_error(predict(run, x, kind = "prob"))
})

test_that("evaluating the test rows gives the run's metrics", {
  skip_without_core()
  run <- images_run()
  data <- run$dataset
  scores <- evaluate_run(run, data$x_test, data$y_test)
  expect_equal(scores, run$metrics[names(scores)])
  labels <- predictions(run)$truth
  expect_equal(evaluate_run(run, data$x_test, labels), scores)
  expect_equal(evaluate_run(run, data$x_test, as.numeric(as.array(data$y_test))), scores)
  expect_error(evaluate_run(run, data$x_test, data$y_validation), class = "LengthMismatch")
})

test_that("classes of a factor come back with all their levels", {
  skip_without_core()
  names <- letters[1:10]
  y <- factor(rep(names, 6), levels = rev(names))
  x <- array(rep(0:9, 6) * 25L, c(60, 28, 28))
  run <- run_experiment(small_images(), data = list(x = x, y = y), progress = FALSE)
  expect_equal(levels(predict(run, x)), rev(names))
  expect_equal(colnames(predict(run, x, type = "prob")), rev(names))
  expect_true(all(predictions(run)$truth %in% names))
  expect_equal(run$class_names, rev(names))
})

test_that("a folder is not overwritten unless told", {
  skip_without_core()
  folder <- file.path(withr::local_tempdir(), "run")
  first <- run_experiment(small_images(), out = folder, progress = FALSE)
  expect_message(run_experiment(small_images(), out = folder), "holds this run, finished; loaded")
  other <- small_images(seed = 9)
  expect_error(run_experiment(other, out = folder, progress = FALSE), class = "RunFolderError")
  expect_error(
    run_experiment(other, out = folder, overwrite = NA, progress = FALSE),
    "overwrite: must be TRUE or FALSE",
    class = "ArgumentType"
  )
  expect_identical(load_run(folder)$digests, first$digests)
  second <- run_experiment(other, out = folder, overwrite = TRUE, progress = FALSE)
  expect_identical(load_run(folder)$digests, second$digests)
})

test_that("a saved run loads with the same bits", {
  skip_without_core()
  run <- run_experiment(small_images(seed = 3), progress = FALSE)
  folder <- file.path(withr::local_tempdir(), "run")
  expect_equal(withVisible(save_run(run, folder)), list(value = folder, visible = FALSE))
  loaded <- load_run(folder)
  expect_identical(loaded$digests, run$digests)
  expect_identical(loaded$metrics, run$metrics)
  expect_identical(loaded$history, run$history)
  expect_identical(predictions(loaded), predictions(run))
  expect_equal(loaded$folder, folder)
  expect_error(load_run(tempfile()), class = "RunFolderError")
  expect_error(save_run(run, NA), class = "RunFolderError")
})

test_that("every class name that trains is loaded as it was", {
  skip_without_core()
  names <- c("a\rb", "\r\n", "c\"d", "e,f", " g ", "", "NA", "1e5", "\ufeffh", "nan")
  y <- factor(rep(names, 6), levels = names)
  x <- array(rep(0:9, 6) * 25L, c(60, 28, 28))
  run <- run_experiment(small_images(), data = list(x = x, y = y), progress = FALSE)
  loaded <- load_run(save_run(run, file.path(withr::local_tempdir(), "run")))
  expect_identical(loaded$class_names, names)
  expect_identical(predictions(loaded), predictions(run))
  expect_identical(predict(loaded, x), predict(run, x))
})

test_that("a link in a run folder is refused", {
  skip_without_core()
  folder <- save_run(images_run(), file.path(withr::local_tempdir(), "run"))
  away <- withr::local_tempfile()
  file <- file.path(folder, "history.csv")
  file.rename(file, away)
  file.symlink(away, file)
  expect_error(
    load_run(folder), "history.csv must be a file of its own; got a link in",
    fixed = TRUE, class = "RunFolderError"
  )
})

test_that("a diverged training is said plainly, kept and loaded", {
  skip_without_core()
  wild <- small_images(optimizer = "sgd", learning_rate = 1e30, epochs = 2)
  run <- run_experiment(wild, progress = FALSE)
  expect_match(run$summary, "^Training diverged: .* Lower learning_rate, or clip the gradients")
  expect_true(all(is.nan(run$history$loss)))
  loaded <- load_run(save_run(run, file.path(withr::local_tempdir(), "run")))
  expect_identical(loaded$metrics, run$metrics)
  expect_identical(loaded$history, run$history)
  expect_identical(loaded$digests, run$digests)
})

test_that("a folder is the same one after a change of directory", {
  skip_without_core()
  place <- normalizePath(withr::local_tempdir())
  run <- run_experiment(small_images(), progress = FALSE)
  expect_equal(withr::with_dir(place, save_run(run, "run")), file.path(place, "run"))
  expect_equal(run$folder, file.path(place, "run"))
})

# That a fresh Python gives the bits of R is test-parity.R's.
test_that("whole numbers give the same bits as doubles, and loaded data those of a name", {
  skip_without_core()
  data <- load_data(small_images())
  again <- run_experiment(
    "mnist-dense",
    dataset = "mnist-subset", units = 8L, epochs = 1L, data = data, progress = FALSE
  )
  expect_equal(again$digests, images_run()$digests)
})

test_that("an interrupted run resumes to the bits of one that was not", {
  skip_without_core()
  withr::local_options(rlang_interactive = TRUE)
  stop_after <- function(epoch) {
    function(event) if (event$event == "epoch" && event$epoch == epoch) rlang::interrupt()
  }
  whole <- run_experiment(small_images(epochs = 3), progress = FALSE)
  folder <- file.path(withr::local_tempdir(), "run")
  for (out in list(NULL, folder)) {
    cut <- run_experiment(small_images(epochs = 3), out = out, progress = stop_after(1))
    expect_equal(cut$status, "interrupted")
    expect_equal(cut$history$epoch, 1)
    expect_match(format(cut)[6], "resume_run(run)", fixed = TRUE)
    resumed <- resume_run(cut, progress = FALSE)
    expect_equal(resumed$status, "finished")
    expect_identical(resumed$digests, whole$digests)
  }
  expect_identical(resume_run(folder, progress = FALSE)$digests, whole$digests)
})
