#' Compare runs, or two ways of training over several seeds
#'
#' Gives each measure of both sides and the difference of the two, with a 95 % interval over the
#' test rows, as reports that compare runs do.
#'
#' @param a,b A [kerasduet_run], the folder of one, several of them in a list or a character
#'   vector, or a [kerasduet_run_set] or its folder. Lists have equal length: the first of `a` is
#'   paired with the first of `b`, and so on, such as runs of the same seed. Of a list or set alone,
#'   without `b`, the first run is compared with each other one. Names of a list are shown, and
#'   where both sides have the same names, runs of one name are paired.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#'
#' @details
#' The bootstrap draws the same test rows for both sides, so what makes a row hard for every
#' network cancels out. Of several pairs it draws the pairs as well: Owen (2007), "The pigeonhole
#' bootstrap", Annals of Applied Statistics 1. Each interval is of one comparison: the more runs are
#' compared, the likelier it is that one of them looks better by chance. Runs on the same series
#' that have other test windows, as `difference` takes rows from the front, are compared on the
#' windows that all of them have; the summary says how many.
#'
#' @return A `kerasduet_comparison`, a list that prints as text: `table`, a data frame with a row a
#'   measure, of three runs or more a row a run and measure (then `run`, the name of the second run;
#'   `measure`, `first`, `second`, `difference`, first minus second, `low`, `high`, and
#'   `verdict`: "first better", "second better", "no clear difference", "too few test rows" to
#'   judge, without `low` and `high`, or "same predictions");
#'   `summary`, a sentence on each measure; and `pairs`, the number of runs on each side.
#'   `as.data.frame()` and `tidy()` give the table, of one row a measure; `glance()` a data frame of
#'   one row: `pairs`, `measures` and how many of them are `first_better`, `second_better` or
#'   `unclear`. There is no figure of a comparison: `plot()` says what to plot instead.
#' @seealso [run_experiment()], [render_report()]
#' @examplesIf kerasduet:::has_core()
#' few <- list("mnist-dense", dataset = "mnist-subset", epochs = 1, progress = FALSE)
#' small <- do.call(run_experiment, c(few, units = 2))
#' large <- do.call(run_experiment, c(few, units = 64))
#' compare_runs(small, large)
#' compare_runs(list(small, large))
#' @export
compare_runs <- function(a, b = NULL, ...) {
  call_core({
    sides <- c(list(a), if (!is.null(b)) list(b), list(...))
    names <- c("a", rep("b", length(sides) - 1))
    comparison_from_py(do.call(core$compare_runs, unname(Map(runs_to_py, sides, names))))
  })
}

# nolint start: object_name_linter.

#' @rdname compare_runs
#' @param x A `kerasduet_comparison`.
#' @param row.names,optional Not used.
#' @export
as.data.frame.kerasduet_comparison <- function(x, row.names = NULL, optional = FALSE, ...) x$table

#' @rdname compare_runs
#' @method tidy kerasduet_comparison
#' @export
tidy.kerasduet_comparison <- function(x, ...) x$table

#' @rdname compare_runs
#' @method glance kerasduet_comparison
#' @export
glance.kerasduet_comparison <- function(x, ...) {
  verdicts <- x$table$verdict
  clear <- c("first better", "second better")
  data.frame(
    pairs = x$pairs, measures = length(verdicts), first_better = sum(verdicts == clear[[1]]),
    second_better = sum(verdicts == clear[[2]]), unclear = sum(!verdicts %in% clear)
  )
}

#' @export
`[.kerasduet_comparison` <- function(x, ...) x$table[...]

#' @importFrom utils head
#' @export
head.kerasduet_comparison <- function(x, ...) utils::head(x$table, ...)

#' @importFrom utils tail
#' @export
tail.kerasduet_comparison <- function(x, ...) utils::tail(x$table, ...)

#' @export
plot.kerasduet_comparison <- function(x, ...) {
  abort_own(paste(
    "x: must be a run or a set of runs to be plotted; got a comparison, which has no figure.",
    "Use plot(run) of each, plot(set), or render_report() of both."
  ), "ArgumentType", rlang::current_env())
}

# nolint end

#' @export
format.kerasduet_comparison <- function(x, ...) {
  c(utils::capture.output(print(x$table, row.names = FALSE, ...)), "", strwrap(x$summary))
}

#' @export
summary.kerasduet_comparison <- function(object, ...) object # prints as text

#' @export
print.kerasduet_comparison <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}
