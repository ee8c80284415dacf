image <- rbind(c(1, 7, 2), c(11, 1, 23), c(2, 2, 2))
corner <- rbind(c(1, 1), c(0, 1))

refused <- function(code) {
  error <- tryCatch(code, error = identity)
  testthat::expect_s3_class(error, "kerasduet_error")
  paste0(class(error)[[1]], ": ", conditionMessage(error))
}

test_that("matrices keep their rows and columns on the way there and back", {
  skip_without_core()
  ramp <- matrix(1:12, 3)
  expect_identical(pad2d(ramp, 0), ramp + 0)
  colours <- array(as.numeric(1:24), c(2, 3, 4))
  expect_identical(pad2d(colours, 0), colours)
  filters <- array(seq_len(16), c(2, 2, 1, 4))
  expect_identical(
    convolve2d(ramp, filters)[, , 3],
    convolve2d(ramp, filters[, , 1, 3])
  )
})

test_that("integers, doubles, logicals, raws, tables, data frames and names are numbers alike", {
  skip_without_core()
  bright <- image > 2
  expected <- convolve2d(bright + 0, corner)
  expect_identical(convolve2d(bright, corner == 1), expected)
  expect_identical(convolve2d(bright + 0L, corner), expected)
  expect_identical(convolve2d(as.data.frame(bright), corner), expected)
  expect_identical(convolve2d(as.table(bright + 0), corner), expected)
  expect_identical(convolve2d(matrix(as.raw(bright), 3), corner), expected)
  named <- bright + 0
  dimnames(named) <- list(letters[1:3], LETTERS[1:3])
  expect_identical(convolve2d(named, corner), expected)
  rows <- list(bright[1, ], bright[2, ], bright[3, ])
  expect_identical(convolve2d(rows, corner), expected)
})

test_that("what is missing or no number is the core's error", {
  skip_without_core()
  one_of <- "NonFinite: image: must be finite; got NA, NaN or Inf in 1 of 4 values. "
  for (missing in list(NA, NA_integer_, NA_real_, Inf)) {
    gap <- matrix(c(missing, TRUE, FALSE, TRUE), 2)
    expect_identical(refused(rescale_image(gap)), paste0(one_of, "Fill or drop them first."))
  }
  texts <- "ArgumentType: image: must hold numbers; got 'a'."
  expect_identical(refused(rescale_image(matrix("a", 2, 2))), texts)
  expect_identical(refused(rescale_image(factor(c("a", "b")))), texts)
  day <- as.Date("2024-01-01")
  expect_match(refused(rescale_image(day)), "must hold numbers; got '2024-01-01'.")
  function_text <- "ArgumentType: image: must hold numbers; got function."
  expect_identical(refused(rescale_image(mean)), function_text)
  expect_match(refused(rescale_image(matrix(0, 0, 3))), "must not be empty; got shape c\\(0, 3\\)")
  expect_match(refused(rescale_image(list(1:2, 3))), "^ShapeError: image: must be rectangular")
  expect_match(refused(convolve2d(image, corner, stride = NA)), "at least 1; got NA")
})

test_that("an argument that is not given is named", {
  skip_without_core()
  expect_identical(refused(convolve2d(image)), "ArgumentType: kernel: must be given.")
  expect_error(convolve2d(undefined_thing, corner), "undefined_thing")
})

test_that("image_kernel() gives the named kernels and refuses other names", {
  skip_without_core()
  expect_identical(image_kernel("sobel"), rbind(c(1, 0, -1), c(2, 0, -2), c(1, 0, -1)))
  expect_identical(image_kernel(name = "edge")[2, 2], 4)
  expect_match(refused(image_kernel("daniel")), "^UnknownName: name: no option 'daniel'")
  expect_match(refused(image_kernel()), "name: must be given")
  expect_true(all(kernel_names() %in% c(
    "vertical", "horizontal", "sobel", "scharr", "sharpen", "edge", "strong_edge", "corner",
    "texture"
  )))
})

test_that("one number stays one, two are a vector", {
  skip_without_core()
  expect_identical(conv_output_size(224, 2, stride = 2), 112)
  expect_identical(conv_output_size(c(125, 49), 5, stride = 2L, padding = 2), c(63, 25))
  expect_identical(same_padding(6), list(each = 2.5, before = 2, after = 3))
})

test_that("shapes along a stack are a data frame", {
  skip_without_core()
  table <- layer_shapes(list(list(kind = "conv", filters = 32, kernel = c(3, 3))), c(28, 28, 1))
  expect_s3_class(table, "data.frame")
  expect_identical(table$layer, c("input", "conv"))
  expect_identical(table$parameters, c(0, 320))
})

test_that("a convolution is a dense layer on the image read row by row", {
  skip_without_core()
  layer <- convolution_as_dense(corner, c(3, 3))
  dense <- drop(layer$weights %*% as.vector(aperm(image)))
  expect_identical(dense, as.vector(t(convolve2d(image, corner))))
  expect_identical(layer$output_shape, c(2, 2))
})

test_that("stochastic pooling draws the same again from a seed", {
  skip_without_core()
  first <- pool2d(volcano, kind = "stochastic", seed = 3)
  expect_identical(pool2d(volcano, kind = "stochastic", seed = 3), first)
  expect_false(identical(pool2d(volcano, kind = "stochastic", seed = 4), first))
  expect_identical(dim(first), c(43L, 30L))
})
