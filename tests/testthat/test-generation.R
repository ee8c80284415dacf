sentences <- c("the cat sat on the mat. ", "a dog ran over the hill. ", "birds sing in trees. ")

test_that("a text is gone on with, the same in both languages", {
  skip_without_core()
  settings <- list(
    length = 16, stride = 8, least = 2, units = 24, embedding = 8, epochs = 3,
    learning_rate = 0.01, progress = FALSE
  )
  words <- paste(rep(sentences, 40), collapse = "")
  run <- do.call(run_experiment, c("next-character", settings, list(data = words)))
  expect_identical(run$status, "finished")
  expect_lt(run$metrics$perplexity, run$metrics$ngram_1_perplexity)

  one <- generate(run, "the  cat ", n = 30, temperature = 0.7, seed = 1)
  expect_identical(nchar(one), 38L)
  expect_identical(substr(one, 1, 8), "the cat ")
  expect_identical(one, generate(run, "the cat ", n = 30, temperature = 0.7, seed = 1))
  python <- handle(run)$generate("the cat ", 30L, temperature = 0.7, seed = 1L)
  expect_identical(one, reticulate::py_to_r(python))
  greedy <- generate(run, "the", n = 9, temperature = 0)
  expect_identical(greedy, generate(run, factor("the"), n = 9, top_k = 1, seed = 3))

  found <- predict(run, c("the ca", "bi"))
  expect_named(found, c("text", "next", "probability"))
  expect_identical(found$text, c("the ca", "bi"))
  expect_type(found[["next"]], "character")
  expect_true(all(found$probability > 0 & found$probability <= 1))
  expect_warning(generate(run, "\u4e2d", n = 2), "none of its 1 characters")

  table <- predictions(run)
  expect_identical(nrow(table) %% 8L, 0L)
  expect_true(grepl(paste(table$truth, collapse = ""), words, fixed = TRUE))
  expect_error(generate(run, NA_character_), "missing", class = "MissingValue")
  skip_if_not_installed("ggplot2")
  file <- withr::local_tempfile(fileext = ".png")
  ggplot2::ggsave(file, plot(run), width = 7, height = 8, dpi = 50)
  expect_gt(file.size(file), 1000)
})
