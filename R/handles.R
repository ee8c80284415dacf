# R objects that hold a Python object: runs, data sets and their arrays. The object itself is in an
# environment, which copies share; class and attributes are those of each copy.

new_handle <- function(py, class) {
  place <- structure(new.env(parent = emptyenv()), class = "kerasduet_place")
  assign("py", py, envir = place)
  structure(list(place), class = c(class, "kerasduet_handle"))
}

# Objects that an earlier version kept in an RDS file are the environment itself.
holder <- function(x) if (is.environment(x)) x else .subset2(x, 1L)

# The caller's own data, to be cut anew by update(). Only this session has them: a weak reference is
# not written by saveRDS().
keep_given <- function(x, data) {
  given <- if (inherits(data, "kerasduet_dataset")) given_of(data) else data
  if (!is.null(given)) {
    assign("given", rlang::new_weakref(holder(x), value = given), envir = holder(x))
  }
  x
}

given_of <- function(x) {
  kept <- if (inherits(x, "kerasduet_handle")) get0("given", envir = holder(x), inherits = FALSE)
  if (!is.null(kept)) rlang::wref_value(kept)
}

# A run carries the files of its folder, because R tells nobody that saveRDS() is writing it.
new_run <- function(py) {
  run <- new_handle(py, "kerasduet_run")
  assign("bytes", bytes_from_py(pack(py)), envir = holder(run))
  run
}

pack <- function(py) reticulate::import("kerasduet.runs.folder", convert = FALSE)$pack(py)

unpack <- function(py) reticulate::import("kerasduet.run", convert = FALSE)$unpack(py)

handle <- function(x) {
  py <- get("py", envir = holder(x))
  if (reticulate::py_is_null_xptr(py)) {
    py <- restored(x)
    assign("py", py, envir = holder(x))
  }
  py
}

# Python's objects end with the session: after readRDS() or load() a run is read from its bytes.
restored <- function(x) {
  folder <- get0("folder", envir = holder(x), inherits = FALSE) # of a set of runs
  if (!is.null(folder)) {
    return(core$load_run_set(folder))
  }
  bytes <- get0("bytes", envir = holder(x), inherits = FALSE)
  if (is.null(bytes)) {
    refuse(
      class(x)[[1]], ": must belong to this R session; got one of an earlier session. ",
      how_to_keep(class(x)[[1]])
    )
  }
  unpack(if (is.raw(bytes)) reticulate::r_to_py(bytes) else NULL)
}

# A cached chunk of knitr is read from a file, too.
how_to_keep <- function(kind) {
  how <- "Make it again, or keep the run that it is of: saveRDS() and save_run() do."
  if (kind == "kerasduet_run_set") {
    how <- "Make it again with a folder, or keep it by save_run_set()."
  }
  cached <- isTRUE(getOption("knitr.in.progress"))
  paste0(how, if (cached) " In knitr give the chunk that makes it cache = FALSE.")
}

# R sees a handle of a few bytes and waits long before it lets go of what Python keeps for it: a
# network, its data and its threads. The core collects its own side when a run begins.
collect <- function() invisible(gc(verbose = FALSE))


# Base R's verbs see a list of parts, named by names(x), that can be read only. Reading a part that
# is not there would give NULL without a word.
part_name <- function(name, known) {
  if (is.numeric(name)) name <- known[name]
  if (length(name) == 1 && name %in% known) {
    return(name)
  }
  name <- paste(name, collapse = ", ")
  refuse(name, ": no such part. Known: ", paste(known, collapse = ", "), ".", kind = "UnknownName")
}

#' @export
length.kerasduet_handle <- function(x) length(names(x))

#' @export
`[.kerasduet_handle` <- function(x, i) {
  chosen <- if (missing(i)) names(x) else if (is.character(i)) i else names(x)[i]
  lapply(rlang::set_names(chosen), function(name) x[[name]])
}

#' @export
c.kerasduet_handle <- function(...) list(...)

#' @export
as.list.kerasduet_handle <- function(x, ...) x[]

#' @export
with.kerasduet_handle <- function(data, expr, ...) {
  eval(substitute(expr), as.list(data), parent.frame())
}

#' @importFrom utils str
#' @export
str.kerasduet_handle <- function(object, ...) {
  cat(format(object)[[1]], "\n", sep = "")
  if (length(names(object)) > 0) str(object[], no.list = TRUE, ...)
}

#' @method all.equal kerasduet_handle
#' @export
all.equal.kerasduet_handle <- function(target, current, ...) { # nolint: object_name_linter.
  all.equal(comparable(target), comparable(current), ...)
}

# What says whether two of them are equal: of runs the digests of weights, history and predictions.
comparable <- function(x) {
  switch(class(x)[[1]],
    kerasduet_run = x$digests,
    kerasduet_dataset = x[],
    kerasduet_array = as.array(x),
    x
  )
}

#' @export
`$<-.kerasduet_handle` <- function(x, ..., value) { # nolint: object_name_linter.
  copy <- if (inherits(x, "kerasduet_array")) "as.array(x)" else "as.list(x)"
  kind <- class(x)[[1]]
  text <- paste0(kind, ": can be read only; got an assignment. Change a copy, from ", copy, ".")
  abort_own(text, "ArgumentType", rlang::caller_env())
}

#' @export
`[[<-.kerasduet_handle` <- `$<-.kerasduet_handle`

#' @export
`names<-.kerasduet_handle` <- `$<-.kerasduet_handle`

#' @export
`[<-.kerasduet_handle` <- `$<-.kerasduet_handle`
