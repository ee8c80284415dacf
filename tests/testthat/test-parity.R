test_that("both languages give the same bits, from fresh processes", {
  skip_without_core()
  skip_unless_installed()
  said <- character()
  tell <- function(event) said <<- c(said, event$language)
  # A dense and a recurrent network are tests/python/test_parity.py's; this one has a schedule and
  # augmented images.
  small <- experiment(
    "mnist-cnn",
    dataset = "mnist-subset", filters = 2, dense_units = 4, epochs = 1, batch_size = 512,
    schedule = "cosine", shift = 0.1, flip = "horizontal"
  )
  found <- check_parity(small, progress = tell)
  expect_s3_class(found, "kerasduet_parity")
  expect_true(found$identical)
  expect_equal(found$differences, character())
  expect_equal(found$table$what, c("weights", "history", "predictions"))
  here <- run_experiment(small, progress = FALSE)
  expect_equal(found$table$python, unname(unlist(here$digests)))
  expect_equal(found$table$r, found$table$python)
  expect_equal(said, c("Python", "R"))
  expect_match(format(found)[1], "the same bits in Python and in R")
})

test_that("arguments are checked before anything runs", {
  skip_without_core()
  expect_error(check_parity("mnist-dn"), class = "UnknownName")
  expect_error(check_parity("mnist-dnn", time_limit = 0), class = "ArgumentRange")
})
