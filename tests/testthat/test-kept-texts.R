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
})
