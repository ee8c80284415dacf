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

test_that("plans are asked for by a table and decide the forecast", {
  skip_without_core()
  days <- as.Date("2024-01-01") + 0:119
  data <- data.frame(time = days, promo = rep(c(0, 0, 1, 0, 1, 0), 20))
  data$value <- 20 + 5 * data$promo + sin(1:120)
  run <- run_experiment("lstm-series",
    data = data, target = "value", known_future = "promo", calendar = "weekday", difference = 0,
    season = 6, lookback = 4, horizon = 3, units = 4, epochs = 1, early_stopping = NULL,
    progress = FALSE
  )
  expect_identical(dim(run$dataset$x_train)[2:3], c(4L, 7L))
  future <- future_frame(run)
  expect_identical(future$time, as.Date("2024-04-30") + 0:2)
  expect_true(all(is.na(future$promo)))
  expect_identical(nrow(future_frame(run, h = 4)), 6L)
  gap <- expect_error(forecast(run, future = future), class = "kerasduet_error")
  expect_match(conditionMessage(gap), "promo must have a value .* got none at 2024-04-30")
  future$promo <- c(0, 1, 0)
  found <- forecast(run, future = future)
  expect_identical(found$time, future$time)
  other <- forecast(run, future = transform(future, promo = 1 - promo))
  expect_false(identical(other$forecast, found$forecast))
  short <- expect_error(forecast(run, future = future[1, ]), class = "kerasduet_error")
  expect_match(conditionMessage(short), "got none for 2024-05-01, 2024-05-02")
})
