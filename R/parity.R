#' Compare the bits of R and Python
#'
#' Runs an experiment in a fresh Python and in a fresh R, and compares the sha256 of weights,
#' history and predictions.
#'
#' @inheritParams experiment
#' @param backend,device Character. As for [use_backend()]; `NULL` (default) takes this session's
#'   choice.
#' @param threads CPU threads for one operation; `NULL` (default) takes this session's choice.
#' @param time_limit Seconds that each language may take. Default 3600.
#' @param progress Logical, or a function that is given each event, a list with `language` and
#'   `text`. Default `TRUE`.
#' @return A `kerasduet_parity`, a list that prints as text: `identical` (logical), `differences`
#'   (character), `table` (a data frame: `what`, `python`, `r`, `identical`), `experiment`,
#'   `backend`, `device`, `threads`, and `languages`, what each reported.
#' @examplesIf kerasduet:::has_core()
#' \donttest{
#' check_parity("mnist-dense", dataset = "mnist-subset", epochs = 1)
#' }
#' @export
check_parity <- function(preset, ..., backend = NULL, device = NULL, threads = NULL,
                         time_limit = 3600, progress = TRUE) {
  if (isTRUE(progress)) {
    progress <- function(event) message(event$text)
  }
  call_core({
    choices <- lapply(list(backend = backend, device = device, threads = threads), setting_to_py)
    arguments <- list(
      preset_to_py(preset),
      time_limit = setting_to_py(time_limit), progress = progress_to_py(progress)
    )
    parity_from_py(do.call(core$check_parity, c(arguments, choices, settings_to_py(list(...)))))
  })
}

#' @export
format.kerasduet_parity <- function(x, ...) strsplit(attr(x, "text"), "\n", fixed = TRUE)[[1]]

#' @export
summary.kerasduet_parity <- function(object, ...) object # prints as text

#' @export
print.kerasduet_parity <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}
