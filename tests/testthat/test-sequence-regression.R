skip_without_core()

numbers <- function(n = 40, steps = 5) {
  x <- array(((seq_len(n * steps * 2) * 37) %% 101) / 10, c(n, steps, 2))
  list(x = x, y = 3 * x[, 1, 1] + x[, steps, 2])
}

test_that("a number is learned from sequences, and predicted", {
  given <- numbers()
  run <- run_experiment("adding-problem",
    dataset = "sequences", units = 3, epochs = 2, data = given, progress = FALSE
  )
  table <- predictions(run)
  expect_named(table, c("row", "truth", "prediction", "mean", "linear"))
  expect_equal(nrow(table), 8)
  nearest <- vapply(table$truth, function(truth) min(abs(truth - given$y)), numeric(1))
  expect_lt(max(nearest), 1e-5)
  found <- predict(run, given$x[1:3, , ])
  expect_type(found, "double")
  expect_length(found, 3)
  expect_error(predict(run, given$x[, 1:4, ]), "must have shape \\(n, 5, 2\\)")
  expect_s3_class(plot(run, "residuals"), "ggplot")
})

test_that("the adding problem is generated, the same as in Python", {
  data <- load_data(experiment("adding-problem", steps = 6, sequences = 50, test_sequences = 5))
  x <- as.array(data$x_test)
  expect_equal(dim(x), c(5, 6, 2))
  expect_equal(rowSums(x[, , 2]), rep(2, 5))
})

test_that("what is no set of sequences is refused", {
  own <- function(...) {
    load_data(experiment("adding-problem", dataset = "sequences", units = 2), list(...))
  }
  given <- numbers()
  expect_error(own(x = given$x), "y: must be given in data")
  expect_error(own(x = given$x, y = given$y[1:3]), "one number a sequence \\(40\\)")
  expect_error(own(x = given$x, y = replace(given$y, 2, NA)), "y")
})

test_that("a sine of changing period is forecast by each kind of recurrent layer", {
  exp <- experiment("sine", units = 4, epochs = 1)
  expect_match(load_data(exp)$source$sha256, "^94842afd")
  run <- run_experiment(exp, kind = "gru", progress = FALSE)
  expect_equal(nrow(forecast(run)), 10)
  expect_match(run$summary, "the best baseline, seasonal naive, has 0.6")
})
