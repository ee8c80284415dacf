# What every page shares: numbers in the text, the drawing of a network, the proof that both
# languages gave the same bits, and where the page comes from. `_setup.qmd` sources it.

library(kerasduet)
library(reticulate) # its `py` holds the variables of the Python tabs

# Alt texts are computed; knitr evaluates them late, and for Python chunks never, unless told.
knitr::opts_knit$set(eval.after = character())
options(digits = 4)

source("_scripts.R")
source("_course.R")
# The core checks the rest when the first experiment is described.
check_params <- function(params) {
  for (name in intersect(c("epochs", "seeds"), names(params))) {
    if (!is_count(params[[name]])) {
      got <- format(params[[name]])
      stop(name, ": must be a whole number from 1; got ", got, ".", call. = FALSE)
    }
  }
}

is_count <- function(x) is.numeric(x) && length(x) == 1 && x >= 1 && x %% 1 == 0

if (exists("params", knitr::knit_global())) {
  check_params(get("params", knitr::knit_global()))
  show_literal_code(get("params", knitr::knit_global()))
}

# Before each Python chunk reticulate asks whether matplotlib is loaded, and copies the list of all
# modules into R to see: more than half a second for each chunk once Keras is there. Ask Python.
if (exists("py_module_loaded", asNamespace("reticulate"), inherits = FALSE)) {
  utils::assignInNamespace("py_module_loaded", function(module) {
    if (!py_available()) {
      return(FALSE)
    }
    py_eval(sprintf("'%s' in __import__('sys').modules", module))
  }, "reticulate")
}

# Numbers in the text ------------------------------------------------------------------------

percent <- function(share, digits = 1) {
  paste0(formatC(100 * share, format = "f", digits = digits), "\u00a0%")
}

whole <- function(x) format(round(x), big.mark = ",", scientific = FALSE, trim = TRUE)

epochs_text <- function(n) paste(whole(n), if (n == 1) "epoch" else "epochs")

decimal <- function(x, digits = 2) formatC(x, format = "f", digits = digits)

# "a", "a and b", "a, b and c"
listed <- function(words) {
  last <- length(words)
  if (last < 2) words else paste(paste(words[-last], collapse = ", "), "and", words[last])
}

# Differences --------------------------------------------------------------------------------

# The row of a measure in what compare_runs() found: a list of value, low, high, and whether 0 lies
# outside.
difference <- function(comparison, measure) {
  row <- comparison$table[comparison$table$measure == measure, ]
  list(
    value = row$difference, low = row$low, high = row$high,
    clear = grepl("better", row$verdict)
  )
}

# Stop the page where the two languages compared differently.
same_comparison <- function(in_r, in_python) {
  found <- reticulate::py_to_r(in_python$table$to_dict("list"))
  stopifnot(identical(as.list(in_r$table), lapply(found, unlist)))
}

# The MAE of the best baseline minus that of the network, as in the reports.
gain_over_baseline <- function(run) {
  measures <- reticulate::import("kerasduet.tasks.forecasting.measures", convert = FALSE)
  interval(reticulate::py_get_item(measures$gain(python_run(run)), 1L))
}

python_run <- function(run) reticulate::r_to_py(run)

interval <- function(found) {
  bounds <- lapply(c(value = "value", low = "low", high = "high"), function(name) {
    reticulate::py_to_r(reticulate::py_get_attr(found, name))
  })
  c(bounds, clear = reticulate::py_to_r(found$excludes_zero))
}

# "0.09 (95 % interval -0.02 to 0.18)"
among <- function(found, digits = 2, unit = "", factor = 1) {
  shown <- sub("^-", "\u2212", decimal(factor * c(found$value, found$low, found$high), digits))
  paste0(
    shown[[1]], if (nzchar(unit)) paste0("\u00a0", unit),
    " (95\u00a0% interval ", shown[[2]],
    " to ", shown[[3]], ")"
  )
}

# Pictures -----------------------------------------------------------------------------------

# Alt text of a run's figure: the core writes it from what the figure shows.
alt_text <- function(run, kind, ...) {
  if (inherits(run, "kerasduet_run")) {
    run <- python_run(run)
  }
  plots <- reticulate::import("kerasduet.plots", convert = FALSE)
  gsub("\\s+", " ", reticulate::py_to_r(plots$plot_data(run, kind, ...)$alt))
}

# One row a layer, from the input to the output.
layer_table <- function(model) {
  rows <- lapply(model$layers, function(layer) {
    data.frame(
      layer = layer$name, kind = layer$`__class__`$`__name__`,
      # Without the first axis, the batch.
      output = paste(unlist(layer$output$shape), collapse = " \u00d7 "),
      parameters = layer$count_params()
    )
  })
  do.call(rbind, rows)
}

# The network as a drawing that follows the page's colours and can be read by a machine.
network_drawing <- function(model) {
  layers <- layer_table(model)
  step <- 62
  top <- step * (seq_len(nrow(layers)) - 1) + 4
  weights <- ifelse(layers$parameters > 0, paste(whole(layers$parameters), "parameters"), "")
  boxes <- sprintf(
    paste0(
      '<rect x="4" y="%d" width="472" height="42" rx="6" fill="%s" fill-opacity="0.14" ',
      'stroke="%s" stroke-width="1.5"/>',
      '<text x="18" y="%d" font-weight="600">%s</text>',
      '<text x="205" y="%d">%s</text>',
      '<text x="462" y="%d" text-anchor="end" opacity="0.8">%s</text>'
    ),
    top, layer_colour(layers$kind), layer_colour(layers$kind),
    top + 26, layers$kind, top + 26, layers$output, top + 26, weights
  )
  arrows <- sprintf(
    '<path d="M240 %dv14m-5 -6l5 6l5 -6" fill="none" stroke="currentColor" stroke-width="1.5"/>',
    utils::head(top, -1) + 45
  )
  alt <- paste0(
    "Network from top to bottom: ",
    paste0(layers$kind, " giving ", layers$output, collapse = "; "), "."
  )
  svg <- paste0(
    sprintf('<svg class="network" role="img" aria-label="%s" ', alt),
    sprintf('viewBox="0 0 480 %d" width="480" ', max(top) + 46),
    'font-family="inherit" font-size="14" fill="currentColor">',
    paste(c(boxes, arrows), collapse = ""), "</svg>"
  )
  knitr::asis_output(paste0("\n```{=html}\n", svg, "\n```\n"))
}

layer_colour <- function(kind) {
  colours <- c(
    InputLayer = "#7f8b99", Conv2D = "#0072B2", MaxPooling2D = "#56B4E9", Flatten = "#7f8b99",
    Dense = "#E69F00", Dropout = "#CC79A7", LSTM = "#009E73", GRU = "#009E73", SimpleRNN = "#009E73"
  )
  ifelse(kind %in% names(colours), colours[kind], "#7f8b99")
}

# Proof --------------------------------------------------------------------------------------

# Compare what both languages got. Give a run of each, or a named list of numbers of each; the
# page stops here when one digest differs.
same_bits <- function(r, python) {
  in_r <- digests(r)
  in_python <- digests(python)
  proof <- data.frame(
    what = names(in_r), R = in_r, Python = unname(in_python[names(in_r)]), row.names = NULL
  )
  proof$same <- !is.na(proof$Python) & proof$R == proof$Python
  differing <- proof$what[!proof$same]
  if (nrow(proof) == 0 || length(differing) > 0) {
    stop("R and Python gave different digests: ", listed(differing), call. = FALSE)
  }
  proof
}

digests <- function(x) {
  if (inherits(x, c("kerasduet_run", "python.builtin.object"))) {
    return(unlist(x$digests))
  }
  arrays <- reticulate::import("kerasduet.data.dataset", convert = FALSE)$digest_arrays
  numpy <- reticulate::import("numpy", convert = FALSE)
  vapply(x, function(values) {
    reticulate::py_to_r(arrays(numpy$asarray(as_array(values), dtype = "float64")))
  }, "")
}

# A vector of length one stays a vector; what Python gives may be a list of numbers.
as_array <- function(x) {
  if (is.list(x)) x <- unlist(x)
  array(as.double(x), if (is.null(dim(x))) length(x) else dim(x))
}

proof_table <- function(proof, characters = 16) {
  shown <- function(digest) paste0("`", substr(digest, 1, characters), "`")
  knitr::kable(
    data.frame(proof$what, shown(proof$R), shown(proof$Python), ifelse(proof$same, "yes", "no")),
    col.names = c("sha256 of", "in R", "in Python", "identical")
  )
}

# Origin -------------------------------------------------------------------------------------

# The facts of the closing table. A page without a run gives its own data and seed.
page_facts <- function(run = NULL, ...) {
  facts <- list(...)
  if (!is.null(run)) {
    source <- run$source
    rows <- paste0(source$name, ", ", whole(source$rows), " rows")
    threads <- run$provenance$threads
    facts <- c(list(
      Data = paste0(rows, if (nzchar(source$note)) ". ", source$note),
      `Data, sha256` = paste0("`", substr(source$sha256, 1, 16), "`"),
      Seed = whole(run$provenance$seed),
      Backend = run$provenance$backend,
      Device = device_text(run$provenance$device),
      `CPU threads` = if (is.null(threads)) "as the backend decides" else whole(threads)
    ), facts)
  }
  versions <- reticulate::import("kerasduet.environment", convert = TRUE)$versions()
  packages <- versions[setdiff(names(versions), c("python", "platform"))]
  facts <- c(facts, list(
    R = paste0(getRversion(), " with reticulate ", utils::packageVersion("reticulate")),
    Python = paste0(
      reticulate::py_version(TRUE), " with ",
      listed(paste(names(packages), unlist(packages)))
    ),
    `This page` = renderer()
  ))
  data.frame(What = names(facts), Value = unlist(facts), row.names = NULL)
}

device_text <- function(device) {
  several <- if (device$count > 1) paste(" \u00d7", device$count)
  paste0(toupper(device$kind), ", ", device$name, several)
}

# knitr learns that Quarto runs it, not which version: a shortcode tells that. Without Quarto
# tools/render-vignettes.R sets the option.
renderer <- function() {
  if (!is.null(knitr::opts_knit$get("quarto.version"))) {
    return("rendered with Quarto {{< version >}}")
  }
  getOption("kerasduet.renderer", paste("rendered with knitr", utils::packageVersion("knitr")))
}
