keras <- function() reticulate::import("keras", convert = FALSE)

few_images <- function() {
  y <- rep(0:2, 20)
  list(x = array(as.integer((seq_len(960) %% 80) + 80L * y), c(60, 4, 4)), y = y)
}

few_layers <- function(input_shape, classes, units = 5L) {
  layers <- keras()$layers
  keras()$Sequential(list(
    keras()$Input(as.list(input_shape)), layers$Flatten(),
    layers$Dense(units, activation = "relu"), layers$Dropout(0.2),
    layers$Dense(classes, activation = "softmax")
  ))
}

own_run <- function(model = few_layers(c(4L, 4L, 1L), 3L), ...) {
  run_experiment("images", data = few_images(), model = model, epochs = 2, progress = FALSE, ...)
}

test_that("a network is given as a model or as a function, and gives the same bits", {
  skip_without_core()
  run <- own_run()
  expect_equal(run$experiment$builder, "own")
  expect_equal(run$experiment$input_shape, c(4, 4, 1))
  expect_true(all.equal(own_run(), run))
  made <- own_run(few_layers, input_shape = c(4, 4, 1), classes = 3)
  expect_true(all.equal(made, run))
  again <- run_experiment(run$experiment, data = few_images(), progress = FALSE)
  expect_true(all.equal(again, run))
  expect_match(format(run$experiment)[[3]], "own(Flatten, Dense, Dropout, Dense)", fixed = TRUE)
})

test_that("a function is called with the arguments that it has", {
  skip_without_core()
  seen <- NULL
  maker <- function(classes, seed) {
    seen <<- list(classes = classes, seed = seed)
    few_layers(c(4L, 4L, 1L), classes)
  }
  experiment("images", model = maker, input_shape = c(4, 4, 1), classes = 3, seed = 7)
  expect_equal(seen, list(classes = 3, seed = 7))
  expect_type(seen$classes, "integer")
  large <- experiment("images",
    model = maker, input_shape = c(4, 4, 1), classes = 3, seed = 4e9
  )
  expect_equal(seen$seed, 4e9)
  expect_equal(large$seed, 4e9)
})

test_that("its run is kept, and Python loads it", {
  skip_without_core()
  run <- own_run()
  folder <- save_run(run, withr::local_tempfile())
  expect_true(file.exists(file.path(folder, "network.json")))
  expect_true(all.equal(load_run(folder), run))
  file <- tempfile(fileext = ".rds")
  saveRDS(run, file)
  expect_equal(predictions(readRDS(file)), predictions(run))
  code <- "import sys, kerasduet as kd; print(kd.load_run(sys.argv[1]).digests['predictions'])"
  python <- reticulate::py_exe()
  said <- system2(python, c("-c", shQuote(code), shQuote(folder)), stdout = TRUE, stderr = FALSE)
  expect_equal(utils::tail(said, 1), run$digests$predictions)
})

test_that("Keras's objects are settings, and callbacks go on", {
  skip_without_core()
  objects <- function() {
    list(
      optimizer = keras()$optimizers$Nadam(0.01),
      loss = keras()$losses$SparseCategoricalCrossentropy(ignore_class = 2L),
      metrics = list(keras()$metrics$SparseTopKCategoricalAccuracy(k = 2L)),
      class_weight = list("0" = 1, "1" = 2, "2" = 1),
      callbacks = list(keras()$callbacks$ReduceLROnPlateau(patience = 1L))
    )
  }
  run <- do.call(own_run, objects())
  expect_equal(run$experiment$class_weight, c(1, 2, 1))
  expect_true("sparse_top_k_categorical_accuracy" %in% names(run$history))
  expect_true("learning_rate" %in% names(run$history))
  expect_match(format(run$experiment)[[4]], "Nadam()", fixed = TRUE)
  expect_true(all.equal(do.call(own_run, objects()), run))
  expect_error(
    own_run(callbacks = keras()$callbacks$EarlyStopping()),
    "callbacks: excludes EarlyStopping. Set early_stopping",
    class = "ArgumentType", fixed = TRUE
  )
})

test_that("class weights by name are those of the classes named", {
  skip_without_core()
  weighted <- function(weights) experiment("images", classes = 3, class_weight = weights)
  expect_equal(weighted(c("2" = 5, "0" = 1, "1" = 2))$class_weight, c(1, 2, 5))
  expect_equal(weighted(c(1, 2, 5))$class_weight, c(1, 2, 5))
  expect_error(
    weighted(c(dog = 1, cat = 2, fig = 3)), "in the order of the classes, or by code from 0",
    class = "ArgumentType"
  )
})

test_that("a network that does not fit is refused in one sentence", {
  skip_without_core()
  expect_error(
    own_run(few_layers(c(4L, 4L, 1L), 4L), classes = 3),
    "model: must have the output of the data, 3; got 4.",
    class = "ShapeError", fixed = TRUE
  )
  expect_error(own_run(y ~ x), "model: must be a Keras model", class = "ArgumentType")
  expect_error(
    own_run(function(z) z, input_shape = c(4, 4, 1)),
    "a function of input_shape, classes, seed, or of some of them; got model() with z.",
    class = "ArgumentType", fixed = TRUE
  )
  expect_error(own_run(sum), "got one with na.rm.", class = "ArgumentType", fixed = TRUE)
  expect_error(own_run(own_run()$model), "must be untrained", class = "ArgumentType")
  expect_error(own_run(units = 3), "has no such setting", class = "UnknownName")
})

test_that("a keras3 model is an own network", {
  skip_without_core()
  skip_if_not_installed("keras3")
  model <- keras3::keras_model_sequential(input_shape = c(4, 4, 1))
  model <- keras3::layer_dense(keras3::layer_flatten(model), 3, activation = "softmax")
  run <- own_run(model, optimizer = keras3::optimizer_nadam(0.01))
  maker <- function(input_shape, classes) {
    inputs <- keras3::keras_input(input_shape)
    outputs <- keras3::layer_dense(keras3::layer_flatten(inputs), classes, activation = "softmax")
    keras3::keras_model(inputs, outputs)
  }
  made <- own_run(maker, input_shape = c(4, 4, 1), classes = 3)
  expect_equal(made$provenance$parameters, run$provenance$parameters)
})
