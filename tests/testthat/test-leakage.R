test_that("check_leakage() gives its checks and says what it found", {
  skip_without_core()
  data <- data.frame(
    time = seq(as.Date("2024-01-01"), by = "day", length.out = 120),
    value = 100 + sin(seq_len(120)) + seq_len(120) %% 4
  )
  small <- experiment(
    "lstm-series",
    season = 7, difference = 7, lookback = 7, horizon = 2, units = 2, early_stopping = NULL
  )
  found <- check_leakage(small, data)
  expect_s3_class(found, "kerasduet_leakage")
  expect_true(found$passed)
  expect_identical(names(found$table), c("check", "what", "passed"))
  expect_identical(found$table$passed, rep(TRUE, 13))
  expect_output(print(found), "No leak: 13 checks, and not a bit moved.")
})
