# man/ and NAMESPACE from the roxygen comments.
#   Rscript tools/docs.R           write them
#   Rscript tools/docs.R --check   write them in a copy, and say what is not as committed

written <- c("NAMESPACE", "man")

document <- function(folder) {
  suppressMessages(roxygen2::roxygenise(folder))
}

# Paths below `folder` with their lines.
contents <- function(folder) {
  files <- list.files(folder, recursive = TRUE)
  files <- files[files == "NAMESPACE" | startsWith(files, "man/")]
  stats::setNames(lapply(file.path(folder, files), readLines, encoding = "UTF-8"), files)
}

differing <- function(folder) {
  copy <- tempfile("documented")
  dir.create(copy)
  on.exit(unlink(copy, recursive = TRUE))
  file.copy(file.path(folder, c("DESCRIPTION", written, "R")), copy, recursive = TRUE)
  # roxygen loads the package, which reads what Python packages it needs.
  core <- file.path("python", "kerasduet")
  dir.create(file.path(copy, core), recursive = TRUE)
  file.copy(file.path(folder, core, "requirements.txt"), file.path(copy, core))
  invisible(utils::capture.output(document(copy)))
  now <- contents(folder)
  wanted <- contents(copy)
  files <- union(names(now), names(wanted))
  Filter(function(file) !identical(now[[file]], wanted[[file]]), files)
}

if (identical(commandArgs(trailingOnly = TRUE), "--check")) {
  stale <- differing(".")
  cat(sprintf("roxygen: %d stale files\n", length(stale)))
  if (length(stale) > 0) {
    made_with <- read.dcf("DESCRIPTION", "RoxygenNote")[[1]]
    cat(stale, sep = "\n")
    cat(
      "Run make docs and commit what it writes (they were made with roxygen2 ", made_with,
      ", here is ", format(utils::packageVersion("roxygen2")), ").\n",
      sep = ""
    )
  }
  quit(status = as.integer(length(stale) > 0))
}
document(".")
