image <- rbind(c(1, 7, 2), c(11, 1, 23), c(2, 2, 2))
corner <- rbind(c(1, 1), c(0, 1))

shown <- function(figure, width = 600, height = 400) {
  file <- withr::local_tempfile(fileext = ".png")
  grDevices::png(file, width, height)
  on.exit(grDevices::dev.off())
  result <- withVisible(print(figure))
  testthat::expect_false(result$visible)
  testthat::expect_identical(result$value, figure)
  grDevices::dev.off()
  on.exit()
  readBin(file, "raw", file.size(file))
}

test_that("a figure holds a PNG file, its pixels, its size and an alt text", {
  skip_without_core()
  figure <- plot_convolution(image, corner)
  expect_s3_class(figure, "kerasduet_figure")
  expect_identical(dim(figure), c(720L, 1500L))
  expect_identical(c(figure$width, figure$height), c(7.5, 3.6))
  expect_identical(figure$png[2:4], charToRaw("PNG"))
  expect_s3_class(figure$raster, "nativeRaster")
  expect_match(figure$alt, "image, kernel, result. 1.1 \\+ 7.1 \\+ 11.0 \\+ 1.1 = 9$")
  expect_match(format(figure), "<kerasduet figure> 7.5 x 3.6 inches: A convolution", fixed = TRUE)
})

test_that("the raster has the pixels of the PNG file", {
  skip_without_core()
  skip_if_not_installed("png")
  figure <- plot_activations("tanh")
  native <- png::readPNG(figure$png, native = TRUE)
  expect_identical(dim(native), dim(figure))
  expect_identical(as.vector(native), as.vector(figure$raster))
})

test_that("printing shows it on the device, with its proportions", {
  skip_without_core()
  skip_if_not(capabilities("png"))
  bytes <- shown(plot_convolution(image, corner))
  expect_gt(length(bytes), 5000)
  skip_if_not_installed("png")
  pixels <- png::readPNG(bytes)
  gray <- pixels[, , 1] + pixels[, , 2] + pixels[, , 3]
  rows <- range(which(rowSums(gray < 2.9) > 0))
  columns <- range(which(colSums(gray < 2.9) > 0))
  # 600 x 400: the figure is 600 x 288, in the middle.
  expect_gte(rows[[1]], 56)
  expect_lte(rows[[2]], 344)
  expect_gt(diff(columns), 500)
})

test_that("a cell counts from 1, in the picture and in what is said of it", {
  skip_without_core()
  expect_match(plot_convolution(image, corner, row = 2, column = 1)$alt, "= 14$")
  expect_match(plot_pooling(image, 2, row = 1, column = 2, stride = 1)$alt, "= 23$")
  outside <- function(code) conditionMessage(expect_error(code, class = "ArgumentRange"))
  expect_identical(
    outside(plot_convolution(image, corner, row = 3)),
    "row: must be a whole number, at least 1 and at most 2; got 3."
  )
  expect_identical(
    outside(plot_pooling(image, column = 0)),
    "column: must be a whole number, at least 1 and at most 1; got 0."
  )
  expect_error(
    plot_convolution(image, corner, row = 1.5), "at least 1 and at most 2; got 1.5.",
    fixed = TRUE, class = "ArgumentType"
  )
  expect_error(
    plot_convolution(image, corner, row = "a1"), "at least 1 and at most 2; got 'a1'.",
    fixed = TRUE, class = "ArgumentType"
  )
  expect_error(
    plot_convolution(image, corner, stride = 0),
    "stride: must be a whole number, at least 1; got 0.",
    fixed = TRUE
  )
})

test_that("every picture can be drawn", {
  skip_without_core()
  gate <- logic_gate("and")
  half <- list(Wr = cbind(0, 0), Wz = cbind(0, 0), Wh = cbind(0, 1), br = 0, bz = 0, bh = 0)
  norms <- gradient_norms_by_lag(numeric(4), list(U = 1, W = 0.5, b = 0))
  figures <- list(
    plot_pooling(image, "global", kind = "average"),
    plot_feature_maps(volcano, "sobel"),
    plot_feature_maps(array(1:75, c(5, 5, 3)), array(1:24, c(2, 2, 3, 2))),
    plot_activations(),
    plot_activations(c("relu", "step"), low = -1, high = 1),
    plot_decision(gate$inputs, gate$outputs, weights = gate$weights, threshold = 1.5),
    plot_decision(cbind(1, 2), 1, params = two_layer_init(2, 3, 1, scale = 1)),
    plot_unrolled(1:9, 1, 0.5, 1, b = -1, activation = "relu"),
    plot_gates(gru_forward(c(1, 0, 0), half)),
    plot_gradient_norms(norms),
    plot_gradient_norms(list("W = 0.5" = norms, again = as.list(norms)))
  )
  for (figure in figures) {
    expect_s3_class(figure, "kerasduet_figure")
    expect_true(nzchar(figure$alt))
  }
  expect_match(figures[[2]]$alt, "image, sobel")
  expect_error(plot_gradient_norms(3), "norms: must be", class = "ArgumentType")
})

test_that("an animation is a GIF and gives its path invisibly", {
  skip_without_core()
  path <- withr::local_tempfile(fileext = ".gif")
  written <- withVisible(animate_convolution(image, corner, path, seconds = 0.1))
  expect_false(written$visible)
  expect_identical(written$value, path)
  expect_identical(readBin(path, "raw", 6), charToRaw("GIF89a"))
  expect_identical(animate_pooling(image, path), path)
  expect_identical(animate_unrolled(1:2, 1, 1, 1, path, activation = "relu"), path)
  expect_error(
    animate_pooling(image, "a.png"), "path: must end in .gif; got 'a.png'.",
    fixed = TRUE
  )
  home <- tempfile("home")
  dir.create(home)
  expect_error(
    animate_pooling(image, file.path(home, "absent", "a.gif")), "path: must be writable",
    class = "ArgumentRange"
  )
})

test_that("a document shows a figure as an image with an alt text", {
  skip_without_core()
  skip_if_not_installed("knitr")
  withr::local_dir(withr::local_tempdir())
  writeLines(con = "lesson.Rmd", c(
    "```{r first, echo=FALSE}",
    "kerasduet::plot_pooling(rbind(c(1, 8), c(6, 5)))",
    "kerasduet::plot_activations('tanh')",
    "```",
    "```{r second, echo=FALSE, fig.cap='Maximum.', fig.alt='Eight.', out.width='50%'}",
    "kerasduet::plot_pooling(rbind(c(1, 8), c(6, 5)))",
    "```"
  ))
  knitr::knit("lesson.Rmd", quiet = TRUE)
  text <- paste(readLines("lesson.md"), collapse = "\n")
  expect_match(text, "A pooling with one window framed: image, max pooling. max of 1, 8, 6, 5 = 8")
  expect_match(text, "720px")
  expect_match(text, "Eight.")
  expect_match(text, "50%")
  files <- list.files("figure", full.names = TRUE)
  expect_length(files, 3)
  for (file in files) {
    expect_match(text, basename(file), fixed = TRUE)
    expect_identical(readBin(file, "raw", 4)[2:4], charToRaw("PNG"))
  }
})
