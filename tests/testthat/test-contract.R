public <- function() {
  manifest <- contract("manifest.json")
  c(manifest$functions, manifest$methods)
}

# A function by its name, exported or an S3 method.
find_function <- function(name) {
  namespace <- asNamespace("kerasduet")
  method <- strsplit(name, ".", fixed = TRUE)[[1]]
  if (name %in% getNamespaceExports(namespace)) {
    return(getExportedValue("kerasduet", name))
  }
  if (length(method) == 2) utils::getS3method(method[1], method[2], TRUE, namespace)
}

# Exact: `$r` would find "required".
r_name <- function(argument) argument[["r"]] %||% argument[["name"]]

# Values without what JSON does not tell apart: 2 and 2L, c() and NULL.
comparable <- function(value) {
  value <- unlist(value)
  if (length(value) == 0) {
    return(NULL)
  }
  if (is.numeric(value)) as.numeric(value) else value
}

default <- function(formal) if (is.language(formal)) eval(formal) else formal

test_that("every public name is here", {
  for (entry in public()) {
    expect_true(is.function(find_function(entry$r)), label = entry$r)
  }
})

test_that("every function has the promised arguments and defaults", {
  for (entry in public()) {
    found <- formals(find_function(entry$r))
    promised <- vapply(entry$arguments, r_name, "")
    given <- setdiff(as.character(names(found)), "...")
    extra <- if (is.null(entry$variadic)) promised else given
    expect_equal(given[given %in% promised], promised, label = paste("arguments of", entry$r))
    expect_equal(setdiff(given, extra), character(), label = paste("more arguments of", entry$r))
    open <- !is.null(entry$variadic)
    if (open) expect_true("..." %in% names(found), label = paste("... of", entry$r))
    for (argument in entry$arguments) {
      formal <- found[[r_name(argument)]]
      label <- paste0(entry$r, "(", r_name(argument), ")")
      if (isTRUE(argument$required)) {
        expect_true(rlang::is_missing(formal), label = label)
      } else {
        expect_equal(
          comparable(default(formal)), comparable(argument$default),
          ignore_attr = TRUE, label = label
        )
      }
    }
  }
})

test_that("what is exported beside it says so in the manifest", {
  manifest <- contract("manifest.json")
  listed <- vapply(c(public(), manifest$concepts), `[[`, "", "r")
  only <- vapply(manifest$r_only, `[[`, "", "r")
  shared <- c("forecast", "generate", "tidy", "glance", "augment")
  own <- setdiff(getNamespaceExports("kerasduet"), shared)
  expect_equal(setdiff(own, c(listed, only)), character())
})
