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
    "event", "name", "epochs", "done", "steps", "parameters", "memory", "source", "note"
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
  expect_match(output, "\repoch 2/2 \\[={24}\\] [0-9]+ s  val_loss ")
  expect_match(output, "Test accuracy")
})

test_that("a condition that a handler of the caller's takes leaves Python whole", {
  skip_without_core()
  data <- data.frame(a = sin(1:60), b = cos(1:60))
  data$y <- 2 * data$a
  go <- function(progress) {
    run_experiment("table-numbers", y ~ a + b, data = data, epochs = 1, progress = progress)
  }
  expect_identical(tryCatch(go(function(e) message("hi")), message = conditionMessage), "hi\n")
  mine <- structure(class = c("mine", "condition"), list(message = "own", call = NULL))
  expect_identical(tryCatch(go(function(e) signalCondition(mine)), mine = conditionMessage), "own")
  expect_error(go(function(e) stop("an error")), "an error")
  expect_message(expect_message(go(function(e) message("seen")), "seen"), "seen")
  expect_identical(go(FALSE)$status, "finished")
})
