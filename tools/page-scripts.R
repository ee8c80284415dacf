# Write the scripts and the notebook that a page offers, without rendering it.
#   Rscript tools/page-scripts.R <page.qmd> <folder> [<name>:<value>]...

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) < 2 || !file.exists(arguments[[1]])) {
  message("Rscript tools/page-scripts.R <page.qmd> <folder> [<name>:<value>]...")
  quit(save = "no", status = 1)
}
file <- arguments[[1]]
source(file.path(dirname(file), "_scripts.R"))

params <- rmarkdown::yaml_front_matter(file)$params
for (pair in arguments[-(1:2)]) {
  name <- sub(":.*", "", pair)
  if (name %in% names(params)) params[[name]] <- yaml::yaml.load(sub("^[^:]*:", "", pair))
}
scripts <- page_scripts(file, params)
for (name in names(scripts)) {
  writeLines(enc2utf8(scripts[[name]]), file.path(arguments[[2]], name), sep = "", useBytes = TRUE)
}
