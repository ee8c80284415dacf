# Of what a network gives, which may differ in its last bits between machines.
tolerance <- 1e-5

expect_table <- function(found, expected, near = character(), label = "") {
  for (name in names(expected)) {
    values <- unlist(expected[[name]])
    column <- found[[name]][seq_along(values)]
    if (inherits(column, "POSIXct")) {
      values <- as.POSIXct(sub(":([0-9]{2})$", "\\1", values), format = "%Y-%m-%dT%H:%M:%S%z")
      expect_equal(as.numeric(column), as.numeric(values), label = paste(label, name))
    } else if (inherits(column, "Date")) {
      expect_equal(column, as.Date(values), label = paste(label, name))
    } else if (is.character(values)) {
      expect_identical(as.character(column), values, label = paste(label, name))
    } else {
      close <- if (name %in% near) tolerance else 0
      expect_equal(column, values, tolerance = close, label = paste(label, name))
    }
  }
}

test_that("runs of every earlier format load and predict as they did", {
  skip_without_core()
  places <- Sys.glob(file.path(contract_path("runs"), "format-*", "*"))
  expect_gte(length(places), 5)
  for (place in places) {
    name <- basename(place)
    expected <- jsonlite::read_json(file.path(place, "expected.json"))
    run <- load_run(file.path(place, "run"))
    expect_equal(run$status, expected$status, label = name)
    expect_identical(run$metrics[names(expected$metrics)], lapply(expected$metrics, as.numeric))
    expect_table(as.data.frame(run), expected$history, label = name)
    tests <- predictions(run)
    expect_equal(nrow(tests), expected$rows, label = name)
    expect_table(tests, expected$predictions, label = name)
    if (!is.null(expected$forecast)) {
      found <- forecast(run, h = length(expected$forecast$step))
      expect_table(found, expected$forecast, near = "forecast", label = name)
    } else {
      expect_equal(run$class_names, unlist(expected$class_names), label = name)
      x <- array(as.integer(unlist(expected$pixels)), c(length(expected$pixels), 6, 6))
      prob <- do.call(rbind, lapply(expected$prob, unlist))
      found <- predict(run, x, type = "prob")
      expect_equal(unname(found), prob, tolerance = tolerance, label = name)
      expect_identical(as.character(predict(run, x)), unlist(expected$class), label = name)
    }
  }
})
