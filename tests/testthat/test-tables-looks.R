test_that("the regression has the coefficients of glm and lm", {
  skip_without_core()
  # Rows that are not tested are all of the training.
  run <- run_experiment(
    "table-numbers", Sepal.Length ~ .,
    data = iris, epochs = 1, progress = FALSE, validation_split = 0,
    early_stopping = NULL
  )
  data <- iris[-predictions(run)$row, ]
  fit <- summary(stats::lm(Sepal.Length ~ ., data))$coefficients
  found <- baseline_coefficients(run)
  expect_equal(found$estimate, unname(fit[, 1]), tolerance = 1e-6)
  expect_equal(found$std_error, unname(fit[, 2]), tolerance = 1e-6)
  expect_identical(found$term[[5]], "Species[versicolor]")
  expect_identical(attr(found, "notes"), character())

  pair <- droplevels(iris[iris$Species != "setosa", c(1, 2, 4, 5)])
  run <- run_experiment(
    "table-classes", Species ~ .,
    data = pair, epochs = 1, progress = FALSE, validation_split = 0,
    early_stopping = NULL
  )
  data <- pair[-predictions(run)$row, ]
  fit <- summary(stats::glm(Species ~ ., stats::binomial(), data, epsilon = 1e-14))$coefficients
  found <- baseline_coefficients(run)
  expect_equal(found$estimate, unname(fit[, 1]), tolerance = 1e-6)
  expect_equal(found$std_error, unname(fit[, 2]), tolerance = 1e-6)
})

test_that("columns are looked into, and drawn", {
  skip_without_core()
  run <- run_experiment("table-iris", epochs = 3, progress = FALSE)
  found <- importance(run, repeats = 2)
  if (requireNamespace("ggplot2", quietly = TRUE)) {
    expect_identical(plot(found)$labels$title, "Importance of the columns")
    expect_error(plot(found[1:2, ]), "whole table of importance(), unchanged", fixed = TRUE)
  }
  expect_named(found, c("column", "importance", "low", "high"))
  expect_setequal(found$column, c("sepal_length", "sepal_width", "petal_length", "petal_width"))
  curves <- partial_dependence(run, "petal_width", individual = TRUE)
  expect_identical(levels(curves$class), c("setosa", "versicolor", "virginica"))
  means <- partial_dependence(run, "petal_width")
  expect_equal(
    as.vector(tapply(curves$prediction, list(curves$value, curves$class), mean)),
    means$prediction[order(means$class, means$value)]
  )
  expect_match(attr(baseline_coefficients(run), "notes"), "a ridge penalty of 1")
  skip_if_not_installed("ggplot2")
  for (kind in c("confusion", "reliability", "roc", "importance", "dependence", "regions")) {
    drawn <- plot(run, kind)
    expect_s3_class(drawn, "ggplot")
    expect_match(ggplot2::get_alt_text(drawn), "[0-9]")
    expect_no_error(ggplot2::ggplot_build(drawn))
  }
})

test_that("what cannot be looked into is refused as in Python", {
  skip_without_core()
  run <- run_experiment("table-iris", epochs = 1, progress = FALSE)
  expect_error(partial_dependence(run, "petal"), "column: ", class = "kerasduet_error")
  expect_error(importance(run, repeats = 0), "repeats: ", class = "kerasduet_error")
})
