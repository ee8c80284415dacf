test_that("vectors, columns and data frames of one feature are one sequence", {
  skip_without_core()
  x <- c(2, 4, 6, 8, 10)
  states <- rnn_forward(x, 1, 1, 1, activation = "relu")
  expect_identical(states$h, cbind(c(2, 6, 12, 20, 30)))
  expect_identical(rnn_forward(cbind(x), 1, 1, 1, activation = "relu"), states)
  expect_identical(rnn_forward(data.frame(x), 1, 1, 1, activation = "relu"), states)
  expect_identical(rnn_forward(ts(x), 1, 1, 1, activation = "relu"), states)
  expect_identical(rnn_forward(2, 1, 1, 1)$h, cbind(tanh(2)))
})

test_that("gradients by lag are an array whose sum is the gradient", {
  skip_without_core()
  w <- rbind(c(0.5, -0.2), c(0.1, 0.3))
  slopes <- bptt_gradients(1:4, cbind(c(1, -1)), w, rbind(c(1, 2)), targets = rep(0, 4))
  expect_identical(dim(slopes$W_by_lag), c(4L, 2L, 2L))
  expect_equal(apply(slopes$W_by_lag, 2:3, sum), slopes$W)
  expect_length(slopes$b, 2)
  expect_type(slopes$loss, "double")
})

test_that("gradients agree with finite differences", {
  skip_without_core()
  loss <- function(w) {
    bptt_gradients(c(1, -1, 0.5), 0.7, w, 1.2, targets = c(0, 0.5, 1))$loss
  }
  slopes <- bptt_gradients(c(1, -1, 0.5), 0.7, 0.4, 1.2, targets = c(0, 0.5, 1))
  expect_equal(slopes$W[[1]], (loss(0.4 + 1e-6) - loss(0.4 - 1e-6)) / 2e-6, tolerance = 1e-7)
})

test_that("Keras's weights come back as they went", {
  skip_without_core()
  weights <- list(
    matrix(sin(1:24), 2), matrix(cos(1:36), 3), array(as.numeric(1:12), 12)
  )
  params <- recurrent_from_keras("lstm", weights)
  expect_named(params, c("Wf", "bf", "Wu", "bu", "Wc", "bc", "Wo", "bo"))
  expect_identical(dim(params$Wf), c(3L, 5L))
  back <- recurrent_to_keras("lstm", params)
  expect_identical(back, list(weights[[1]], weights[[2]], as.vector(weights[[3]])))
  one <- recurrent_to_keras("rnn", list(U = 2, W = 3, b = 4))
  expect_identical(one, list(matrix(2), matrix(3), 4))
})

test_that("states have one row a time step and one column a unit", {
  skip_without_core()
  params <- recurrent_from_keras("gru", list(matrix(sin(1:18), 2), matrix(cos(1:27), 3), 1:9 / 9))
  states <- gru_forward(matrix(1:8 / 8, 4), params)
  expect_named(states, c("h", "r", "z", "candidate"))
  expect_identical(unname(lapply(states, dim)), rep(list(c(4L, 3L)), 4))
})

test_that("norms by lag are a data frame; the lag is a count", {
  skip_without_core()
  norms <- gradient_norms_by_lag(numeric(3), list(U = 1, W = 0.5, b = 0))
  expect_identical(norms, data.frame(lag = c(0, 1, 2, 3), norm = c(1, 0.5, 0.25, 0.125)))
})

test_that("gradients are clipped one by one or together, in their shapes", {
  skip_without_core()
  expect_equal(clip_gradients(c(3, 4), norm = 1), c(0.6, 0.8))
  clipped <- clip_gradients(list(W = cbind(3, -4), b = 0.5), value = 1)
  expect_identical(clipped, list(W = cbind(1, -1), b = 0.5))
})
