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
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return `NULL`, invisibly.
#' @details Without this call the variable KERAS_BACKEND decides, then Keras's settings file, then
#'   it is TensorFlow.
#'   Where JAX_COMPILATION_CACHE_DIR names a folder, JAX keeps compiled programs in it, and the
#'   next session loads them: the same bits sooner. JAX runs what it finds there, so the folder must
#'   be nobody else's to write in, and of one machine.
#' @examplesIf kerasduet:::has_core()
#' \dontrun{
#' use_backend("torch", threads = 2)
#' }
#' @export
use_backend <- function(backend = "tensorflow", device = "auto", threads = NULL, ...) {
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
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A `kerasduet_doctor`, a list that prints as text: `ok`, `caller`, `interpreter`,
#'   `versions`, `backend`, `devices`, `machine`, `data`, `tools`, `problems`.
#' @examplesIf kerasduet:::has_core()
#' doctor(run_devices = FALSE)
#' @export
doctor <- function(run_devices = TRUE, ...) {
  call_core({
    report <- core$doctor(run_devices = setting_to_py(run_devices))
    text <- reticulate::py_str(report)
    structure(plain(report$to_dict()), text = text, class = "kerasduet_doctor")
  })
}

#' @export
format.kerasduet_doctor <- function(x, ...) strsplit(attr(x, "text"), "\n", fixed = TRUE)[[1]]

#' @export
summary.kerasduet_doctor <- function(object, ...) object # prints as text

#' @export
print.kerasduet_doctor <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}

#' Install what Python needs
#'
#' Makes a virtual environment, "r-kerasduet", where there is none, and installs Keras, a backend
#' and the rest into it. R finds the one of that name by itself, without any setting.
#'
#' @param python Character. Path of the Python to make it with, 3.11 or newer; `NULL` (default)
#'   takes the newest that reticulate finds.
#' @param backend Character. What Keras computes with: "tensorflow" (default), "jax" or "torch";
#'   TensorFlow is always installed. Choose it with [use_backend()].
#' @param gpu Logical. Whether to install NVIDIA's libraries for TensorFlow and JAX, some gigabytes
#'   more; on Linux alone. (On Linux PyTorch always brings them along.) Default `FALSE`.
#' @param envname Character. Name of the virtual environment, or its path. Default "r-kerasduet";
#'   another is used after `reticulate::use_virtualenv(envname)`.
#' @param python_version Character. Version to make it with, such as "3.12", in place of `python`;
#'   `NULL` (default) for none.
#' @param ask Logical. Whether to say the size and ask first; by default where somebody is there to
#'   answer.
#' @return The path of the environment's Python, invisibly; `NULL` where the answer was no.
#' @details The versions are those that the package was tested with, in its file constraints.txt;
#' where this Python cannot have them, the newest. On Linux they take about 2.4 GB, with JAX 2.8,
#' with PyTorch 3.1, before what GPUs need.
#'
#' Where the variable RETICULATE_PYTHON names another Python, that one would be used and
#'   this one never: you are told how to install there instead. An environment that exists is kept
#'   and completed; one whose Python is older than 3.11, or not of `python_version`, is refused.
#' @examples
#' \dontrun{
#' install_kerasduet()
#' install_kerasduet(backend = "torch", envname = "deep")
#' }
#' @export
install_kerasduet <- function(python = NULL, backend = "tensorflow", gpu = FALSE,
                              envname = "r-kerasduet", python_version = NULL,
                              ask = rlang::is_interactive()) {
  check_install(backend, gpu, envname, python_version)
  exists <- reticulate::virtualenv_exists(envname)
  if (exists) {
    check_environment(reticulate::virtualenv_python(envname), envname, python_version)
  }
  python <- python_to_install_with(python, python_version)
  packages <- packages_to_install(requirements(), backend, gpu)
  if (ask && !isTRUE(utils::askYesNo(install_text(envname, backend, gpu)))) {
    return(invisible())
  }
  if (!exists) {
    reticulate::virtualenv_create(envname, python = python, packages = FALSE)
  }
  install_tested(envname, packages)
  restart <- if (reticulate::py_available()) " Restart R to use it."
  cli::cli_inform("Installed into the virtual environment {.val {envname}}.{restart}")
  invisible(reticulate::virtualenv_python(envname))
}

# In the versions that the package was tested with, if this Python can have them.
install_tested <- function(envname, packages,
                           install = reticulate::virtualenv_install,
                           versions = system.file("constraints.txt", package = "kerasduet")) {
  tested <- tryCatch(
    {
      install(envname, packages = packages, pip_options = c("-c", shQuote(versions)))
      TRUE
    },
    error = function(error) FALSE
  )
  if (!tested) {
    cli::cli_inform("The tested versions could not be had for this Python. Taking the newest ones.")
    install(envname, packages = packages)
  }
}

check_install <- function(backend, gpu, envname, python_version, call = rlang::caller_env()) {
  wrong <- function(name, must, got) {
    got <- show_value(if (is.atomic(got)) got else class(got)[[1]])
    abort_own(paste0(name, ": must be ", must, "; got ", got, "."), "ArgumentType", call)
  }
  if (!is_text(backend) || !backend %in% c("tensorflow", "jax", "torch")) {
    wrong("backend", "\"tensorflow\", \"jax\" or \"torch\"", backend)
  }
  if (!isTRUE(gpu) && !isFALSE(gpu)) wrong("gpu", "TRUE or FALSE", gpu)
  if (!is_text(envname)) wrong("envname", "the name of an environment", envname)
  if (!is.null(python_version) && !is_version(python_version)) {
    wrong("python_version", "\"3.11\" or newer", python_version)
  }
}

is_text <- function(x) is.character(x) && length(x) == 1 && !is.na(x) && nzchar(x)

is_version <- function(x) {
  is_text(x) && grepl("^[0-9]+([.][0-9]+){1,2}$", x) && package_version(x) >= "3.11"
}

# An environment stays one of the Python that it was made with.
check_environment <- function(python, envname, wanted, found = version_of(python),
                              call = rlang::caller_env()) {
  if (is.na(found)) {
    return(invisible())
  }
  fits <- package_version(found) >= "3.11" &&
    (is.null(wanted) || startsWith(paste0(found, "."), paste0(wanted, ".")))
  if (!fits) {
    abort_own(paste0(
      "envname: must be an environment of Python ", wanted %||% "3.11 or newer", "; got ", envname,
      ", which is one of ", found, ". Choose another name, or remove it with ",
      "reticulate::virtualenv_remove(\"", envname, "\")."
    ), "kerasduet_no_python", call)
  }
}

version_of <- function(python) {
  said <- tryCatch(
    suppressWarnings(system2(python, "--version", stdout = TRUE, stderr = TRUE)),
    error = function(error) ""
  )
  version <- sub("^Python ", "", grep("^Python [0-9.]+", said, value = TRUE))
  c(sub("[^0-9.].*", "", version), NA)[[1]]
}

packages_to_install <- function(requirements, backend, gpu) {
  if (gpu) requirements <- sub("^tensorflow>", "tensorflow[and-cuda]>", requirements)
  more <- list(jax = if (gpu) "jax[cuda12]>=0.7" else "jax>=0.7", torch = "torch>=2.6")
  c(requirements, more[[backend]])
}

# Measured on Linux, with all that the packages need; what GPUs need comes on top.
install_text <- function(envname, backend, gpu, is_linux = Sys.info()[["sysname"]] == "Linux") {
  size <- c(tensorflow = "2.4", jax = "2.8", torch = "3.1")[[backend]]
  more <- if (gpu || backend == "torch" && is_linux) ", and some gigabytes more for GPUs"
  paste0(
    "Install Keras and ", backend, " into the environment ", envname, ", about ", size, " GB", more,
    "?"
  )
}

# Said before anything is installed that R would never use, or could not.
python_to_install_with <- function(python, version = NULL, call = rlang::caller_env()) {
  named <- Sys.getenv("RETICULATE_PYTHON")
  if (!named %in% c("", "managed")) {
    abort_own(install_elsewhere_text(named, requirements()), "kerasduet_no_python", call)
  }
  wanted <- version %||% "3.11"
  python <- python %||% reticulate::virtualenv_starter(version %||% ">=3.11")
  python %||% abort_own(paste0(
    "python: must be ", wanted, if (is.null(version)) " or newer",
    "; found none. Run reticulate::install_python(\"", wanted, "\")."
  ), "kerasduet_no_python", call)
}

install_elsewhere_text <- function(named, requirements) {
  paste0(
    "RETICULATE_PYTHON names ", named, ", so R would never use another Python. Install there:\n  ",
    named, " -m pip install ", paste(shQuote(requirements, "sh"), collapse = " "),
    "\nor unset the variable, restart R, and run install_kerasduet() again."
  )
}
