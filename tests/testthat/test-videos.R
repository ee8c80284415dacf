skip_without_core()

test_that("videos are classified, predicted and drawn", {
  rising <- rep(c(TRUE, FALSE), 20)
  course <- array(0, c(40, 3, 6, 6))
  for (i in 1:40) for (t in 1:3) course[i, t, , ] <- if (rising[i]) 100 * (t - 1) else 100 * (3 - t)
  given <- list(x = course, y = factor(ifelse(rising, "lighter", "darker")))
  given$x <- given$x / 255
  run <- run_experiment("moving-digits",
    dataset = "videos", video_shape = c(3, 6, 6, 1), classes = 2, filters = 2, units = 4,
    epochs = 1, data = given, progress = FALSE
  )
  expect_equal(nrow(predictions(run)), 8)
  found <- predict(run, given$x[1:3, , , ])
  expect_s3_class(found, "factor")
  expect_length(found, 3)
  expect_error(predict(run, given$x[, 1:2, , ]), "must have shape \\(n, 3, 6, 6, 1\\)")
  expect_s3_class(plot(run, "videos", rows = 1:2), "ggplot")
  held <- states(run, given$x[1, , , ])
  expect_named(held[1:4], c("step", "frame", "unit", "state"))
  expect_equal(held$frame, rep(1:3, each = 4))
  skip_if_not_installed("ggplot2")
  expect_s3_class(plot_states(run, given$x[1, , , ], "gates"), "ggplot")
})

test_that("digits move, the same as in Python", {
  data <- load_data(experiment("moving-digits", videos = 20, test_videos = 10))
  expect_equal(dim(as.array(data$x_test)), c(10, 8, 20, 20, 1))
  expect_error(experiment("moving-digits", classes = 5), "4 or 8 directions")
})
