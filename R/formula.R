# A formula after the preset, such as admit ~ gre + gpa, names the target and the features of a
# table. It is found by its class, or by the name `formula`, and becomes these two settings.

formula_to_settings <- function(settings, data = NULL, preset = NULL) {
  place <- which(vapply(settings, inherits, NA, "formula") & names2(settings) %in% c("", "formula"))
  if (length(place) == 0) {
    return(settings)
  }
  others <- settings[-place[[1]]]
  columns <- formula_columns_of(preset)
  clash <- intersect(names2(others), unlist(columns))
  if (length(clash) > 0) {
    refuse(clash[[1]], ": excludes a formula; got both. Give one of them.")
  }
  found <- columns_of_formula(settings[[place[[1]]]], data, others)
  if (columns$right != "features") {
    found$features <- one_of_formula(found$features, settings[[place[[1]]]], data, found$target)
  }
  names(found) <- unlist(columns)
  c(found, others)
}

# An experiment, or that of a preset's name; NULL where there is none.
known_experiment <- function(preset) {
  if (inherits(preset, "kerasduet_experiment")) {
    return(preset)
  }
  if (is.character(preset) && length(preset) == 1 && preset %in% presets()$name) {
    return(experiment_from_py(core$experiment(preset)))
  }
  NULL
}

# The settings that the sides of a formula stand for.
formula_columns_of <- function(preset) {
  fields <- known_experiment(preset)
  known <- names(fields)
  for (kind in list(c("label_column", "text_column"), c("label_column", "image_column"))) {
    if (all(kind %in% known)) {
      return(list(left = kind[[1]], right = kind[[2]]))
    }
  }
  if (!is.null(fields) && !all(c("target", "features") %in% known)) {
    refuse(
      "formula: belongs to tables, series and texts; got one for ", fields$name,
      ". Leave it out.",
      kind = "UnknownName"
    )
  }
  list(left = "target", right = "features")
}

# Of texts and image files the network sees one column.
one_of_formula <- function(features, formula, data, target) {
  if (length(features) == 0 && is.data.frame(data)) features <- setdiff(names(data), target)
  if (length(features) != 1) {
    refuse(
      "formula: must have one column on its right, such as label ~ text; got ",
      formula_text(formula), "."
    )
  }
  features
}

names2 <- function(x) names(x) %||% rep("", length(x))

columns_of_formula <- function(formula, data, others) {
  if (length(formula) != 3 || !is.name(formula[[2]])) {
    refuse(
      "formula: must have a column to predict on its left, such as admit ~ gre + gpa; got ",
      formula_text(formula), ". Compute a new column in the data first."
    )
  }
  target <- as.character(formula[[2]])
  if (identical(formula[[3]], quote(.))) {
    return(list(target = target, features = character()))
  }
  known <- if (is.data.frame(data) || is.list(data) && !is.object(data)) names(data)
  roles <- unlist(others[intersect(names2(others), c("group", "time", "weights"))])
  features <- formula_columns(formula[[3]], known, setdiff(known, c(target, roles)))
  if (length(features) == 0) {
    refuse(
      "formula: must leave a column to predict from; got ", formula_text(formula),
      ". Name one on its right."
    )
  }
  list(target = target, features = features)
}

# The columns of a side, read from left to right: names add, a minus takes away.
formula_columns <- function(side, known, all) {
  if (is.name(side)) {
    return(formula_name(as.character(side), known, all))
  }
  if (is.numeric(side)) {
    refuse(
      "formula: has no intercept to set, a network's neurons have biases; got ",
      formula_text(side), ". Leave it out."
    )
  }
  sign <- if (is.call(side)) as.character(side[[1]])[[1]] else ""
  if (sign == "(" || sign == "+" && length(side) == 2) {
    return(formula_columns(side[[2]], known, all))
  }
  if (!sign %in% c("+", "-") || length(side) != 3) {
    refuse(
      "formula: adds columns or takes them away, such as gre + gpa or . - rank; got ",
      formula_text(side), ". Compute a new column in the data first."
    )
  }
  left <- formula_columns(side[[2]], known, all)
  right <- formula_columns(side[[3]], known, all)
  if (sign == "+") union(left, right) else setdiff(left, right)
}

formula_name <- function(name, known, all) {
  if (name == "." && is.null(known)) {
    refuse("formula: a . beside others stands for the columns of a data frame; got no such data.")
  }
  if (name == ".") {
    return(all)
  }
  if (!is.null(known) && !name %in% known) {
    nearest <- plain(core$checks$nearest(name, as.list(known)))
    refuse("formula: no column '", name, "'. ", nearest, kind = "UnknownName")
  }
  name
}

formula_text <- function(x) paste(deparse(x, width.cutoff = 500L), collapse = " ")
