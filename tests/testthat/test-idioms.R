# What users of keras3, tfruns, forecast, tsibble, ggplot2 and broom are used to type, with what
# they get here: a value, or one sentence that helps.

said_by <- function(x) if (inherits(x, "condition")) conditionMessage(x) else ""

# A quoted expression, and what to expect of its value, a function; or a text, the error's.
idioms <- list(
  # tfruns, keras3
  "the metrics of a run" = list(quote(run$metrics$rmse), is.numeric),
  "the history as a table" = list(quote(as.data.frame(run)$epoch), function(x) x == 1:2),
  "a metric of several runs" = list(
    quote(sapply(list(run, old), function(r) r$metrics$rmse)),
    function(x) length(x) == 2 && x[[1]] == x[[2]]
  ),
  "list the runs of a folder" = list(quote(list_runs(dirname(folder))$name), function(x) {
    "table-numbers" %in% x
  }),
  "str() of a loaded run" = list(quote(capture.output(str(old))), function(x) length(x) > 20),
  "with() of a loaded run" = list(quote(with(old, metrics$rmse)), is.numeric),
  "lapply() over a loaded run" = list(quote(lapply(old, class)$dataset), is.character),
  "a part that is not there" = list(quote(old$dataset), is.null),
  "identical() of one run" = list(quote(identical(run, run)), isTRUE),
  "all.equal() of a run and its folder" = list(quote(all.equal(run, old)), isTRUE),
  "verbose of keras3" = list(quote(experiment("mnist-dense", verbose = 0)), "argument progress"),
  "a number in quotes" = list(
    quote(experiment("mnist-dense", learning_rate = "1e-3")),
    "learning_rate: must be a number; got '1e-3'. Write it without quotes."
  ),
  "the path of a file as data" = list(
    quote(load_data(experiment("lstm-series"), "prices.csv")), "Set path = \"prices.csv\" instead."
  ),
  "NA as a setting" = list(quote(experiment("mnist-dense", epochs = NA)), "; got NA."),
  "NULL as a setting" = list(quote(experiment("mnist-dense", epochs = NULL)), "; got NULL."),
  "a flag that is none" = list(
    quote(run_experiment("mnist-dense", overwrite = "yes")), "must be TRUE or FALSE; got 'yes'."
  ),
  "an image without channels" = list(
    quote(model_cnn(input_shape = c(32, 32))), "Set input_shape = c(32, 32, 1)"
  ),
  "a data frame of pixels" = list(
    quote(load_data("mnist-dense", list(x = pixels, y = rep(0:9, 4)))$sizes$train), is.numeric
  ),
  "a formula of texts" = list(
    quote(experiment("texts", label ~ text)[c("label_column", "text_column")]),
    function(x) identical(unname(unlist(x)), c("label", "text"))
  ),
  "a formula of images" = list(quote(experiment("mnist-dense", y ~ x)), "formula: belongs to"),
  # stats
  "residuals()" = list(quote(residuals(run) + fitted(run) - predictions(run)$truth), function(x) {
    max(abs(x)) < 1e-9
  }),
  "coef()" = list(quote(coef(run)), "baseline_coefficients(run)"),
  "nobs()" = list(quote(nobs(run) == run$provenance$sizes$train), isTRUE),
  "AIC()" = list(quote(AIC(run)), "glance(run)"),
  "confint()" = list(quote(confint(run)), "importance(run)"),
  "update() that splits the data anew" = list(
    quote(update(run, test_split = 0.4, epochs = 1, progress = FALSE)), function(x) {
      x$provenance$sizes$test > 0.3 * sum(unlist(x$provenance$sizes))
    }
  ),
  "update() without the data" = list(quote(update(old, epochs = 3)), "data: must be given"),
  # broom, ggplot2
  "rows of glance() below each other" = list(
    quote(do.call(rbind, lapply(list(run, old), glance))), function(x) nrow(x) == 2
  ),
  "augment()" = list(quote(augment(run, cars[1:3, ])$.pred), function(x) length(x) == 3),
  "fortify()" = list(quote(ggplot2::fortify(run)$loss), is.numeric),
  "autoplot()" = list(quote(ggplot2::autoplot(run, "history")), function(x) inherits(x, "ggplot")),
  # forecast, tsibble, zoo
  "h of predict()" = list(quote(predict(run, h = 3)), "Use forecast(run, h = 3)."),
  "a yearly ts" = list(quote(season_settings("lstm-series", list(), lynx)), function(x) {
    identical(unlist(x), c(season = 1, difference = 0))
  }),
  "a quarterly ts" = list(quote(season_settings("lstm-series", list(), UKgas)), function(x) {
    identical(unlist(x), c(season = 4, difference = 4))
  }),
  "a monthly ts" = list(quote(season_settings("lstm-series", list(), co2)), function(x) {
    identical(unlist(x), c(season = 12, difference = 12))
  }),
  "a weekly ts" = list(
    quote(season_settings("lstm-series", list(), ts(sin(1:300), frequency = 365.25 / 7))),
    function(x) identical(unlist(x), c(season = 52, difference = 52))
  ),
  "a season that is given" = list(
    quote(season_settings("lstm-series", list(season = 7), UKgas)),
    function(x) identical(unlist(x), c(season = 7, difference = 4))
  ),
  "an experiment with its own season" = list(
    quote(season_settings(experiment("lstm-series", season = 7), list(), UKgas)),
    function(x) length(x) == 0
  ),
  "the patience of a preset with the season of a ts" = list(
    quote(seasoned_to_py("lstm-series", UKgas, is_trained = TRUE)),
    function(x) plain(x$season) == 4 && plain(x$early_stopping) > 10
  ),
  "months of zoo or tsibble" = list(
    quote(season_of(list2DF(list(month = structure(2000 + 0:9 / 12, class = "yearmon"))))),
    function(x) x == 12
  ),
  "a bare vector as a series" = list(
    quote(load_data(experiment("lstm-series"), as.numeric(AirPassengers))), "Give ts(x)"
  ),
  # chunks of Python
  "r.run in Python" = list(quote(class(reticulate::r_to_py(run))[[1]]), function(x) {
    x == "kerasduet.run.Run"
  }),
  "py$run in R" = list(quote(nrow(glance(reticulate::r_to_py(run)))), function(x) x == 1)
)

test_that("what R users are used to type does what they expect, or says what to type", {
  skip_without_core()
  skip_if_not_installed("ggplot2")
  run <- run_experiment("table-numbers",
    data = cars, target = "dist", epochs = 2, units = 4, progress = FALSE
  )
  folder <- save_run(run, file.path(withr::local_tempdir(), "run"))
  old <- load_run(folder)
  pixels <- as.data.frame(matrix(rep(0:255, length.out = 40 * 784), 40))
  for (name in names(idioms)) {
    idiom <- idioms[[name]]
    answer <- tryCatch(suppressMessages(eval(idiom[[1]])), error = identity)
    if (is.function(idiom[[2]])) {
      expect_false(inherits(answer, "error"), label = paste(name, said_by(answer)))
      expect_true(all(idiom[[2]](answer)), label = name)
    } else {
      expect_s3_class(answer, "kerasduet_error")
      expect_match(said_by(answer), idiom[[2]], fixed = TRUE, label = name)
    }
  }
})

test_that("copies of a run are copies, and no verb strips a run's class", {
  skip_without_core()
  run <- images_run()
  kind <- class(run)
  copy <- run
  attr(copy, "mine") <- 1
  class(copy) <- "other"
  expect_identical(class(run), kind)
  expect_null(attr(run, "mine"))
  skip_if_not_installed("jsonlite")
  try(jsonlite::toJSON(run), silent = TRUE)
  expect_identical(class(run), kind)
})

test_that("errors, classes and warnings of a progress function come back as they were", {
  skip_without_core()
  fit <- function(progress) {
    run_experiment("table-numbers",
      data = cars, target = "dist", epochs = 1, units = 4, progress = progress
    )
  }
  mine <- tryCatch(fit(function(event) rlang::abort("no", class = "mine", x = 3)), mine = identity)
  expect_identical(mine$x, 3)
  expect_error(fit(function(event) stop("plain")), "^plain$", class = "simpleError")
  expect_warning(run <- fit(function(event) if (event$event == "end") warning("late")), "^late$")
  expect_identical(run$status, "finished")
})

test_that("options of R's change nothing, and stop nothing", {
  skip_without_core()
  before <- format(images_run())
  withr::local_options(OutDec = ",", warn = 2, stringsAsFactors = FALSE)
  expect_identical(format(images_run()), before)
  expect_identical(experiment("mnist-dense", learning_rate = 0.5)$learning_rate, 0.5)
})

test_that("sentences have R's words, but what is quoted stays", {
  expect_identical(in_r("x: be true or false; got 'true'."), "x: be TRUE or FALSE; got 'true'.")
  expect_identical(in_r("x: got nothing. Set y = true."), "x: got NULL. Set y = TRUE.")
  expect_identical(in_r("k: got nothing in row 5."), "k: got NA in row 5.")
  expect_identical(in_r("x: got [2, 3], not [4]."), "x: got c(2, 3), not 4.")
  expect_identical(in_r("x: 1. Set s = (64, 64, 1), say."), "x: 1. Set s = c(64, 64, 1), say.")
  expect_identical(in_r("x: of set[[1]] and x[1]."), "x: of set[[1]] and x[1].")
  expect_identical(in_r("It's x; got nothing. It's true."), "It's x; got NULL. It's TRUE.")
  expect_identical(in_r("Write run.save(folder)."), "Write save_run(run, folder).")
  expect_identical(in_r("out: got 3.", c(out = "folder")), "folder: got 3.")
  expect_identical(in_r("x: no such column.", c(x = "newdata")), "x: no such column.")
  expect_identical(
    in_r("Images come first: in Python np.moveaxis(x, -1, 0), in R aperm(x, c(3, 1, 2))."),
    "Images come first: use aperm(x, c(3, 1, 2))."
  )
})

test_that("an installation is refused where it would not do what was asked", {
  wrong <- list(
    list(backend = "theano"), list(gpu = NA), list(envname = ""), list(python_version = "3.9"),
    list(python_version = 3)
  )
  for (arguments in wrong) {
    error <- expect_error(do.call(install_kerasduet, arguments), class = "ArgumentType")
    expect_match(conditionMessage(error), paste0("^", names(arguments), ": must be"))
  }
  expect_error(check_environment("", "deep", "3.12", found = "3.11.9"), "which is one of 3.11.9")
  expect_error(check_environment("", "deep", NULL, found = "3.10.1"), "3.11 or newer; got deep")
  expect_no_error(check_environment("", "deep", "3.12", found = "3.12.4"))
  expect_identical(
    packages_to_install(c("keras>=3.15", "tensorflow>=2.20"), "torch", TRUE),
    c("keras>=3.15", "tensorflow[and-cuda]>=2.20", "torch>=2.6")
  )
})
