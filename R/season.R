# A time series of R's knows how many values a season has; a network of one takes its season from
# there, where neither the call nor the experiment sets another than the preset's.

season_settings <- function(preset, settings, data) {
  steps <- season_of(data)
  if (is.null(steps)) {
    return(settings)
  }
  usual <- preset_season(preset)
  open <- setdiff(c("season", "difference"), names(settings))
  if (is.null(usual) || length(open) == 0) {
    return(settings)
  }
  is_short <- 3 * steps > NROW(data) # to learn a season from
  if (is_short) steps <- 1
  found <- list(season = steps, difference = if (steps > 1 && usual$difference > 0) steps else 0)
  found <- found[open]
  if (!all(unlist(found) == unlist(usual[open]))) {
    written <- paste(names(found), "=", unlist(found), collapse = ", ")
    rlang::inform(
      paste0(
        "From the frequency of the series",
        if (is_short) ", of which there are fewer than three seasons", ": ", written, "."
      ),
      class = "kerasduet_note"
    )
  }
  c(settings, found)
}

# An experiment as the core takes it, with the season of a series that is given with it, and of a
# preset that is trained with the patience of one by its name.
seasoned_to_py <- function(experiment, data, is_trained = FALSE) {
  is_one <- is.character(experiment) || inherits(experiment, "kerasduet_experiment")
  season <- if (is_one) season_settings(experiment, list(), data)
  given <- list(preset_to_py(experiment))
  if (length(season) == 0) {
    return(given[[1]])
  }
  made <- do.call(core$experiment, c(given, season))
  is_paced <- is_trained && is.character(experiment)
  if (is_paced) core$data$following$paced(experiment, made, given_to_py(data))[[0]] else made
}

# Season and difference of a preset of series, if it has a season; of an experiment only where they
# are still those of its preset.
preset_season <- function(preset) {
  fields <- if (inherits(preset, "kerasduet_experiment")) preset
  usual <- known_experiment(if (is.null(fields)) preset else fields$name)
  usual <- usual[c("task", "season", "difference")]
  if (!identical(usual$task, "forecasting")) {
    return(NULL)
  }
  changed <- !is.null(fields) && !identical(usual[-1], unclass(fields)[c("season", "difference")])
  if (changed || usual$season == 1) NULL else usual[-1]
}

# Values in a season, or NULL where the data do not say.
season_of <- function(data) {
  if (inherits(data, "ts")) {
    return(max(1, round(stats::frequency(data))))
  }
  if (inherits(data, "zoo")) {
    return(season_of_index(attr(data, "index")))
  }
  if (is.data.frame(data)) {
    found <- Filter(Negate(is.null), lapply(unname(as.list(data)), season_of_index))
    return(if (length(found) > 0) found[[1]])
  }
  NULL
}

season_of_index <- function(times) {
  known <- list(yearmon = 12, yearqtr = 4, yearmonth = 12, yearquarter = 4, yearweek = 52)
  kind <- intersect(class(times), names(known))
  if (length(kind) > 0) known[[kind[[1]]]]
}
