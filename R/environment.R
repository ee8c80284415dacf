#' Choose what Keras computes with
#'
#' Call it before anything else: once Keras runs, its backend stays until R is restarted.
#'
#' @param backend Character. "tensorflow" (default), "jax", "torch", or "auto": the fastest that is
#'   installed for the kind of the first network, as measured. Bits differ between backends.
#' @param device Character. "auto" (default) takes a GPU where there is one, "cpu" hides every
#'   GPU, "gpu" insists on one.
#' @param threads CPU threads for one operation, at least 1. `NULL` (default) leaves it to the
#'   backend. Results are bit-identical only between runs with the same number.
#' @return `NULL`, invisibly.
#' @details Without this call the variable KERAS_BACKEND decides, then Keras's settings file, then
#'   it is TensorFlow.
#' @examplesIf kerasduet:::has_core()
#' \dontrun{
#' use_backend("torch", threads = 2)
#' }
#' @export
use_backend <- function(backend = "tensorflow", device = "auto", threads = NULL) {
  call_core(core$use_backend(
    setting_to_py(backend),
    device = setting_to_py(device), threads = setting_to_py(threads)
  ))
  invisible()
}

#' Say what is there and what is missing
#'
#' Looks at the Python that R uses and why it is that one, versions, the backend, devices (each
#' computes something small), data, and tools; names the command that fixes each fault.
#'
#' @param run_devices Logical. Whether to compute something on every device, which takes as long
#'   as the backend needs to start. Default `TRUE`.
#' @return A `kerasduet_doctor`, a list that prints as text: `ok`, `caller`, `interpreter`,
#'   `versions`, `backend`, `devices`, `machine`, `data`, `tools`, `problems`.
#' @examplesIf kerasduet:::has_core()
#' doctor(run_devices = FALSE)
#' @export
doctor <- function(run_devices = TRUE) {
  call_core({
    report <- core$doctor(run_devices = setting_to_py(run_devices))
    text <- reticulate::py_str(report)
    structure(plain(report$to_dict()), text = text, class = "kerasduet_doctor")
  })
}

#' @export
format.kerasduet_doctor <- function(x, ...) strsplit(attr(x, "text"), "\n", fixed = TRUE)[[1]]

#' @export
print.kerasduet_doctor <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}

#' Install what Python needs
#'
#' Makes the virtual environment "r-kerasduet", where there is none, and installs Keras,
#' TensorFlow and the rest into it, about 2 GB. R finds it by itself, without any setting.
#'
#' @param python Character. Python 3.11 or newer to make it with; `NULL` (default) takes the
#'   newest that reticulate finds.
#' @return The path of the environment's Python, invisibly.
#' @details Where the variable RETICULATE_PYTHON names another Python, that one would be used and
#'   this one never: you are told how to install there instead.
#' @examples
#' \dontrun{
#' install_kerasduet()
#' }
#' @export
install_kerasduet <- function(python = NULL) {
  python <- python_to_install_with(python)
  # Creating one that exists already would leave it as it is.
  if (!reticulate::virtualenv_exists("r-kerasduet")) {
    reticulate::virtualenv_create("r-kerasduet", python = python, packages = FALSE)
  }
  reticulate::virtualenv_install("r-kerasduet", packages = requirements())
  restart <- if (reticulate::py_available()) " Restart R to use it."
  cli::cli_inform("Installed into the virtual environment {.val r-kerasduet}.{restart}")
  invisible(reticulate::virtualenv_python("r-kerasduet"))
}

# Said before anything is installed that R would never use, or could not.
python_to_install_with <- function(python, call = rlang::caller_env()) {
  named <- Sys.getenv("RETICULATE_PYTHON")
  if (!named %in% c("", "managed")) {
    abort_own(install_elsewhere_text(named, requirements()), "kerasduet_no_python", call)
  }
  python <- python %||% reticulate::virtualenv_starter(">=3.11")
  python %||% abort_own(
    "python: must be 3.11 or newer; found none. Run reticulate::install_python(\"3.11\").",
    "kerasduet_no_python", call
  )
}

install_elsewhere_text <- function(named, requirements) {
  paste0(
    "RETICULATE_PYTHON names ", named, ", so R would never use another Python. Install there:\n  ",
    named, " -m pip install ", paste(shQuote(requirements, "sh"), collapse = " "),
    "\nor unset the variable, restart R, and run install_kerasduet() again."
  )
}
