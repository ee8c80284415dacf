test_that("a transformed target is forecast and scored in its own units", {
  skip_without_core()
  data <- data.frame(value = exp(2 + 0.01 * 1:90 + 0.05 * sin(1:90)))
  run <- run_experiment("lstm-series",
    data = data, transform = "log-returns", difference = 0, season = 1, lookback = 4,
    horizon = 2, units = 2, epochs = 1, early_stopping = NULL, progress = FALSE
  )
  expect_equal(predictions(run)$truth[[1]], data$value[[predictions(run)$time[[1]]]])
  ahead <- forecast(run)$forecast
  expect_true(all(ahead > 0.8 * data$value[[90]] & ahead < 1.25 * data$value[[90]]))
  expect_identical(run$experiment$transform, "log-returns")
})
