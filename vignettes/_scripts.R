# The code of a page as a reader takes it along: an R script, a Python script and a notebook. Each
# runs by itself, so the code names no variable of the page and no value of the other language: in a
# source, `params$epochs` (R) and `params["epochs"]` (Python) stand for the value that is shown.

# Put the values of the page's settings in the place of their names.
literal_code <- function(code, params, engine) {
  for (name in names(params)) {
    place <- if (engine == "r") {
      paste0("\\bparams\\$", name, "\\b")
    } else {
      paste0("\\bparams\\[\"", name, "\"\\]")
    }
    code <- gsub(place, literal(params[[name]]), code, perl = TRUE)
  }
  code
}

literal <- function(value) {
  if (is.character(value)) paste0("\"", value, "\"") else format(value, scientific = FALSE)
}

# knitr asks it before each chunk, so what is shown is what runs.
show_literal_code <- function(params) {
  knitr::opts_hooks$set(engine = function(options) {
    if (options$engine %in% c("r", "R", "python")) {
      options$code <- literal_code(options$code, params, tolower(options$engine))
    }
    options
  })
}

# The lines of a page, with those of the files that it includes in their place.
with_included <- function(file) {
  lines <- readLines(file, encoding = "UTF-8")
  pattern <- "^\\{\\{< include (.+) >\\}\\}$"
  parts <- lapply(lines, function(line) {
    if (!grepl(pattern, line)) {
      return(line)
    }
    with_included(file.path(dirname(file), sub(pattern, "\\1", line)))
  })
  unlist(parts)
}

# The shown steps of a page: a data frame of kind ("title", "r", "python") and text.
page_steps <- function(file, params) {
  lines <- with_included(file)
  kinds <- texts <- character()
  last <- ""
  i <- 1
  while (i <= length(lines)) {
    engine <- regmatches(lines[[i]], regexec("^```\\{(r|python)\\}$", lines[[i]]))[[1]][2]
    if (!is.na(engine)) {
      end <- i + which(lines[-seq_len(i)] == "```")[[1]]
      code <- lines[seq_len(end - i - 1) + i]
      hidden <- any(code %in% c("#| include: false", "#| echo: false"))
      code <- literal_code(code[!startsWith(code, "#| ")], params, engine)
      if (!hidden) {
        kinds <- c(kinds, engine)
        texts <- c(texts, paste(code, collapse = "\n"))
      }
      i <- end
    } else if (grepl("^##+ ", lines[[i]]) && !startsWith(last, ":::") && !is_tab(lines[[i]])) {
      kinds <- c(kinds, "title")
      texts <- c(texts, sub("\\s*\\{#.*$", "", sub("^#+ ", "", lines[[i]])))
    }
    if (nzchar(lines[[i]])) last <- lines[[i]]
    i <- i + 1
  }
  data.frame(kind = kinds, text = texts)
}

is_tab <- function(line) line %in% c("## R", "## Python")

# A title is kept where code of the language follows it.
steps_of <- function(steps, engine) {
  steps <- steps[steps$kind %in% c("title", engine), ]
  followed <- c(steps$kind[-1], "title") != "title"
  steps[steps$kind != "title" | followed, ]
}

# File name -> text.
page_scripts <- function(file, params) {
  steps <- page_steps(file, params)
  stem <- sub("[.]qmd$", "", basename(file))
  title <- rmarkdown::yaml_front_matter(file)$title
  scripts <- list(
    r_script(steps_of(steps, "r"), title), python_script(steps_of(steps, "python"), title),
    notebook(steps_of(steps, "python"), title)
  )
  stats::setNames(scripts, paste0(stem, c(".R", ".py", ".ipynb")))
}

r_script <- function(steps, title) {
  text <- ifelse(steps$kind == "title", paste0("# ", steps$text, " ----"), steps$text)
  paste0(paste(c(paste0("# ", title), text), collapse = "\n\n"), "\n")
}

# "# %%" begins a cell in Jupyter, Spyder and Visual Studio Code, which show its last value.
python_script <- function(steps, title) {
  text <- ifelse(
    steps$kind == "title", paste0("# %% [markdown]\n# ## ", steps$text),
    paste0("# %%\n", steps$text)
  )
  paste0(paste(c(paste0("# ", title), text), collapse = "\n\n"), "\n")
}

notebook <- function(steps, title) {
  steps <- rbind(data.frame(kind = "title", text = title), steps)
  cells <- lapply(seq_len(nrow(steps)), function(i) {
    id <- sprintf("cell-%03d", i)
    text <- steps$text[[i]]
    if (steps$kind[[i]] == "title") {
      mark <- if (i == 1) "# " else "## "
      list(cell_type = "markdown", id = id, metadata = named_list(), source = paste0(mark, text))
    } else {
      list(
        cell_type = "code", execution_count = NULL, id = id, metadata = named_list(),
        outputs = list(), source = text
      )
    }
  })
  kernel <- list(display_name = "Python 3", language = "python", name = "python3")
  book <- list(
    cells = cells, metadata = list(kernelspec = kernel), nbformat = 4L, nbformat_minor = 5L
  )
  as.character(jsonlite::toJSON(book, auto_unbox = TRUE, null = "null", pretty = 1))
}

named_list <- function() stats::setNames(list(), character())

# Links that hold the files themselves.
script_links <- function(file, params) {
  scripts <- page_scripts(file, params)
  kinds <- c(R = "text/plain", py = "text/x-python", ipynb = "application/x-ipynb+json")
  kind <- kinds[sub(".*[.]", "", names(scripts))]
  shown <- c("R script", "Python script", "Jupyter notebook")
  encoded <- vapply(scripts, function(text) {
    xfun::base64_encode(charToRaw(enc2utf8(text)))
  }, "")
  paste0(
    "<a download=\"", names(scripts), "\" href=\"data:", kind, ";charset=utf-8;base64,", encoded,
    "\">", shown, "</a>",
    collapse = " \u00b7 "
  )
}
