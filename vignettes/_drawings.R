# Drawings of the series page, from the numbers of its data set.

# The three parts of a series with a window in each, and two ways in which the future leaks.
splits_drawing <- function(weeks, sizes, exp) {
  length_of <- exp$lookback + exp$horizon
  parts <- unlist(sizes[c("train", "validation", "test")]) + length_of - 1 # weeks of each
  parts[["train"]] <- weeks - parts[["validation"]] - parts[["test"]]
  scale <- 472 / weeks
  ends <- 4 + scale * cumsum(parts)
  starts <- c(4, utils::head(ends, -1))
  colours <- c("#0072B2", "#E69F00", "#009E73")
  bar <- function(x, y, width, height, colour, opacity = 0.3) {
    sprintf(
      paste0(
        '<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s" fill-opacity="%.2f" ',
        'stroke="%s"/>'
      ),
      x, y, width, height, colour, opacity, colour
    )
  }
  text <- function(x, y, words, anchor = "start", weight = 400) {
    sprintf(
      '<text x="%.1f" y="%d" text-anchor="%s" font-weight="%d">%s</text>',
      x, y, anchor, weight, words
    )
  }
  # A window is drawn wider than it is, or a phone would not show it.
  window <- function(x, y) {
    seen <- 48 * exp$lookback / length_of
    ahead <- 48 - seen
    c(bar(x, y, seen, 12, "#7f8b99", 0.6), bar(x + seen, y, ahead, 12, "#D55E00", 0.8))
  }
  middle <- (starts + ends) / 2
  names <- c("training", "validation", "test")
  shuffled <- seq(4, 464, by = 12)
  # 7 of 10 learn, in an order that mixes them.
  chosen <- colours[c(1, 1, 2, 1, 1, 3, 1, 1, 1, 3)][seq_along(shuffled) %% 10 + 1]
  shapes <- c(
    text(4, 16, "By time: nothing of the future is learned", weight = 600),
    bar(starts, 26, ends - starts, 26, colours),
    text(middle, 44, c(names[1], "valid.", names[3]), "middle"),
    text(middle, 70, paste0(whole(parts), c(" weeks", "", "")), "middle"),
    unlist(lapply(c(20, starts[2] + 8, starts[3] + 8), window, y = 82)),
    text(76, 93, paste(exp$lookback, "weeks seen,", exp$horizon, "forecast")),
    text(4, 138, "Leak 1: a random split", weight = 600),
    bar(shuffled, 148, 11, 26, chosen),
    text(4, 208, "Leak 2: a window across the border", weight = 600),
    bar(c(4, 240), 218, c(236, 236), 26, colours[c(1, 3)]),
    text(c(60, 420), 236, c("training", "test"), "middle"),
    window(206, 225),
    sprintf('<path d="M240 214v36" stroke="currentColor" stroke-width="2"/>')
  )
  alt <- sprintf(
    paste(
      "The series as a bar of %s weeks for training, %s for validation and %s for the test, with a",
      "window of %d weeks seen and %d forecast in each. Below it a bar in which the three are",
      "mixed, and a window that lies across the border of training and test."
    ),
    whole(parts[[1]]), whole(parts[[2]]), whole(parts[[3]]), exp$lookback, exp$horizon
  )
  knitr::asis_output(paste0(
    "\n```{=html}\n", sprintf('<svg class="network" role="img" aria-label="%s" ', alt),
    'viewBox="0 0 480 256" width="720" font-family="inherit" font-size="14" fill="currentColor">',
    paste(shapes, collapse = ""), "</svg>\n```\n"
  ))
}
