skip_without_core()

test_that("a finished run goes on to the bits of all epochs at once", {
  set.seed(1)
  images <- list(
    x = array(sample(0:255, 60 * 16, TRUE), c(60, 4, 4)), y = factor(rep(c("a", "b"), 30))
  )
  trained <- function(epochs) {
    run_experiment(
      "mnist-dense",
      data = images, epochs = epochs, input_shape = c(4, 4, 1), classes = 2, units = 4,
      progress = FALSE
    )
  }
  run <- trained(1)
  longer <- continue_run(run, 2, progress = FALSE)
  expect_s3_class(longer, "kerasduet_run")
  expect_identical(longer$digests, trained(3)$digests)
  expect_equal(longer$provenance$continued$epochs, 1)
  expect_identical(nrow(run$history), 1L)

  folder <- tempfile()
  save_run(run, folder)
  expect_error(
    continue_run(load_run(folder), 2), "must be one of this session",
    class = "RunFolderError"
  )
  expect_error(continue_run(run, 0), "epochs: must be a whole number, at least 1")
  expect_error(continue_run(run, NULL), "epochs: must be a whole number")
  expect_error(continue_run("run", 1), "run: must be a run")
})
