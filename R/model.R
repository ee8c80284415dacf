# A network is Python's object, and ends with the session: a chunk that knitr cached, or an RDS
# file, brings back an empty shell of it. The run itself comes back.

# keras3 expects models that convert what they give.
model_from_py <- function(x) {
  model <- reticulate::r_to_py(x, convert = TRUE)
  class(model) <- unique(c("kerasduet_model", class(model)))
  model
}

check_alive <- function(model, call = rlang::caller_env()) {
  if (reticulate::py_is_null_xptr(model)) {
    abort_own(paste(
      "model: must belong to this R session; got one of an earlier session, or of a cached chunk.",
      "Write run$model where it is used: a run comes back, its network with it."
    ), "ArgumentType", call)
  }
}

#' @export
print.kerasduet_model <- function(x, ...) {
  check_alive(x)
  NextMethod()
}

#' @export
format.kerasduet_model <- print.kerasduet_model

#' @export
summary.kerasduet_model <- function(object, ...) {
  check_alive(object)
  NextMethod()
}

#' @export
predict.kerasduet_model <- summary.kerasduet_model

#' @export
`$.kerasduet_model` <- print.kerasduet_model
