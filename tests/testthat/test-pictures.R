# Images of two classes, each bright on its own side, written with Python's Pillow.
photo_folder <- function(env = parent.frame()) {
  folder <- file.path(withr::local_tempdir(.local_envir = env), "photos")
  image <- reticulate::import("PIL.Image", convert = FALSE)
  numpy <- reticulate::import("numpy", convert = FALSE)
  for (class in c("left", "right")) {
    dir.create(file.path(folder, class), recursive = TRUE)
    for (number in 1:12) {
      pixels <- matrix(as.integer(number), 8, 8)
      pixels[, if (class == "left") 1:4 else 5:8] <- 200L
      array <- numpy$array(reticulate::r_to_py(pixels), dtype = "uint8")
      image$fromarray(array)$save(file.path(folder, class, sprintf("%02d.png", number)))
    }
  }
  folder
}

test_that("a folder of images trains, predicts paths, and is a base to transfer from", {
  skip_without_core()
  build_model(experiment("mnist-dense"))
  folder <- photo_folder()
  run <- run_experiment(
    "image-folder",
    path = folder, image_size = 8, colour = "grey", filters = 2, dense_units = 4, epochs = 1,
    batch_size = 8, progress = FALSE, out = file.path(dirname(folder), "run")
  )
  expect_identical(run$class_names, c("left", "right"))
  files <- file.path(folder, c("left/03.png", "right/12.png"))
  found <- predict(run, files)
  expect_s3_class(found, "factor")
  expect_identical(levels(found), c("left", "right"))
  chances <- predict(run, files[[1]], type = "prob")
  expect_identical(dimnames(chances)[[2]], c("left", "right"))
  expect_equal(sum(chances), 1, tolerance = 1e-6)
  expect_error(predict(run, "none.png"), class = "DatasetError", regexp = "not there")

  every <- list.files(folder, full.names = TRUE, recursive = TRUE)
  label <- factor(basename(dirname(every)), levels = c("right", "left"))
  data <- load_data(
    experiment("image-folder", image_size = 8, filters = 2), data.frame(image = every, label)
  )
  expect_identical(data$class_names, c("right", "left")) # the order of the levels

  moved <- run_experiment(
    "image-folder",
    path = folder, image_size = 8, colour = "grey", builder = "transfer", base = run, head = 3,
    trainable_from = "convolution_1", epochs = 1, fine_tune_epochs = 1, progress = FALSE
  )
  expect_match(format(moved)[[1]], "finished, 2 of 2 epochs")
  net <- model_transfer(base = run, input_shape = c(8, 8, 1), classes = 2, head = integer())
  expect_identical(
    reticulate::py_to_r(net$get_layer("convolution_1")$get_weights()[0]),
    reticulate::py_to_r(run$model$get_layer("convolution_1")$get_weights()[0])
  )
})
