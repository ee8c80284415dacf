test_that("a run is a list of its parts to R's verbs", {
  skip_without_core()
  run <- images_run()
  expect_length(run, length(names(run)))
  expect_identical(run["metrics"], list(metrics = run$metrics))
  expect_identical(run[c(6, 1)], list(status = "finished", metrics = run$metrics))
  expect_identical(run[[6]], "finished")
  expect_named(head(run, 2), c("metrics", "history"))
  expect_identical(vapply(run, is.function, NA), vapply(as.list(run), is.function, NA))
  expect_identical(sapply(run, class)$history, c("kerasduet_history", "data.frame"))
  expect_identical(c(run, run), list(run, run))
  expect_output(str(run), "^<kerasduet run> mnist-dense.*\n [$] metrics .*\n [$] folder ")
  expect_output(str(run$dataset), "[$] x_train +:<kerasduet array> 3200 x 28 x 28 x 1, uint8")
  expect_identical(run$dataset["sizes"], list(sizes = run$dataset$sizes))
  for (wrong in list("metricz", "metr", 99, NA, c("metrics", "loss"), character())) {
    expect_error(run[[wrong]], "no such part. Known: metrics, history", class = "UnknownName")
  }
  expect_error(run[c("status", "metricz")], "^metricz: no such part", class = "UnknownName")
})

test_that("runs are equal when their bits are", {
  skip_without_core()
  run <- images_run()
  folder <- file.path(withr::local_tempdir(), "run")
  loaded <- load_run(save_run(run, folder))
  expect_true(identical(run, run))
  expect_false(identical(run, loaded))
  expect_true(all.equal(run, loaded))
  expect_match(all.equal(run, series_run()), "weights", all = FALSE)
  expect_type(all.equal(run, 1), "character")
  data <- run$dataset
  expect_true(all.equal(data, loaded$dataset))
  expect_true(all.equal(data$y_test, run$dataset$y_test))
  expect_match(all.equal(data$y_test, data$y_validation), "differ", all = FALSE)
})

test_that("handles can only be read", {
  skip_without_core()
  run <- images_run()
  data <- run$dataset
  x <- data$x_test
  text <- ": can be read only; got an assignment. Change a copy, from as.list\\(x\\)[.]$"
  expect_error(run$status <- "x", paste0("^kerasduet_run", text), class = "ArgumentType")
  expect_error(run[["status"]] <- "x", class = "ArgumentType")
  expect_error(run["status"] <- "x", class = "ArgumentType")
  expect_error(names(run) <- "x", class = "ArgumentType")
  expect_error(data$x_test <- 1, paste0("^kerasduet_dataset", text), class = "ArgumentType")
  expect_error(x[1] <- 0, "from as.array\\(x\\)[.]$", class = "ArgumentType")
  expect_identical(run$status, "finished")
})

test_that("a fresh session reads an RDS file of a run and predicts the same bits", {
  skip_without_core()
  skip_unless_installed()
  run <- images_run()
  rows <- as.array(run$dataset$x_test[1:20])
  files <- replicate(2, withr::local_tempfile(fileext = ".rds", .local_envir = parent.frame(2)))
  saveRDS(list(run = run, rows = rows), files[[1]])
  out <- fresh_r(sprintf(
    'kept <- readRDS("%s")
     library(kerasduet)
     gave <- predict(kept$run, kept$rows, type = "prob")
     saveRDS(list(gave, kept$run$digests, predictions(kept$run), format(kept$run)), "%s")',
    files[[1]], files[[2]]
  ))
  expect_true(file.exists(files[[2]]), info = paste(out, collapse = "\n"))
  gave <- readRDS(files[[2]])
  expect_identical(gave[[1]], predict(run, rows, type = "prob"))
  expect_identical(gave[[2]], run$digests)
  expect_identical(gave[[3]], predictions(run))
  expect_identical(gave[[4]][-1], format(run)[-1]) # the first line says where it is saved
})

# As after readRDS(): Python's object is gone.
reread <- function(run) unserialize(serialize(run, NULL))

test_that("a network of an earlier session says where it comes back", {
  skip_without_core()
  model <- reread(images_run()$model)
  asked <- expression(print(model), model$name, summary(model), describe(model))
  for (call in as.list(asked)) {
    expect_error(eval(call), "model: must belong to this R session;", class = "kerasduet_error")
  }
  expect_gt(reread(images_run())$model$count_params(), 0)
})

test_that("an RDS file of a run is hardly larger than its folder", {
  skip_without_core()
  for (run in list(images_run(), series_run())) {
    folder <- save_run(reread(run), file.path(withr::local_tempdir(), "run"))
    size <- sum(file.size(list.files(folder, full.names = TRUE)))
    expect_lte(as.numeric(object.size(serialize(run, NULL))), 1.1 * size)
    expect_true(all.equal(reread(run), run))
  }
})

test_that("changed bytes are refused in the core's words", {
  skip_without_core()
  text <- contract("packed.json")$changed
  change <- list(
    function(bytes) replace(bytes, 5000, xor(bytes[5000], as.raw(1))),
    function(bytes) bytes[-1], function(bytes) raw(), function(bytes) "text"
  )
  for (wrong in change) {
    run <- reread(images_run())
    assign("bytes", wrong(get("bytes", envir = holder(run))), envir = holder(run))
    expect_error(print(run), text, fixed = TRUE, class = "RunFolderError")
  }
})

test_that("an interrupted run is kept, and says that it cannot go on", {
  skip_without_core()
  run <- load_run(contract_path("runs", "format-1", "interrupted-python", "run"))
  expect_identical(reread(run)$status, "interrupted")
  text <- contract("packed.json")$stopped
  expect_error(resume_run(reread(run)), text, fixed = TRUE, class = "RunFolderError")
})

test_that("a data set of an earlier session says what to keep, whatever is asked of it", {
  skip_without_core()
  old <- reread(images_run()$dataset)
  for (use in list(print, str, as.list, function(x) x$x_test)) {
    expect_error(use(old), "^kerasduet_dataset: must belong to this R session; got one of an")
  }
})

test_that("what to keep is said of a set of runs, and what to do in knitr", {
  skip_without_core()
  old <- reread(images_run()$dataset)
  withr::local_options(knitr.in.progress = TRUE)
  expect_error(print(old), "In knitr give the chunk that makes it cache = FALSE.", fixed = TRUE)
  expect_match(how_to_keep("kerasduet_run_set"), "with a folder, or keep it by save_run_set().")
})

test_that("a run of a cached chunk of knitr is there when the document is rendered again", {
  skip_without_core()
  skip_if_not_installed("knitr")
  withr::local_dir(withr::local_tempdir())
  writeLines(c(
    "```{r train, cache = TRUE}", "run <- trained()", "```",
    "```{r use}", "run", "predict(run, run$dataset$x_test[1:3])", "```"
  ), "page.Rmd")
  env <- new.env(parent = asNamespace("kerasduet"))
  env$trained <- function() images_run()
  render <- function() {
    knitr::knit("page.Rmd", "page.md", quiet = TRUE, envir = new.env(parent = env))
    sub("(not )?saved.*", "", readLines("page.md"))
  }
  first <- render()
  env$trained <- function() stop("not from the cache")
  expect_identical(render(), first)
  expect_match(paste(first, collapse = " "), "<kerasduet run> mnist-dense, finished")
})

test_that("base R reads parts in its other ways too", {
  skip_without_core()
  run <- images_run()
  expect_identical(getElement(run, "metrics"), run$metrics)
  expect_identical(run[["metrics", exact = TRUE]], run$metrics)
  expect_identical(with(run, metrics$accuracy), run$metrics$accuracy)
  expect_error(is.na(run$dataset$y_test), "Copy it first", class = "ArgumentType")
  expect_error(run$dataset$x_test[1.7], "i: rows must be whole numbers; got 1.7.", fixed = TRUE)
  expect_error(run$dataset$x_test["a"], "; got a.", fixed = TRUE)
})

test_that("what nobody holds any more is freed before the next training", {
  skip_without_core()
  train <- function() {
    run_experiment(
      "mnist-dense",
      dataset = "mnist-subset", units = 4, epochs = 1, batch_size = 512, progress = FALSE
    )
  }
  weak <- local({
    run <- train()
    reticulate::import("weakref", convert = FALSE)$ref(handle(run)$model)
  })
  expect_match(reticulate::py_str(weak), "to 'Functional'")
  again <- train()
  expect_match(reticulate::py_str(weak), "dead")
})
