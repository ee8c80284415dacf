# The core says what it says in the words of no language. Here its sentences get R's values (TRUE,
# NULL, NA, c(2, 3)), R's calls, and the names that arguments have in R.

in_r <- function(text, arguments = character()) {
  for (name in names(arguments)) {
    core_name <- paste0("^", name, ":(?! no such)")
    text <- sub(core_name, paste0(arguments[[name]], ":"), text, perl = TRUE)
  }
  # What stands in quotes is the caller's own.
  quoted <- gregexpr("(?<!\\w)'[^']*'(?!\\w)|\"[^\"]*\"", text, perl = TRUE)
  own <- regmatches(text, quoted)
  regmatches(text, quoted) <- lapply(own, function(x) sprintf("\u0001%d\u0001", seq_along(x)))
  for (rule in r_words) text <- gsub(rule[[1]], rule[[2]], text, perl = TRUE)
  text <- in_keras3(text)
  found <- gregexpr("\u0001[0-9]+\u0001", text)
  regmatches(text, found) <- Map(function(x, places) {
    x[as.integer(gsub("\u0001", "", places))]
  }, own, regmatches(text, found))
  for (rule in r_fixes) text <- gsub(rule[[1]], rule[[2]], text, perl = TRUE)
  in_environment(text)
}

# Keras's classes have functions in keras3, with names in small letters.
in_keras3 <- function(text) {
  kinds <- paste(gsub(".", "\\.", names(keras3_kinds), fixed = TRUE), collapse = "|")
  call <- paste0("\\bkeras\\.(", kinds, ")\\.[A-Z]\\w*(?=\\()")
  found <- gregexpr(call, text, perl = TRUE)
  regmatches(text, found) <- lapply(regmatches(text, found), vapply, keras3_name, "")
  text
}

keras3_name <- function(class) {
  place <- sub("keras[.](.*)[.].*", "\\1", class)
  name <- sub(".*[.]", "", class)
  if (name %in% not_in_keras3) {
    return(paste0("reticulate::import(\"keras\")$", gsub(".", "$", place, fixed = TRUE), "$", name))
  }
  paste0("keras3::", keras3_kinds[[place]], "_", small_name(name))
}

# Classes of Keras that keras3 1.4.0 has no function for.
not_in_keras3 <- c(
  "Accuracy", "CategoricalGeneralizedCrossEntropy", "MultiOptimizer", "Muon", "OrbaxCheckpoint",
  "ScheduleFreeAdamW"
)

keras3_kinds <- c(
  losses = "loss", metrics = "metric", optimizers.schedules = "learning_rate_schedule",
  optimizers = "optimizer", callbacks = "callback"
)

small_name <- function(name) {
  odd <- c(
    RMSprop = "rmsprop", FBetaScore = "fbeta_score", MeanIoU = "mean_iou", IoU = "iou",
    BinaryIoU = "binary_iou", OneHotIoU = "one_hot_iou", OneHotMeanIoU = "one_hot_mean_iou",
    LossScaleOptimizer = "loss_scale", LambdaCallback = "lambda", TensorBoard = "tensorboard",
    TerminateOnNaN = "terminate_on_nan"
  )
  if (name %in% names(odd)) {
    return(odd[[name]])
  }
  words <- gsub("([a-z0-9])([A-Z])", "\\1_\\2", name)
  tolower(gsub("([A-Z]+)([A-Z][a-z])", "\\1_\\2", words))
}

# Python's packages are installed by reticulate, into the environment that R uses; a command that
# names its Python stays.
in_environment <- function(text) {
  one <- "(?:\"[A-Za-z][^\"]*\"|[A-Za-z][A-Za-z0-9_-]*)"
  call <- paste0("(?<!-m )pip install (", one, "(?: ", one, "(?![A-Za-z ,]))*)")
  found <- gregexpr(call, text, perl = TRUE)
  regmatches(text, found) <- lapply(regmatches(text, found), function(commands) {
    vapply(sub("pip install ", "", commands, fixed = TRUE), install_call, "", USE.NAMES = FALSE)
  })
  text
}

install_call <- function(packages, prefix = python_prefix()) {
  names <- gsub("\"", "", strsplit(packages, " ", fixed = TRUE)[[1]])
  quoted <- paste0("\"", names, "\"", collapse = ", ")
  if (length(names) > 1) quoted <- paste0("c(", quoted, ")")
  if (!file.exists(file.path(prefix, "pyvenv.cfg"))) {
    return(paste0("reticulate::py_install(", quoted, ", pip = TRUE)"))
  }
  name <- if (basename(prefix) == "r-kerasduet") "r-kerasduet" else prefix
  paste0("reticulate::virtualenv_install(\"", name, "\", ", quoted, ")")
}

python_prefix <- function() {
  if (!isTRUE(session$started)) {
    return("r-kerasduet")
  }
  plain(reticulate::import("sys", convert = FALSE)$prefix)
}

# How an array is cut without losing its first axis.
still_needs <- function(one, others) {
  paste0(
    "One ", one, " still needs the first axis, of length 1: drop = FALSE keeps it, such as in x[1",
    others, ", drop = FALSE]."
  )
}

# What helps in R, where the core has no fix to give.
r_fixes <- list(
  c(
    "(must be an? (?:whole )?number\\b[^']*; got '[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?')\\.$",
    "\\1. Write it without quotes."
  ),
  c(
    "(got '([^']+[.](?:csv|parquet|txt))'\\.) Give a file or a folder as path\\.",
    "\\1 Set path = \"\\2\" instead."
  ),
  c(
    paste0(
      "(a time series, or a table whose columns have names; got .+\\.) ",
      "Give the values a name, as a column or a Series\\.$"
    ),
    "\\1 Give ts(x), with its frequency, or data.frame(value = x)."
  ),
  c(
    "(must be \\(height, width, channels\\); got c\\(([0-9]+), ([0-9]+)\\)\\.)$",
    "\\1 Set input_shape = c(\\2, \\3, 1), or 3 channels for colours."
  ),
  c( # with channels, or of a video, the array has more axes
    "(got c\\((?:[0-9]+, ){3}[0-9]+\\)\\.) One (\\w+) still needs the first axis, of length 1\\.",
    paste("\\1", still_needs("\\2", ", , , , "))
  ),
  c(
    "(got c\\((?:[0-9]+, ){2}[0-9]+\\)\\.) One (\\w+) still needs the first axis, of length 1\\.",
    paste("\\1", still_needs("\\2", ", , , "))
  ),
  c(
    "One (\\w+) still needs the first axis, of length 1\\.",
    still_needs("\\1", ", , ")
  ),
  c("(got (?:hms|difftime|units)(?: in row [0-9]+)?\\.)", "\\1 as.numeric() makes numbers of it."),
  c("(got haven_labelled(?: in row [0-9]+)?\\.)", "\\1 haven::as_factor() makes a factor of it."),
  c(
    paste0(
      "^((?!model:|preset:|run:|set:).*got (?:matrix|array|data\\.frame|tbl_df|data\\.table)",
      "(?: in row [0-9]+)?\\.)"
    ),
    "\\1 Give each of its columns a name."
  ),
  c(
    "(got text that is not UTF-8( in row [0-9]+)?)([^.]*\\.)",
    "\\1\\3 Convert it first, say with iconv(x, \"latin1\", \"UTF-8\")."
  )
)

r_words <- list(
  c("\\bpd\\.[A-Za-z]+\\([^()]*\\), in R ", ""),
  c("in Python (?:(?!, in R ).)*, in R ", "use "),
  c("; in Python reshape them first", "; of other networks give an array n x height x width"),
  c("\\[keras\\.callbacks\\.ReduceLROnPlateau\\(\\)\\]", "callback_reduce_lr_on_plateau()"),
  c("keras\\.Sequential\\(\\[[.]*\\]\\)", "keras_model_sequential()"),
  c("\\brun\\.(save|evaluate|export|update)\\(\\)", "\\1_run(run)"),
  c("\\brun\\.(save|evaluate|export|update)\\(", "\\1_run(run, "),
  c("\\brun\\.([a-z_]+)\\(\\)", "\\1(run)"),
  c("\\brun\\.([a-z_]+)\\(", "\\1(run, "),
  c("\\bpandas\\.read_csv\\(", "read.csv("),
  c("\\bkd\\.", ""),
  c("(?<!the )\\btrue\\b(?! (?:class|value|label))", "TRUE"),
  c("(?<!the )\\bfalse\\b", "FALSE"),
  c("(?<= = |\\bto )True\\b", "TRUE"),
  c("(?<= = |\\bto )False\\b", "FALSE"),
  c("(?<= = |\\bto )None\\b", "NULL"),
  c("\\bgot nothing(?= in row)", "got NA"),
  c("\\b(got|or) nothing(?! in| between)\\b", "\\1 NULL"),
  c("\\bNaN or infinity\\b", "NA, NaN or Inf"),
  c("\\bgot \\[\\]", "got list()"),
  c("\\bgot NaN\\b", "got NA"),
  c("\\bgot (-?)infinity\\b", "got \\1Inf"),
  c("(?<=[\\[ ])nothing(?=[],])", "NULL"),
  c("(?<![\\w\\])\\[])\\[(-?[0-9.]+|NULL|TRUE|FALSE|NaN)\\]", "\\1"),
  c(
    paste0(
      "(?<![\\w\\])\\[])\\[((?:(?:-?[0-9.]+(?:e[-+]?[0-9]+)?|NULL|TRUE|FALSE|NaN)",
      "(?:, |(?=\\])))+)\\]"
    ),
    "c(\\1)"
  ),
  c("= \\((-?[0-9.]+(?:, -?[0-9.]+)+)\\)", "= c(\\1)")
)
