prices <- function(rows = 120) {
  drawn <- (seq_len(rows) * 7919) %% 101 / 101 - 0.5
  close <- 100 * exp(cumsum(drawn) / 20)
  open <- c(100, close[-rows]) + drawn / 50
  data.frame(
    date = as.Date("2024-01-01") + seq_len(rows) - 1, open = open, high = pmax(open, close) + 1,
    low = pmin(open, close) - 1, close = close, volume = 1000 + seq_len(rows)^1.5
  )
}

test_that("the best copy of an input is a baseline, and a contained target is named", {
  skip_without_core()
  frame <- prices()
  run <- run_experiment(
    "lstm-series", data = frame, target = "open", time = "date", lookback = 5, horizon = 1,
    features = c("open", "high", "low", "close", "volume"), units = 2, epochs = 1, progress = FALSE
  )
  tests <- predictions(run)
  expect_equal(tests$copy, frame$close[match(tests$origin, frame$date)])
  expect_equal(run$metrics$copy_mae, mean(abs(tests$truth - tests$copy)))
  expect_lt(run$metrics$copy_mae, run$metrics$naive_mae / 10)
  printed <- paste(capture.output(print(run)), collapse = " ")
  expect_match(printed, 'input "close" of the day before all but contains "open"', fixed = TRUE)
  expect_match(printed, "the best baseline, copy, has", fixed = TRUE)
  expect_identical(forecast(run)$copy, frame$close[nrow(frame)])
  expect_match(plot_data(run, "horizon")$alt, "copy")
})
