# jsonlite::toJSON() writes what can be read without Python: of a run all parts but the network and
# the data, of a set of runs and of an array their values.

json_classes <- c(
  "kerasduet_run", "kerasduet_run_set", "kerasduet_dataset", "kerasduet_array",
  "kerasduet_experiment", "kerasduet_comparison", "kerasduet_doctor", "kerasduet_leakage",
  "kerasduet_parity", "summary.kerasduet_run"
)

# The generic is jsonlite's own, of S4, and is reached where jsonlite is loaded. Its methods belong
# to an environment that is not locked, as this namespace is by then.
write_as_json <- function(place = new.env(parent = topenv())) {
  generic <- methods::getGeneric("asJSON", where = asNamespace("jsonlite"))
  for (class in json_classes) {
    methods::setOldClass(class, where = place)
    methods::setMethod(generic, class, function(x, ...) generic(plain_parts(x), ...), where = place)
  }
}

plain_parts <- function(x) {
  parts <- switch(class(x)[[1]],
    kerasduet_run = x[setdiff(run_parts, c("model", "dataset"))],
    kerasduet_run_set = return(x$table),
    kerasduet_dataset = x[c("sizes", "class_names", "source")],
    kerasduet_array = return(as.array(x)),
    unclass(x)
  )
  attributes(parts) <- attributes(parts)["names"]
  parts
}
