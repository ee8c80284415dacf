skip_without <- function() {
  skip_if_not(kerasduet:::has_core(), "no Python with what the core needs")
  skip_if_not_installed("ggplot2", "3.4.0")
  skip_if_not_installed("patchwork")
}

runs <- new.env()

image_run <- function() {
  if (is.null(runs$images)) {
    runs$images <- run_experiment(
      "mnist-dnn",
      dataset = "mnist-subset", units = c(16, 8), epochs = 2, seed = 1, progress = FALSE
    )
  }
  runs$images
}

series_run <- function() {
  if (is.null(runs$series)) {
    days <- 0:199
    data <- data.frame(
      time = as.Date("2024-01-01") + days,
      value = 100 + 0.1 * days + 5 * sin(2 * pi * days / 7) + cos(days^2) / 5
    )
    runs$series <- run_experiment(
      "lstm-co2",
      data = data, target = "value", frequency = "D", season = 7, difference = 7,
      lookback = 8, horizon = 3, units = 4, epochs = 2, early_stopping = NULL, progress = FALSE
    )
  }
  runs$series
}

# The data that the layer of a plot draws.
drawn <- function(plot, layer) ggplot2::ggplot_build(plot)$data[[layer]]

test_that("a history draws every value of the run", {
  skip_without()
  run <- image_run()
  plot <- plot(run, "history")
  history <- run$history
  shown <- drawn(plot, 2)
  value <- function(pane, colour) shown$y[shown$PANEL == pane & shown$colour == colour]
  expect_equal(value(1, "#0072B2"), history$loss)
  expect_equal(value(1, "#D55E00"), history$val_loss)
  expect_equal(value(2, "#0072B2"), 100 * history$accuracy)
  expect_equal(value(2, "#D55E00"), 100 * history$val_accuracy)
  expect_setequal(shown$linetype, c("solid", "dashed"))
  expect_equal(levels(plot$layers[[2]]$data$measure)[[1]], "Loss (cross-entropy, nats)")
  expect_equal(plot$labels$x, "Epoch")
  expect_equal(plot$scales$get_scales("x")$breaks, 1:2)
  expect_equal(plot$theme$plot.background$fill, "white")
})

test_that("a history of one epoch has points and no complaint", {
  skip_without()
  run <- run_experiment(
    "mnist-dense",
    dataset = "mnist-subset", epochs = 1, progress = FALSE
  )
  plot <- plot(run, "history")
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  expect_silent(print(plot))
  expect_equal(nrow(drawn(plot, 2)), 4)
})

test_that("a confusion matrix counts every test row once, truth in rows", {
  skip_without()
  run <- image_run()
  plot <- plot(run, "confusion")
  shown <- predictions(run)
  counts <- table(factor(shown$truth, levels = 0:9), factor(shown$prediction, levels = 0:9))
  cells <- plot_data(run, "confusion")$panels$confusion$frames$cells
  expect_equal(sum(cells$count), nrow(shown))
  expect_equal(cells$count, as.vector(t(counts)))
  # The first class is at the top and at the left.
  first <- drawn(plot, 1)[1, ]
  expect_equal(c(first$x, first$y), c(1, 10), ignore_attr = TRUE)
  expect_equal(drawn(plot, 2)$label, ifelse(t(counts) == 0, "", t(counts)), ignore_attr = TRUE)
  expect_equal(c(plot$labels$x, plot$labels$y), c("Predicted class", "True class"))
  expect_match(ggplot2::get_alt_text(plot), paste(run$metrics$errors, "mistakes"))
})

test_that("digits draw the pixels and frame the mistakes", {
  skip_without()
  run <- image_run()
  plot <- plot(run, "digits")
  tiles <- plot_data(run, "digits")$panels$digits$frames$tiles
  expect_equal(tiles$correct, rep(c(FALSE, TRUE), each = 6))
  shown <- predictions(run)[tiles$row, ]
  expect_equal(tiles$prediction, as.character(shown$prediction))
  expect_equal(nrow(drawn(plot, 1)), 12 * 28 * 28)
  expect_equal(drawn(plot, 2)$colour, ifelse(tiles$correct, "#B3B3B3", "#D55E00"))
  expect_equal(drawn(plot, 2)$linewidth, ifelse(tiles$correct, 0.28, 1.17), tolerance = 0.01)
  # The first pixel of an image is its upper left one.
  pixels <- drawn(plot, 1)
  expect_equal(pixels$y[[1]], max(pixels$y))
  chosen <- plot_data(run, "digits", rows = c(7, 3))$panels$digits
  expect_equal(chosen$frames$tiles$row, c(7, 3))
  expect_equal(chosen$columns, 2)
})

test_that("a forecast draws truth, network and baselines of the last windows", {
  skip_without()
  run <- series_run()
  plot <- plot(run, "forecast", windows = 2)
  table <- predictions(run)
  last <- table[table$origin == max(table$origin), ]
  shown <- drawn(plot, 4) # after the origins and the bands of 95 and 80 %
  wide <- drawn(plot, 2)
  narrow <- drawn(plot, 3)
  expect_true(all(wide$ymin <= narrow$ymin & wide$ymax >= narrow$ymax))
  expect_true(all(utils::tail(narrow$ymin, 3) <= last$forecast))
  network <- shown[shown$colour == "#0072B2", ]
  expect_equal(utils::tail(network$y, 3), last$forecast)
  expect_equal(utils::tail(network$x, 3), as.numeric(last$time))
  expect_equal(length(unique(shown$group)), 1 + 5 * 2)
  expect_equal(nrow(drawn(plot, 1)), 2)
  expect_equal(
    plot$scales$get_scales("colour")$palette(6),
    c(
      truth = "#000000", network = "#0072B2", naive = "#8c8c8c",
      `seasonal naive` = "#8c8c8c", drift = "#8c8c8c", `seasonal drift` = "#D55E00"
    )
  )
  expect_equal(plot$labels$y, "value")
  expect_equal(plot$labels$x, "Time, 2024-07-06 to 2024-07-18")
})

test_that("the error by step is the one that was evaluated", {
  skip_without()
  run <- series_run()
  shown <- drawn(plot(run, "horizon"), 1)
  table <- predictions(run)
  mae <- tapply(abs(table$truth - table$forecast), table$step, mean)
  expect_equal(shown$y[shown$colour == "#0072B2"], as.vector(mae))
  expect_equal(mean(mae), run$metrics$mae)
})

test_that("an overview holds all plots, prints, and has alt text", {
  skip_without()
  plot <- plot(series_run())
  expect_s3_class(plot, "kerasduet_overview")
  expect_named(plot$plots, c("forecast", "history", "horizon"))
  expect_match(ggplot2::get_alt_text(plot), "^lstm-co2[.] Test MAE")
  file <- tempfile(fileext = ".pdf")
  grDevices::pdf(file, 7.5, 8)
  shown <- withVisible(print(plot))
  print(plot(image_run()))
  grDevices::dev.off()
  expect_false(shown$visible)
  expect_identical(shown$value, plot)
  expect_gt(file.size(file), 5000)
  unlink(file)
})

test_that("an overview goes to a file by ggsave(), the same twice", {
  skip_without()
  files <- c(tempfile(fileext = ".png"), tempfile(fileext = ".png"))
  for (file in files) {
    ggplot2::ggsave(file, plot(image_run()), width = 7.5, height = 8, dpi = 40, bg = "white")
  }
  expect_equal(tools::md5sum(files[[1]]), tools::md5sum(files[[2]]), ignore_attr = TRUE)
  unlink(files)
})

test_that("what does not fit is an error of plot()", {
  skip_without()
  error <- expect_error(plot(image_run(), "histry"), class = "UnknownName")
  expect_match(conditionMessage(error), "Did you mean history?", fixed = TRUE)
  expect_equal(as.character(error$call[[1]]), "plot")
  expect_error(plot(image_run(), "forecast"), "is for forecasting", class = "ArgumentType")
  expect_error(plot(image_run(), "digits", rows = 0), "got 0", class = "ArgumentRange")
  expect_error(
    plot(image_run(), "digits", rws = 1),
    "rws: a plot has no such setting. Did you mean rows?",
    class = "UnknownName", fixed = TRUE
  )
  expect_error(
    plot(image_run(), colour = "red"),
    "colour: a plot has no such setting. Did you mean column or columns?",
    class = "UnknownName", fixed = TRUE
  )
})

test_that("of a diverged training what is finite is drawn, without complaint", {
  skip_without()
  diverged <- run_experiment(
    small_series(optimizer = "sgd", learning_rate = 1e38),
    data = AirPassengers, progress = FALSE
  )
  error <- expect_error(plot(diverged, "history"), class = "EmptyData")
  expect_match(conditionMessage(error), "Lower learning_rate.", fixed = TRUE)
  overview <- plot(diverged)
  expect_named(overview$plots, c("forecast", "horizon"))
  expect_match(overview$subtitle, "The history panel is left out")
  for (plot in overview$plots) {
    expect_match(plot$labels$subtitle, "\nNot drawn: [0-9]+ non-finite values$")
  }
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  expect_silent(print(overview))
})

test_that("an overview takes what ggplots take: +, & and labels, and keeps its alt text", {
  skip_without()
  plot <- plot(series_run())
  expect_s3_class(plot, "patchwork")
  grey <- ggplot2::theme(panel.background = ggplot2::element_rect(fill = "grey90", colour = NA))
  first <- function(x) x[[1]]$theme$panel.background$fill
  expect_null(first(plot))
  expect_equal(first(plot & grey), "grey90")
  expect_equal((plot + ggplot2::labs(caption = "Mine."))$labels$caption, "Mine.")
  expect_equal(ggplot2::get_alt_text(plot & grey), ggplot2::get_alt_text(plot))
  beside <- plot$plots$forecast + plot$plots$horizon
  expect_s3_class(beside, "patchwork")
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  expect_silent(print(plot & grey))
  expect_silent(print(beside))
})

test_that("panes that are narrow have two or more round dates", {
  withr::local_locale(LC_TIME = "C")
  skip_without_core()
  few <- function(from, to) names(few_times(as.Date(c(from, to))))
  expect_identical(few("2024-03-30", "2024-04-29"), c("Apr 01", "Apr 15"))
  expect_identical(few("2021-01-01", "2023-06-01"), c("2021", "2022", "2023"))
  times <- as.POSIXct(c("2024-01-01", "2024-01-03"), tz = "UTC")
  expect_length(few_times(times), 3)
})

test_that("axes of an overview are beside their panels", {
  skip_without()
  # patchwork aligns plots, but moves axes away from panels beside panes named at the left.
  built <- patchwork::patchworkGrob(plot(series_run()))
  places <- built$layout
  panels <- places[grepl("^panel", places$name), ]
  expect_equal(nrow(panels), 1 + 2 + 1)
  expect_equal(sum(grepl("^strip-l", places$name)), 0)
})

test_that("a kind of figure that the package lacks is drawn without new code", {
  skip_without()
  skip_if_not_installed("jsonlite")
  strange <- reticulate::import_from_path(
    "strange_figure", normalizePath(dirname(contract_path("strange_figure.py"))),
    convert = FALSE
  )
  kinds <- reticulate::import("kerasduet.figures.kinds", convert = FALSE)
  before <- kinds$`_KINDS`$copy()
  withr::defer({
    kinds$`_KINDS`$clear()
    kinds$`_KINDS`$update(before)
  })
  strange$register()
  run <- image_run()
  names <- c(
    "costs $0-$50", "a$\\b$", "a name of sixty letters or so, as labels in a file may be"
  )
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())

  curves <- plot(run, "strange-lines", depth = 4)
  expect_silent(print(curves))
  expect_equal(ggplot2::get_alt_text(curves), "3 strange lines of 4 points.")
  expect_equal(curves$labels$title, "Strange $x$")
  layers <- lapply(1:6, function(i) drawn(curves, i))
  expect_equal(layers[[2]]$y, 0:3 + rep(0:2, each = 4)) # powers of ten
  expect_equal(unique(layers[[2]]$linetype), c("solid", "dashed", "dotted"))
  expect_equal(unique(layers[[3]]$shape), c(19, 17))
  expect_equal(layers[[1]]$ymax - layers[[1]]$ymin, rep(log10(2), 12))
  expect_equal(layers[[4]]$xintercept, 0.5)
  expect_equal(layers[[5]]$yintercept, log10(20))
  expect_equal(unlist(layers[[6]][c("x", "xend")]), c(x = 0.5, xend = 1.5))
  expect_equal(curves$scales$get_scales("colour")$get_labels(names), names)

  pictures <- plot(run, "strange-pictures")
  expect_silent(print(pictures))
  expect_equal(nrow(drawn(pictures, 1)), 2 * 12)
  expect_equal(as.character(drawn(pictures, 2)$PANEL), "2")
  expect_equal(drawn(pictures, 3)$label, "$1$")

  table <- plot(run, "strange-table")
  expect_silent(print(table))
  expect_equal(drawn(table, 1)$y, c(1, 3, 2))
  written <- table$scales$get_scales("x")$get_labels(names)
  expect_equal(unname(written[1:2]), names[1:2])
  expect_equal(nchar(written[[3]]), 24)
  expect_error(plot(run, "strange-lines", deph = 1), "Did you mean depth?", fixed = TRUE)
})

test_that("without ggplot2 or patchwork the error names the command", {
  expect_error(
    check_package("ggplot2", "Plots need", FALSE),
    "Plots need the package ggplot2. Run install.packages(\"ggplot2\").",
    fixed = TRUE, class = "kerasduet_error"
  )
  expect_error(
    check_package("patchwork", "An overview needs", FALSE), "install.packages(\"patchwork\")",
    fixed = TRUE
  )
  expect_silent(check_package("ggplot2", "Plots need", TRUE))
})

test_that("an axis of times has room for its last date", {
  skip_without_core()
  right <- function(mark) {
    panel <- list(marks = list(mark, list(frame = "a", of = list(y = "y"))), frames = list(
      a = data.frame(day = as.Date("2024-01-01"), x = 1, y = 2)
    ))
    as.numeric(theme_times(panel)$plot.margin)[2]
  }
  expect_gt(right(list(frame = "a", of = list(x = "day"))), 20)
  expect_length(theme_times(list(marks = list(list(frame = "a", of = list(x = "x"))), frames = list(
    a = data.frame(x = 1)
  ))), 0)
})

test_that("a history is a data frame, which plot() draws as the run's", {
  skip_without_core()
  skip_if_not_installed("ggplot2")
  run <- images_run()
  history <- run$history
  expect_s3_class(history, c("kerasduet_history", "data.frame"), exact = TRUE)
  plain <- as.data.frame(history)
  expect_setequal(names(attributes(plain)), c("names", "row.names", "class"))
  expect_identical(class(plain), "data.frame")
  for (name in names(plain)) expect_identical(history[[name]], plain[[name]])
  whole <- plot(run, kind = "history")
  for (drawn in list(plot(history), ggplot2::autoplot(history))) {
    expect_identical(ggplot2::get_alt_text(drawn), ggplot2::get_alt_text(whole))
    expect_equal(drawn$data, whole$data)
  }
  file <- withr::local_tempfile(fileext = ".rds")
  saveRDS(history, file)
  expect_identical(readRDS(file), history)
  expect_identical(run$history, history)
  expect_s3_class(plot(readRDS(file)), "ggplot")

  # Verbs of others: rows may go, columns may come; runs below each other are a plain table.
  more <- history[c(1, 1, 1), ]
  more$epoch <- c(1, 2, 3)
  more$mine <- 0
  expect_match(ggplot2::get_alt_text(plot(more)), "over 3 epochs")
  expect_match(ggplot2::get_alt_text(plot(subset(more, epoch > 1))), "over 2 epochs")
  other <- history
  attr(other, "look")$name <- "another"
  expect_silent(both <- rbind(history, other))
  withr::local_pdf(NULL)
  alone <- ggplot2::get_alt_text(plot(history[c("epoch", "loss")]))
  expect_match(alone, "1 epoch. .*Loss")
  expect_no_match(alone, "Accuracy")
  expect_identical(history[["loss"]], history[, "loss"])
  for (table in list(both, history["loss"], history[0, ])) {
    expect_false(inherits(suppressWarnings(try(plot(table), silent = TRUE)), "ggplot"))
  }
  expect_null(plot(more, main = "Mine"))
  skip_if_not_installed("vctrs")
  expect_silent(bound <- vctrs::vec_rbind(history, other))
  expect_identical(bound, rbind(plain, plain))
  expect_s3_class(vctrs::vec_slice(more, 2:3), "kerasduet_history")
  expect_identical(class(tibble::as_tibble(history)), c("tbl_df", "tbl", "data.frame"))
})
