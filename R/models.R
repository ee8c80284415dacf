#' Build the network of an experiment
#'
#' @param experiment An experiment, from [experiment()], or the name of a preset. Its seed decides
#'   the initial weights.
#' @param data Your own data, or a data set, as for [run_experiment()]. Of a table they decide how
#'   many inputs and outputs the network has; data that the experiment names are loaded. Default
#'   `NULL`.
#' @return A Keras model, a Python object, untrained and uncompiled. With keras3 attached its
#'   verbs work on it.
#' @examplesIf kerasduet:::has_core()
#' build_model("mnist-dnn")$count_params()
#' @export
build_model <- function(experiment, data = NULL) {
  call_core(model_from_py(core$build_model(preset_to_py(experiment), data_to_py(data))))
}

# How the wrappers in generated-models.R call a builder of the core.
network <- function(builder, arguments, call = rlang::caller_env()) {
  call_core(
    {
      build <- reticulate::py_get_attr(core$models, builder)
      model_from_py(do.call(build, lapply(arguments, setting_to_py)))
    },
    call = call
  )
}
