stop_after <- function(epoch) {
  function(event) {
    if (event$event == "epoch" && event$epoch == epoch) rlang::interrupt()
  }
}

test_that("schedules and augmentation are settings that cross and are checked", {
  skip_without_core()
  made <- experiment("mnist-dnn", schedule = "one_cycle", shift = 0.1, rotate = 10, flip = "both")
  expect_identical(made$schedule, "one_cycle")
  expect_identical(made$shift, 0.1)
  expect_identical(made$rotate, 10)
  expect_identical(made$zoom, 0)
  expect_identical(made$flip, "both")
  expect_null(experiment(made, flip = NULL)$flip)
  expect_identical(experiment(made), made)
  expect_identical(experiment("lstm-co2")$schedule, "constant")
  expect_null(experiment("lstm-co2")$shift)
})

test_that("an augmented training with a schedule resumes to the bits of one not interrupted", {
  skip_without_core()
  withr::local_options(rlang_interactive = TRUE)
  made <- small_images(
    epochs = 3, schedule = "one_cycle", shift = 0.1, rotate = 10, zoom = 0.1, flip = "both"
  )
  whole <- run_experiment(made, progress = FALSE)
  cut <- run_experiment(made, progress = stop_after(1))
  expect_equal(cut$status, "interrupted")
  expect_equal(resume_run(cut, progress = FALSE)$digests, whole$digests)
  expect_identical(whole$experiment, made)
})
