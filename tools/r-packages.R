# The R packages that the project needs; reticulate has a step of its own in setup.sh.
#   Rscript tools/r-packages.R missing [tests]  names this machine lacks, one a line; with those
#                                            that only tests use
#   Rscript tools/r-packages.R required      the same, without the optional ones
#   Rscript tools/r-packages.R cran <name>...  installs from the user's CRAN mirror into .rlib

tools <- c("testthat", "knitr", "rmarkdown", "roxygen2", "lintr", "rcmdcheck", "xml2")
for_tests <- "forecast" # whose generic must be ours
for_reticulate <- c("Matrix", "Rcpp", "RcppTOML", "here", "jsonlite", "png", "rappdirs", "rlang", "withr")

fields <- function(names) {
  text <- read.dcf("DESCRIPTION", fields = names)
  words <- trimws(sub("[(].*", "", unlist(strsplit(text[!is.na(text)], ","))))
  setdiff(words, c("R", "reticulate"))
}

absent <- function(names) {
  names[!vapply(names, function(name) nzchar(system.file(package = name)), logical(1))]
}

from_cran <- function(names) {
  options(timeout = 5) # a mirror that does not answer should not cost minutes
  mirror <- tryCatch(suppressWarnings(available.packages()), error = function(e) NULL)
  names <- intersect(names, rownames(mirror))
  if (length(names) == 0) {
    message("No CRAN mirror answers, or it lacks all of these.")
    return(invisible())
  }
  options(timeout = 600)
  install.packages(
    names,
    lib = Sys.getenv("R_LIBS_USER"), available = mirror, Ncpus = parallel::detectCores()
  )
}

arguments <- commandArgs(trailingOnly = TRUE)
required <- c(tools, for_reticulate, fields(c("Depends", "Imports", "LinkingTo")))
switch(arguments[1],
  missing = writeLines(absent(unique(c(
    required, fields("Suggests"), if ("tests" %in% arguments) for_tests
  )))),
  required = writeLines(absent(unique(required))),
  cran = from_cran(arguments[-1]),
  stop("Say missing, required or cran.")
)
