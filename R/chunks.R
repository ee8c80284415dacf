# Chunks of R and Python in one document: r.run, r.exp and r.data in Python are the same runs,
# experiments and data, and R's verbs take py$run.

#' @exportS3Method reticulate::r_to_py
r_to_py.kerasduet_handle <- function(x, convert = FALSE) { # nolint: object_name_linter.
  reticulate::r_to_py(handle(x), convert = convert)
}

#' @exportS3Method reticulate::r_to_py
r_to_py.kerasduet_experiment <- function(x, convert = FALSE) { # nolint: object_name_linter.
  preset_to_py(x)
}

run_of_python <- function(x) new_run(run_to_py(x))

# nolint start: object_name_linter.

#' @export
#' @method plot kerasduet.run.Run
plot.kerasduet.run.Run <- function(x, ...) plot(run_of_python(x), ...)

#' @export
#' @method predict kerasduet.run.Run
predict.kerasduet.run.Run <- function(object, ...) stats::predict(run_of_python(object), ...)

#' @export
#' @method summary kerasduet.run.Run
summary.kerasduet.run.Run <- function(object, ...) summary(run_of_python(object), ...)

#' @export
#' @method forecast kerasduet.run.Run
forecast.kerasduet.run.Run <- function(object, ...) forecast(run_of_python(object), ...)

#' @export
#' @method generate kerasduet.run.Run
generate.kerasduet.run.Run <- function(x, ...) generate(run_of_python(x), ...)

#' @export
#' @method glance kerasduet.run.Run
glance.kerasduet.run.Run <- function(x, ...) glance(run_of_python(x), ...)

#' @export
#' @method tidy kerasduet.run.Run
tidy.kerasduet.run.Run <- function(x, ...) tidy(run_of_python(x), ...)

#' @export
#' @method augment kerasduet.run.Run
augment.kerasduet.run.Run <- function(x, ...) augment(run_of_python(x), ...)
# nolint end
