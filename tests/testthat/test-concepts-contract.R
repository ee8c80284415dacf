# Every figure of the lessons and every error text, from the file that Python's suite reads too.

test_that("every figure of the lessons is right", {
  skip_without_core()
  cases <- contract("concepts.json")$cases
  expect_gt(length(cases), 100)
  for (case in cases) {
    label <- paste0(case[["function"]], ", item ", case$item, ": ", case$note)
    result <- do.call(function_named(case[["function"]]), decode(case$arguments))
    if (!is.null(case$shapes)) {
      expect_identical(lapply(result, dim), lapply(case$shapes, unlist), label = label)
      next
    }
    if (!is.null(case$at)) {
      result <- do.call(`[`, c(list(result), case$at))
    }
    rlang::try_fetch(
      expect_figure(result, decode(case$expected), case$tolerance),
      expectation_failure = function(failure) {
        fail(paste0(label, "\n", conditionMessage(failure)))
      }
    )
  }
})

test_that("every error has the class and the text of Python's, in R's words", {
  skip_without_core()
  cases <- contract("concepts.json")$errors
  expect_gt(length(cases), 50)
  for (case in cases) {
    name <- case[["function"]]
    error <- tryCatch(
      do.call(name, decode(case$arguments), envir = asNamespace("kerasduet")),
      error = identity
    )
    expect_s3_class(error, case$error)
    expect_s3_class(error, "kerasduet_error")
    expect_identical(conditionMessage(error), in_r(case$message), label = name)
    expect_identical(as.character(error$call[[1]]), name)
  }
})

test_that("R has every function of the lessons, argument by argument", {
  concepts <- contract("manifest.json")$concepts
  expect_gt(length(concepts), 40)
  exports <- getNamespaceExports("kerasduet")
  for (entry in concepts) {
    expect_true(entry$r %in% exports, label = entry$r)
    given <- formals(function_named(entry$r))
    expect_true("..." %in% names(given), label = entry$r) # refused, or further settings
    given <- given[names(given) != "..."]
    wanted <- vapply(entry$arguments, function(argument) argument$name, "")
    expect_identical(names(given) %||% character(), wanted, label = entry$r)
    for (argument in entry$arguments) {
      default <- if ("r_default" %in% names(argument)) argument$r_default else argument$default
      label <- paste(entry$r, argument$name)
      if (isTRUE(argument$required)) {
        expect_true(rlang::is_missing(given[[argument$name]]), label = label)
      } else {
        expect_equal(eval(given[[argument$name]]), default, label = label)
      }
    }
  }
})

test_that("the manifest lists every function that the core has", {
  skip_without_core()
  there <- kerasduet:::plain(kerasduet:::core$concepts$`__all__`)
  listed <- vapply(contract("manifest.json")$concepts, function(entry) entry$r, "")
  expect_setequal(listed, there)
  expect_identical(setdiff(there, getNamespaceExports("kerasduet")), character())
})

test_that("every argument of every function of the lessons is documented", {
  pages <- tools::Rd_db(package = "kerasduet")
  skip_if(length(pages) == 0, "installed without help pages")
  for (entry in contract("manifest.json")$concepts) {
    text <- unlist(lapply(pages, function(page) {
      text <- paste(as.character(page), collapse = "")
      if (grepl(paste0("\\alias{", entry$r, "}"), text, fixed = TRUE)) text
    }))
    expect_length(text, 1)
    items <- regmatches(text, gregexpr("\\\\item\\{[^{}]*\\}", text))[[1]]
    items <- unlist(strsplit(gsub("\\\\item\\{|\\}", "", items), "[, ]+"))
    wanted <- vapply(entry$arguments, function(argument) argument$name, "")
    expect_identical(setdiff(wanted, items), character(), label = entry$r)
  }
})
