# Progress of a run. The core tells a function of every event; its own words are used, so that
# both languages say the same. While Python works R is called once an epoch at most; the bar within
# an epoch is drawn by the core, on standard error.

progress_lines <- function(event) {
  line <- plain(core$progress$event_line(event))
  if (!is.null(line)) message(line)
}

# A terminal, RStudio's console, or neither, as in scripts and documents.
console_kind <- function() {
  if (!interactive() || !cli::is_dynamic_tty()) "lines" else if (isatty(stderr())) "bar" else "line"
}

shown_progress <- function(kind = console_kind()) {
  switch(kind,
    bar = TRUE,
    line = core$progress$ConsoleBar(),
    lines = told_by_epoch(progress_lines)
  )
}

# What the function returns would be converted for nothing.
told_by_epoch <- function(tell) {
  core$progress$by_epoch(reticulate::r_to_py(function(event) {
    tell(event)
    NULL
  }, convert = FALSE))
}

# A function of the user's is called from within Python, through which R's conditions do not pass:
# an error is kept and raised again behind it, as it was; a warning is given behind it.
kept_conditions <- function(tell) {
  function(...) {
    last <- NULL
    # A handler of the caller's that takes a condition leaves by a jump, which must not go across
    # Python's frames: it ends here, and the condition is raised again behind them.
    is_left <- TRUE
    on.exit(if (is_left) {
      if (is.null(session$raised)) session$raised <- last
      stop("the function given as progress was left")
    })
    withCallingHandlers(
      tell(...),
      warning = function(cnd) {
        session$warned <- c(session$warned, list(cnd))
        tryInvokeRestart("muffleWarning")
      },
      error = function(cnd) {
        is_left <<- FALSE
        session$raised <- cnd
      },
      interrupt = function(cnd) is_left <<- FALSE,
      condition = function(cnd) last <<- cnd
    )
    is_left <- FALSE
  }
}

take_raised <- function() {
  raised <- session$raised
  session$raised <- NULL
  raised
}

give_warned <- function() {
  warned <- session$warned
  session$warned <- NULL
  for (cnd in warned) warning(cnd)
}
