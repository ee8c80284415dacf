expect_python <- function(x, text) expect_equal(python_text(x), text)

test_that("settings cross as what the core can judge", {
  skip_without_core()
  start_core()
  expect_python(setting_to_py(2), "2.0")
  expect_python(setting_to_py(2L), "2")
  expect_python(setting_to_py(TRUE), "True")
  expect_python(setting_to_py("a"), "'a'")
  expect_python(setting_to_py(NULL), "None")
  expect_python(setting_to_py(c(0.4, 0.3)), "[0.4, 0.3]")
  expect_python(setting_to_py(integer()), "[]")
  nested <- list(units = c(8, 4), l1 = NULL)
  expect_python(setting_to_py(nested), "{'units': [8.0, 4.0], 'l1': None}")
  expect_python(setting_to_py(factor("adam")), "'adam'")
  expect_python(setting_to_py(as.Date("2024-01-31")), "'2024-01-31'")
})

test_that("a missing setting of any type is NaN, never a value", {
  skip_without_core()
  start_core()
  for (missing in list(NA, NA_integer_, NA_real_, NA_character_, NaN)) {
    expect_python(setting_to_py(missing), "nan")
    expect_error(experiment("mnist-dnn", seed = missing), "got NA", class = "SeedError")
  }
  expect_error(experiment("mnist-dnn", units = c(8, NA)), class = "ArgumentRange")
  expect_error(experiment("mnist-dnn", units = c(8L, NA)), class = "ArgumentRange")
})

test_that("what cannot be a setting is named by its class, in the core's words", {
  skip_without_core()
  strangers <- list(
    mean, ~x, quote(x), quote(f(x)), new.env(), expression(a), as.raw(2), 1i, data.frame(a = 1),
    as.POSIXlt("2024-01-31", tz = "UTC")
  )
  for (x in strangers) {
    text <- paste0("at least 1; got ", class(x)[[1]], ".")
    expect_error(experiment("mnist-dnn", epochs = x), text, class = "ArgumentType", fixed = TRUE)
    expect_error(model_dnn(units = list(8, x)), text, class = "ArgumentType", fixed = TRUE)
  }
  expect_error(activate(1, ~x), "sigmoid, tanh, relu; got formula.", class = "ArgumentType")
  expect_error(render_report(~x), "a list of them; got formula.", class = "ArgumentType")
  expect_error(load_run(mean), "the path of a folder; got function.", class = "RunFolderError")
})

test_that("errors have no words of Python", {
  skip_without_core()
  refused <- list(
    "got NULL" = quote(experiment("mnist-dnn", units = NULL)),
    "got TRUE" = quote(experiment("mnist-dnn", epochs = TRUE)),
    "got 'adam', 'sgd'." = quote(experiment("mnist-dnn", optimizer = c("adam", "sgd"))),
    "got {a: 1}." = quote(experiment("mnist-dnn", epochs = list(a = 1))),
    "got c(8, 16)." = quote(image_storage(c(2, 2), bits = c(8, 16))),
    "columns have names; got values of shape 500. Give ts(x), with" = quote(
      load_data(small_series(), 1:500)
    ),
    "or a factor (categories); got 'a'." = quote(
      load_data(small_images(), list(x = array(0L, c(20, 28, 28)), y = rep("a", 20)))
    )
  )
  for (text in names(refused)) {
    expect_error(eval(refused[[text]]), text, fixed = TRUE, class = "kerasduet_error")
  }
})

test_that("every function says which argument must be given", {
  generics <- c("forecast", "generate", "tidy", "glance", "augment")
  for (name in setdiff(getNamespaceExports("kerasduet"), generics)) {
    required <- required_arguments(getExportedValue("kerasduet", name))
    for (count in seq_along(required)) {
      given <- rlang::rep_named(required[seq_len(count - 1)], list(NULL))
      asked <- as.call(c(as.name(name), given))
      error <- expect_error(eval(asked, asNamespace("kerasduet")), class = "ArgumentType")
      expect_identical(conditionMessage(error), paste0(required[[count]], ": must be given."))
      expect_identical(conditionCall(error), asked)
    }
  }
  skip_without_core()
  error <- expect_error(predict(images_run()), "^newdata: must be given[.]$")
  expect_identical(conditionCall(error), quote(predict(images_run())))
})

test_that("vectors keep their type; whole numbers with a gap become floats", {
  skip_without_core()
  start_core()
  expect_python(data_to_py(c(1.5, NA)), "array([1.5, nan])")
  expect_python(data_to_py(c(1L, 2147483647L)), "array([         1, 2147483647], dtype=int32)")
  expect_python(data_to_py(c(1L, NA)), "array([ 1., nan])")
  expect_python(data_to_py(7), "array([7.])")
  expect_python(data_to_py(c(TRUE, FALSE)), "array([ True, False])")
  expect_python(data_to_py(c(TRUE, NA)), "[True, None]")
  expect_python(data_to_py(c("a", NA, "\u00e9")), "['a', None, '\u00e9']")
  expect_python(data_to_py("NA"), "['NA']")
  expect_python(data_to_py(as.raw(c(0, 255))), "array([  0, 255], dtype=int32)")
  expect_python(data_to_py(numeric()), "array([], dtype=float64)")
  expect_python(data_to_py(I(1:2)), "array([1, 2], dtype=int32)")
  expect_python(data_to_py(NULL), "None")
})

test_that("arrays have every element in its place, both ways", {
  skip_without_core()
  start_core()
  arrays <- list(
    array(rnorm(24), c(2, 3, 4)), array(1:24, c(2, 3, 4)), matrix(1:6, 2),
    array(as.numeric(1:16), c(2, 2, 2, 2))
  )
  for (x in arrays) {
    there <- data_to_py(x)
    expect_identical(as.integer(plain(there$shape)), dim(x))
    at <- arrayInd(length(x) - 1, dim(x))
    expect_equal(plain(do.call(there$item, as.list(at - 1L))), x[at])
    expect_identical(reticulate::py_to_r(there), x)
  }
  expect_python(data_to_py(array(0L, c(0, 28, 28)))$shape, "(0, 28, 28)")
  expect_python(data_to_py(matrix(c(1L, NA), 1)), "array([[ 1., nan]])")
})

test_that("factors become codes from 0 with their levels", {
  skip_without_core()
  start_core()
  there <- data_to_py(factor(c("b", "a", NA), levels = c("b", "a", "never")))
  expect_python(there$codes$tolist(), "[0, 1, -1]")
  expect_python(there$categories$tolist(), "['b', 'a', 'never']")
  expect_python(there$ordered, "False")
  expect_python(data_to_py(ordered("lo", levels = c("lo", "hi")))$ordered, "True")
  expect_python(data_to_py(factor("x"))$categories$tolist(), "['x']")
})

test_that("dates and times cross as ISO 8601, in their zone", {
  skip_without_core()
  start_core()
  iso <- function(x) plain(core$data$times$iso_times(data_to_py(x)))
  expect_python(data_to_py(as.Date(c("2024-02-29", NA))), "['2024-02-29', None]")
  expect_python(data_to_py(as.Date("2024-02-29") + 0.5), "['2024-02-29']")
  utc <- as.POSIXct("2024-03-31 00:59:59.25", tz = "UTC")
  expect_equal(iso(utc), "2024-03-31T00:59:59.250000")
  berlin <- as.POSIXct("2024-03-31 00:30", tz = "Europe/Berlin") + 3600 * 0:2
  expect_equal(iso(berlin), c(
    "2024-03-31T00:30:00+01:00", "2024-03-31T01:30:00+01:00", "2024-03-31T03:30:00+02:00"
  ))
  expect_equal(iso(as.POSIXlt("2024-01-31 10:00", tz = "UTC")), "2024-01-31T10:00:00")
  expect_python(pandas()$isna(data_to_py(c(utc, NA)))$tolist(), "[False, True]")
  for (tenth in 0:9) {
    expect_match(iso(utc + tenth / 10 - 0.25), paste0("[.]?", tenth, "?0*$"))
  }
})

test_that("the session's time zone is found without systemd", {
  withr::local_envvar(TZ = NA)
  expect_equal(local_zone("/usr/share/zoneinfo/Europe/Berlin"), "Europe/Berlin")
  expect_equal(local_zone("/var/db/timezone/zoneinfo/Etc/UTC"), "Etc/UTC")
  withr::local_envvar(TZ = "Asia/Tokyo")
  expect_equal(local_zone("/usr/share/zoneinfo/Europe/Berlin"), "Asia/Tokyo")
  expect_equal(local_zone(""), "Asia/Tokyo")
  skip_unless_installed()
  out <- fresh_r("cat(kerasduet:::local_zone(), fill = TRUE)", env = "TZ=")
  expect_length(out, 1)
})

test_that("a ts has the times of its frequency", {
  skip_without_core()
  start_core()
  times <- function(x) plain(data_to_py(x)$index$strftime("%Y-%m-%d")$tolist())
  expect_equal(times(ts(1:3, start = 1990)), c("1990-01-01", "1991-01-01", "1992-01-01"))
  expect_equal(times(ts(1:3, start = c(2000, 3), frequency = 4)), c(
    "2000-07-01", "2000-10-01", "2001-01-01"
  ))
  monthly <- ts(1:240, start = c(1999, 12), frequency = 12)
  expect_equal(times(monthly), format(seq(as.Date("1999-12-01"), by = "month", length.out = 240)))
  expect_equal(
    plain(data_to_py(ts(1:3, start = c(1, 6), frequency = 7))$index$tolist()),
    as.numeric(time(ts(1:3, start = c(1, 6), frequency = 7)))
  )
  several <- data_to_py(ts(cbind(a = 1:2, b = 3:4), start = 2000))
  expect_equal(plain(several$columns$tolist()), c("a", "b"))
  expect_equal(plain(several$index$strftime("%Y")$tolist()), c("2000", "2001"))
})

test_that("a ts that starts within a month has the dates of its months", {
  skip_without_core()
  start_core()
  times <- function(x) plain(data_to_py(x)$index$strftime("%Y-%m-%d")$tolist())
  due <- format(seq(as.Date("2015-05-01"), by = "month", length.out = 240))
  for (start in c(2015.33, 2015.333, 2015 + 4 / 12, 2015.34)) {
    expect_equal(times(ts(1:240, start = start, frequency = 12)), due)
  }
  expect_equal(times(ts(1:3, start = 2015 + 2 / 12, frequency = 12))[[1]], "2015-03-01")
  expect_equal(times(ts(1:3, start = 2015.99, frequency = 12))[[1]], "2016-01-01")
  expect_equal(
    times(ts(1:3, start = 2000.51, frequency = 4)), c("2000-07-01", "2000-10-01", "2001-01-01")
  )
  days <- ts(1:800, start = c(2015, 60), frequency = 365.25)
  expect_equal(times(days), format(as.Date("2015-03-01") + 0:799))
  weeks <- ts(1:200, start = c(2015, 3), frequency = 365.25 / 7)
  expect_equal(times(weeks), format(as.Date("2015-01-15") + 7 * 0:199))
  for (steps in c(52, 365)) {
    x <- ts(1:100, start = 2015.33, frequency = steps)
    expect_equal(plain(data_to_py(x)$index$tolist()), as.numeric(time(x)))
  }
})

test_that("row names that are dates are the times, others are not", {
  skip_without_core()
  series <- function(x) load_data(experiment("lstm-series", lookback = 3), data = x)
  dates <- as.Date("2024-01-01") + 0:59
  frame <- data.frame(value = sin(1:60), row.names = format(dates))
  times <- function(x) plain(handle(series(x))$table$times$strftime("%Y-%m-%d")$tolist())
  expect_equal(times(frame), format(dates))
  row.names(frame) <- paste("row", 1:60)
  expect_equal(plain(handle(series(frame))$table$times$tolist()), 1:60)
})

test_that("series of zoo and xts have their times", {
  skip_without_core()
  skip_if_not_installed("zoo")
  start_core()
  times <- function(x) {
    plain(pandas()$to_datetime(data_to_py(x)$index)$strftime("%Y-%m-%dT%H")$tolist())
  }
  dates <- as.Date("2024-01-31") + 0:2
  expect_equal(times(zoo::zoo(1:3, dates)), format(dates, "%Y-%m-%dT00"))
  months <- zoo::zoo(cbind(a = 1:3, b = 4:6), zoo::as.yearmon(2024 + 0:2 / 12))
  expect_equal(times(months), c("2024-01-01T00", "2024-02-01T00", "2024-03-01T00"))
  expect_equal(plain(data_to_py(months)$columns$tolist()), c("a", "b"))
  expect_equal(plain(data_to_py(zoo::zoo(1:3, 5:7))$index$tolist()), 5:7)
  skip_if_not_installed("xts")
  hours <- as.POSIXct("2024-01-31 10:00", tz = "America/Santiago") + 3600 * 0:2
  expect_equal(times(xts::xts(1:3, hours)), c("2024-01-31T10", "2024-01-31T11", "2024-01-31T12"))
  frame <- as.data.frame(xts::xts(cbind(a = 1:3), dates))
  expect_equal(plain(data_to_py(frame)$index$tolist()), format(dates))
})

test_that("data frames cross by column, in order, names unique", {
  skip_without_core()
  start_core()
  frame <- data.frame(b = 1:2, a = c("x", NA), check.names = FALSE)
  expect_python(data_to_py(frame), "{'b': array([1, 2], dtype=int32), 'a': ['x', None]}")
  expect_python(data_to_py(data.frame()), "{}")
  twice <- data.frame(a = 1, a = 2, check.names = FALSE)
  expect_error(load_data(small_series(), twice), "got a twice", class = "UnknownName")
})

test_that("what Python would misread is refused", {
  skip_without_core()
  unknown <- list(
    as.difftime(1, units = "secs"), numeric_version("1.0"),
    mean, quote(x), new.env()
  )
  for (x in unknown) {
    given <- list(value = x)
    expect_error(load_data(small_series(), given), "must be numbers", class = "ArgumentType")
  }
  expect_error(load_data(small_series(), 1:10), class = "ArgumentType")
  expect_error(load_data(small_images(), list(1, 2)), class = "ArgumentType")
  expect_error(load_data(small_images(), list(x = 1 + 2i, y = 1)), class = "kerasduet_error")
})

test_that("values come back as they are, big whole numbers and NaN among them", {
  skip_without_core()
  start_core()
  from <- function(json) plain(reticulate::import("json", convert = FALSE)$loads(json))
  expect_identical(from("4294967295"), 4294967295)
  expect_identical(from("1180591620717411303424"), 2^70)
  expect_identical(from("null"), NULL)
  expect_identical(from("NaN"), NaN)
  expect_identical(from("[1, 2.5]"), c(1, 2.5))
  expect_identical(from("[true, false]"), c(TRUE, FALSE))
  expect_identical(from("[1, \"a\", null]"), list(1, "a", NULL))
  expect_identical(from("[]"), list())
  expect_identical(from("[[1], [2, 3]]"), list(1, c(2, 3)))
  expect_identical(from("{\"a\": null, \"b\": {\"c\": 1}}"), list(a = NULL, b = list(c = 1)))
})

test_that("a table comes back by column", {
  skip_without_core()
  start_core()
  frame <- pandas()$DataFrame(reticulate::py_dict(
    list("text", "number", "big", "flag", "date", "time"),
    list(
      list("a", NULL), list(1.5, NaN), list(2^40, 1), list(TRUE, FALSE),
      pandas()$to_datetime(list("2024-01-31", NULL)),
      pandas()$to_datetime(list("2024-01-31 10:00", "2024-01-31"), format = "ISO8601")
    )
  ))
  found <- frame_from_py(frame)
  expect_identical(found$text, c("a", NA))
  expect_identical(found$number, c(1.5, NaN))
  expect_identical(found$big, c(2^40, 1))
  expect_identical(found$flag, c(TRUE, FALSE))
  expect_identical(found$date, as.Date(c("2024-01-31", NA)))
  expect_equal(found$time, as.POSIXct(c("2024-01-31 10:00", "2024-01-31 00:00"), tz = "UTC"))
  expect_s3_class(frame_from_py(frame, dates = FALSE)$date, "POSIXct")
})

test_that("errors of Python that are not the core's say what they are", {
  skip_without_core()
  start_core()
  json <- reticulate::import("json", convert = FALSE)
  asking <- function() call_core(json$loads("{"))
  error <- expect_error(asking(), "^JSONDecodeError: ", class = "kerasduet_python_error")
  expect_equal(conditionCall(error), quote(asking()))
  expect_error(call_core(stop("of R")), "^of R$", class = "simpleError")
})

test_that("what is missing is said with the command that helps", {
  expect_snapshot(cran = TRUE, {
    cat(no_python_text("Python is not there.\nSee the manual.", named = ""))
    cat(no_python_text("It does not exist", named = "/opt/python"))
    cat(missing_text(c("keras>=3.15", "numpy>=2.0"), "/usr/bin/python3", named = ""))
    cat(missing_text("keras>=3.15", "/usr/bin/python3", named = "/usr/bin/python3"))
  })
  expect_equal(package_names(c("keras>=3.15", "h5py", "a-b~=1")), c("keras", "h5py", "a-b"))
})

test_that("a package is there by its own name or by that of its module", {
  skip_without_core()
  expect_true(all(vapply(c("numpy", "scikit-learn", "sklearn"), is_installed, logical(1))))
  expect_false(is_installed("no-such-package"))
  expect_length(missing_packages(), 0)
})

test_that("bytes that are no text are refused by row, not written as <f6>", {
  skip_without_core()
  start_core()
  odd <- "sch\xf6n"
  expect_error(data_to_py(c("a", odd), "x"), "x: must be UTF-8 text; got another byte in row 2")
  expect_match(python_text(data_to_py(data.frame(text = odd))), "text that is not UTF-8")
  expect_error(data_to_py(factor(c("a", odd))), "another byte in level 2")
  Encoding(odd) <- "latin1"
  expect_python(data_to_py(c(odd, NA)), "['sch\u00f6n', None]")
})

test_that("UTF-8 is read in the locale C, too", {
  skip_without_core()
  start_core()
  withr::local_locale(LC_CTYPE = "C")
  bare <- rawToChar(as.raw(c(0xc3, 0xb6)))
  expect_identical(as_utf8(c(bare, NA), "x"), c("\u00f6", NA))
  expect_identical(Encoding(marked_utf8(bare)), "UTF-8")
  expect_error(as_utf8(rawToChar(as.raw(0xf6)), "x"), "another byte in row 1")
})

test_that("Keras's objects are offered by the names that keras3 has for them", {
  offered <- c(
    losses.MeanSquaredError = "loss_mean_squared_error", losses.KLDivergence = "loss_kl_divergence",
    metrics.AUC = "metric_auc", metrics.MeanIoU = "metric_mean_iou",
    metrics.FBetaScore = "metric_fbeta_score", optimizers.AdamW = "optimizer_adam_w",
    optimizers.RMSprop = "optimizer_rmsprop",
    optimizers.schedules.CosineDecay = "learning_rate_schedule_cosine_decay",
    callbacks.ReduceLROnPlateau = "callback_reduce_lr_on_plateau"
  )
  for (name in names(offered)) {
    text <- in_r(paste0("Give keras.", name, "(), or not."))
    expect_identical(text, paste0("Give keras3::", offered[[name]], "(), or not."))
  }
})
