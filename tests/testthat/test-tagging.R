test_that("tokens are tagged, from texts, lists and tables", {
  skip_without_core()
  run <- run_experiment(
    "tag-dates",
    sentences = 900, units = 16, epochs = 5, learning_rate = 0.02, progress = FALSE
  )
  expect_gt(run$metrics$accuracy, 0.98)
  expect_gt(run$metrics$accuracy, run$metrics$baseline_accuracy)
  found <- predict(run, "We meet on 3 May 2024")
  expect_named(found, c("text", "token", "tag", "probability"))
  expect_identical(found$token, c("We", "meet", "on", "3", "May", "2024"))
  expect_identical(found$tag, c("O", "O", "O", "day", "month", "year"))
  both <- predict(run, list(c("You", "may"), c("We", "meet")))
  expect_identical(both$text, c(1, 1, 2, 2))
  expect_identical(predict(run, factor("You may"))$tag, c("O", "O"))
  table <- predictions(run)
  expect_identical(sum(lengths(strsplit(table$truth, " "))), as.integer(sum(table$length)))
  expect_warning(predict(run, "zzz"), "no token of text 1")

  words <- data.frame(
    sentence = rep(1:20, each = 2), token = c("on", "Monday", "may", "rest"),
    tag = factor(c("O", "weekday", "O", "O"))
  )
  own <- list(epochs = 1, units = 2, length = 4, progress = FALSE)
  of_table <- do.call(run_experiment, c("tag-dates", own, list(data = words)))
  lists <- list(
    tokens = unname(split(words$token, words$sentence)),
    tags = unname(split(as.character(words$tag), words$sentence))
  )
  of_lists <- do.call(run_experiment, c("tag-dates", own, list(data = lists)))
  expect_identical(of_lists$digests, of_table$digests)
  skip_if_not_installed("ggplot2")
  file <- withr::local_tempfile(fileext = ".png")
  ggplot2::ggsave(file, plot(run), width = 7, height = 8, dpi = 50)
  expect_gt(file.size(file), 1000)
})
