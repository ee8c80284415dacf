test_that("overlap, suppression and precision are those of the core", {
  skip_without_core()
  boxes <- rbind(c(0, 0, 10, 10), c(1, 0, 11, 10), c(30, 0, 40, 10))
  expect_equal(iou(boxes[1, ], boxes), matrix(c(1, 9 / 11, 0), 1))
  expect_identical(nms(boxes, c(0.8, 0.9, 0.3)), c(FALSE, TRUE, TRUE))
  expect_identical(nms(boxes, c(0.8, 0.9, 0.3), factor(c("a", "b", "a"))), c(TRUE, TRUE, TRUE))
  truth <- data.frame(
    image = 1:2, class = factor(c("a", "b")), left = 0, top = 0, right = 4, bottom = 4
  )
  found <- transform(truth, right = c(3, 4), score = 0.9)
  expect_equal(mean_average_precision(truth, found), list(map = 0.8, map_50 = 1, map_75 = 1))
  by_class <- average_precision(truth, found)
  expect_identical(by_class$class, c("a", "b"))
  expect_equal(by_class$ap, c(0.6, 1))
  expect_error(mean_average_precision(truth, truth), "got no score", class = "UnknownName")
})

test_that("a detector gives boxes as a data frame", {
  skip_without_core()
  run <- run_experiment(
    "yolo-digits",
    dataset = "digit-scenes-subset", scenes = 40, test_scenes = 10, epochs = 1,
    filters = c(4, 4, 4), cell_filters = 4, progress = FALSE
  )
  boxes <- test_boxes(run)
  every <- predict(run, run$dataset, type = "all")
  sides <- c("left", "top", "right", "bottom")
  expect_named(every, c("image", "class", "score", sides))
  expect_s3_class(every$class, "factor")
  expect_identical(levels(every$class), as.character(0:9))
  expect_equal(every[sides], boxes$found[sides])
  expect_equal(do.call(mean_average_precision, boxes)$map_50, run$metrics$map_50)
  expect_true(all(predict(run, run$dataset)$score >= 0.25))
  file <- withr::local_tempfile(fileext = ".png")
  grDevices::png(file, width = 200, height = 100)
  graphics::par(mar = rep(0, 4))
  graphics::plot.new()
  grDevices::dev.off()
  found <- predict(run, c(file, file), type = "all")
  expect_equal(unique(found$image), 1:2)
  expect_true(all(found$right <= 200 & found$bottom <= 100) && max(found$right) > 64)
  expect_error(predict(run, "nowhere.png"), "not there", class = "DatasetError")
  data <- plot_data(run, kind = "scenes", rows = 2)
  expect_identical(data$panels$scenes$facets$labels, "Image 2")
  skip_if_not_installed("ggplot2")
  file <- withr::local_tempfile(fileext = ".png")
  ggplot2::ggsave(file, plot(run, kind = "scenes", rows = 1:3), width = 7, height = 3, dpi = 50)
  expect_gt(file.size(file), 1000)
})
