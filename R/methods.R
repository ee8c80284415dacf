#' What R's other verbs say of a run
#'
#' `fitted()` gives what the network said of the test rows, and `residuals()` how far the truth lay
#' from it, both in the order of [predictions()] and in the target's units; there are none of
#' classes. `nobs()` counts the training rows. `update()` trains again with other settings; to go
#' on with the weights on new rows there is [update_run()]. `accuracy()`, a generic of the
#' packages generics and forecast, gives the metrics on the test rows as a data frame of one row,
#' as `glance()` does. ggplot2's `autoplot()` is [plot()][plot.kerasduet_run], and `fortify()`, so
#' that `ggplot(run)` too, has the history, one row an epoch.
#'
#' A network has no coefficients, likelihood or standard errors of them: `coef()`, `confint()`,
#' `vcov()`, `logLik()`, `deviance()` and `anova()` say what to ask instead.
#'
#' @param object,model A [kerasduet_run].
#' @param ... For `update()`: settings by name, as for [run_experiment()]; for `autoplot()` those of
#'   [plot()][plot.kerasduet_run]. Not used by the others.
#' @param data For `update()`: the data, where they were your own and the run was read from a
#'   folder or an RDS file; for `fortify()` not used.
#' @param progress See [run_experiment()].
#' @return `fitted()` and `residuals()` a numeric vector, `nobs()` a number, `update()` a
#'   [kerasduet_run].
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("table-diabetes", epochs = 2, progress = FALSE)
#' summary(residuals(run))
#' nobs(run)
#' @name kerasduet_run_methods
NULL

# nolint start: object_name_linter.

#' @rdname kerasduet_run_methods
#' @importFrom stats fitted
#' @export
fitted.kerasduet_run <- function(object, ...) numbers_of(object)$said

#' @rdname kerasduet_run_methods
#' @importFrom stats residuals
#' @export
residuals.kerasduet_run <- function(object, ...) {
  found <- numbers_of(object)
  found$truth - found$said
}

# Truth and prediction of the test rows, where both are one number.
numbers_of <- function(run, call = rlang::caller_env()) {
  rows <- predictions(run)
  said <- rows$forecast %||% rows$prediction
  if (!is.numeric(said) || !is.numeric(rows$truth)) {
    abort_own(paste(
      "run: must predict one number a row to have residuals; got one that does not.",
      "See predictions(run), with the truth beside."
    ), "ArgumentType", call)
  }
  list(truth = rows$truth, said = said)
}

#' @rdname kerasduet_run_methods
#' @importFrom stats nobs
#' @export
nobs.kerasduet_run <- function(object, ...) object$provenance$sizes$train

#' @rdname kerasduet_run_methods
#' @importFrom stats update
#' @export
update.kerasduet_run <- function(object, ..., data = NULL, progress = TRUE) {
  experiment <- object$experiment
  is_own <- isTRUE(object$source$given)
  if (is.null(data) && is_own) {
    data <- given_of(object) %||% suppressMessages(object$dataset)
    if (is.null(data)) {
      abort_own(paste(
        "data: must be given, as a run that is read from a folder does not keep your own data.",
        "Give them as data."
      ), "DatasetError", rlang::current_env())
    }
  }
  run_experiment(experiment, ..., data = data, progress = progress)
}

#' @exportS3Method generics::accuracy
accuracy.kerasduet_run <- function(object, ...) glance.kerasduet_run(object)

#' @rdname kerasduet_run_methods
#' @exportS3Method ggplot2::autoplot
autoplot.kerasduet_run <- function(object, ...) plot.kerasduet_run(object, ...)

#' @rdname kerasduet_run_methods
#' @exportS3Method ggplot2::fortify
fortify.kerasduet_run <- function(model, data, ...) model$history

no_such_verb <- function(verb, text, call = rlang::caller_env()) {
  abort_own(paste0(verb, ": ", text), "UnknownName", call)
}

no_coefficients <- paste0(
  "must have coefficients; got a network, which has weights. See run$model$get_weights(), ",
  "importance(run), or of a table baseline_coefficients(run)."
)

no_likelihood <- paste0(
  "must have a likelihood; got a network, which has scores on test rows. See glance(run), or ",
  "compare_runs() of two."
)

#' @importFrom stats coef
#' @export
coef.kerasduet_run <- function(object, ...) no_such_verb("coef", no_coefficients)

#' @importFrom stats confint
#' @export
confint.kerasduet_run <- function(object, parm, level = 0.95, ...) {
  no_such_verb("confint", no_coefficients)
}

#' @importFrom stats vcov
#' @export
vcov.kerasduet_run <- function(object, ...) no_such_verb("vcov", no_coefficients)

#' @importFrom stats logLik
#' @export
logLik.kerasduet_run <- function(object, ...) no_such_verb("logLik", no_likelihood)

#' @importFrom stats deviance
#' @export
deviance.kerasduet_run <- function(object, ...) no_such_verb("deviance", no_likelihood)

#' @importFrom stats anova
#' @export
anova.kerasduet_run <- function(object, ...) no_such_verb("anova", no_likelihood)

# nolint end
