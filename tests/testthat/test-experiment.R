test_that("presets are listed", {
  skip_without_core()
  found <- presets()
  expect_s3_class(found, "data.frame")
  expect_named(found, c("name", "task", "dataset", "builder", "epochs", "description"))
  expect_true(all(c("mnist-cnn", "mnist-dnn", "lstm-co2") %in% found$name))
  expect_type(found$name, "character")
  expect_type(found$epochs, "double")
})

test_that("an experiment is a plain list that survives saveRDS()", {
  skip_without_core()
  made <- experiment("mnist-dnn", epochs = 2, units = c(64L, 32L), seed = 4294967295)
  expect_equal(made$epochs, 2)
  expect_equal(made$model$units, c(64, 32))
  expect_identical(made$seed, 4294967295)
  expect_null(made$path)
  file <- withr::local_tempfile()
  saveRDS(made, file)
  expect_identical(readRDS(file), made)
  expect_identical(experiment(readRDS(file)), made)
})

test_that("an experiment is updated and summed up by R's generics", {
  skip_without_core()
  made <- experiment("mnist-dnn")
  changed <- update(made, units = 64, dropout = 0.4)
  expect_identical(changed, experiment("mnist-dnn", units = 64, dropout = 0.4))
  expect_identical(made, experiment("mnist-dnn"))
  expect_identical(update(made), made)
  expect_identical(capture.output(summary(made)), capture.output(print(made)))
  expect_error(update(made, epoch = 3), "epoch: .* Did you mean epochs", class = "UnknownName")
})

test_that("NULL is none of several, and told what to write elsewhere", {
  skip_without_core()
  made <- experiment("lstm-co2", features = NULL, calendar = c(), metrics = NULL)
  expect_identical(made, experiment("lstm-co2"))
  expect_error(
    experiment("lstm-co2", difference = NULL),
    "got NULL\\. Set difference = 0 to do without\\.$", class = "ArgumentType"
  )
})

test_that("a value of the preset that does not fit is told apart from one that was given", {
  skip_without_core()
  told <- paste(
    "dropout: must have one value, or one a layer (1); got c(0.4, 0.3).",
    "Set dropout too, such as dropout = 0.4."
  )
  made <- experiment("mnist-dnn")
  expect_error(experiment("mnist-dnn", units = 64), told, fixed = TRUE, class = "ArgumentType")
  expect_error(update(made, units = 64), told, fixed = TRUE, class = "ArgumentType")
  expect_error(experiment("mnist-dnn", dropout = c(0.4, 0.3, 0.1)), "[(]2[)]; got c[(].*[)][.]$")
})

test_that("every preset crosses to R and back unchanged", {
  skip_without_core()
  for (name in presets()$name) {
    made <- experiment(name)
    there <- preset_to_py(made)
    expect_identical(experiment_from_py(there), made)
    expect_true(reticulate::py_to_r(there$`__eq__`(core$experiment(name))))
  }
})

test_that("an experiment changed by hand is checked when it is used", {
  skip_without_core()
  made <- experiment("mnist-dnn")
  made$epoch <- 3
  expect_error(load_data(made), class = "UnknownName")
  made$epoch <- NULL
  made$epochs <- 0
  expect_error(build_model(made), "epochs: must be a whole number", class = "ArgumentRange")
})

test_that("printing says what it is and what to do next", {
  skip_without_core()
  expect_snapshot(experiment("mnist-dnn", epochs = 2), cran = TRUE)
  expect_snapshot(experiment("lstm-co2", seed = 100000), cran = TRUE)
  expect_invisible(print(experiment("mnist-cnn")))
  expect_match(format(experiment("table-iris"))[[2]], "iris, target species", fixed = TRUE)
})

test_that("errors have the core's text and are those of the function called", {
  skip_without_core()
  expect_snapshot(error = TRUE, cran = TRUE, {
    experiment("mnist-cn")
    experiment("mnist-dnn", epoch = 2)
    experiment("mnist-dnn", seed = NA)
    experiment("mnist-dnn", 2)
    experiment("mnist-dnn", epochs = 1, epochs = 2)
    experiment("mnist-dnn", units = c(8, NA))
    load_data("mnist-dn")
    build_model(7)
  })
})
