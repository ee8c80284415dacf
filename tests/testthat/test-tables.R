soil <- data.frame(
  depth = rep(c(1.5, 2, 3.25, 4, 5.5, 7, 8, 9.75), 8) + rep(0:3, 16),
  stones = rep(c(0L, 3L, 1L, 4L), 16),
  slope = factor(rep(c("steep", "flat", "mild", "flat"), 16), levels = c("flat", "mild", "steep")),
  kind = factor(rep(c("sand", "clay", "loam", "clay"), 16), levels = c("sand", "loam", "clay"))
)
quick <- list(epochs = 2, units = 4, early_stopping = NULL, progress = FALSE)
train <- function(..., data = soil) {
  do.call(run_experiment, c(list(...), list(data = data), quick))
}
kept <- new.env(parent = emptyenv())
soil_run <- function() {
  kept$run <- kept$run %||% train("table-classes", kind ~ ., class_weight = "balanced")
  kept$run
}

test_that("a formula names the target and the features of a data frame", {
  skip_without_core()
  of <- function(formula, ...) {
    found <- formula_to_settings(list(formula, ...), soil)
    found[c("target", "features")]
  }
  expect_equal(of(kind ~ .), list(target = "kind", features = character()))
  expect_equal(of(kind ~ depth + slope)$features, c("depth", "slope"))
  expect_equal(of(kind ~ . - slope)$features, c("depth", "stones"))
  expect_equal(of(kind ~ (depth + stones) - stones)$features, "depth")
  expect_equal(of(kind ~ . - slope, weights = "stones")$features, "depth")
  named <- formula_to_settings(list(epochs = 2, formula = kind ~ depth))
  expect_equal(named, list(target = "kind", features = "depth", epochs = 2))
  expect_equal(formula_to_settings(list(epochs = 2)), list(epochs = 2))
  exp <- experiment("table-classes", kind ~ depth + slope, epochs = 3)
  expect_equal(exp[c("target", "features", "epochs")], list(
    target = "kind", features = c("depth", "slope"), epochs = 3
  ))
})

test_that("any other formula is refused in one sentence", {
  skip_without_core()
  refused <- function(formula, text, ..., class = "ArgumentType") {
    expect_error(run_experiment("table-classes", formula, ..., data = soil), text,
      fixed = TRUE, class = class
    )
  }
  adds <- "formula: adds columns or takes them away, such as gre + gpa or . - rank; got "
  advice <- ". Compute a new column in the data first."
  refused(kind ~ log(depth), paste0(adds, "log(depth)", advice))
  refused(kind ~ depth * slope, paste0(adds, "depth * slope", advice))
  refused(kind ~ depth:slope, paste0(adds, "depth:slope", advice))
  biases <- "formula: has no intercept to set, a network's neurons have biases; got "
  refused(kind ~ depth - 1, paste0(biases, "1. Leave it out."))
  refused(kind ~ 0 + depth, paste0(biases, "0. Leave it out."))
  left <- "formula: must have a column to predict on its left, such as admit ~ gre + gpa; got "
  refused(~depth, paste0(left, "~depth", advice))
  refused(log(kind) ~ depth, paste0(left, "log(kind) ~ depth", advice))
  refused(kind ~ depth - depth, paste(
    "formula: must leave a column to predict from; got kind ~ depth - depth.",
    "Name one on its right."
  ))
  refused(kind ~ depth, "features: excludes a formula; got both. Give one of them.", features = "x")
  refused(kind ~ slop, "formula: no column 'slop'. Did you mean slope?", class = "UnknownName")
  refused(kind ~ . - stone, "formula: no column 'stone'. Did you mean stones or slope?",
    class = "UnknownName"
  )
  refused(kin ~ ., "target: no column 'kin'. Did you mean kind?", class = "UnknownName")
  refused(kind ~ kind + depth, "features: must not name the target; got 'kind'. Leave it out.")
  expect_error(experiment("table-classes", kind ~ . - slope), paste(
    "formula: a . beside others stands for the columns of a data frame;",
    "got no such data."
  ), fixed = TRUE, class = "ArgumentType")
  expect_error(experiment("mnist-cnn", y ~ x), "formula: belongs to .* one for mnist-cnn",
    class = "UnknownName"
  )
})

test_that("classes come back as a factor with the levels of the target", {
  skip_without_core()
  run <- soil_run()
  tests <- predictions(run)
  expect_equal(levels(tests$truth), levels(soil$kind))
  expect_equal(tests$truth, soil$kind[tests$row])
  found <- predict(run, soil[tests$row, ])
  expect_equal(found, tests$prediction)
  shuffled <- cbind(name = "x", soil[tests$row, 3:1])
  expect_equal(predict(run, shuffled), found)
  chances <- predict(run, shuffled, type = "prob")
  expect_equal(colnames(chances), levels(soil$kind))
  expect_equal(unname(chances[, "clay"]), tests$p_clay)
  expect_error(predict(run, soil["depth"]), "no such column", class = "UnknownName")
  expect_error(predict(run, soil, type = "response"), "type: no option 'response'. Known: class",
    fixed = TRUE, class = "UnknownName"
  )
})

test_that("a run on a table prints, tidies and augments", {
  skip_without_core()
  run <- soil_run()
  columns <- "  columns  kind from 2 numbers (depth, stones), 1 category (slope: 3 levels)"
  expect_true(columns %in% format(run))
  expect_true(columns %in% format(summary(run)))
  expect_output(print(run), "predict(run, x)", fixed = TRUE)
  expect_equal(nrow(tidy(run)), 2)
  expect_equal(as.data.frame(run), tidy(run))
  expect_equal(nrow(glance(run)), 1)
  expect_equal(augment(run), predictions(run))
  more <- augment(run, newdata = soil[1:3, ])
  expect_named(more, c(
    names(soil), ".pred_class", ".pred_sand", ".pred_loam", ".pred_clay"
  ))
  expect_equal(more$.pred_class, predict(run, soil[1:3, ]))
  expect_equal(unserialize(serialize(run, NULL))$digests, run$digests)
})

test_that("numbers come back as a vector", {
  skip_without_core()
  run <- train("table-numbers", depth ~ stones + slope)
  tests <- predictions(run)
  expect_equal(tests$truth, soil$depth[tests$row])
  expect_equal(predict(run, soil[tests$row, ]), tests$prediction)
  expect_equal(augment(run, soil[1:3, ])$.pred, predict(run, soil[1:3, ]))
  expect_error(predict(run, soil, type = "prob"), "type: no option 'prob'. Known: response.",
    fixed = TRUE, class = "UnknownName"
  )
  exp <- run$experiment
  expect_equal(build_model(exp, soil)$count_params(), run$model$count_params())
  expect_error(build_model(exp), "data: decide how many inputs and outputs", class = "ArgumentType")
})

test_that("data frames of any class give the same data", {
  skip_without_core()
  exp <- experiment("table-classes", kind ~ .)
  plain <- load_data(exp, soil)
  expect_equal(dim(plain$x_train), c(41, 5))
  expect_equal(plain$class_names, levels(soil$kind))
  others <- list(
    if (requireNamespace("tibble", quietly = TRUE)) tibble::as_tibble(soil),
    if (requireNamespace("data.table", quietly = TRUE)) data.table::as.data.table(soil),
    `row.names<-`(soil, paste("plot", seq_len(nrow(soil))))
  )
  for (data in Filter(length, others)) {
    expect_equal(load_data(exp, data)$source$sha256, plain$source$sha256)
  }
  # A level in 16: a column of that many is embedded, and the inputs are two.
  soil$place <- factor(rep(1:16, each = 4))
  wide <- load_data(experiment("table-numbers", depth ~ stones + place), soil)
  expect_named(wide$x_test, c("numbers", "level_1"))
  expect_equal(dim(wide$x_test$level_1), 13)
})

test_that("R's iris gives the bits of the embedded table", {
  skip_without_core()
  ours <- load_data("table-iris")
  exp <- experiment("table-iris", Species ~ ., dataset = "table-classes")
  theirs <- load_data(exp, iris)
  for (part in c("x_train", "y_train", "x_validation", "y_validation", "x_test", "y_test")) {
    expect_identical(as.array(theirs[[part]]), as.array(ours[[part]]))
  }
})

test_that("an ordered target comes back as an ordered factor", {
  skip_without_core()
  levels <- c("low", "middle", "high")
  graded <- cbind(soil[c("depth", "stones")],
    grade = ordered(rep_len(levels, nrow(soil)), levels), wet = NA
  )
  graded$wet <- rep_len(c(TRUE, FALSE), nrow(soil))
  run <- run_experiment("table-classes", grade ~ depth + stones + wet,
    data = graded, missing = "indicator", epochs = 1, units = 4, early_stopping = NULL,
    progress = FALSE
  )
  tests <- predictions(run)
  expect_identical(tests$truth, graded$grade[tests$row])
  expect_identical(predict(run, graded[tests$row, ]), tests$prediction)
  expect_identical(levels(partial_dependence(run, "depth")$class), levels)
  expect_s3_class(partial_dependence(run, "depth")$class, "ordered")
  expect_gt(evaluate_run(run, graded, graded$grade)$loss, 0)
  # A warning of the core is one of R's, each time.
  graded$wet[2] <- NA
  for (i in 1:2) {
    expect_warning(
      predict(run, graded), "wet: was never missing in training; got 1 missing, the first in row 2",
      fixed = TRUE, class = "KerasduetWarning"
    )
  }
})

test_that("columns of no known class are refused by name where they are used, and only there", {
  skip_without_core()
  odd <- soil
  odd$aged <- as.difftime(seq_len(nrow(soil)), units = "days")
  odd$notes <- I(as.list(seq_len(nrow(soil))))
  load <- function(...) load_data(experiment("table-classes", target = "kind", ...), odd)
  expect_s3_class(load(features = "depth"), "kerasduet_dataset")
  expect_error(load(features = c("depth", "aged")), paste(
    "aged: must be numbers, TRUE or FALSE, a factor, text or dates; got difftime.",
    "as.numeric() makes numbers of it.",
    "Leave it out of the features, or set unusable = \"drop\"."
  ), fixed = TRUE, class = "ArgumentType")
  expect_s3_class(load(unusable = "drop"), "kerasduet_dataset")
  twice <- stats::setNames(soil[c(1, 2, 4)], c("depth", "depth", "kind"))
  expect_error(load_data(experiment("table-classes", target = "kind"), twice),
    "data: names must differ; got depth twice.",
    fixed = TRUE, class = "UnknownName"
  )
  nameless <- stats::setNames(soil[c(1, 2, 4)], c("depth", "", "kind"))
  exp <- experiment("table-classes", target = "kind", features = "Unnamed: 1")
  expect_s3_class(load_data(exp, nameless), "kerasduet_dataset")
})

test_that("a matrix is told how it becomes a table, without a warning of R", {
  skip_without_core()
  text <- "^newdata: must be a table .* Name its columns: as.data.frame\\(x\\)\\.$"
  for (x in list(matrix(1:4, 2), matrix(c("a", NA, "b", "c"), 2, dimnames = list(NULL, 1:2)))) {
    expect_no_warning(expect_error(predict(soil_run(), x), text, class = "ArgumentType"))
  }
})
