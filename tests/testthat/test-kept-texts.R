written <- function(frame) {
  file <- tempfile(fileext = ".csv")
  utils::write.csv(frame, file, row.names = FALSE, quote = FALSE)
  file
}

test_that("codes in a CSV file stay as they are written", {
  skip_without_core()
  sold <- data.frame(shop = rep(c("1", "01"), each = 40), sold = rep(c(1, 3, 2, 5), 20))
  found <- load_data(experiment(
    "lstm-series",
    path = written(sold), id = "shop", target = "sold", season = 1, difference = 0,
    lookback = 3, horizon = 2
  ))
  expect_identical(unique(as.data.frame(found)$shop), c("1", "01"))

  pairs <- data.frame(source = sprintf("%03d", 0:29), target = sprintf("%04d", 30:59))
  made <- load_data(experiment("translate-dates", dataset = "pairs", path = written(pairs)))
  given <- load_data(experiment("translate-dates", dataset = "pairs"), data = pairs)
  expect_identical(as.array(made$x_train$source), as.array(given$x_train$source))
  expect_identical(as.array(made$y_train), as.array(given$y_train))

  rows <- data.frame(kind = rep(c("000", "001"), 20), x = 1:40)
  classes <- load_data(experiment("table-classes", path = written(rows), target = "kind"))
  expect_identical(classes$class_names, c("000", "001"))
  expect_identical(load_data(experiment(
    "table-classes",
    path = written(transform(rows, kind = rep(0:1, 20))), target = "kind"
  ))$class_names, c("0", "1"))
})

test_that("whole numbers that lost digits are told", {
  skip_without_core()
  rows <- data.frame(y = c("9007199254740993", 1:39 / 2), x = cos(1:40))
  found <- load_data(experiment("table-numbers", path = written(rows), target = "y"))
  expect_match(found$source$note, "y (9007199254740993)", fixed = TRUE)
})
