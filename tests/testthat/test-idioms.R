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
  "a run as JSON" = list(
    quote(jsonlite::fromJSON(jsonlite::toJSON(run))$metrics$rmse / run$metrics$rmse - 1),
    function(x) abs(x) < 1e-3
  ),
  "settings as JSON" = list(
    quote(jsonlite::fromJSON(jsonlite::toJSON(run$experiment, auto_unbox = TRUE))$epochs),
    function(x) x == 2
  ),
  "settings in str()" = list(
    quote(capture.output(str(unclass(run$experiment)))), function(x) length(x) > 20
  ),
  "the number of weights" = list(quote(run$model$count_params()), is.numeric),
  "summary() of a run" = list(quote(capture.output(print(summary(run)))), is.character),
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
  "a zoo of dates" = list(
    quote(load_data(small_series(), zoo::zoo(sin(1:100), as.Date("2001-01-01") + 0:99))$sizes$test),
    is.numeric
  ),
  "an xts of a price" = list(
    quote(load_data(
      small_series(), xts::xts(cbind(close = sin(1:100)), as.Date("2001-01-01") + 0:99)
    )$sizes$test), is.numeric
  ),
  "a yearqtr of zoo" = list(
    quote(suppressMessages(load_data(
      small_series(), zoo::zoo(sin(1:100), zoo::as.yearqtr(2000 + 0:99 / 4))
    ))$sizes$test), is.numeric
  ),
  "columns of quantmod, in small letters" = list(
    quote(load_data(small_series(target = "adj close", time = "date"), prices)$sizes$test),
    is.numeric
  ),
  "a column of another package that is not asked for" = list(
    quote(load_data(
      experiment("table-numbers", target = "dist", features = "speed"),
      transform(cars, took = as.difftime(dist, units = "mins"))
    )$sizes$test), is.numeric
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
  for (name in c("ggplot2", "jsonlite", "xts", "zoo")) skip_if_not_installed(name)
  run <- run_experiment("table-numbers",
    data = cars, target = "dist", epochs = 2, units = 4, progress = FALSE
  )
  folder <- save_run(run, file.path(withr::local_tempdir(), "run"))
  old <- load_run(folder)
  pixels <- as.data.frame(matrix(rep(0:255, length.out = 40 * 784), 40))
  prices <- data.frame(
    Date = as.Date("2001-01-01") + 0:99, "Adj Close" = sin(1:100), check.names = FALSE
  )
  for (name in names(idioms)) {
    idiom <- idioms[[name]]
    answer <- tryCatch(suppressMessages(eval(idiom[[1]])), error = identity)
    if (is.function(idiom[[2]])) {
      expect_false(inherits(answer, "error"), label = paste(name, said_by(answer)))
      expect_true(all(idiom[[2]](answer)), label = name)
    } else {
      expect_s3_class(answer, "kerasduet_error")
      expect_lte(nchar(said_by(answer)), 300)
      expect_match(said_by(answer), idiom[[2]], fixed = TRUE, label = name)
    }
  }
})

test_that("most are done; with the 20 of Python's list that test_idioms.py does, more than 54", {
  done <- vapply(idioms, function(idiom) is.function(idiom[[2]]), NA)
  expect_gte(sum(done) + 20, 54)
  expect_lte(sum(!done), 15)
})

test_that("an argument that a verb does not have is answered with the one that is meant", {
  skip_without_core()
  meant <- list(
    "cv: cross_validate() has no such argument. It is called folds here." =
      quote(cross_validate("mnist-dense", cv = 5)),
    "n_trials: tune() has no such argument. It is called trials here." =
      quote(tune("mnist-dense", list(units = 1:2), n_trials = 3)),
    "hidden: model_dnn() has no such argument. It is called units here." =
      quote(model_dnn(hidden = 5)),
    "path: load_run() has no such argument. It is called folder here." =
      quote(load_run(path = "x")),
    "newdata: predictions() has no such argument. Known: run." =
      quote(predictions(1, newdata = cars)),
    "run_many() has no such argument. It is a setting: give experiment(preset, epochs = 5)." =
      quote(run_many("mnist-dense", epochs = 5)),
    "arguments: must be folder of load_run(); got one more without a name. Leave it out." =
      quote(load_run("x", "y")),
    "It is a setting: give experiment(preset, path = 'x.csv')." =
      quote(cross_validate("table-classes", path = "x.csv")),
    "path: load_data() has no such argument. It is a setting" =
      quote(load_data("table-classes", path = "x.csv")),
    "padd: pad2d() has no such argument." = quote(pad2d(diag(2), padd = 1))
  )
  for (text in names(meant)) {
    error <- expect_error(eval(meant[[text]]), class = "kerasduet_error")
    expect_match(conditionMessage(error), text, fixed = TRUE)
  }
  # A default that does not fit is told from a value that was given.
  expect_error(model_dnn(units = 64), "Set dropout too, such as dropout = 0.4.", fixed = TRUE)
  expect_error(experiment("mnist-dense", class_weight = list()), "got list().", fixed = TRUE)
})

test_that("every verb has room for arguments that it refuses, after its own", {
  open <- c("install_kerasduet") # before there is a Python to ask
  for (name in setdiff(getNamespaceExports("kerasduet"), open)) {
    expect_true("..." %in% names(formals(getExportedValue("kerasduet", name))), label = name)
  }
})

test_that("functions of keras3 that sentences name are there", {
  expect_identical(in_r("Give keras.losses.Dice()."), "Give keras3::loss_dice().")
  expect_identical(in_r("keras.optimizers.AdamW()"), "keras3::optimizer_adam_w()")
  expect_identical(in_r("keras.metrics.MeanIoU()"), "keras3::metric_mean_iou()")
  expect_identical(
    in_r("Give keras.optimizers.Muon()."), "Give reticulate::import(\"keras\")$optimizers$Muon()."
  )
  skip_without_core()
  skip_if_not_installed("keras3")
  places <- list(
    losses = "LOSSES", metrics = "METRICS", optimizers = "OPTIMIZERS",
    optimizers.schedules = "SCHEDULES"
  )
  allowed <- reticulate::import("kerasduet.settings.allowed", convert = FALSE)
  for (place in names(places)) {
    classes <- reticulate::iterate(reticulate::py_get_attr(allowed, places[[place]]), plain)
    said <- in_r(paste0("keras.", place, ".", classes, "()"))
    said <- grep("^keras3::", said, value = TRUE)
    expect_in_keras3 <- sub("keras3::(.*)[(][)]", "\\1", said)
    expect_identical(setdiff(expect_in_keras3, getNamespaceExports("keras3")), character())
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
  json <- jsonlite::fromJSON(jsonlite::toJSON(list(run, run$dataset, run$dataset$x_test[1:2])))
  expect_identical(json[[1]]$status, "finished")
  expect_identical(json[[2]]$sizes$test, length(predictions(run)$truth))
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
  said <- function() c(format(images_run()), format(summary(images_run())), format(settings))
  settings <- experiment("mnist-dnn", learning_rate = 0.25)
  before <- said()
  withr::local_options(OutDec = ",", warn = 2, stringsAsFactors = FALSE)
  expect_identical(said(), before)
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

test_that("a formula or data in the first place, or data without a name, get the call that works", {
  skip_without_core()
  first <- "got an object of class %s. The preset comes first: run_experiment(\""
  named <- "data: must be given by name; got %s without a name. Write data = before it"
  meant <- list(
    list(first, "data.frame", quote(run_experiment(iris))),
    list(first, "formula", quote(run_experiment(Species ~ ., iris))),
    list(first, "formula", quote(experiment(Species ~ .))),
    list(first, "ts", quote(run_experiment(AirPassengers, epochs = 1))),
    list(named, "data.frame", quote(run_experiment("table-classes", Species ~ ., iris))),
    list(named, "ts", quote(run_experiment("lstm-series", AirPassengers)))
  )
  for (one in meant) {
    error <- expect_error(eval(one[[3]]), class = "ArgumentType")
    expect_match(conditionMessage(error), sprintf(one[[1]], one[[2]]), fixed = TRUE)
  }
  error <- expect_error(describe(iris), class = "ArgumentType")
  expect_match(conditionMessage(error), "got data.frame.", fixed = TRUE)
  expect_no_match(conditionMessage(error), "columns a name")
  one <- in_r("newdata: must be n; got [2, 2]. One image still needs the first axis, of length 1.")
  expect_match(one, "x[1, , , drop = FALSE].", fixed = TRUE)
  for (size in list(c("2, 2, 3", ", , , , "), c("4, 2, 2, 3", ", , , , , "))) {
    still <- "One video still needs the first axis, of length 1."
    one <- in_r(paste0("x: must be n; got [", size[[1]], "]. ", still))
    expect_match(one, paste0("One video .* in x\\[1", size[[2]], "drop = FALSE\\]\\.$"))
  }
})
