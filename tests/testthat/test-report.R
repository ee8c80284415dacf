skip_without_renderer <- function() {
  skip_without_core()
  found <- nzchar(Sys.which("quarto")) || nzchar(Sys.which("pandoc")) ||
    reticulate::py_module_available("pypandoc")
  skip_if_not(found, "there is neither Quarto nor pandoc")
}

# Without the whole page in the message of a failure.
says <- function(file, words) {
  text <- paste(readLines(file, encoding = "UTF-8"), collapse = "\n")
  grepl(words, text, fixed = TRUE)
}

test_that("a run becomes one page with its source", {
  skip_without_renderer()
  folder <- withr::local_tempdir()
  run <- images_run()
  page <- render_report(run, file.path(folder, "digits.html"))
  expect_equal(page, file.path(folder, "digits.html"))
  expect_setequal(list.files(folder), c("digits.html", "digits.qmd", "digits_files"))
  expect_true(says(page, run$summary))
  expect_true(says(page, run$digests$weights))
  expect_true(says(page, paste("R", getRversion())))
  expect_false(says(page, 'src="http'))
})

test_that("several runs and folders become one that compares them", {
  skip_without_renderer()
  folder <- withr::local_tempdir()
  kept <- file.path(folder, "kept")
  save_run(images_run(), kept)
  page <- render_report(list(images_run(), kept), file.path(folder, "both.html"))
  expect_true(says(page, "the same predictions, bit for bit"))
  again <- render_report(c(kept, kept), file.path(folder, "again.html"))
  expect_true(says(again, "Comparison of 2 runs"))
})

test_that("what cannot be done is one clear sentence and leaves nothing behind", {
  skip_without_renderer()
  folder <- withr::local_tempdir()
  output <- file.path(folder, "report.html")
  expect_error(render_report(folder, output), "has no run.json", class = "RunFolderError")
  expect_error(render_report(list(), output), "got none", class = "ArgumentType")
  expect_error(
    render_report(list(images_run(), series_run()), output),
    "all classifiers or all forecasters",
    class = "ReportError"
  )
  expect_error(render_report(images_run(), folder), "ending in .html", class = "ReportError")
  expect_equal(list.files(folder, all.files = TRUE, no.. = TRUE), character())
})

test_that("a file that is no report is replaced only when asked, and no folder is made", {
  skip_without_renderer()
  folder <- withr::local_tempdir()
  output <- file.path(folder, "some.html")
  writeLines("mine", output)
  expect_error(
    render_report(images_run(), output),
    "would replace .*, which was edited or is not a report.*set overwrite = TRUE",
    class = "ReportError"
  )
  expect_equal(readLines(output), "mine")
  expect_error(
    render_report(images_run(), output, overwrite = NA),
    "overwrite: ",
    class = "ArgumentType"
  )
  render_report(images_run(), output, overwrite = TRUE)
  expect_true(says(output, images_run()$summary))
  expect_error(
    render_report(images_run(), file.path(folder, "none", "page.html")),
    "must lie in a folder that is there",
    class = "ReportError"
  )
  expect_false(dir.exists(file.path(folder, "none")))
  expect_error(
    render_report(images_run(), "~nosuchuser/page.html"),
    "there is no such home folder",
    class = "ReportError"
  )
})
