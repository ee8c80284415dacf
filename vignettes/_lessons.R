# What the lesson pages share beside `_common.R`: numbers and matrices in the text, pictures that
# both languages drew, and the collection of everything that both computed.

python_main <- reticulate::import_main(convert = FALSE)

# Numbers in the text ------------------------------------------------------------------------

# A number with a true minus sign and no more digits than it needs.
num <- function(x, digits = 4) {
  text <- formatC(as.numeric(x), digits = digits, format = "f", big.mark = ",")
  text <- ifelse(grepl(".", text, fixed = TRUE), sub("[.]?0+$", "", text), text)
  sub("^-0$", "0", sub("^-", "\u2212", sub("^-0$", "0", text)))
}

row_text <- function(x, digits = 4) paste(num(x, digits), collapse = ", ")

# A size such as 63 x 25.
size_text <- function(x) paste(num(unlist(x)), collapse = "\u00a0\u00d7\u00a0")

# A very small or large number as a power of ten, such as the difference of two ways.
tiny_text <- function(x) {
  if (x == 0 || x >= 0.1 && x < 100) {
    return(num(x))
  }
  parts <- strsplit(formatC(x, format = "e", digits = 1), "e")[[1]]
  sprintf("$%s \\times 10^{%d}$", parts[[1]], as.integer(parts[[2]]))
}

# LaTeX for formulas.
tex <- function(x, digits = 4) gsub(",", "{,}", sub("\u2212", "-", num(x, digits)), fixed = TRUE)

tex_matrix <- function(x, digits = 4) {
  rows <- apply(as.matrix(x), 1, function(row) paste(tex(row, digits), collapse = " & "))
  paste0("\\begin{bmatrix}", paste(rows, collapse = " \\\\ "), "\\end{bmatrix}")
}

# Pictures -----------------------------------------------------------------------------------

# Show once what both languages drew under one name; stop when one byte differs.
show_both <- function(name) {
  drawn <- get(name, knitr::knit_global())
  python <- reticulate::py_get_attr(python_main, name)
  file <- tempfile(fileext = ".png")
  on.exit(unlink(file))
  python$savefig(file, dpi = ncol(drawn$raster) / drawn$width)
  if (!identical(drawn$png, readBin(file, "raw", file.size(file)))) {
    stop("R and Python drew different pictures: ", name, call. = FALSE)
  }
  drawn
}

# The same for files that both languages wrote, such as animations.
show_same <- function(files, extension) {
  if (length(unique(tools::md5sum(files))) != 1) {
    stop("R and Python drew different pictures: ", basename(files[[1]]), call. = FALSE)
  }
  shown <- knitr::fig_path(extension)
  dir.create(dirname(shown), showWarnings = FALSE, recursive = TRUE)
  file.copy(files[[1]], shown, overwrite = TRUE)
  knitr::include_graphics(shown)
}

# Results ------------------------------------------------------------------------------------

# Every number, array or list of them that the page computed in R, beside Python's of the same
# name. `apart` names what is not a result, such as counters of loops.
page_results <- function(apart = character()) {
  names <- setdiff(ls(knitr::knit_global(), sorted = FALSE), c(apart, "params", "proof", "facts"))
  names <- Filter(function(name) is_result(get(name, knitr::knit_global())), names)
  lacking <- Filter(function(name) !reticulate::py_has_attr(python_main, name), names)
  if (length(lacking) > 0) {
    stop("Only R computed ", paste(lacking, collapse = ", "), ".", call. = FALSE)
  }
  names <- sort(names)
  list(
    r = mget(names, envir = knitr::knit_global()),
    python = lapply(stats::setNames(names, names), function(name) {
      reticulate::py_to_r(reticulate::py_get_attr(python_main, name))
    })
  )
}

is_result <- function(x) {
  if (is.data.frame(x) || is.list(x) && !is.object(x)) {
    return(length(x) > 0 && all(vapply(x, is_result, logical(1))))
  }
  (is.numeric(x) || is.logical(x)) && !is.object(x)
}
