test_that("keras3's verbs work on a run's network", {
  skip_without_core()
  skip_if_not_installed("keras3")
  run <- images_run()
  x <- as.array(run$dataset$x_test[1:5]) / 255
  probabilities <- stats::predict(run$model, x, verbose = 0)
  expect_equal(probabilities, unname(predict(run, run$dataset$x_test[1:5], type = "prob")),
    tolerance = 1e-5
  )
  scores <- keras3::evaluate(run, run$dataset$x_test, run$dataset$y_test)
  expect_equal(scores$accuracy, run$metrics$accuracy)
})
