shops <- function(rows = 60) {
  days <- seq_len(rows) - 1
  frames <- lapply(c(north = 100, south = 10, east = 1), function(size) {
    data.frame(
      day = as.Date("2024-01-01") + days,
      sold = size * (5 + sin(2 * pi * days / 7) + (days * 37 %% 11) / 50)
    )
  })
  names <- factor(rep(c("north", "south", "east"), each = rows))
  cbind(shop = names, do.call(rbind, c(frames, make.row.names = FALSE)))
}

train <- function(data = shops(), ...) {
  settings <- list(
    id = "shop", time = "day", target = "sold", season = 7, difference = 0, lookback = 7,
    horizon = 3, units = 2, epochs = 1, early_stopping = NULL, progress = FALSE
  )
  settings <- utils::modifyList(settings, list(...), keep.null = TRUE)
  do.call(run_experiment, c(list("lstm-series", data = data), settings))
}

test_that("one forecaster goes on with several series", {
  skip_without_core()
  run <- train()
  found <- forecast(run, level = c(80, 95))
  expect_named(found, c(
    "id", "time", "step", "forecast", "lower_80", "upper_80", "lower_95", "upper_95", "naive",
    "seasonal_naive", "drift", "seasonal_drift"
  ))
  expect_identical(found$id, rep(c("north", "south", "east"), each = 3))
  expect_identical(found$time, rep(as.Date("2024-03-01") + 0:2, 3))
  tests <- predictions(run)
  expect_identical(names(tests)[1:3], c("id", "origin", "time"))
  scores <- series_scores(run)
  south <- tests[tests$id == "south", ]
  expect_equal(scores$mae[scores$id == "south"], mean(abs(south$truth - south$forecast)))
  expect_identical(run$metrics$series, 3)
  shown <- plot_data(run, "forecast")$panels$forecast
  expect_match(shown$subtitle, "^Best, middle and worst of 3 series")
  expect_s3_class(plot(run, "forecast"), "ggplot")
  for (kind in c("forecast", "future")) {
    some <- plot_data(run, kind, series = factor(c("east", "south")))$panels[[kind]]
    expect_match(some$subtitle, "^2 of 3 series, ")
    expect_s3_class(plot(run, kind, series = "east"), "ggplot")
    expect_error(
      plot(run, kind, series = "nort"),
      "series: must be series of the training; got 'nort'. Did you mean north?",
      fixed = TRUE, class = "UnknownName"
    )
  }
  drawn <- plot(found)
  own <- plot_data(run, "future", level = c(80, 95))$panels$future
  expect_identical(drawn$labels$subtitle, own$subtitle)
  expect_identical(attr(found, "figure")$panel$frames, own$frames)
  expect_error(plot(found[found$id == "east", ]), "Use plot(run, \"future\")", fixed = TRUE)
  two <- predict(run, subset(shops(), shop != "north"))
  expect_match(plot(two)$labels$subtitle, "^2 of 3 series, 3 steps")

  folder <- tempfile()
  save_run(run, folder)
  expect_equal(forecast(load_run(folder)), forecast(run))

  east <- subset(shops(), shop == "east")
  expect_equal(predict(run, east)$forecast, found$forecast[7:9], tolerance = 1e-5)
  expect_error(predict(run, transform(east, shop = "west")), "must hold series of the training")
})

test_that("whole numbers name series too, and plans are asked for by series and time", {
  skip_without_core()
  data <- shops()
  data$shop <- rep(c(3, 1, 2), each = 60)
  data$promo <- rep(c(0, 1, 0), 60)
  run <- train(data, known_future = "promo")
  future <- future_frame(run)
  expect_named(future, c("id", "time", "promo"))
  expect_identical(unique(future$id), c(3, 1, 2))
  future$promo <- 1
  expect_identical(forecast(run, future = future)$id, rep(c(3, 1, 2), each = 3))
  more <- future_frame(run, 4)
  more$promo <- 1
  expect_warning(
    longer <- forecast(run, future = more),
    "^future: 3 rows after .*, the last step of the forecast, are not used\\. Ask for 6 steps",
    class = "KerasduetWarning"
  )
  expect_identical(nrow(longer), 9L)
  expect_no_warning(forecast(run, h = 3, future = more))
  expect_error(
    forecast(run, future = "f.csv"),
    "Read the file first: read.csv('f.csv'). Its columns are those of future_frame(run).",
    fixed = TRUE, class = "ArgumentType"
  )
  expect_error(
    forecast(run, future = future[future$id != 1, ]),
    "future: must have rows of each of the 3 series; got none for '1'.",
    fixed = TRUE
  )
  expect_error(
    forecast(run, future = future[-9, ]), "got none for 2024-03-03.*in the series '2'"
  )
})

test_that("a run of one series has no scores by series", {
  skip_without_core()
  run <- train(subset(shops(), shop == "east", c("day", "sold")), id = NULL)
  expect_error(series_scores(run), "must be of several series")
})

test_that("a backtest scores each series, and each goes on by its own new rows", {
  skip_without_core()
  run <- train()
  found <- backtest(
    run$experiment,
    folds = 2, seeds = 1, methods = c("naive", "drift"), data = shops(), progress = FALSE
  )
  table <- scores(found)
  expect_identical(names(table)[3:5], c("seed", "id", "step"))
  expect_identical(nrow(table), 2L * 3L * 3L * 3L)
  each <- series_scores(found[[2]])
  north <- table[table$fold == 2 & table$model == "drift" & table$id == "north", ]
  expect_equal(mean(north$mae), each$drift_mae[each$id == "north"])
  expect_identical(summary(found)$series, c(3, 3, 3))
  expect_match(found$verdict, "^MASE .* over 3 series; the best other method, (naive|drift), has")

  longer <- shops(70)
  new <- longer[longer$day > max(shops()$day), ]
  after <- update_run(run, new, progress = FALSE)
  expect_identical(forecast(after)$time[[1]], as.Date("2024-03-11"))
  expect_identical(update_run(run, longer, progress = FALSE)$digests, after$digests)
  expect_error(
    update_run(run, transform(new, shop = "west")), "new_rows: must hold series of the training",
    class = "UnknownName"
  )
})
