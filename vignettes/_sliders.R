# Drawings that a slider moves, without a server: all that is shown was computed while the page was
# made, and a few lines of script choose what to show. Without the script the first state stands.

# A kernel over an image; the slider moves it, and the result fills cell by cell.
kernel_slider <- function(image, kernel, result) {
  cell <- 44 # for numbers of few digits, in letters that a phone can show
  left <- ncol(image) * cell + 24
  number_at <- function(values, x0) {
    place <- expand.grid(row = seq_len(nrow(values)), column = seq_len(ncol(values)))
    paste0(
      sprintf(
        paste0(
          '<rect x="%d" y="%d" width="%d" height="%d" fill="none" ',
          'stroke="currentColor" stroke-opacity="0.35"/>'
        ),
        x0 + (place$column - 1) * cell, 4 + (place$row - 1) * cell, cell, cell
      ),
      sprintf(
        '<text x="%d" y="%d" text-anchor="middle">%s</text>', x0 + (place$column - 1) * cell + 22,
        4 + (place$row - 1) * cell + 28, num(as.vector(values))
      )
    )
  }
  frame <- function(id, x, rows, columns, colour) {
    sprintf(
      paste0(
        '<rect id="%s" x="%d" y="4" width="%d" height="%d" fill="%s" fill-opacity="0.15" ',
        'stroke="%s" stroke-width="3"/>'
      ),
      id, x, columns * cell, rows * cell, colour, colour
    )
  }
  steps <- expand.grid(column = seq_len(ncol(result)), row = seq_len(nrow(result)))
  sums <- mapply(function(row, column) {
    window <- image[row + seq_len(nrow(kernel)) - 1, column + seq_len(ncol(kernel)) - 1]
    terms <- paste0(num(as.vector(t(window))), "\u00b7(", num(as.vector(t(kernel))), ")")
    kept <- as.vector(t(kernel)) != 0
    paste0(paste(terms[kept], collapse = " + "), " = ", num(result[row, column]))
  }, steps$row, steps$column)
  svg <- paste0(
    '<svg class="network" role="img" aria-label="An image of ', nrow(image), " by ", ncol(image),
    " numbers with a window of ", nrow(kernel), " by ", ncol(kernel),
    ' framed, and the result beside it; the slider below moves the window." viewBox="0 0 ',
    left + ncol(result) * cell + 4, " ", nrow(image) * cell + 8, '" width="',
    left + ncol(result) * cell + 4, '" font-family="inherit" font-size="18" fill="currentColor">',
    paste(number_at(image, 4), collapse = ""), paste(number_at(result, left), collapse = ""),
    frame("kernel-window", 4, nrow(kernel), ncol(kernel), "#D55E00"),
    frame("kernel-result", left, 1, 1, "#0072B2"), "</svg>"
  )
  script <- sprintf(
    paste0(
      "(function () {\n  var sums = %s, columns = %d, cell = %d, left = %d;\n",
      "  var slider = document.getElementById('kernel-slider');\n",
      "  slider.addEventListener('input', function () {\n",
      "    var i = Number(slider.value), row = Math.floor(i / columns), column = i %% columns;\n",
      "    [['kernel-window', 4], ['kernel-result', left]].forEach(function (one) {\n",
      "      var box = document.getElementById(one[0]);\n",
      "      box.setAttribute('x', one[1] + column * cell);\n",
      "      box.setAttribute('y', 4 + row * cell);\n    });\n",
      "    document.getElementById('kernel-sum').textContent = sums[i];\n  });\n})();"
    ),
    jsonlite::toJSON(sums), ncol(result), cell, left
  )
  slider(
    "kernel-slider", "Position of the kernel", nrow(steps) - 1, 0, svg, "kernel-sum", sums[[1]],
    script
  )
}

# Gradient norms over the lag for many weights W; the slider chooses W.
gradient_slider <- function(weights, norms, start) {
  x <- function(lag) 52 + 410 * lag / (nrow(norms) - 1)
  y <- function(norm) 118 - 16 * pmin(pmax(log10(norm), -6.5), 6.5)
  lags <- seq_len(nrow(norms)) - 1
  lines <- apply(norms, 2, function(norm) {
    paste(sprintf("%.1f,%.1f", x(lags), y(norm)), collapse = " ")
  })
  told <- sprintf(
    "W = %s: after %d steps the gradient is multiplied by %s.", decimal(weights, 2),
    nrow(norms) - 1, signif(norms[nrow(norms), ], 2)
  )
  ticks <- c(-6, -3, 0, 3, 6)
  svg <- paste0(
    '<svg class="network" role="img" aria-label="A line of the gradient norm over the number of ',
    'steps back, on a logarithmic scale; the slider below chooses W." viewBox="0 0 480 256" ',
    'width="640" font-family="inherit" font-size="14" fill="currentColor">',
    paste0(sprintf(
      paste0(
        '<path d="M52 %1$.1fH462" stroke="currentColor" stroke-opacity="0.25"/>',
        '<text x="44" y="%2$.1f" text-anchor="end">1e%3$d</text>'
      ),
      y(10^ticks), y(10^ticks) + 5, ticks
    ), collapse = ""),
    '<text x="52" y="246">0</text><text x="257" y="246" text-anchor="middle">steps back</text>',
    '<text x="462" y="246" text-anchor="end">', nrow(norms) - 1, "</text>",
    '<polyline id="gradient-line" fill="none" stroke="#0072B2" stroke-width="3" points="',
    lines[[start]], '"/></svg>'
  )
  script <- sprintf(
    paste0(
      "(function () {\n  var lines = %s, told = %s;\n",
      "  var slider = document.getElementById('gradient-slider');\n",
      "  slider.addEventListener('input', function () {\n",
      "    document.getElementById('gradient-line').setAttribute('points', lines[slider.value]);\n",
      "    document.getElementById('gradient-told').textContent = told[slider.value];\n  });\n})();"
    ),
    jsonlite::toJSON(lines), jsonlite::toJSON(told)
  )
  slider(
    "gradient-slider", "Weight W", length(weights) - 1, start - 1, svg, "gradient-told",
    told[[start]], script
  )
}

slider <- function(id, label, last, now, svg, told_id, told, script) {
  # A browser keeps a slider's place over a reload, and the drawing begins anew.
  html <- paste0(
    svg, '\n<input class="slider" type="range" id="', id, '" aria-label="', label,
    '" autocomplete="off" min="0" max="', last, '" value="', now, '">\n<p id="', told_id,
    '" aria-live="polite">', told, "</p>\n<script>\n", script, "\n</script>"
  )
  knitr::asis_output(paste0("\n```{=html}\n", html, "\n```\n"))
}
