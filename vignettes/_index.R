# The pages as cards, each with a small picture that is drawn here.

cards <- function(pages) {
  texts <- vapply(seq_along(pages), function(i) {
    name <- names(pages)[[i]]
    page <- pages[[i]]
    paste0(
      "::: {.card}\n![](", thumbnail(name), "){fig-alt=\"", thumbnails[[name]]$alt, "\"}\n\n",
      "**", i, ". ", page_link(name, pages), "**\n\n",
      page$description, "\n\n", "[", page$minutes, " minutes]{.quiet}\n:::\n"
    )
  }, "")
  knitr::asis_output(paste0("\n\n:::: {.cards}\n\n", paste(texts, collapse = "\n"), "\n::::\n\n"))
}

# A picture of the package is a file already; else the function draws on a device.
thumbnail <- function(name) {
  file <- paste0(knitr::fig_path(), name, ".png")
  dir.create(dirname(file), showWarnings = FALSE, recursive = TRUE)
  drawn <- thumbnails[[name]]$draw
  picture <- NULL
  grDevices::png(file, width = 480, height = 240, pointsize = 20)
  graphics::par(mar = c(0.4, 0.4, 0.4, 0.4))
  picture <- tryCatch(drawn(), finally = grDevices::dev.off())
  if (inherits(picture, "kerasduet_figure")) writeBin(picture$png, file)
  file
}

gates <- rbind(c(0, 0), c(0, 1), c(1, 0), c(1, 1))

a_digit <- function() {
  data <- load_data(experiment("mnist-dnn", dataset = "mnist-subset"))
  as.array(data$x_test[1])[1, , , 1]
}

show_pixels <- function(pixels) {
  graphics::image(t(pixels[28:1, ]), col = grDevices::gray(255:0 / 255), axes = FALSE, asp = 1)
}

thumbnails <- list(
  "neurons-and-backprop" = list(
    alt = "A plane of two inputs, divided by a line.",
    draw = function() {
      plot_decision(gates, outputs = c(0, 0, 0, 1), weights = c(1, 1), threshold = 1.5)
    }
  ),
  backpropagation = list(
    alt = "A curve that falls in steps towards its lowest point.",
    draw = function() {
      at <- 2.2 * 0.6^(0:6)
      graphics::curve(x^2, -2.4, 2.4, axes = FALSE, lwd = 4, xlab = "", ylab = "", col = "#0072B2")
      graphics::points(at, at^2, type = "b", pch = 19, lwd = 3, col = "#D55E00")
    }
  ),
  convolution = list(
    alt = "An image, a kernel and what the kernel makes of the image.",
    draw = function() {
      plot_convolution(rbind(c(1, 7, 2), c(11, 1, 23), c(2, 2, 2)), rbind(c(1, 1), c(0, 1)))
    }
  ),
  "padding-and-pooling" = list(
    alt = "A map of four by four numbers and its pooled map of two by two.",
    draw = function() {
      plot_pooling(rbind(c(1, 8, 4, 3), c(6, 5, 9, 2), c(2, 5, 6, 5), c(8, 9, 4, 3)))
    }
  ),
  "convolutional-networks" = list(
    alt = "A digit and its feature maps under three kernels.",
    draw = function() plot_feature_maps(a_digit(), c("vertical", "horizontal", "edge"))
  ),
  "mnist-cnn" = list(alt = "A handwritten digit.", draw = function() show_pixels(a_digit())),
  "seeing-inside" = list(
    alt = "A digit and what two filters of edges make of it.",
    draw = function() plot_feature_maps(a_digit(), c("sobel", "corner"))
  ),
  "classical-networks" = list(
    alt = "A table of squares: which maps of a layer read which of the layer before.",
    draw = function() {
      reads <- outer(0:5, 0:15, function(from, to) {
        ifelse(to < 12, (from - to) %% 6 < 3 + (to > 5), to > 14 | (from - to) %% 3 < 2)
      })
      graphics::image(t(reads[6:1, ]), col = c("white", "#0072B2"), axes = FALSE)
      graphics::grid(16, 6, lty = 1, col = "#d5dbe1")
    }
  ),
  "mnist-dropout-dnn" = list(
    alt = "The same digit with every third pixel left out.",
    draw = function() show_pixels(a_digit() * (row(diag(28)) + 2 * col(diag(28))) %% 3 / 2)
  ),
  recurrence = list(
    alt = "A recurrent network, unrolled over three steps.",
    draw = function() plot_unrolled(c(2, 4, 6), U = 1, W = 1, V = 1)
  ),
  "long-memory" = list(
    alt = "Three lines over time: one grows, one stays, one falls.",
    draw = function() {
      powers <- outer(0:20, c(0.8, 1, 1.1), function(lag, weight) weight^lag)
      graphics::matplot(powers,
        type = "l", lty = 1, lwd = 5, axes = FALSE, col = c("#0072B2", "#009E73", "#D55E00")
      )
    }
  ),
  tables = list(
    alt = "Points of two columns of a table, in three groups.",
    draw = function() {
      colours <- c("#0072B2", "#D55E00", "#009E73")[datasets::iris$Species]
      graphics::plot(datasets::iris[, 3:4], axes = FALSE, pch = 19, col = colours, cex = 0.8)
    }
  ),
  "transfer-learning" = list(
    alt = "Four layers side by side, three of them grey and kept, the last one orange and new.",
    draw = function() {
      graphics::plot(c(0, 8), c(0, 4), type = "n", axes = FALSE, xlab = "", ylab = "")
      left <- c(0.2, 2.2, 4.2, 6.2)
      graphics::rect(left, c(0, 0.4, 0.8, 0.8), left + 1.2, c(4, 3.6, 3.2, 3.2),
        border = NA, col = c("#7f8b99", "#7f8b99", "#7f8b99", "#D55E00")
      )
      graphics::arrows(left[1:3] + 1.3, 2, left[2:4] - 0.1, 2, length = 0.12, lwd = 3)
    }
  ),
  "lstm-timeseries" = list(
    alt = "A rising line with a wave every year.",
    draw = function() {
      series <- as.data.frame(load_data("lstm-co2"))
      graphics::plot(utils::tail(series$co2, 520),
        type = "l", axes = FALSE, lwd = 3, col = "#0072B2"
      )
    }
  ),
  detection = list(
    alt = "Two digits, each with a box around it.",
    draw = function() {
      data <- load_data(experiment("mnist-dnn", dataset = "mnist-subset"))
      digits <- as.array(data$x_test[1:2])
      both <- cbind(digits[1, , , 1], matrix(0, 28, 28), digits[2, , , 1])
      graphics::image(t(both[28:1, ]), col = grDevices::gray(255:0 / 255), axes = FALSE)
      for (left in c(1, 57)) {
        ink <- which(both[, left + 0:27] > 64, arr.ind = TRUE)
        across <- (left + range(ink[, 2]) - 2) / 83
        down <- 1 - (range(ink[, 1]) - 1) / 27
        graphics::rect(across[1], down[2], across[2], down[1], lwd = 5, border = "#0072B2")
      }
    }
  ),
  forecasting = list(
    alt = "A line with a growing wave, and a widening band that goes on from it.",
    draw = function() {
      number <- as.numeric(datasets::AirPassengers)[73:144]
      graphics::plot(number, type = "n", axes = FALSE, ylim = c(150, 650))
      width <- c(0, seq(30, 110, length.out = 12))
      graphics::polygon(
        c(60:72, 72:60), c(number[60:72] - width, rev(number[60:72] + width)),
        col = "#56B4E9", border = NA
      )
      graphics::lines(1:60, number[1:60], lwd = 3, col = "#0072B2")
      graphics::lines(60:72, number[60:72], lwd = 3, lty = 3, col = "#0072B2")
    }
  ),
  "many-runs" = list(
    alt = "Dots in two rows that overlap, each with its mean.",
    draw = function() {
      along <- c(2, 3.1, 3.4, 4.2, 5.6, 3.2, 4.4, 4.8, 5.9, 6.3)
      row <- rep(1:2, each = 5)
      colours <- c("#0072B2", "#D55E00")
      graphics::plot(along, row,
        axes = FALSE, pch = 19, cex = 1.4, col = colours[row], ylim = c(0.5, 2.5)
      )
      mean_of <- tapply(along, row, mean)
      graphics::segments(mean_of, 1:2 - 0.3, mean_of, 1:2 + 0.3, lwd = 5, col = colours)
    }
  ),
  course = list(
    alt = "A page of lines, two of them crossed out and written anew.",
    draw = function() {
      graphics::plot(c(0, 10), c(0, 6), type = "n", axes = FALSE, xlab = "", ylab = "")
      ends <- c(8, 6.5, 9, 5, 7.5)
      colours <- c("#7f8b99", "#D55E00", "#7f8b99", "#7f8b99", "#D55E00")
      graphics::segments(0.5, 5:1, ends, 5:1, lwd = 7, col = colours)
      crossed <- c(2, 5)
      graphics::segments(0.3, 6 - crossed, ends[crossed] + 0.3, 6 - crossed, lwd = 2)
      graphics::points(ends[crossed] + 1.2, 6 - crossed, pch = 19, cex = 2, col = "#009E73")
    }
  ),
  sequences = list(
    alt = "Rows of dots joined by arrows: one to many, many to one, many to many.",
    draw = function() {
      graphics::plot(0, type = "n", xlim = c(0, 14), ylim = c(0.4, 3.6), axes = FALSE)
      column <- function(x, below, above) {
        if (below) graphics::arrows(x, 1.2, x, 1.75, length = 0.08, lwd = 2)
        if (above) graphics::arrows(x, 2.25, x, 2.8, length = 0.08, lwd = 2)
        rows <- c(if (below) 1, 2, if (above) 3)
        colours <- c("#56B4E9", "#009E73", "#D55E00")[rows]
        graphics::points(rep(x, length(rows)), rows, pch = 19, cex = 2.4, col = colours)
      }
      shapes <- list(
        list(1:3, c(TRUE, FALSE, FALSE), c(TRUE, TRUE, TRUE)),
        list(5:7 + 0.5, c(TRUE, TRUE, TRUE), c(FALSE, FALSE, TRUE)),
        list(10:13, c(TRUE, TRUE, FALSE, FALSE), c(FALSE, FALSE, TRUE, TRUE))
      )
      for (shape in shapes) {
        at <- shape[[1]]
        graphics::arrows(head(at, -1) + 0.25, 2, at[-1] - 0.25, 2, length = 0.08, lwd = 2)
        for (i in seq_along(at)) column(at[[i]], shape[[2]][[i]], shape[[3]][[i]])
      }
    }
  )
)
