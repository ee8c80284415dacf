test_that("layers are a data frame with totals, of whatever has a network", {
  skip_without_core()
  layers <- describe("mnist-cnn")
  expect_named(layers, c(
    "layer", "kind", "output", "parameters", "multiply_adds", "share", "detail", "inputs"
  ))
  expect_identical(attr(layers, "parameters"), 693962)
  expect_identical(sum(layers$multiply_adds), attr(layers, "multiply_adds"))
  expect_identical(layers$output[[2]], "26 \u00d7 26 \u00d7 32")
  model <- model_cnn(input_shape = c(12, 12, 1), filters = 2, dense_units = 4)
  expect_identical(attr(describe(model), "parameters"), as.numeric(model$count_params()))
})

test_that("a network is looked into, and drawn", {
  skip_without_core()
  skip_if_not_installed("ggplot2")
  x <- array(as.integer(seq_len(60 * 144) %% 251), c(60, 12, 12))
  run <- run_experiment(
    "images",
    data = list(x = x, y = rep(0:2, 20)), input_shape = c(12, 12, 1), classes = 3, filters = 2,
    dense_units = 4, epochs = 1, progress = FALSE
  )
  image <- run$dataset$x_test[1]
  found <- saliency(run, x[1:3, , ], "integrated", label = 1)
  expect_identical(dim(found), c(3L, 12L, 12L, 1L))
  methods <- c("gradient", "integrated", "grad-cam")
  drawn <- list(
    plot_network(run), plot_filters(run), plot_maps(run, image),
    plot_maps(run, image, "convolution_1"), plot_saliency(run, image, methods, label = 2),
    plot_embedding(run)
  )
  for (figure in drawn) {
    expect_s3_class(figure, "ggplot")
    expect_match(ggplot2::get_alt_text(figure), "[0-9]")
    expect_no_warning(ggplot2::ggplot_build(figure))
  }
  # The same numbers as Python's own figure.
  maps <- drawn[[4]]$layers[[1]]$data
  expect_identical(nrow(maps), 3L * 144L)
})
