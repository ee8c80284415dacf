# R CMD build and R CMD check; errors and warnings fail, notes are printed.
#   Rscript tools/check.R                  examples run; the tests have a suite of their own
#   Rscript tools/check.R without-python   as on a machine with no Python, network or home; what the
#                                          code calls is the same there, and not looked at again

without_python <- identical(commandArgs(trailingOnly = TRUE), "without-python")
work <- tempfile("check")
dir.create(file.path(work, "kerasduet"), recursive = TRUE)

# R CMD build copies first and applies .Rbuildignore later; .venv alone is gigabytes.
left_out <- paste0("--exclude=./", c(".git", ".venv", ".rlib", ".setup"), collapse = " ")
copied <- system(sprintf("tar -c %s . | tar -x -C '%s/kerasduet'", left_out, work))
source_dir <- file.path(work, "kerasduet")
setwd(work)
built <- system2(file.path(R.home("bin"), "R"), c("CMD", "build", "kerasduet"))
if (copied != 0 || built != 0) quit(status = 1)

environment <- c(
  "_R_CHECK_FORCE_SUGGESTS_" = "false", # keras3, say, is not in Debian
  "_R_CHECK_SYSTEM_CLOCK_" = "false" # asks a server for the time
)
if (without_python) {
  environment <- c(environment,
    RETICULATE_PYTHON = "/nonexistent/python",
    RETICULATE_USE_MANAGED_VENV = "no",
    "_R_CHECK_USE_CODETOOLS_" = "false",
    HOME = "/dev/null"
  )
}
result <- rcmdcheck::rcmdcheck(
  Sys.glob("kerasduet_*.tar.gz"),
  args = c("--no-manual", if (!without_python) "--no-tests"),
  env = environment, error_on = "never"
)
cat(sprintf(
  "R CMD check: %d errors, %d warnings, %d notes\n",
  length(result$errors), length(result$warnings), length(result$notes)
))
quit(status = as.integer(length(c(result$errors, result$warnings)) > 0))
