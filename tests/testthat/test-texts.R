texts <- data.frame(
  text = rep(
    c("a good film", "a bad film", "very good", "so bad", "the good plot", "bad music"), 4
  ),
  label = factor(rep(c("pos", "neg"), 12), levels = c("pos", "neg"))
)

trained <- function(...) {
  run_experiment(
    "texts",
    data = texts, builder = "text_cnn", embedding = 3, filters = 2, window = 2, length = 6,
    epochs = 1, progress = FALSE, ...
  )
}

test_that("texts are learned from, and predicted in whatever holds them", {
  skip_without_core()
  run <- trained()
  expect_identical(levels(predict(run, "a good film")), c("pos", "neg"))
  some <- c("a good film", "so bad")
  wanted <- predict(run, some, type = "prob")
  expect_identical(dimnames(wanted), list(NULL, c("pos", "neg")))
  expect_equal(rowSums(wanted), c(1, 1), tolerance = 1e-6)
  expect_identical(predict(run, factor(some), type = "prob"), wanted)
  expect_identical(predict(run, as.list(some), type = "prob"), wanted)
  expect_identical(predict(run, data.frame(text = some, row = 1:2), type = "prob"), wanted)
  expect_identical(predict(run, texts[c(1, 4), ], type = "prob"), wanted)
  tests <- predictions(run)
  expect_s3_class(tests$truth, "factor")
  expect_true(all(c("p_pos", "bag_p_neg") %in% names(tests)))
  expect_named(evaluate_run(run, some, c("pos", "neg")), c("loss", "accuracy", "errors"))
  expect_true("bag_accuracy" %in% names(run$metrics))
})

test_that("words that an answer hangs on are a data frame, and drawn", {
  skip_without_core()
  skip_if_not_installed("ggplot2")
  run <- trained()
  found <- word_influence(run, c("A good film?", "so bad"), label = "neg")
  expect_named(found, c("text", "place", "word", "known", "label", "influence"))
  expect_identical(found$word, c("a", "good", "film", "?", "so", "bad"))
  expect_identical(found$known, c(TRUE, TRUE, TRUE, FALSE, TRUE, TRUE))
  expect_identical(unique(found$label), "neg")
  drawn <- list(plot_word_influence(run, "a good film"), plot(run, "words"))
  for (figure in drawn) {
    expect_s3_class(figure, "ggplot")
    expect_match(ggplot2::get_alt_text(figure), "strongest")
    expect_no_warning(ggplot2::ggplot_build(figure))
  }
})

test_that("what is no text, and labels that do not fit, are refused in a sentence", {
  skip_without_core()
  run <- trained()
  expect_error(predict(run, ""), "newdata: texts must not be empty; got '' in row 1", fixed = TRUE)
  expect_error(predict(run, c("good", NA)), "got a missing one in row 2", class = "MissingValue")
  expect_error(predict(run, 3), "newdata: must be texts; got 3 in row 1", class = "ArgumentType")
  expect_error(predict(run, list("good", 3)), "newdata: must be texts", class = "ArgumentType")
  expect_error(
    predict(run, data.frame(x = "good")), "text_column: no column",
    class = "UnknownName"
  )
  expect_warning(predict(run, "zzz"), "holds no word of the run's vocabulary", fixed = TRUE)
  refused <- function(...) load_data(experiment("texts", length = 6, ...), texts)
  expect_error(refused(classes = 3), "must hold 3 classes; got 2: 'pos'", class = "LabelRange")
  expect_error(refused(label_column = "y"), "label_column: no column 'y'", class = "UnknownName")
  expect_error(
    load_data("texts", list(x = texts$text, y = 1:3)), "must have one label a text",
    class = "LengthMismatch"
  )
  folder <- withr::local_tempdir()
  writeBin(as.raw(c(0x61, 0x0a, 0xef, 0x0a)), file.path(folder, "pos.txt"))
  writeLines(c("bad", "ugly"), file.path(folder, "neg.txt"))
  expect_error(
    load_data(experiment("texts", path = folder)), "another byte in line 2 of pos.txt",
    class = "DatasetError"
  )
  read <- load_data(experiment("texts", path = folder, encoding = "latin-1", test_split = 0.5))
  expect_equal(read$sizes$test, 2)
})

test_that("networks of texts have the lesson's parameters", {
  skip_without_core()
  expect_equal(as.numeric(model_text_recurrent()$count_params()), 328353)
  expect_equal(as.numeric(model_text_cnn()$count_params()), 1321089)
})

test_that("states and gates of a recurrent layer are a data frame, and drawn", {
  skip_without_core()
  skip_if_not_installed("ggplot2")
  run <- run_experiment(
    "texts",
    data = texts, embedding = 3, units = 4, length = 6, epochs = 1, progress = FALSE
  )
  found <- states(run, "a good film")
  expect_named(found, c(
    "step", "token", "unit", "state", "cell", "input", "forget", "output", "candidate"
  ))
  expect_equal(unique(found$token), c("a", "good", "film"))
  expect_equal(found$step, rep(1:3, each = 4))
  expect_equal(found$state, found$output * tanh(found$cell))
  for (what in c("states", "gates")) {
    figure <- plot_states(run, "a good film", what)
    expect_s3_class(figure, "ggplot")
    expect_match(ggplot2::get_alt_text(figure), "4 units in rows and 3 steps in columns")
    expect_no_warning(ggplot2::ggplot_build(figure))
  }
  expect_error(
    states(run, c("good", "bad")), "x: must be one text, sequence or video; got 2",
    class = "ShapeError"
  )
  expect_error(states(run, "good", "lstm_2"), "no layer lstm_2", class = "UnknownName")
  expect_error(plot_states(run, "good", "cells"), "what: ", class = "UnknownName")
  expect_error(states(trained(), "good"), "must have a recurrent layer", class = "ArgumentType")
})

test_that("states of a series have times", {
  skip_without_core()
  found <- states(series_run(), AirPassengers)
  expect_named(found[1:4], c("step", "time", "unit", "state"))
  expect_equal(found$step, rep(1:6, each = 4))
  expect_s3_class(found$time, c("Date", "POSIXct"))
})
