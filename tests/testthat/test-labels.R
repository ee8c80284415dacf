fruit_run <- function(levels = c("pear", "apple", "fig"), ...) {
  codes <- rep(0:2, 20)
  y <- factor(levels[codes + 1], levels = levels)
  x <- array(codes * 100L, c(60, 4, 4))
  settings <- list(
    "mnist-dense",
    classes = 3, units = 4, input_shape = c(4, 4, 1), epochs = 1, progress = FALSE,
    data = list(x = x, y = y, x_test = x[1:9, , ], y_test = y[1:9])
  )
  list(run = do.call(run_experiment, settings), x = x, y = y)
}

test_that("labels go by name, and what a run predicts it evaluates", {
  skip_without_core()
  made <- fruit_run()
  expected <- evaluate_run(made$run, made$x, made$y)
  expect_equal(evaluate_run(made$run, made$x, as.character(made$y)), expected)
  expect_equal(evaluate_run(made$run, made$x, factor(made$y, rev(levels(made$y)))), expected)
  classes <- predict(made$run, made$x)
  expect_equal(evaluate_run(made$run, made$x, classes)$accuracy, 1)
  expect_equal(levels(classes), levels(made$y))
  tests <- predictions(made$run)
  expect_identical(tests$prediction, classes[1:9])
  expect_identical(tests$truth, made$y[1:9])
  expect_error(
    evaluate_run(made$run, made$x, as.integer(made$y) - 1L),
    "y: must be classes that the run knows, pear, apple, fig; got 0 in row 1.",
    fixed = TRUE, class = "LabelRange"
  )
  numbered <- fruit_run(c("1", "2", "3"))
  expect_equal(
    evaluate_run(numbered$run, numbered$x, as.integer(numbered$y)),
    evaluate_run(numbered$run, numbered$x, numbered$y)
  )
})

test_that("findings about the caller's images are printed", {
  skip_without_core()
  expect_match(format(fruit_run()$run), "note .*Also among the training images: ", all = FALSE)
})

test_that("logical images are masks, and a missing pixel is found", {
  skip_without_core()
  made <- fruit_run()
  expect_warning(
    found <- predict(made$run, made$x[1:2, , ] > 50, type = "prob"),
    "Scale both alike",
    class = "KerasduetWarning"
  )
  expect_equal(dim(found), c(2, 3))
  gap <- made$x[1:2, , ] > 50
  gap[2, 1, 1] <- NA
  expect_error(predict(made$run, gap), "got NA, NaN or Inf in image 2", class = "NonFinite")
})
