test_that("a gate without a neuron has no weights", {
  skip_without_core()
  xor <- logic_gate("xor")
  expect_named(xor, c("inputs", "outputs", "weights", "threshold", "separable"))
  expect_null(xor$weights)
  expect_false(xor$separable)
  gate <- logic_gate("nor")
  expect_identical(threshold_neuron(gate$inputs, gate$weights, gate$threshold), gate$outputs)
  expect_identical(threshold_neuron(c(0, 0), gate$weights, gate$threshold), 1)
})

test_that("softmax works row by row and its slope is a matrix a row", {
  skip_without_core()
  scores <- rbind(c(0, log(3)), c(5, 5))
  expect_equal(softmax(scores), rbind(c(0.25, 0.75), c(0.5, 0.5)))
  expect_identical(dim(activation_slope(scores, "softmax")), c(2L, 2L, 2L))
  expect_identical(activate(3, "relu"), 3)
})

test_that("both logarithms of the cross-entropy are there", {
  skip_without_core()
  y <- c(0, 1, 0, 0)
  p <- c(0.05, 0.775, 0.1, 0.075)
  expect_equal(cross_entropy(y, p), -log(0.775))
  expect_equal(cross_entropy(y, p, base = 2), -log2(0.775))
  expect_identical(cross_entropy(c(1, 0), c(0, 1)), Inf)
})

test_that("parameters go there and back as named lists", {
  skip_without_core()
  xor <- logic_gate("xor")
  start <- two_layer_init(2, 4, 1, scale = 1)
  slopes <- two_layer_gradients(t(xor$inputs), start, y = xor$outputs)
  once <- two_layer_fit(t(xor$inputs), start, y = xor$outputs, steps = 1, learning_rate = 0.5)
  for (name in names(start)) {
    expect_equal(once$params[[name]], start[[name]] - 0.5 * slopes[[name]])
  }
  fit <- two_layer_fit(t(xor$inputs), start, y = xor$outputs)
  expect_length(fit$loss, 1001)
  expect_identical(round(two_layer_forward(t(xor$inputs), fit$params)$A2), rbind(c(0, 1, 1, 0)))
})

test_that("names in a list must differ", {
  skip_without_core()
  expect_error(
    two_layer_forward(1, list(W1 = 1, W1 = 2)), "params: names must differ; got W1 twice.",
    class = "ArgumentType"
  )
})

test_that("an optimizer takes its settings by name and its state from the step before", {
  skip_without_core()
  parameter <- matrix(c(1, -2, 3, 0.5), 2)
  first <- optimizer_step("adam", parameter, parameter * 2, learning_rate = 0.1)
  second <- optimizer_step("adam", first$parameter, parameter, first$state, learning_rate = 0.1)
  expect_identical(dim(second$parameter), c(2L, 2L))
  expect_identical(second$state$step, 2)
  plain <- optimizer_step("sgd", 1, 2)
  expect_identical(plain$parameter, 0.98)
  expect_length(plain$state, 0)
  expect_identical(optimizer_step("sgd", 1, 2, plain$state)$parameter, 0.98)
  expect_error(optimizer_step("sgd", 1, 2, NULL, 0.1), "by name", class = "ArgumentType")
  expect_error(
    optimizer_step("sgd", 1, 2, learning_rate = 1, learning_rate = 2), "got learning_rate twice",
    class = "ArgumentType"
  )
})
