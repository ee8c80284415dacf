test_that("one line an epoch where there is no terminal, in the core's words", {
  skip_without_core()
  seconds <- function(lines) gsub("[0-9]+[.][0-9]+|[0-9]+ errors", "#", lines)
  expect_snapshot(
    invisible(run_experiment(small_images(epochs = 2))),
    transform = seconds, cran = TRUE
  )
})

test_that("a function is told of every event; FALSE is silent", {
  skip_without_core()
  events <- list()
  told <- function(event) events[[length(events) + 1]] <<- event
  expect_silent(run_experiment(small_images(), progress = told))
  kinds <- vapply(events, `[[`, "", "event")
  expect_equal(kinds[c(1, length(kinds))], c("start", "end"))
  expect_equal(sum(kinds == "epoch"), 1)
  expect_named(events[[1]], c(
    "event", "name", "epochs", "done", "steps", "parameters", "source", "note"
  ))
  expect_silent(run_experiment(small_images(), progress = FALSE))
  expect_error(run_experiment(small_images(), progress = "yes"), class = "ArgumentType")
})

test_that("an error in the user's function stops the run and is told", {
  skip_without_core()
  failing <- function(event) stop("no more paper")
  expect_error(run_experiment(small_images(), progress = failing), "no more paper")
})

test_that("R is told of no batch, and the core draws the bar of a console that is no terminal", {
  skip_without_core()
  kinds <- character()
  told <- function(event) kinds[[length(kinds) + 1]] <<- event$event
  run_experiment(small_images(epochs = 2, batch_size = 8), progress = told)
  expect_equal(kinds, c("start", "epoch", "epoch", "end"))
  expect_true(shown_progress("bar"))
  output <- reticulate::py_capture_output(
    run_experiment(small_images(epochs = 2), progress = shown_progress("line")),
    type = "stderr"
  )
  expect_match(output, "\repoch 2/2 [========================] val_loss ", fixed = TRUE)
  expect_match(output, "Test accuracy")
})
