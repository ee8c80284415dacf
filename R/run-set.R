#' Keep a set of runs in a folder, load it again
#'
#' R and Python write and read the same folders: `set.json`, which names the runs, and a folder a
#' run, as [save_run()] writes it.
#'
#' @param set A [kerasduet_run_set].
#' @param folder Character. A new or empty folder, or one that holds this set.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return `save_run_set()` gives the absolute path of the folder, invisibly; `load_run_set()` a
#'   [kerasduet_run_set], finished or not.
#' @examplesIf kerasduet:::has_core()
#' \donttest{
#' small <- experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, units = 2)
#' found <- run_many(small, seeds = 2, progress = FALSE)
#' folder <- save_run_set(found, file.path(tempdir(), "seeds"))
#' load_run_set(folder)
#' }
#' @export
save_run_set <- function(set, folder, ...) {
  invisible(call_core({
    path <- plain(run_set_to_py(set)$save(setting_to_py(folder)))
    assign("folder", path, envir = holder(set))
    path
  }))
}

#' @rdname save_run_set
#' @export
load_run_set <- function(folder, ...) {
  call_core(new_run_set(core$load_run_set(setting_to_py(folder))))
}

#' A set of runs
#'
#' What [run_many()], [cross_validate()], [tune()], [backtest()] and [load_run_set()] give. The runs
#' stay in their folders and are loaded when they are asked for.
#'
#' @section Parts:
#' * `set$table`: data frame, a row a run: `run` (its folder), `name` where [run_many()] was given
#'   some, the settings that differ, `seed`, `status`, `epochs_done`, the headline score on the
#'   validation rows (`val_...`) and the scores on the test rows; also `as.data.frame(set)` and
#'   `tidy(set)`.
#' * `set[[1]]`, `set[["run-1"]]`: a [kerasduet_run]. `as.list(set)` loads all that are finished.
#'   `names(set)` are the names that were given, with the seed where several have one, or those of
#'   the folders; both work in `set[["..."]]`.
#' * `set$best`: the finished run with the best headline score on the validation rows; where there
#'   are none, on the test rows, which flatters it.
#' * `set$status`: "finished" or "unfinished".
#' * `set$kind`: what made it: "runs", "folds", "trials" or "backtest".
#' * `set$verdict`: of a backtest, whether the networks earn their keep.
#' * `set$interrupted`: whether Ctrl-C ended it in this session.
#' * `set$failures`: named list, what failed and why.
#' * `set$folder`: where it is kept, or `NULL` until it is saved.
#'
#' A set that is kept in a folder survives `saveRDS()`, as the path of that folder.
#'
#' @param x,object A set of runs.
#' @param kind Character. `"scores"`: box plots of the headline score, a point a run; `"curves"`:
#'   loss and metric of all runs by epoch; `"overview"` (default): both. Of a backtest `"horizon"`:
#'   mean absolute error by step ahead, `"folds"`: by fold along the series, a line a model; its
#'   `"overview"` has those two.
#' @param row.names,optional,... Not used.
#' @return `summary()` gives a data frame with a row a group of runs of the same settings and a
#'   score: their `name` where they have one, the settings that differ, `score`, `runs`, `mean`,
#'   `sd` (of the sample, n - 1), `low` and `high`, the 95 % interval of the mean over seeds
#'   (Student's t) or folds (Nadeau and Bengio, 2003, because folds share training rows), cut off at
#'   what a score can be: 0 and 1 of an accuracy, 0 of an error. Of a backtest a row a model, the
#'   networks first, then the other methods from the least error up: `model`, `folds`, `mae`,
#'   `rmse`, `smape`, `mase` and, where there are intervals, `pinball` and coverage; `skill` of the
#'   networks against it (1 - MAE / its MAE), `low` and `high` (95 % interval over folds and seeds),
#'   `dm` and `p_value` (the test of Diebold and Mariano; `dm` is below 0 where the networks are
#'   better; `NA` where there are too few windows for it). `plot()` gives a ggplot, or a patchwork
#'   of two. `glance()` gives a data frame of one row: `kind`, `status`, `runs` and how many are
#'   `finished`.
#' @examplesIf kerasduet:::has_core()
#' \donttest{
#' small <- experiment("mnist-dense", dataset = "mnist-subset", epochs = 1, units = 8)
#' found <- run_many(small, seeds = 3, progress = FALSE)
#' found$table
#' found[[1]]
#' plot(found, kind = "scores")
#' }
#' @name kerasduet_run_set
NULL

set_parts <- c(
  "table", "best", "status", "kind", "failures", "folder", "interrupted", "verdict"
)

new_run_set <- function(py) {
  if (plain(py$interrupted) && !rlang::is_interactive()) {
    text <- "The set of runs was interrupted. Call again with the same folder to go on."
    kinds <- c("kerasduet_interrupt", "interrupt", "condition")
    stop(structure(list(message = text, call = NULL), class = kinds))
  }
  set <- new_handle(py, "kerasduet_run_set")
  assign("folder", plain(py$folder), envir = holder(set))
  set
}

run_set_to_py <- function(set) {
  if (!inherits(set, "kerasduet_run_set")) {
    refuse(
      "set: must be what run_many(), cross_validate(), tune(), backtest() or load_run_set() ",
      "gives; got ",
      class(set)[[1]], "."
    )
  }
  handle(set)
}

#' @export
names.kerasduet_run_set <- function(x) call_core(as.character(plain(handle(x)$names)))

#' @export
length.kerasduet_run_set <- function(x) length(names(x))

#' @export
`$.kerasduet_run_set` <- function(x, name, ...) {
  call_core({
    part <- reticulate::py_get_attr(handle(x), part_name(name, set_parts))
    switch(name,
      table = frame_from_py(part),
      best = new_run(part),
      plain(part)
    )
  })
}

#' @export
`[[.kerasduet_run_set` <- function(x, i) {
  call_core({
    known <- names(x)
    name <- if (is.numeric(i) && length(i) == 1 && i %in% seq_along(known)) known[[i]] else i
    if (!all(name %in% known)) known <- union(known, x$table$run) # the folders
    new_run(handle(x)$`__getitem__`(part_name(name, known)))
  })
}

#' @export
`[.kerasduet_run_set` <- function(x, i) {
  chosen <- if (is.character(i)) i else names(x)[i]
  lapply(rlang::set_names(chosen), function(name) x[[name]])
}

#' @export
as.list.kerasduet_run_set <- function(x, ...) {
  x[names(x)[x$table$status == "finished"]]
}

#' @export
str.kerasduet_run_set <- function(object, ...) {
  cat(format(object)[[1]], "\n", sep = "")
}

#' @export
format.kerasduet_run_set <- function(x, ...) {
  lines <- strsplit(reticulate::py_str(call_core(handle(x))), "\n", fixed = TRUE)[[1]]
  lines[[1]] <- sub("save(folder)", "save_run_set(set, folder)", lines[[1]], fixed = TRUE)
  kind <- plain(handle(x)$kind)
  first <- if (kind == "backtest") "scores(set)" else "set$table"
  best <- if (!kind %in% c("backtest", "folds")) "set$best"
  more <- c(first, "summary(set)", "plot(set)", best, "set[[1]]")
  c(utils::head(lines, -1), paste0("  next     ", paste(more, collapse = ", ")))
}

#' @export
print.kerasduet_run_set <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}

#' @rdname kerasduet_run_set
#' @export
summary.kerasduet_run_set <- function(object, ...) {
  call_core(frame_from_py(handle(object)$summary()))
}

#' @rdname kerasduet_run_set
#' @export
as.data.frame.kerasduet_run_set <- function(x, row.names = NULL, # nolint: object_name_linter.
                                            optional = FALSE, ...) {
  x$table
}

#' @rdname kerasduet_run_set
#' @method tidy kerasduet_run_set
#' @export
tidy.kerasduet_run_set <- function(x, ...) x$table

#' @rdname kerasduet_run_set
#' @method glance kerasduet_run_set
#' @export
glance.kerasduet_run_set <- function(x, ...) {
  status <- x$table$status
  data.frame(
    kind = x$kind, status = x$status, runs = length(status), finished = sum(status == "finished")
  )
}

#' @rdname kerasduet_run_set
#' @export
plot.kerasduet_run_set <- function(x, kind = "overview", ...) {
  check_package("ggplot2", "Plots need")
  rlang::check_dots_empty()
  data <- call_core({
    compute <- reticulate::py_get_attr(handle(x), "_plot_data")
    plotted_from_py(compute(setting_to_py(kind)), dates = FALSE)
  })
  if (length(data$panels) == 1) {
    return(draw_panel(data$panels[[1]]))
  }
  check_package("patchwork", "An overview needs")
  compose(data)
}
