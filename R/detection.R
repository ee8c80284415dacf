#' Overlap of boxes, and which of them to keep
#'
#' `iou()` gives the intersection over union of each box with each other one. `nms()` says which
#' boxes to keep so that each object has one: greedy non-maximum suppression, the best box first.
#'
#' @param boxes,others A matrix or data frame of four columns: left, top, right and bottom, in any
#'   unit, a box a row; a single box may be four numbers.
#' @param scores Numbers, how sure each box is; of equal ones the earlier goes first.
#' @param classes Class of each box: boxes of different classes do not suppress each other. `NULL`
#'   (default) takes all for one class.
#' @param overlap Number from 0 to 1, 0.5 by default. A box is dropped when its intersection over
#'   union with a kept one of a higher score is larger.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return `iou()`: a matrix of shares, from 0 for boxes apart to 1 for the same box, with a row a
#'   box of `boxes` and a column a box of `others`. `nms()`: a logical vector, whether each box is
#'   kept.
#' @seealso [mean_average_precision()]
#' @examplesIf kerasduet:::has_core()
#' iou(c(0, 0, 2, 2), rbind(c(1, 0, 3, 2), c(5, 5, 6, 6)))
#' boxes <- rbind(c(0, 0, 10, 10), c(1, 0, 11, 10), c(30, 0, 40, 10))
#' nms(boxes, c(0.8, 0.9, 0.3))
#' @export
iou <- function(boxes, others, ...) {
  call_core(as.matrix(plain(core$detection$iou(boxes_to_py(boxes), boxes_to_py(others)))))
}

#' @rdname iou
#' @export
nms <- function(boxes, scores, classes = NULL, overlap = 0.5, ...) {
  call_core({
    classes <- if (is.factor(classes)) as.character(classes) else classes
    plain(core$detection$nms(
      boxes_to_py(boxes), data_to_py(scores, "scores"), data_to_py(classes, "classes"),
      overlap = setting_to_py(overlap)
    ))
  })
}

boxes_to_py <- function(x) {
  lesson_to_py(if (is.data.frame(x)) as.matrix(x) else x, "boxes")
}

#' How good found boxes are
#'
#' Counted as COCO does: of each class the 100 best boxes an image, the best first, each taking the
#' free true box that it overlaps most; precision made to fall and read off at 101 recalls.
#'
#' @param truth A data frame of true boxes, one a row, with the columns `image`, `class`, `left`,
#'   `top`, `right` and `bottom`; others are left alone.
#' @param found A data frame of found boxes, with the column `score` as well, as
#'   [predict()][predict.kerasduet_run] of a detector gives them.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return `mean_average_precision()`: a list of `map`, the mean over intersections over union of
#'   0.5, 0.55, ... 0.95, known as mAP@0.5:0.95, and `map_50` and `map_75`, at 0.5 and 0.75 alone;
#'   each a mean over the classes that have true boxes. `average_precision()`: a data frame with a
#'   row a class, `class`, `objects` (true boxes), `found` (boxes), `ap`, `ap_50` and `ap_75`.
#' @references Lin et al. (2014), Microsoft COCO: common objects in context, ECCV.
#' @seealso [test_boxes()], [iou()]
#' @examplesIf kerasduet:::has_core()
#' truth <- data.frame(image = 1, class = "a", left = 0, top = 0, right = 4, bottom = 4)
#' found <- transform(truth, right = 3, score = 0.9)
#' mean_average_precision(truth, found)
#' @export
mean_average_precision <- function(truth, found, ...) {
  call_core(plain(core$detection$mean_average_precision(table_to_py(truth), table_to_py(found))))
}

#' @rdname mean_average_precision
#' @export
average_precision <- function(truth, found, ...) {
  call_core({
    given <- list(table_to_py(truth), table_to_py(found))
    frame_from_py(do.call(core$detection$average_precision, given))
  })
}

# A column of classes may be a factor, which means its texts.
table_to_py <- function(x) {
  if (is.data.frame(x)) {
    is_factor <- vapply(x, is.factor, NA)
    x[is_factor] <- lapply(x[is_factor], as.character)
  }
  data_to_py(x)
}

#' True and found boxes of the test images
#'
#' @param run A [kerasduet_run] of a detector.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#' @return A list of two data frames, `truth` and `found`, with a box a row: `image` (from 1),
#'   `class`, of found ones `score`, at least 0.01, and `left`, `top`, `right` and `bottom` in
#'   pixels.
#' @seealso [mean_average_precision()]
#' @examplesIf kerasduet:::has_core()
#' run <- run_experiment(
#'   "yolo-digits",
#'   dataset = "digit-scenes-subset", scenes = 40, test_scenes = 10, epochs = 1, progress = FALSE
#' )
#' boxes <- test_boxes(run)
#' head(boxes$truth)
#' do.call(mean_average_precision, boxes)
#' @export
test_boxes <- function(run, ...) {
  call_core({
    boxes <- core$detection$test_boxes(run_to_py(run))
    read <- function(name) frame_from_py(reticulate::py_get_item(boxes, name))
    list(truth = read("truth"), found = read("found"))
  })
}
