tiny <- list(
  examples = 80, digits = 2, units = 8, embedding = 4, epochs = 1, batch_size = 16,
  test_split = 0.2, progress = FALSE
)
kept <- new.env(parent = emptyenv())
sums_run <- function() {
  kept$run <- kept$run %||% do.call(run_experiment, c("add-numbers", tiny))
  kept$run
}

test_that("a translator gives a character vector, of texts and of factors", {
  skip_without_core()
  run <- sums_run()
  expect_type(predict(run, "12+7"), "character")
  expect_length(predict(run, "12+7"), 1)
  texts <- factor(c("1+2", "12+7", "1+2"))
  expect_identical(predict(run, texts), predict(run, as.character(texts)))
  expect_identical(predict(run, run$dataset), predictions(run)$prediction)
  found <- predict(run, c("1+2", "12+7"), type = "prob", beam = 4)
  expect_named(found, c("prediction", "probability"))
  greedy <- predict(run, c("1+2", "12+7"), type = "prob")
  expect_true(all(found$probability >= greedy$probability - 1e-6))
  expect_error(predict(run, "1+2", beam = 0), "beam: must be", class = "ArgumentRange")
  expect_error(predict(run, "1+2", type = "class"), "no option 'class'")
  tests <- predictions(run)
  expect_named(tests, c("row", "source", "truth", "prediction", "probability", "baseline"))
  expect_type(tests$source, "character")
  held <- states(run, "12+7", "decoder_1")
  expect_identical(held$token[1], "[start]")
  expect_equal(unique(states(run, "12+7")$step), 1:5)
  folder <- save_run(run, withr::local_tempfile())
  expect_identical(predict(load_run(folder), "12+7"), predict(run, "12+7"))
})

test_that("pairs of one's own are read from a data frame and from a file", {
  skip_without_core()
  pairs <- data.frame(
    german = c("eins", "zwei", "drei", "vier", "zwei"),
    english = c("one", "two", "three", "four", "two")
  )
  settings <- list(
    "translate-dates",
    dataset = "pairs", source_column = "german", target_column = "english"
  )
  data <- load_data(do.call(experiment, settings), pairs)
  file <- withr::local_tempfile(fileext = ".csv")
  utils::write.csv(pairs, file, row.names = FALSE)
  read <- load_data(do.call(experiment, c(settings, path = file)))
  expect_identical(as.array(read$x_test$source), as.array(data$x_test$source))
  pairs$english[2] <- NA
  expect_error(
    load_data(do.call(experiment, settings), pairs), "got a missing one in row 2",
    class = "MissingValue"
  )
})

test_that("attention is drawn", {
  skip_without_core()
  skip_if_not_installed("ggplot2")
  run <- sums_run()
  data <- plot_data(run, "attention", rows = 1:2)
  expect_match(data$panels$attention$alt, "Attention weights of 2 test rows")
  expect_s3_class(plot(run, kind = "attention", rows = 1:2), "ggplot")
})
