test_that("an .rds file of images stands for the lists in it", {
  skip_without_core()
  folder <- withr::local_tempdir()
  x <- array(sample(0:255, 40 * 28 * 28, replace = TRUE), c(40, 28, 28))
  y <- rep(0:9, 4)
  x_test <- x[1:10, , ]
  digest <- function(data) load_data("mnist-dense", data)$source$sha256
  wanted <- digest(list(x = x, y = y, x_test = x_test, y_test = 0:9))
  nested <- list(train = list(x = x, y = y), test = list(x = x_test, y = 0:9))
  file <- file.path(folder, "mnist.rds")
  saveRDS(nested, file)
  expect_equal(digest(file), wanted)
  expect_equal(digest(readRDS(file)), wanted)
  y_column <- array(y, 40) # as keras gives labels
  flat <- list(x_train = x, y_train = y_column, x_test = x_test, y_test = 0:9)
  expect_equal(digest(flat), wanted)
  withr::with_dir(folder, {
    with(flat, save(x_train, y_train, x_test, y_test, file = "four.RData"))
    expect_equal(digest("four.RData"), wanted)
  })
  run <- run_experiment("mnist-dense", data = file, epochs = 1, units = 4, progress = FALSE)
  expect_equal(run$dataset$sizes$test, 10)
})

test_that("an .RData file holds one object, or one is chosen by name", {
  skip_without_core()
  withr::local_dir(withr::local_tempdir())
  sales <- data.frame(time = 1:60, value = sin(1:60))
  notes <- "of 2024"
  save(sales, file = "one.rda")
  save(sales, notes, file = "several.RData")
  wanted <- load_data(small_series(season = 2), sales)$source$sha256
  expect_equal(load_data(small_series(season = 2), "one.rda")$source$sha256, wanted)
  chosen <- load_data(small_series(season = 2), c("several.RData", "sales"))
  expect_equal(chosen$source$sha256, wanted)
  refused <- function(data) {
    tryCatch(load_data(small_series(), data), error = function(e) conditionMessage(e))
  }
  expect_equal(refused("several.RData"), paste0(
    "data: must name one object; got several in several.RData, which holds sales, notes. ",
    "Choose with data = c(\"several.RData\", \"sales\")."
  ))
  expect_match(refused(c("several.RData", "sale")), "got no object sale in several.RData")
  expect_equal(
    refused("none.rds"), "data: must be a file of R's; got none.rds, which does not exist."
  )
  writeLines("no such thing", "text.rds")
  writeLines("no such thing", "text.RData")
  expect_match(refused("text.rds"), "text.rds, which R cannot read")
  expect_match(refused("text.RData"), "text.RData, which R cannot read")
  saveRDS(sales, "sales.rds")
  expect_match(refused(c("sales.rds", "sales")), "holds one object")
  applicants <- data.frame(admit = rep(0:1, 20), gre = 1:40)
  saveRDS(applicants, "applicants.rds")
  small <- list("table-classes", admit ~ gre, epochs = 1, units = 2, progress = FALSE)
  run <- do.call(run_experiment, c(small, data = "applicants.rds"))
  expect_equal(run$experiment$target, "admit")
})
