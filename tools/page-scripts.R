# Write the scripts and the notebook that pages offer, without rendering them.
#   Rscript tools/page-scripts.R <folder> [<name>:<value>]... <page.qmd>...

usage <- "Rscript tools/page-scripts.R <folder> [<name>:<value>]... <page.qmd>..."
arguments <- commandArgs(trailingOnly = TRUE)
files <- grep("[.]qmd$", arguments, value = TRUE)
settings <- setdiff(arguments[-1], files)
problem <- if (length(files) == 0 || !dir.exists(arguments[[1]])) {
  paste0("folder and page: both must be given, and the folder must be there. ", usage)
} else if (!all(file.exists(files))) {
  paste0(files[!file.exists(files)][[1]], ": must be a page; there is no such file.")
} else if (!all(grepl("^[A-Za-z_.]+:.", settings))) {
  paste0("settings: must be name:value, such as epochs:1. ", usage)
}
if (!is.null(problem)) {
  message(problem)
  quit(save = "no", status = 1)
}

source(file.path(dirname(files[[1]]), "_scripts.R"))
for (file in files) {
  params <- rmarkdown::yaml_front_matter(file)$params
  for (pair in settings) {
    name <- sub(":.*", "", pair)
    if (name %in% names(params)) params[[name]] <- yaml::yaml.load(sub("^[^:]*:", "", pair))
  }
  scripts <- page_scripts(file, params)
  for (name in names(scripts)) {
    target <- file.path(arguments[[1]], name)
    writeLines(enc2utf8(scripts[[name]]), target, sep = "", useBytes = TRUE)
  }
}
