#' Build the network of an experiment
#'
#' @param experiment An experiment, from [experiment()], or the name of a preset. Its seed decides
#'   the initial weights.
#' @param data Your own data, or a data set, as for [run_experiment()]. Of a table they decide how
#'   many inputs and outputs the network has; data that the experiment names are loaded. Default
#'   `NULL`.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A Keras model, a Python object, untrained and uncompiled. With keras3 attached its
#'   verbs work on it.
#' @examplesIf kerasduet:::has_core()
#' build_model("mnist-dnn")$count_params()
#' @export
build_model <- function(experiment, data = NULL, ...) {
  call_core(model_from_py(core$build_model(seasoned_to_py(experiment, data), given_to_py(data))))
}

#' The classical networks of images
#'
#' From LeNet-5 to ResNet-152, with what their papers say of them.
#'
#' The errors are not all of one kind: some are of one network on the validation images, some of
#' several on the test images, as the columns `averaged` and `scored_on` say. GoogLeNet is counted
#' with its auxiliary heads.
#'
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A data frame with one row a network: `year` of the paper, `network`, `builder` (its
#'   function is `model_` and this name), `authors`, `depth` (layers with weights on the way from
#'   image to classes), `parameters` (all weights of the builder's network with its defaults,
#'   counted when you ask), `top5_error` (of the ImageNet challenge, in per cent), `averaged` (how
#'   many networks' probabilities were averaged for it), `scored_on` (which images) and `source`.
#'   The error and what belongs to it are `NA` for LeNet-5, which is older than ImageNet, and for
#'   ResNet-18, whose paper has none.
#' @seealso [model_lenet5()], [model_alexnet()], [model_zfnet()], [model_vgg16()],
#'   [model_googlenet()], [model_resnet50()]
#' @examplesIf kerasduet:::has_core()
#' network_history()[, c("year", "network", "depth", "parameters", "top5_error")]
#' @export
network_history <- function(...) {
  table <- call_core(frame_from_py(core$network_history()))
  is_number <- vapply(table, is.numeric, NA)
  table[is_number] <- lapply(table[is_number], function(x) replace(x, is.nan(x), NA))
  table
}

# How the wrappers in generated-models.R call a builder of the core.
network <- function(builder, arguments, call = rlang::caller_env()) {
  # What was left alone is left to the core, which says of defaults that do not fit.
  is_given <- function(name) !eval(call("missing", as.name(name)), call)
  call_core(
    {
      arguments <- arguments[vapply(names(arguments), is_given, NA)]
      build <- reticulate::py_get_attr(core$models, builder)
      model_from_py(do.call(build, lapply(arguments, setting_to_py)))
    },
    call = call
  )
}
