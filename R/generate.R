#' Go on with a text
#'
#' A run that learned a text, such as the preset `"next-character"`, writes more of it, character by
#' character. The same seed gives the same text, in Python too.
#'
#' @param x A [kerasduet_run] that learned a text.
#' @param start Character. What it begins with, of any length; of a long one the end is read.
#' @param n Characters to add, 1 to 100,000. Default 200.
#' @param temperature Number, at least 0. Each character is drawn by the network's probabilities to
#'   the power of 1 / temperature: 1 (default) draws as they are, less keeps to the likely ones. 0
#'   is greedy: it always takes the most probable character, whatever the seed.
#' @param top_k Draw among so many most probable characters alone, at least 1; `NULL` (default)
#'   draws among all.
#' @param seed Whole number, 0 to 2^32 - 1. Decides the draws. Default 0.
#' @param ... Not used.
#' @return Character. `start`, its white space as single spaces, and `n` characters after it.
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment("next-character", units = 8, epochs = 1, progress = FALSE)
#' generate(run, "From", n = 20, temperature = 0.7, seed = 1)
#' predict(run, c("The", "A functio"))
#' @method generate kerasduet_run
#' @export
generate.kerasduet_run <- function(x, start, n = 200, temperature = 1, top_k = NULL, seed = 0,
                                   ...) {
  rlang::check_dots_empty()
  call_core(plain(handle(x)$generate(
    data_to_py(start, "start"), setting_to_py(n),
    temperature = setting_to_py(temperature), top_k = setting_to_py(top_k),
    seed = setting_to_py(seed)
  )))
}
