#' Load the data of an experiment and split them
#'
#' The arrays stay in Python: the data set holds handles, and `as.array()` copies one into R.
#'
#' @param experiment An experiment, from [experiment()]; or the name of a preset.
#' @param data Your own data instead; `NULL` (the default) takes the experiment's. For images a
#'   list of `x` (an array of n x height x width, or with a fourth axis of channels; whole numbers
#'   0..255 stored as integer, or numbers 0..1) and `y` (a factor, or whole numbers from 0),
#'   perhaps with `x_test` and `y_test`. For image files a data frame of paths and labels, in the
#'   columns `image_column` and `label_column`. For images with boxes a list of `x` and `boxes`, a
#'   data frame with a box a row: `image` (from 1), `class`, `left`, `top`, `right` and `bottom` in
#'   pixels. For a series a data frame, a tibble, a `ts`, or a series
#'   of zoo or xts; see Details. For a table a data frame, a tibble or a data.table. Images may
#'   come as `list(train = list(x, y), test = list(x, y))` too, or with the names `x_train`,
#'   `y_train`, `x_test` and `y_test`. A file that ends with .rds or .RData stands for the object
#'   in it; where there are several, `c("course.RData", "prices")` names one. R can run code when
#'   it reads such a file: take those of people whom you trust.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#'
#' @details
#' Columns of a data frame may be numbers, dates (`Date`) or times (`POSIXct`). Its times are the
#' column that the experiment's `time` names, or else its row names where they are dates, or else
#' a column "time", or else the only one that holds dates; without any, rows are numbered. Whole
#' numbers that are all dates such as 20240131, or all months such as 202401, are read as those;
#' other numbers, in a file too, stay numbers such as years or seconds. Texts are read by the one
#' format that fits all of them; where two do, set `time_format`. Times come back in their zone.
#' Missing values are refused by row, unless the experiment says `missing = "interpolate"`. In a
#' CSV file a field is missing that is empty or says one of the words that `path` lists in
#' [experiment()]; in `data` and in Parquet such a text is a value.
#'
#' A `ts` also says how many values a season has: where neither the call nor the experiment sets
#' `season` and `difference`, both follow from its `frequency()` (of 1, as of years, they are 1
#' and 0), and a message says so; likewise from months, quarters and weeks of zoo and tsibble.
#'
#' A `ts` of 1, 4 or 12 values a year gets the first day of each year, quarter or month, so that
#' `frequency` may be "YS", "QS" or "MS"; one of 365.25 or 365.25 / 7 gets days or weeks, counted
#' from its start. The times of any other `ts` stay numbers: of 52 weeks or 365 days, a year has
#' no dates that are sure. Its column is called by the experiment's `target`, or else "value".
#'
#' Then a missing value is put on the line between its known neighbours. Where the next known
#' value lies behind the end of the training rows, or behind the origin of a forecast, the last
#' known value stands in, so that nothing that comes later decides what was seen before. Filled
#' truths are marked in [predictions()] and not scored; validation windows that have some are left
#' out, unless all do. A series begins with values, and its target ends with one.
#'
#' @return A `kerasduet_dataset`. Its parts are `x_train`, `y_train`, `x_validation`,
#'   `y_validation`, `x_test`, `y_test` (each a `kerasduet_array`, with images or windows along
#'   the first axis), `sizes` (rows of each split), `class_names` and `source` (a list that says
#'   where the data came from).
#' @seealso [`kerasduet_array`]
#' @examplesIf kerasduet:::has_core()
#' data <- load_data(experiment("mnist-dnn", dataset = "mnist-subset"))
#' data
#' dim(data$x_test)
#' as.array(data$y_test[1:5])
#' @export
load_data <- function(experiment, data = NULL, ...) {
  call_core({
    data <- from_r_file(data)
    loaded <- core$load_data(seasoned_to_py(experiment, data), given_to_py(data))
    keep_given(new_handle(loaded, "kerasduet_dataset"), data)
  })
}

array_names <- c("x_train", "y_train", "x_validation", "y_validation", "x_test", "y_test")

#' @export
names.kerasduet_dataset <- function(x) c(array_names, "sizes", "class_names", "source")

#' @export
`$.kerasduet_dataset` <- function(x, name, ...) { # base R adds exact = TRUE to [[ at times
  call_core({
    name <- part_name(name, names(x))
    part <- if (name != "class_names") reticulate::py_get_attr(handle(x), name)
    switch(name,
      sizes = plain(part),
      source = plain(part$to_dict()),
      class_names = class_names(handle(x)),
      arrays_from_py(part)
    )
  })
}

# An array, or a list of them by name where the network has several inputs.
arrays_from_py <- function(part) {
  if (!inherits(part, "python.builtin.dict")) {
    return(new_handle(part, "kerasduet_array"))
  }
  arrays <- reticulate::iterate(part$values(), arrays_from_py, simplify = FALSE)
  stats::setNames(arrays, reticulate::iterate(part$keys(), plain))
}

#' @export
`[[.kerasduet_dataset` <- `$.kerasduet_dataset`

#' @export
format.kerasduet_dataset <- function(x, ...) {
  c(
    paste0("<kerasduet data> ", call_core(reticulate::py_repr(handle(x)))),
    "  parts: x_train, y_train, x_validation, y_validation, x_test, y_test, sizes, source"
  )
}

#' @export
print.kerasduet_dataset <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}

#' A data set in a few lines
#'
#' @param object,x A `kerasduet_dataset`, from [load_data()] or `run$dataset`.
#' @param ... Not used.
#' @return A list that prints as text: `source`, where the data came from; `sizes`, rows of each
#'   split; `class_names`, empty where there are no classes; and `lines`, what is printed: shape and
#'   type of one input and target, classes with their training rows, columns, and what else was
#'   learned.
#' @examplesIf kerasduet:::has_core()
#' summary(load_data("table-iris"))
#' @export
summary.kerasduet_dataset <- function(object, ...) {
  text <- call_core(reticulate::py_str(handle(object)$summary()))
  parts <- object[c("source", "sizes", "class_names")]
  lines <- strsplit(text, "\n", fixed = TRUE)[[1]]
  structure(c(parts, list(lines = lines)), class = "summary.kerasduet_dataset")
}

#' @export
format.summary.kerasduet_dataset <- function(x, ...) x$lines

#' @rdname summary.kerasduet_dataset
#' @export
print.summary.kerasduet_dataset <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}

#' The series of a data set as a data frame
#'
#' @param x A `kerasduet_dataset` of a series, from [load_data()].
#' @param ... Not used.
#' @return A data frame: `time`, then the variables and the target by their names, in their units;
#'   gaps are filled. Images are no table and are refused.
#' @examplesIf kerasduet:::has_core()
#' head(as.data.frame(load_data("lstm-co2")))
#' @export
as.data.frame.kerasduet_dataset <- function(x, ...) {
  call_core(frame_from_py(handle(x)$to_frame(), dates = has_dates(handle(x))))
}

#' Arrays that stay in Python
#'
#' The parts of a data set are handles of NumPy arrays: looking at one copies nothing. Take rows
#' with one index, then copy them with `as.array()`.
#'
#' @param x A `kerasduet_array`, such as `data$x_test`.
#' @param i Rows: positive or negative numbers from 1, or a logical vector; all by default. Other
#'   axes cannot be indexed before `as.array()`.
#' @param ... Not used.
#' @param n Number of rows; all but so many where it is negative. Default 6.
#' @param mode Character. As for [as.vector()].
#' @return `[`, `head()` and `tail()` give a `kerasduet_array` of those rows, `dim()` an integer
#'   vector, `length()` the number of elements, and `as.array()` an R array with the same axes:
#'   integer for whole numbers, else double. `as.vector()` and `as.matrix()` convert that one.
#' @examplesIf kerasduet:::has_core()
#' data <- load_data(experiment("mnist-dnn", dataset = "mnist-subset"))
#' digits <- as.array(data$x_test[1:9])
#' dim(digits)
#' range(digits)
#' @name kerasduet_array
NULL

#' @rdname kerasduet_array
#' @export
`[.kerasduet_array` <- function(x, i = TRUE, ...) {
  call_core({
    if (...length() > 0) {
      refuse("i: only rows can be taken, x[i]; got more indices. Take the rest from as.array(x).")
    }
    all <- seq_len(dim(x)[[1]])
    rows <- all[i]
    if (anyNA(rows)) {
      wrong <- toString(i[is.na(rows)][1])
      refuse("i: rows must lie in 1..", length(all), "; got ", wrong, ".", kind = "ArgumentRange")
    }
    if (is.numeric(i) && any(i %% 1 != 0)) {
      refuse("i: rows must be whole numbers; got ", i[i %% 1 != 0][1], ".")
    }
    new_handle(handle(x)$take(array_to_py(rows - 1L), axis = 0L), "kerasduet_array")
  })
}

#' @rdname kerasduet_array
#' @export
dim.kerasduet_array <- function(x) call_core(as.integer(plain(handle(x)$shape)))

#' @rdname kerasduet_array
#' @export
length.kerasduet_array <- function(x) call_core(plain(handle(x)$size))

#' @rdname kerasduet_array
#' @export
as.array.kerasduet_array <- function(x, ...) call_core(reticulate::py_to_r(handle(x)))

#' @rdname kerasduet_array
#' @export
as.vector.kerasduet_array <- function(x, mode = "any") as.vector(as.array(x), mode)

#' @export
as.double.kerasduet_array <- function(x, ...) as.double(as.array(x))

#' @export
as.integer.kerasduet_array <- function(x, ...) as.integer(as.array(x))

#' @export
as.list.kerasduet_array <- function(x, ...) as.list(as.array(x))

#' @rdname kerasduet_array
#' @export
as.matrix.kerasduet_array <- function(x, ...) as.matrix(as.array(x))

#' @rdname kerasduet_array
#' @importFrom utils head
#' @export
head.kerasduet_array <- function(x, n = 6L, ...) x[head(seq_len(dim(x)[[1]]), n)]

#' @rdname kerasduet_array
#' @importFrom utils tail
#' @export
tail.kerasduet_array <- function(x, n = 6L, ...) x[tail(seq_len(dim(x)[[1]]), n)]

#' @export
names.kerasduet_array <- function(x) NULL

# Verbs that would give nonsense, or an error that does not say what to do.
copy_first <- function(...) {
  text <- paste(
    "x: stays in Python, where only rows can be taken, x[i]; got another use of it.",
    "Copy it first, with as.array(x)."
  )
  abort_own(text, "ArgumentType", rlang::caller_env())
}

#' @export
`$.kerasduet_array` <- copy_first

#' @export
`[[.kerasduet_array` <- copy_first

#' @export
Ops.kerasduet_array <- copy_first

#' @export
Math.kerasduet_array <- copy_first

#' @export
Summary.kerasduet_array <- copy_first

#' @export
mean.kerasduet_array <- copy_first

#' @export
is.na.kerasduet_array <- copy_first

#' @export
unique.kerasduet_array <- copy_first

# table() takes a list for its columns.
#' @export
unique.kerasduet_place <- copy_first

#' @export
summary.kerasduet_array <- copy_first

#' @export
format.kerasduet_array <- function(x, ...) {
  type <- call_core(plain(handle(x)$dtype$name))
  paste0("<kerasduet array> ", paste(dim(x), collapse = " x "), ", ", type)
}

#' @export
print.kerasduet_array <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}
