# The Python core; see `start_core()` for its first use.
core <- NULL

# Loading reticulate takes longer than all the rest, so it waits until someone needs it. What
# the core requires is declared at that moment, before any Python can start.
.onLoad <- function(libname, pkgname) {
  delayedAssign("core", import_core(), assign.env = topenv())
  once_loaded("reticulate", declare_requirements)
  once_loaded("jsonlite", write_as_json)
}

once_loaded <- function(package, action) {
  if (isNamespaceLoaded(package)) {
    action()
  } else {
    setHook(packageEvent(package, "onLoad"), function(...) action())
  }
}

declare_requirements <- function() {
  reticulate::py_require(requirements(), python_version = ">=3.11")
}

import_core <- function() {
  reticulate::import_from_path(
    "kerasduet",
    path = python_folder(), convert = FALSE, delay_load = TRUE
  )
}

# An installed package carries the core along; in the source tree it lies at the same place.
python_folder <- function() {
  system.file("python", package = "kerasduet")
}

requirements <- function() {
  readLines(file.path(python_folder(), "kerasduet", "requirements.txt"))
}
