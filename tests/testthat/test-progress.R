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

test_that("the bar goes through a run's events", {
  skip_without_core()
  withr::local_options(cli.progress_show_after = 0)
  bar <- progress_bar()
  expect_message(expect_message(
    run_experiment(small_images(epochs = 2), progress = reticulate::r_to_py(bar, convert = FALSE)),
    "parameters"
  ), "Test accuracy")
  expect_equal(logs_text(list(epoch = 1, loss = 0.5, accuracy = 1)), "loss 0.5000  accuracy 1.0000")
})
