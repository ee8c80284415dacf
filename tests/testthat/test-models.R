test_that("builders give the lessons' networks", {
  skip_without_core()
  count <- function(model) as.numeric(model$count_params())
  expect_equal(count(model_cnn()), 693962)
  expect_equal(count(model_dnn()), 235146)
  expect_equal(count(model_recurrent(lookback = 10, units = 128)), 66689)
  expect_equal(count(build_model(experiment("mnist-dnn"))), 235146)
})

test_that("a model keeps its Python classes, by which others dispatch on it", {
  skip_without_core()
  model <- model_dnn(units = 4, dropout = 0)
  expect_s3_class(model, "keras.src.models.model.Model")
  expect_s3_class(images_run()$model, "keras.src.models.model.Model")
})

test_that("wrong arguments are those of the builder", {
  skip_without_core()
  expect_snapshot(error = TRUE, cran = TRUE, {
    model_dnn(units = c(8, 8, 8))
    model_cnn(kernel_size = 0)
    model_recurrent(kind = "lstn")
  })
})

test_that("the history of the networks is a data frame, a row a network", {
  skip_without_core()
  history <- network_history()
  expect_s3_class(history, "data.frame")
  expect_equal(history$parameters[history$builder == "vgg16"], 138357544)
  expect_equal(as.numeric(model_lenet5()$count_params()), 60806)
  expect_true(is.na(history$source[history$builder == "lenet5"]))
})

test_that("a network is exported, but not over a file that is there", {
  skip_without_core()
  path <- withr::local_tempfile(fileext = ".keras")
  expect_equal(basename(export_run(images_run(), path)), basename(path))
  expect_gt(file.size(path), 0)
  expect_error(export_run(images_run(), path), "must be new")
})
