n <- 40

# Columns of no use to a network, of classes that R users have.
odd_columns <- function() {
  frame <- data.frame(row = seq_len(n))
  wide <- structure(as.list(seq_len(n)), class = c("sfc_POINT", "sfc"))
  frame$whole <- structure(rep(4.94e-324, n), class = "integer64") # as of bit64: ones
  frame$waited <- as.difftime(seq_len(n), units = "hours")
  frame$clock <- structure(seq_len(n), class = c("hms", "difftime"), units = "secs")
  frame$answer <- structure(rep(1:2, n / 2), labels = c(no = 1, yes = 2), class = "haven_labelled")
  frame$length <- structure(seq_len(n), units = "m", class = "units")
  frame$lists <- as.list(seq_len(n))
  frame$holes <- rep(list(NULL, 1), n / 2)
  frame$boxed <- I(as.list(seq_len(n)))
  frame$nested <- data.frame(a = seq_len(n), b = 1)
  frame$matrix <- matrix(0, n, 3)
  frame$bytes <- as.raw(seq_len(n))
  frame$complex <- complex(n, 1, 2)
  frame$place <- wide
  frame$latin <- rep("sch\xf6n", n)
  frame$level <- factor(frame$latin)
  frame$empty <- NA
  frame$endless <- Inf
  frame[-1]
}

beside_odd <- function(frame) {
  frame[names(odd_columns())] <- odd_columns()
  frame
}

test_that("columns that nobody asks for never refuse a table, a series or texts", {
  skip_without_core()
  made <- data.frame(
    x = cos(seq_len(n)), y = sin(seq_len(n)), kind = rep(c("a", "b"), n / 2),
    text = rep(c("a good film", "a bad film"), n / 2),
    time = as.Date("2024-01-01") + seq_len(n) - 1
  )
  settings <- list(
    table = list("table-numbers", target = "y", features = c("x", "kind")),
    series = list(
      "lstm-series",
      target = "y", time = "time", lookback = 4, horizon = 1, season = 1, difference = 0
    ),
    texts = list("texts", text_column = "text", label_column = "kind", builder = "text_cnn")
  )
  small <- list(
    table = list(units = 2), series = list(units = 2),
    texts = list(embedding = 2, filters = 2, window = 2, length = 4)
  )
  for (kind in names(settings)) {
    train <- function(data) {
      more <- list(data = data, epochs = 1, early_stopping = NULL, progress = FALSE)
      do.call(run_experiment, c(settings[[kind]], small[[kind]], more))
    }
    run <- train(beside_odd(made))
    expect_identical(predict(run, beside_odd(made)), predict(run, made), label = kind)
  }
})

test_that("where they are asked for, a sentence names the column", {
  skip_without_core()
  made <- beside_odd(data.frame(y = sin(seq_len(n)), kind = rep(c("a", "b"), n / 2)))
  got <- c(
    waited = "difftime. as.numeric() makes numbers of it.",
    clock = "hms. as.numeric() makes numbers of it.",
    answer = "haven_labelled. haven::as_factor() makes a factor of it.",
    length = "units. as.numeric()", lists = "list.", holes = "list.", boxed = "list.",
    nested = "data.frame. Give each of its columns a name.",
    matrix = "matrix. Give each of its columns a name.",
    complex = "values of type complex128.", place = "sfc_POINT.",
    latin = 'text that is not UTF-8. Convert it first, say with iconv(x, "latin1", "UTF-8").'
  )
  for (name in names(got)) {
    table <- experiment("table-numbers", target = "y", features = name)
    expect_error(load_data(table, made), paste0(
      name, ": must be numbers, TRUE or FALSE, a factor, text or dates; got ", got[[name]]
    ), fixed = TRUE, class = "ArgumentType")
    if (name != "complex") {
      labels <- experiment("table-classes", target = name, features = "y")
      expect_error(load_data(labels, made),
        paste0(name, ": labels must be texts or numbers; got "),
        fixed = TRUE, class = "LabelType"
      )
    }
  }
  whole <- experiment("table-numbers", target = "y", features = c("whole", "bytes"))
  expect_error(load_data(whole, made), "whole: must have more than one value")
})

test_that("a column of scale() is one of numbers", {
  skip_without_core()
  start_core()
  frame <- data.frame(x = 1:3)
  frame$x <- scale(c(1, 2, 3))
  expect_identical(python_text(data_to_py(frame)), "{'x': array([-1.,  0.,  1.])}")
})
