#' kerasduet: Keras 3 workflows that run the same in R and in Python
#'
#' An experiment names the data, the network and the training settings. Running it gives a
#' run: metrics beside baselines, predictions, plots, and a folder that R and Python load.
#'
#' ```r
#' run <- run_experiment("mnist-dnn", epochs = 5)
#' plot(run)
#' predict(run, x)
#' save_run(run, "runs/dnn")
#' ```
#'
#' Start with [presets()] and [run_experiment()]. [install_kerasduet()] installs what Python
#' needs, [doctor()] says what is missing. The lessons and guides are listed in
#' [kerasduet_guides], as the package has no vignettes of its own.
#'
#' @section Errors:
#' Every error of a wrong argument has the class `kerasduet_error` and one of its own, such as
#' `LabelRange` or `SeedError`: the names, and the texts, that Python users see.
#'
#' @keywords internal
"_PACKAGE"

#' @importFrom rlang %||%
NULL
