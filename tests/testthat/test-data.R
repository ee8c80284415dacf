test_that("a data set holds handles and says where it came from", {
  skip_without_core()
  data <- load_data(small_images())
  expect_s3_class(data, "kerasduet_dataset")
  expect_snapshot(data, cran = TRUE)
  expect_snapshot(data$x_test, cran = TRUE)
  expect_snapshot(summary(data), cran = TRUE)
  expect_equal(summary(data)$sizes, data$sizes)
  expect_equal(data$sizes, list(train = 3200, validation = 800, test = 1000))
  expect_equal(data$class_names, as.character(0:9))
  expect_equal(data$source$rows, 5000)
  expect_equal(dim(data$x_train), c(3200, 28, 28, 1))
  expect_equal(length(data$y_train), 3200)
  expect_identical(as.array(data[["y_test"]][1:3]), as.array(data$y_test[1:3]))
  expect_error(data$x_tset, "x_tset: no such part", class = "UnknownName")
})

test_that("rows count from 1 and are those of Python", {
  skip_without_core()
  x <- load_data(small_images())$x_test
  py <- handle(x)
  third <- as.array(x[3])
  expect_equal(dim(third), c(1, 28, 28, 1))
  expect_type(third, "integer")
  for (at in list(c(1, 1), c(10, 15), c(28, 28))) {
    there <- plain(do.call(py$item, as.list(as.integer(c(2, at - 1, 0)))))
    expect_equal(third[1, at[1], at[2], 1], there)
  }
  expect_identical(as.array(x[c(3, 1)])[1, , , ], third[1, , , ])
  expect_equal(dim(x[-(1:990)]), c(10, 28, 28, 1))
  expect_equal(dim(x[c(TRUE, FALSE)]), c(500, 28, 28, 1))
  expect_equal(dim(x[]), dim(x))
  expect_error(x[1001], "1..1000", class = "ArgumentRange")
  expect_error(x[1, 2], class = "ArgumentType")
})

test_that("R images of every type give the bytes that Python has", {
  skip_without_core()
  bytes <- array(sample(0:255, 40 * 28 * 28, replace = TRUE), c(40, 28, 28))
  labels <- rep(0:9, 4)
  as_raw <- array(as.raw(bytes), dim(bytes))
  digest <- function(x, y) load_data(small_images(), list(x = x, y = y))$source$sha256
  expect_equal(digest(as_raw, as.numeric(labels)), digest(bytes, labels))
  expect_equal(digest(array(bytes, c(40, 28, 28, 1)), labels), digest(bytes, labels))
  # A transposed image is another image.
  expect_false(digest(aperm(bytes, c(1, 3, 2)), labels) == digest(bytes, labels))
  expect_error(digest(bytes + 0.0, labels), "float pixels", class = "PixelRange")
  expect_match(digest(bytes / 255, labels), "^[0-9a-f]{64}$")
})

test_that("factors keep their levels, whatever their order", {
  skip_without_core()
  names <- c("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
  y <- factor(rep(names, 4), levels = rev(names))
  data <- load_data(small_images(), list(x = array(0:1, c(40, 28, 28)), y = y))
  expect_equal(data$class_names, rev(names))
  codes <- c(as.array(data$y_train), as.array(data$y_validation), as.array(data$y_test))
  expect_setequal(codes, 0:9)
  expect_equal(unname(c(table(codes))), rep(4, 10))
})

test_that("a series comes from a ts, a data frame or a tibble, with the same values", {
  skip_without_core()
  dates <- seq(as.Date("1949-01-01"), by = "month", length.out = 144)
  frame <- data.frame(time = dates, value = as.numeric(AirPassengers))
  made <- small_series(frequency = "MS")
  from_ts <- load_data(made, AirPassengers)
  from_frame <- load_data(made, frame)
  expect_identical(from_ts$source$sha256, from_frame$source$sha256)
  expect_identical(as.array(from_ts$x_train), as.array(from_frame$x_train))
  skip_if_not_installed("tibble")
  from_tibble <- load_data(made, tibble::as_tibble(frame))
  expect_identical(from_tibble$source$sha256, from_frame$source$sha256)
})

test_that("the frequency of a ts is checked", {
  skip_without_core()
  expect_error(
    load_data(small_series(frequency = "QS"), AirPassengers),
    "times must follow the frequency QS",
    class = "TimeIndexError"
  )
})

test_that("arrays are read by rows and copied whole", {
  skip_without_core()
  x <- load_data(small_images())$x_test
  y <- load_data(small_images())$y_test
  expect_equal(dim(head(x, 3)), c(3, 28, 28, 1))
  expect_identical(as.array(tail(y, 2)), as.array(y[999:1000]))
  expect_equal(dim(head(x, -995)), c(5, 28, 28, 1))
  expect_equal(dim(x[0]), c(0, 28, 28, 1))
  expect_equal(dim(as.array(x[0])), c(0, 28, 28, 1))
  expect_identical(as.vector(y), as.integer(as.array(y)))
  expect_identical(as.numeric(y), as.numeric(as.array(y)))
  expect_identical(as.integer(y), as.vector(y))
  expect_identical(as.matrix(y), matrix(as.vector(y)))
  expect_identical(lapply(y[1:2], identity), as.list(as.vector(y[1:2])))
  uses <- list(mean, range, summary, unique, table, log, function(x) x + 1, function(x) x[[1]])
  for (use in uses) {
    expect_error(use(y), "Copy it first, with as.array(x).", fixed = TRUE, class = "ArgumentType")
  }
})

test_that("an example is loaded and built by its name too", {
  skip_without_core()
  expect_identical(load_data("lstm-co2")$source, load_data(experiment("lstm-co2"))$source)
  expect_equal(plain(build_model("mnist-dnn")$count_params()), 235146)
})

test_that("a data set is used with the settings it was loaded with, and no others", {
  skip_without_core()
  data <- load_data(small_series(), AirPassengers)
  run <- run_experiment(small_series(epochs = 2), data = data, progress = FALSE)
  expect_identical(run$source, data$source)
  expect_error(
    run_experiment(small_series(lookback = 7), data = data, progress = FALSE),
    paste(
      "data: must be loaded with the lookback of the experiment, 7; got a data set of lookback 6.",
      "Load the data with this experiment."
    ),
    class = "ArgumentType", fixed = TRUE
  )
})

test_that("the only column of dates is that of the times, and that is said", {
  skip_without_core()
  values <- sin(1:80)
  days <- as.Date("2024-01-01") + 0:79
  for (when in list(days, format(days), factor(format(days)), as.POSIXct(days))) {
    loaded <- load_data(small_series(), data.frame(when = when, value = values))
    expect_equal(loaded$source$note, "Times were read from the column when.")
  }
  gap <- data.frame(time = days[-10], value = values[-10])
  expect_match(load_data(small_series(), gap)$source$note, "to 2024-01-11 in row 10: rows may be")
  expect_equal(load_data(small_series(), data.frame(value = values))$source$note, "")
})

test_that("a level that stands for what is missing is missing", {
  skip_without_core()
  y <- addNA(factor(c(rep(0:9, 3), rep(NA, 10))))
  data <- list(x = array(0L, c(40, 28, 28)), y = y)
  expect_error(load_data(small_images(), data), "missing one in row 31", class = "MissingValue")
})
