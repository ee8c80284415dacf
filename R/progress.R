# Progress of a run. The core tells a function of every event; its own words are used, so that
# both languages say the same.

progress_lines <- function(event) {
  line <- plain(core$progress$event_line(event))
  if (!is.null(line)) message(line)
}

# One bar for all epochs, with the last epoch's losses behind it.
progress_bar <- function() {
  frame <- environment()
  bar <- NULL
  steps <- 1
  function(event) {
    now <- plain(event)
    switch(now$event,
      start = {
        progress_lines(event)
        steps <<- now$steps
        bar <<- cli::cli_progress_bar(
          total = now$epochs * now$steps,
          format = "{cli::pb_extra$epoch} {cli::pb_bar} {cli::pb_eta_str} {cli::pb_extra$logs}",
          extra = list(epoch = "", logs = ""),
          auto_terminate = FALSE, .auto_close = FALSE, .envir = frame
        )
      },
      batch = cli::cli_progress_update(
        set = (now$epoch - 1) * steps + now$step,
        extra = list(epoch = paste0("epoch ", now$epoch, "/", now$epochs)),
        id = bar, .envir = frame
      ),
      epoch = cli::cli_progress_update(
        set = now$epoch * steps, extra = list(logs = logs_text(now$logs)), id = bar, .envir = frame
      ),
      {
        if (!is.null(bar)) cli::cli_progress_done(id = bar, .envir = frame)
        progress_lines(event)
      }
    )
  }
}

logs_text <- function(logs) {
  logs$epoch <- NULL
  paste(names(logs), vapply(logs, sprintf, "", fmt = "%.4f"), collapse = "  ")
}
