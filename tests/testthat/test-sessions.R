interrupted <- '
suppressMessages(library(kerasduet))
small <- experiment("mnist-dense", dataset = "mnist-subset", units = 8, epochs = 3)
press <- function(event) if (event$event == "epoch") tools::pskill(Sys.getpid(), tools::SIGINT)
'

test_that("Ctrl-C ends a loop of runs in a script, whatever catches errors", {
  skip_without_core()
  skip_on_os("windows")
  skip_unless_installed()
  out <- fresh_r(paste0(interrupted, '
    for (i in 1:3) {
      try(run_experiment(small, progress = press))
      cat("went on\n")
    }
  '))
  expect_match(out, "mnist-dense was interrupted after epoch 1 of 3", all = FALSE, fixed = TRUE)
  expect_no_match(out, "went on")
})

test_that("the condition of an interrupt holds the run, and the session trains on", {
  skip_without_core()
  skip_on_os("windows")
  skip_unless_installed()
  out <- fresh_r(paste0(interrupted, '
    folder <- file.path(tempdir(), "run")
    for (i in 1:2) {
      run <- tryCatch(run_experiment(small, out = folder, progress = press),
        interrupt = function(cnd) cnd$run
      )
      cat(run$status, nrow(run$history), "\n")
    }
    whole <- run_experiment(small, progress = FALSE)
    cat(all.equal(resume_run(folder, progress = FALSE), whole), "\n")
    again <- tryCatch(run_experiment(small, progress = press), interrupt = function(cnd) "still")
    cat(again, "\n")
  '))
  expect_equal(trimws(utils::tail(out, 4)), c("interrupted 1", "interrupted 2", "TRUE", "still"))
})

test_that("mclapply() after Keras started says what works instead", {
  skip_without_core()
  skip_on_os("windows")
  images_run()
  found <- suppressWarnings(parallel::mclapply(1:2, function(i) {
    tryCatch(run_experiment(small_images(), progress = FALSE), error = identity)
  }, mc.cores = 2))
  for (error in found) {
    expect_s3_class(error, "BackendError")
    expect_match(conditionMessage(error), "makeCluster() instead of mclapply()", fixed = TRUE)
  }
})
