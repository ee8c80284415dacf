# Render the vignettes into reports/, each in an R session of its own.
#   Rscript tools/render-vignettes.R [--from <folder>] [--to <folder>] [-P <name>:<value>]...
#     [<vignette>...]
# -P epochs:2 sets a parameter of every page, -P tables/epochs:2 that of one.
# Quarto renders them where it is installed; KERASDUET_RENDERER=rmarkdown chooses the other way,
# rmarkdown and pandoc with the filter, style and script of kerasduet's own reports.
# A page is written whole or not at all.

usage <- paste(
  "Rscript tools/render-vignettes.R [--from <folder>] [--to <folder>] [-P <name>:<value>]...",
  "[<vignette>...]"
)
root <- normalizePath(file.path(dirname(sub(
  "^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[[1]]
)), ".."))
report_files <- file.path(root, "python", "kerasduet", "report")

# One sentence, and no traceback.
give_up <- function(...) {
  message(...)
  quit(save = "no", status = 1)
}

main <- function(arguments) {
  for (package in c("knitr", "rmarkdown", "reticulate", "kerasduet", "ggplot2")) {
    if (!nzchar(system.file(package = package))) {
      give_up("The vignettes need the R package ", package, "; run make setup.")
    }
  }
  if (identical(arguments[1], "--one")) {
    quit(save = "no", status = render_one(arguments[[2]], arguments[[3]]))
  }
  asked <- parse_arguments(arguments)
  check_parameters(asked)
  dir.create(asked$to, recursive = TRUE, showWarnings = FALSE)
  if (!dir.exists(asked$to) || file.access(asked$to, 2) != 0) {
    give_up("--to: must be a folder that can be written to; got ", asked$to, ".")
  }
  asked$forked <- length(asked$files) > 1 && !has_quarto() && prepare()
  failed <- 0
  for (file in asked$files) {
    failed <- failed + !make_page(file, asked)
  }
  quit(save = "no", status = as.integer(failed > 0))
}

# Arguments ----------------------------------------------------------------------------------

parse_arguments <- function(arguments) {
  asked <- list(
    from = file.path(root, "vignettes"), to = file.path(root, "reports"),
    parameters = list(), names = character()
  )
  while (length(arguments) > 0) {
    word <- arguments[[1]]
    if (word %in% c("-P", "--from", "--to")) {
      if (length(arguments) < 2) give_up(word, ": must be followed by a value. ", usage)
      value <- arguments[[2]]
      arguments <- arguments[-1]
      if (word == "-P") {
        asked$parameters <- utils::modifyList(asked$parameters, parse_parameter(value))
      } else {
        asked[[sub("--", "", word)]] <- value
      }
    } else if (startsWith(word, "-")) {
      give_up(word, ": no such option. ", usage)
    } else {
      asked$names <- c(asked$names, word)
    }
    arguments <- arguments[-1]
  }
  asked$files <- find_vignettes(asked$from, asked$names)
  asked
}

# As Quarto reads them: name:value, the value in YAML.
parse_parameter <- function(text) {
  if (!grepl("^([A-Za-z-]+/)?[A-Za-z_.]+:.", text)) {
    give_up("-P: must be name:value, such as epochs:2; got ", text, ".")
  }
  name <- sub(":.*", "", text)
  value <- tryCatch(yaml::yaml.load(sub("^[^:]*:", "", text)), error = function(error) NULL)
  if (!is.atomic(value) || length(value) != 1) {
    give_up("-P: must be name:value with one value, such as epochs:2; got ", text, ".")
  }
  stats::setNames(list(value), name)
}

find_vignettes <- function(folder, names) {
  known <- list.files(folder, "^[^_].*[.]qmd$", full.names = TRUE)
  if (length(known) == 0) {
    give_up("--from: must be a folder with pages (.qmd); got ", folder, ".")
  }
  stems <- sub("[.]qmd$", "", basename(known))
  if (length(names) == 0) {
    return(known)
  }
  wanted <- sub("[.]qmd$", "", basename(names))
  unknown <- setdiff(wanted, stems)
  if (length(unknown) > 0) {
    all <- paste(stems, collapse = ", ")
    give_up("vignette: there is no ", unknown[[1]], "; there are ", all, ".")
  }
  known[match(wanted, stems)]
}

check_parameters <- function(asked) {
  pages <- sub("/.*", "", grep("/", names(asked$parameters), value = TRUE))
  elsewhere <- setdiff(pages, sub("[.]qmd$", "", basename(asked$files)))
  if (length(elsewhere) > 0) {
    give_up(
      "-P: must be for a page that is rendered; got one for the page ", elsewhere[[1]],
      ". Name that page too, or leave it out."
    )
  }
  known <- unique(unlist(lapply(asked$files, function(file) names(front_matter(file)$params))))
  unknown <- setdiff(sub(".*/", "", names(asked$parameters)), known)
  if (length(unknown) > 0) {
    give_up(
      "-P: these vignettes have no parameter ", unknown[[1]], "; they have ",
      paste(known, collapse = ", "), "."
    )
  }
}

front_matter <- function(file) rmarkdown::yaml_front_matter(file)

# What is given for all pages, and over it what is given for this one.
parameters_of <- function(file, name, given) {
  for_one <- grepl("/", names(given))
  own <- given[startsWith(as.character(names(given)), paste0(name, "/"))]
  names(own) <- sub(".*/", "", names(own))
  all <- utils::modifyList(given[!for_one], own)
  all[names(all) %in% names(front_matter(file)$params)]
}

# One page -----------------------------------------------------------------------------------

# Render in a folder of its own beside the target, then move the finished page.
make_page <- function(file, asked) {
  name <- sub("[.]qmd$", "", basename(file))
  work <- tempfile(paste0(".", name, "-"), tmpdir = normalizePath(asked$to))
  dir.create(work)
  on.exit(unlink(work, recursive = TRUE))
  sources <- list.files(asked$from, "[.](qmd|yml|scss|R|csv|png|svg)$", full.names = TRUE)
  file.copy(sources, work)
  parameters <- parameters_of(file, name, asked$parameters)
  log <- file.path(work, "log.txt")
  start <- Sys.time()
  status <- if (has_quarto()) {
    with_quarto(name, work, parameters, log)
  } else {
    with_rmarkdown(name, work, parameters, log, asked$forked)
  }
  page <- file.path(work, paste0(name, ".html"))
  if (status != 0 || !file.exists(page)) {
    message(name, ".qmd: ", reason(log), " Nothing was written.")
    return(FALSE)
  }
  target <- file.path(asked$to, basename(page))
  if (!file.rename(page, target)) give_up(target, ": must be a file that can be replaced.")
  seconds <- round(as.numeric(difftime(Sys.time(), start, units = "secs")))
  cat(sprintf("%-34s %4d s\n", file.path(basename(asked$to), basename(page)), seconds))
  TRUE
}

has_quarto <- function() {
  nzchar(Sys.which("quarto")) && Sys.getenv("KERASDUET_RENDERER", "quarto") == "quarto"
}

# The copy is its own project, without the output folder: its pages go beside their sources.
with_quarto <- function(name, work, parameters, log) {
  project <- file.path(work, "_quarto.yml")
  lines <- readLines(project)
  writeLines(lines[!grepl("^\\s*output-dir:", lines)], project)
  pairs <- rbind("-P", paste0(names(parameters), ":", unlist(parameters)))
  arguments <- c("render", file.path(work, paste0(name, ".qmd")), if (length(parameters)) pairs)
  system2("quarto", shQuote(arguments), stdout = log, stderr = log)
}

with_rmarkdown <- function(name, work, parameters, log, forked) {
  saveRDS(parameters, file.path(work, "parameters.rds"))
  if (forked) {
    return(in_fork(log, render_one(work, name)))
  }
  script <- file.path(root, "tools", "render-vignettes.R")
  rscript <- file.path(R.home("bin"), "Rscript")
  system2(rscript, shQuote(c(script, "--one", work, name)), stdout = log, stderr = log)
}

# Load once what every page loads, but Keras: it runs in no fork of a process that has it. Say
# whether that worked; each page then begins in a fork.
prepare <- function() {
  code <- "
import gc, sys
gc.disable()
import kerasduet, matplotlib.figure, numpy, pandas
from kerasduet.environment import backend_name, importing
if backend_name() == 'tensorflow':
    sys.modules['keras'] = None  # TensorFlow does without
    with importing._without_noise(), importing.postponed('tensorflow'):
        import tensorflow
    del sys.modules['keras']
gc.collect()
gc.freeze()
gc.enable()
"
  tryCatch(
    {
      find_pandoc()
      for (package in c("kerasduet", "ggplot2", "knitr", "parallel")) loadNamespace(package)
      reticulate::py_run_string(code, local = TRUE)
      Sys.info()[["sysname"]] == "Linux" # elsewhere system libraries mind a fork
    },
    error = function(error) FALSE
  )
}

# Give the value of an expression, the status of a program, that is evaluated in a fork; what it
# and the programs that it starts write goes to a file.
in_fork <- function(log, expression) {
  job <- parallel::mcparallel({
    os <- reticulate::import("os")
    file <- os$open(log, bitwOr(os$O_WRONLY, os$O_CREAT))
    os$dup2(file, 1L)
    os$dup2(file, 2L)
    # R forks without a word to Python: say so before a page imports Keras itself.
    reticulate::import("kerasduet.environment.backend")$`_after_fork`()
    expression
  })
  status <- suppressWarnings(parallel::mccollect(job)[[1]])
  if (is.numeric(status)) status else 1
}

# The sentence of render_one(), or what Quarto said first.
reason <- function(log) {
  lines <- if (file.exists(log)) readLines(log, warn = FALSE) else character()
  told <- grep("^STOPPED: ", lines)
  if (length(told) > 0) {
    said <- sub("^STOPPED: ", "", lines[[told[[1]]]])
    return(if (said == "pandoc") pandoc_reason(utils::head(lines, told[[1]] - 1)) else said)
  }
  quarto_reason(gsub("\033\\[[0-9;]*m", "", lines))
}

# knitr's error in a chunk begins a line with "!" (in older versions it ends that of "Error in"),
# and the chunk's label stands in brackets behind "Quitting from". Else the first error is told.
quarto_reason <- function(lines) {
  start <- grep("^! ", lines)
  inline <- grep("^Error( in .*)?: .", lines, value = TRUE)
  wrong <- grep("error", lines, ignore.case = TRUE, value = TRUE)
  last <- utils::tail(lines[nzchar(lines)], 1)
  said <- if (length(start) > 0) {
    after <- lines[-seq_len(start[[1]])]
    more <- cumsum(!grepl("^  +[^ ]", after)) == 0 # a long text goes on, indented
    paste(c(sub("^! ", "", lines[[start[[1]]]]), trimws(after[more])), collapse = " ")
  } else if (length(inline) > 0) {
    sub("^Error( in .*?)?: ", "", inline[[1]], perl = TRUE)
  } else {
    return(paste0(c(trimws(wrong), last, "the renderer ended without a word")[[1]], "."))
  }
  quitting <- grep("^Quitting from .*\\[.+\\]", lines, value = TRUE)
  label <- if (length(quitting) > 0) sub(".*\\[(.+)\\].*", "\\1", quitting[[1]])
  stop_text(said, label)
}

# Pandoc and our filter write their sentence after this line.
pandoc_reason <- function(lines) {
  start <- grep("^Error running filter|^pandoc", lines)
  after <- if (length(start) > 0) lines[-seq_len(start[[1]])] else lines
  paste0("pandoc: ", sub("[.]?$", ".", trimws(c(after[nzchar(after)], "it gave no reason")[[1]])))
}

# Without Quarto -----------------------------------------------------------------------------

# Give the status with which its program is to end.
render_one <- function(work, name) {
  if (!has_pandoc()) {
    return(1)
  }
  setwd(work)
  label <- NULL
  tryCatch(
    withCallingHandlers(
      {
        input <- expand(name)
        rmarkdown::render(
          input,
          output_format = page_format(name, front_matter(input)$description),
          output_file = paste0(name, ".html"),
          params = readRDS("parameters.rds"), envir = new.env(parent = globalenv()), quiet = TRUE
        )
        0
      },
      error = function(error) label <<- knitr::opts_current$get("label")
    ),
    error = function(error) {
      message("STOPPED: ", stop_text(conditionMessage(error), label))
      1
    }
  )
}

stop_text <- function(text, label) {
  if (grepl("pandoc document conversion failed", text)) {
    return("pandoc") # its own words stand in the log, before these
  }
  text <- sub("\\s*Run `?reticulate::py_last_error.*", "", text)
  text <- gsub("\\s+", " ", trimws(gsub("\033\\[[0-9;]*m", "", text)))
  where <- if (is.null(label)) "" else paste0("chunk ", label, ": ")
  paste0(where, sub("[.]?$", ".", text))
}

find_pandoc <- function() {
  if (!rmarkdown::pandoc_available("2.17")) {
    python <- Sys.getenv("RETICULATE_PYTHON", "python3")
    found <- suppressWarnings(tryCatch(
      system2(python, c("-c", shQuote("import pypandoc; print(pypandoc.get_pandoc_path())")),
        stdout = TRUE, stderr = FALSE
      ),
      error = function(error) character()
    ))
    if (length(found) > 0) rmarkdown::find_pandoc(cache = FALSE, dir = dirname(found[[1]]))
  }
}

has_pandoc <- function() {
  find_pandoc()
  found <- rmarkdown::pandoc_available("2.17")
  if (!found) message("STOPPED: pandoc 2.17 or newer is needed; install pandoc or Quarto.")
  found
}

# Put the included files in place, as Quarto does before the chunks run.
expand <- function(name) {
  lines <- include(readLines(paste0(name, ".qmd"), encoding = "UTF-8"))
  input <- paste0(name, ".Rmd")
  writeLines(enc2utf8(lines), input, useBytes = TRUE)
  input
}

include <- function(lines) {
  wanted <- regmatches(lines, regexec("^\\{\\{< include ([^ ]+) >\\}\\}\\s*$", lines))
  parts <- Map(function(line, found) {
    if (length(found) == 0) {
      return(line)
    }
    if (!file.exists(found[[2]])) stop("include: there is no ", found[[2]])
    include(readLines(found[[2]], encoding = "UTF-8"))
  }, lines, wanted)
  unlist(parts, use.names = FALSE)
}

page_format <- function(name, description) {
  project <- yaml::read_yaml("_quarto.yml")
  html <- project$format$html
  renderer <- paste(
    "rmarkdown", utils::packageVersion("rmarkdown"), "and pandoc", rmarkdown::pandoc_version()
  )
  options(kerasduet.renderer = paste("rendered with", renderer))
  embed <- if (rmarkdown::pandoc_available("2.19")) "--embed-resources" else "--self-contained"
  rmarkdown::output_format(
    knitr = rmarkdown::knitr_options(
      opts_chunk = list(
        dev = "png", fig.retina = 2, dpi = html$`fig-dpi`, fig.width = html$`fig-width`,
        fig.height = html$`fig-height`, comment = NA, echo = project$execute$echo,
        warning = project$execute$warning, error = project$execute$error
      ),
      knit_hooks = hooks()
    ),
    pandoc = rmarkdown::pandoc_options(
      to = "html5", from = "markdown", lua_filters = file.path(report_files, "quarto.lua"),
      args = c(
        "--standalone", embed, "--mathml", "--toc", "--toc-depth", html$`toc-depth`,
        "--template", file.path(report_files, "page.html"),
        "--css", file.path(report_files, "page.css"),
        "--variable", paste0("page-script=", file.path(report_files, "page.js")),
        "--metadata", paste0("renderer=", renderer), "--metadata", paste0("lang=", project$lang),
        "--metadata", paste0("author=", project$author),
        if (!is.null(description)) c("--metadata", paste0("description-meta=", description))
      )
    ),
    df_print = html$`df-print`, clean_supporting = TRUE
  )
}

# Mark chunks up as Quarto does: a cell with its code and its outputs.
hooks <- function() {
  fenced <- function(text, attributes) {
    paste0("\n\n```", attributes, "\n", sub("\n+$", "", paste(text, collapse = "\n")), "\n```\n\n")
  }
  output <- function(kind) {
    function(x, options) {
      text <- if (nzchar(trimws(x))) fenced(sub("^\n+", "", x), "") else ""
      paste0("\n\n::: {.cell-output .cell-output-", kind, "}\n", text, "\n:::\n\n")
    }
  }
  list(
    source = function(x, options) {
      fold <- options$`code-fold`
      summary <- options$`code-summary`
      attributes <- paste0(
        "{.", tolower(options$engine), " .cell-code",
        if (!is.null(fold)) paste0(' code-fold="', tolower(fold), '"'),
        if (!is.null(summary)) paste0(' code-summary="', summary, '"'),
        "}"
      )
      fenced(x, attributes)
    },
    output = output("stdout"),
    message = output("stderr"),
    warning = output("stderr"),
    error = output("error"),
    plot = function(x, options) {
      alt <- gsub('"', "&quot;", paste(options$fig.alt, collapse = " "))
      width <- if (!is.null(options$out.width)) paste0(" width=", options$out.width)
      image <- paste0("![](", x, ")", '{fig-alt="', alt, '"', width, "}")
      paste0("\n\n::: {.cell-output-display}\n", image, "\n:::\n\n")
    },
    chunk = function(x, options) {
      classes <- paste0(".", c("cell", options$classes), collapse = " ")
      if (nzchar(trimws(x))) paste0("\n\n::: {", classes, "}\n", x, "\n:::\n\n") else ""
    }
  )
}

main(commandArgs(trailingOnly = TRUE))
