test_that("backtest() compares networks with methods from outside", {
  skip_without_core()
  dates <- seq(as.Date("2024-01-01"), by = "day", length.out = 90)
  steps <- seq_along(dates)
  data <- data.frame(time = dates, value = 100 + steps / 9 + 5 * sin(steps) + steps %% 4)
  small <- experiment(
    "lstm-series",
    season = 7, difference = 7, lookback = 7, horizon = 2, units = 2, epochs = 1, test_split = 0.25
  )
  found <- backtest(
    small,
    folds = 2, seeds = 1, methods = c("drift", "theta", "r_ets"), data = data, progress = FALSE
  )
  expect_s3_class(found, "kerasduet_run_set")
  expect_identical(found$kind, "backtest")
  expect_identical(names(found), c("fold-1-seed-0", "fold-2-seed-0"))
  expect_identical(found$table$fold, c(1, 2))
  table <- scores(found)
  expect_identical(
    names(table)[1:9],
    c("fold", "model", "seed", "step", "windows", "mae", "rmse", "smape", "mase")
  )
  expect_identical(nrow(table), 16L)
  expect_identical(is.na(table$seed), table$model != "network")
  expect_equal(mean(table$mae[table$model == "network" & table$fold == 2]), found[[2]]$metrics$mae)
  fold <- table[table$model == "network" & table$fold == 2, ]
  for (name in c("pinball", "coverage_80", "coverage_95")) {
    expect_equal(mean(fold[[name]]), found[[2]]$metrics[[name]])
  }
  sums <- summary(found)
  expect_false(anyNA(sums[1, c("pinball", "coverage_80", "coverage_95")]))
  expect_identical(sums$model[[1]], "network")
  expect_setequal(sums$model[-1], c("drift", "theta", "r_ets"))
  expect_identical(sums$folds, c(2, 2, 2, 2))
  expect_match(found$verdict, "the best other method, (drift|theta|R's ETS), has")
  expect_output(print(found), "2 runs of a backtest of lstm-series: 2 finished")
  expect_output(print(found), found$verdict, fixed = TRUE)
  further <- "next     scores(set), summary(set), plot(set), set[[1]]"
  expect_output(print(found), further, fixed = TRUE)
  folder <- save_run_set(found, file.path(withr::local_tempdir(), "kept"))
  expect_identical(scores(load_run_set(folder)), table)
  expect_error(
    backtest(small, folds = 99, data = data), "Lower folds or horizon",
    class = "ArgumentRange"
  )

  skip_if_not_installed("ggplot2")
  alt <- ggplot2::get_alt_text(plot(found, kind = "folds"))
  expect_match(alt, "Mean absolute error of each model in 2 folds along the series")
  skip_if_not_installed("patchwork")
  expect_match(plot(found)$alt, "by step ahead, from step 1 to step 2")
})
