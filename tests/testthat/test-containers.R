skip_without_core()

test_that("images of any size and labels as texts need no settings", {
  set.seed(2)
  pixels <- array(sample(0:255, 30 * 100, TRUE), c(30, 10, 10))
  kinds <- rep(c("dog", "cat"), 15)
  trained <- function(data) {
    run_experiment(
      "images",
      data = data, epochs = 1, filters = 2, dense_units = 4, progress = FALSE
    )
  }
  run <- trained(list(x = pixels, y = kinds))
  expect_identical(as.numeric(unlist(run$experiment$input_shape)), c(10, 10, 1))
  expect_setequal(levels(predict(run, pixels[1:4, , ])), c("cat", "dog"))

  flat <- data.frame(label = kinds, matrix(aperm(pixels, c(1, 3, 2)), 30))
  expect_identical(trained(flat)$digests$weights, run$digests$weights)
  told <- predict(run, pixels)
  expect_identical(predict(run, flat), told)
  expect_identical(predict(run, flat[-1]), told)
  mixed <- flat[c(1, 1 + order(names(flat)[-1]))]
  expect_false(identical(names(mixed), names(flat)))
  expect_identical(predict(run, mixed), told)
  expect_identical(predict(run, rev(flat)), told)
  expect_identical(trained(mixed)$digests$weights, run$digests$weights)
  surplus <- "got also .*id.*\\. Leave it out"
  expect_error(predict(run, cbind(flat, id = 1:30)), surplus, class = "ShapeError")
  expect_error(trained(cbind(flat, id = 1:30)), surplus, class = "ShapeError")
  expect_identical(evaluate_run(run, flat, kinds), evaluate_run(run, pixels, kinds))
  expect_error(
    predict(run, flat[1:50]), "must have 100 pixels a row",
    class = "ShapeError"
  )
  expect_identical(trained(list(pixels, kinds))$digests$weights, run$digests$weights)
})
