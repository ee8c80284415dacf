# A value of concepts.json; its "about" says what stands for what.
decode <- function(x) {
  if (!is.list(x)) {
    return(x)
  }
  if (!is.null(x$array)) {
    return(decode_array(x))
  }
  lapply(x, decode)
}

# JSON lists rows first, R fills columns first.
decode_array <- function(x) {
  shape <- unlist(x$shape)
  values <- unlist(x$array)
  if ("NaN" %in% values) {
    values <- as.numeric(values)
  }
  if (length(shape) == 1) {
    return(array(values, shape))
  }
  aperm(array(values, rev(shape)))
}

# Like Python's comparison: of a named list or a data frame only the names that are expected.
expect_figure <- function(result, expected, tolerance) {
  if (is.list(expected) && !is.null(names(expected))) {
    for (name in names(expected)) {
      expect_figure(result[[name]], expected[[name]], tolerance)
    }
  } else if (is.list(expected)) {
    testthat::expect_length(result, length(expected))
    Map(expect_figure, result, expected, tolerance)
  } else if (is.numeric(expected)) {
    testthat::expect_type(result, "double")
    testthat::expect_identical(dim(result), if (length(dim(expected)) > 1) dim(expected))
    testthat::expect_length(result, length(expected))
    testthat::expect_lte(max(abs(as.vector(result) - as.vector(expected))), tolerance)
  } else {
    testthat::expect_identical(as.vector(result), as.vector(expected))
  }
}

function_named <- function(name) getExportedValue("kerasduet", name)
