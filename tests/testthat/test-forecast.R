test_that("a forecast goes on where the series ends", {
  skip_without_core()
  ahead <- forecast(series_run())
  expect_named(
    ahead, c("time", "step", "forecast", "naive", "seasonal_naive", "drift", "seasonal_drift")
  )
  expect_equal(ahead$time, as.Date(c("1961-01-01", "1961-02-01")))
  expect_equal(ahead$naive, rep(432, 2))
  # January and February 1960, and December's growth over the year.
  expect_equal(ahead$seasonal_drift, c(417, 391) + 432 - 405)
  expect_equal(nrow(forecast(series_run(), h = 5)), 5)
  expect_identical(predict(series_run(), AirPassengers), ahead)
  expect_error(forecast(series_run(), h = 0), class = "HorizonError")
  expect_error(forecast(series_run(), h = NA), class = "HorizonError")
  expect_error(forecast(images_run()), class = "HorizonError")
})

test_that("plot() of a forecast draws it, and it is a data frame still", {
  skip_without_core()
  skip_if_not_installed("ggplot2")
  run <- series_run()
  for (ahead in list(forecast(run), forecast(run, h = 5), predict(run, AirPassengers))) {
    plot <- plot(ahead)
    expect_s3_class(plot, "ggplot")
    lines <- attr(ahead, "figure")$panel$frames$lines
    network <- lines[lines$series == "network", ]
    expect_equal(network$value, c(432, ahead$forecast))
    expect_equal(utils::tail(network$time, -1), ahead$time)
    expect_no_match(plot$labels$subtitle, "interval")
  }
  expect_identical(plot(ahead)$labels, ggplot2::autoplot(ahead)$labels)
  file <- withr::local_tempfile(fileext = ".rds")
  saveRDS(ahead, file)
  expect_s3_class(plot(readRDS(file)), "ggplot")
  more <- cbind(ahead, who = "me")
  ahead$who <- "me"
  expect_s3_class(plot(ahead), "ggplot")
  expect_s3_class(more, "data.frame")
  expect_identical(class(as.data.frame(ahead)), "data.frame")
  expect_null(attr(as.data.frame(ahead), "figure"))
  expect_no_match(capture.output(str(ahead)), "figure")
  expect_identical(ahead[["forecast"]], ahead[, "forecast"])
  expect_error(
    plot(ahead[1, ]), "x: must be the whole table of forecast() or predict(), unchanged",
    fixed = TRUE, class = "ArgumentType"
  )
  expect_s3_class(as.data.frame(more), "data.frame", exact = TRUE)
  expect_error(plot(ahead, series = "a"), "^plot: of a table has no other arguments; got series")
  withr::local_pdf(withr::local_tempfile(fileext = ".pdf"))
  expect_null(plot(ahead[c("time", "forecast")]))
})

test_that("predictions have dates and the truth of their times", {
  skip_without_core()
  tests <- predictions(series_run())
  expect_s3_class(tests$time, "Date")
  expect_s3_class(tests$origin, "Date")
  at <- round(12 * (as.numeric(format(tests$time, "%Y")) - 1949)) +
    as.numeric(format(tests$time, "%m"))
  expect_equal(tests$truth, as.numeric(AirPassengers)[at])
})

test_that("times of day stay times, also over the change to summer time", {
  skip_without_core()
  times <- seq(as.POSIXct("2024-03-29", tz = "Europe/Berlin"), by = "1 hour", length.out = 72)
  data <- data.frame(time = times, value = sin(seq_along(times)))
  run <- run_experiment(small_series(frequency = "h"), data = data, progress = FALSE)
  ahead <- forecast(run)
  expect_s3_class(ahead$time, "POSIXct")
  expect_equal(as.numeric(ahead$time), as.numeric(times[72]) + 3600 * 1:2)
  # Midnight alone does not make a date.
  expect_s3_class(forecast(run, h = 1)$time, "POSIXct")
  folder <- save_run(run, file.path(withr::local_tempdir(), "run"))
  expect_identical(predictions(load_run(folder)), predictions(run))
  expect_identical(forecast(load_run(folder)), ahead)
  expect_identical(attr(ahead$time, "tzone"), "Europe/Berlin")
  expect_true(all(predictions(run)$time %in% times))
})

test_that("a ts without calendar keeps its numbers as times, and goes on with them", {
  skip_without_core()
  series <- list(
    ts(sin(1:80), frequency = 7), ts(sin(1:80), start = c(2000, 5), frequency = 52), ts(sin(1:80)),
    ts(sin(1:80), start = 1, deltat = 0.1)
  )
  for (x in series) {
    run <- run_experiment(small_series(), data = x, progress = FALSE)
    step <- 1 / frequency(x)
    expect_true(all(round(predictions(run)$time / step) %in% round(time(x) / step)))
    expect_equal(forecast(run)$time, time(x)[80] + step * 1:2)
    folder <- save_run(run, file.path(withr::local_tempdir(), "run"))
    expect_identical(forecast(load_run(folder)), forecast(run))
    expect_identical(predictions(load_run(folder)), predictions(run))
  }
})

test_that("years that are numbers are followed by years", {
  skip_without_core()
  data <- data.frame(time = 1931:2010, value = sin(1:80))
  run <- run_experiment(small_series(), data = data, progress = FALSE)
  expect_equal(forecast(run)$time, c(2011, 2012))
})

test_that("the generic is that of the generics package, so nothing is masked", {
  expect_identical(forecast, generics::forecast)
  skip_if_not_installed("forecast")
  expect_identical(forecast::forecast, forecast)
})

test_that("gaps are marked and not scored, features stand beside the target's own past", {
  skip_without_core()
  table <- data.frame(load = sin(1:60 / 3) + 1:60 %% 7, wind = cos(1:60))
  gaps <- table
  gaps$load[c(5, 52, 55)] <- NA
  small <- list(
    target = "load", features = "wind", missing = "interpolate", lookback = 3, horizon = 1,
    difference = 0, season = 1, epochs = 1, units = 2, early_stopping = NULL
  )
  fit <- function(...) {
    do.call(run_experiment, c(list("lstm-series", data = gaps, progress = FALSE), small, ...))
  }
  run <- fit()
  found <- predictions(run)
  expect_identical(found$filled, found$time %in% c(52, 55))
  known <- found[!found$filled, ]
  expect_equal(run$metrics$mae, mean(abs(known$truth - known$forecast)))
  expect_identical(dim(run$dataset$x_train)[3], 2L)
  expect_identical(dim(fit(own_past = FALSE)$dataset$x_train)[3], 1L)
  error <- expect_error(predict(run, table["load"]), class = "kerasduet_error")
  expect_identical(class(error)[1], "UnknownName")
  expect_match(conditionMessage(error), "^newdata: must have the columns .* without wind\\.")
})

test_that("a forecast has intervals of the levels asked for", {
  skip_without_core()
  plain <- forecast(series_run())
  ahead <- forecast(series_run(), level = c(80, 95))
  ends <- c("lower_80", "upper_80", "lower_95", "upper_95")
  expect_named(ahead, c(names(plain)[1:3], ends, names(plain)[4:7]))
  expect_equal(ahead[names(plain)], plain, ignore_attr = c("strategy", "figure"))
  expect_true(all(ahead$lower_95 <= ahead$lower_80 & ahead$lower_80 <= ahead$forecast))
  expect_true(all(ahead$upper_95 >= ahead$upper_80 & ahead$upper_80 >= ahead$forecast))
  expect_named(forecast(series_run(), h = 1, level = 97.5)[4:5], c("lower_97.5", "upper_97.5"))
  scores <- c("coverage_80", "winkler_80", "coverage_95", "winkler_95", "pinball")
  expect_type(unlist(series_run()$metrics[scores]), "double")
  expect_error(
    forecast(series_run(), h = 3, level = 80), "at most 2 with level",
    class = "HorizonError"
  )
})

test_that("a network gives quantiles that cannot cross", {
  skip_without_core()
  run <- run_experiment(
    small_series(intervals = "quantile"),
    data = ts(sin(1:80) + 1:80 %% 5), progress = FALSE
  )
  ahead <- forecast(run, level = c(80, 95))
  expect_true(all(ahead$lower_95 <= ahead$lower_80 & ahead$lower_80 <= ahead$forecast))
  expect_true(all(ahead$upper_95 >= ahead$upper_80 & ahead$upper_80 >= ahead$forecast))
  expect_type(run$metrics$pinball, "double")
  folder <- save_run(run, file.path(withr::local_tempdir(), "run"))
  expect_identical(forecast(load_run(folder), level = c(80, 95)), ahead)
  tests <- predictions(run)
  expect_true(all(tests$quantile_0.025 <= tests$quantile_0.1))
  expect_true(all(tests$quantile_0.1 <= tests$forecast))
  expect_error(forecast(run, h = 3, level = 80), "at most 2 with level", class = "HorizonError")
})

test_that("tables say how further steps were forecast", {
  skip_without_core()
  expect_identical(attr(forecast(series_run()), "strategy"), "direct")
  run <- run_experiment(
    small_series(strategy = "recursive", horizon = 2),
    data = ts(sin(1:80)), progress = FALSE
  )
  expect_identical(attr(predictions(run), "strategy"), "recursive")
  expect_identical(attr(forecast(run, level = 80), "strategy"), "recursive")
  expect_match(run$facts$steps, "recursive")
})

test_that("a run is updated with the rows after its end", {
  skip_without_core()
  before <- window(AirPassengers, end = c(1959, 12))
  run <- run_experiment(small_series(), data = before, progress = FALSE)
  after <- update_run(run, window(AirPassengers, start = 1960), epochs = 1, progress = FALSE)
  expect_s3_class(after, "kerasduet_run")
  expect_identical(after$provenance$parent$weights, run$digests$weights)
  expect_equal(after$provenance$parent$rows, 132)
  expect_equal(forecast(after)$time, as.Date(c("1961-01-01", "1961-02-01")))
  whole <- update_run(run, AirPassengers, epochs = 1, progress = FALSE)
  expect_identical(whole$digests, after$digests)
  expect_error(update_run(run, before), "must hold rows after the end", class = "ArgumentType")
  expect_error(update_run(images_run(), before), "must be of a series", class = "ArgumentType")
})

test_that("what comes next is drawn as it is forecast, with its own steps and levels", {
  skip_without_core()
  shown <- plot_data(series_run(), "future", h = 1, level = 90)$panels[[1]]
  ahead <- forecast(series_run(), h = 1, level = 90)
  expect_identical(utils::tail(shown$frames$band_90$upper, 1), ahead$upper_90)
  expect_match(shown$subtitle, "1 month after the end of the data, .*; band: 90 %$")
  expect_null(shown$frames$band_80)
  longer <- plot_data(series_run(), "future", h = 5)$panels[[1]]
  expect_match(longer$subtitle, "; no intervals beyond the 2 trained steps$")
  expect_error(plot(series_run(), "future", h = 5, level = 80), "^h: must", class = "HorizonError")
})

test_that("a folder's name is no run, and a run without known_future takes no table", {
  skip_without_core()
  expect_error(
    predict("runs/a", 1),
    "got \"runs/a\". Of a run folder write predict(load_run(\"runs/a\"), newdata).",
    fixed = TRUE, class = "ArgumentType"
  )
  expect_error(
    forecast("runs/a"), "write forecast(load_run(\"runs/a\")).",
    fixed = TRUE, class = "ArgumentType"
  )
  expect_error(
    forecast(series_run(), future = data.frame(x = 1)),
    "future: is for columns known ahead of time, of which this run has none; got a table.",
    fixed = TRUE
  )
})
