# Images, convolution, pooling and the shapes they lead to.

#' Size of an image
#'
#' Counts the pixels, the representable values and the bytes of an uncompressed image.
#'
#' @param shape Numeric. Height and width in pixels, each at least 1.
#' @param bits Whole number. Bits a pixel, 1 to 64: 8 (default) and 16 are common for gray, 24
#'   for RGB (3 x 8), 30 for deep colour (3 x 10).
#' @return A named list of numbers: `pixels`, `values` (2^bits: different values of one pixel)
#'   and `bytes` (height * width * bits / 8, rounded up).
#' @section Errors:
#' A shape that is not two positive whole numbers, or bits outside 1 to 64.
#' @seealso [rescale()], [pad2d()]
#' @examplesIf kerasduet:::has_core()
#' image_storage(c(512, 512))$bytes
#' image_storage(c(512, 512), bits = 24)$bytes
#' @export
image_storage <- function(shape, bits = 8) {
  lesson("image_storage", as.list(environment()))
}

#' Stretch an image to a range of values
#'
#' Computes low + (high - low) * (I - min I) / (max I - min I).
#'
#' @param image Numeric matrix (height, width) or array (height, width, channels), finite.
#' @param low,high New smallest and largest value, low < high. Default 0 and 255.
#' @return A numeric matrix or array with the dimensions of `image`. An image of one single
#'   value becomes `low` everywhere.
#' @section Errors:
#' An image that is not a finite numeric array, or low >= high.
#' @seealso [convolve2d()]
#' @examplesIf kerasduet:::has_core()
#' half <- matrix(rep(c(0, 255), each = 18), 6)
#' rescale(convolve2d(half, image_kernel("sobel")))
#' @export
rescale <- function(image, low = 0, high = 255) {
  lesson("rescale", as.list(environment()))
}

#' Add a border to an image
#'
#' @param image Numeric matrix (height, width) or array (height, width, channels), finite.
#' @param amount Whole numbers. Border width in pixels, at least 0: one for every side; two for
#'   above and below, then left and right; or four for top, bottom, left, right.
#' @param mode Character. What the border holds:
#'   * `"zero"` (default): zeros.
#'   * `"constant"`: `value`.
#'   * `"reflect"`: the mirror image without the edge itself; 1 2 3 becomes 3 2 1 2 3 2 1.
#'   * `"replicate"`: the edge repeated; 1 2 3 becomes 1 1 1 2 3 3 3.
#'   * `"causal"`: zeros above and on the left only, so that no output sees what comes after it.
#' @param value The border of mode `"constant"`. Default 0.
#' @return A numeric matrix or array, larger by the border; channels are left alone.
#' @section Errors:
#' A negative amount, an unknown mode, a mirror wider than the image, or four amounts with mode
#' `"causal"`, which knows only the sides before.
#' @seealso [convolve2d()], whose own padding is of zeros
#' @examplesIf kerasduet:::has_core()
#' pad2d(matrix(1:3, 1), c(0, 2), mode = "reflect")
#' dim(pad2d(matrix(1, 5, 5), 2))
#' @export
pad2d <- function(image, amount, mode = "zero", value = 0) {
  lesson("pad2d", as.list(environment()))
}

#' Convolution
#'
#' Slides a kernel over an image and sums the products at every position:
#' S\[i, j\] = bias + sum over a, b, c of I\[i s + a, j t + b, c\] K\[a, b, c\].
#'
#' Networks call this convolution; mathematics calls it cross-correlation and flips the kernel
#' first. Both are here: see `flip`.
#'
#' @param image Numeric matrix (height, width) or array (height, width, channels), finite.
#' @param kernel Numeric array of weights: (a, b), (a, b, channels) or (a, b, channels, filters),
#'   with as many channels as the image. The last form is the weight array of a Keras `Conv2D`.
#' @param stride Whole number, or two. Pixels between two windows, down and across, at least 1.
#'   Default 1.
#' @param padding `"valid"` (default): no border. `"same"`: the border that keeps
#'   ceiling(size / stride), an odd pixel below and right, as in Keras. `"causal"`: kernel - 1
#'   zeros above and left only. Or a number, or two: that many zeros on each side, where a half
#'   such as 2.5 means 2 before and 3 after.
#' @param flip Logical. `FALSE` (default) is the cross-correlation that networks use; `TRUE`
#'   flips the kernel in both directions first, the convolution of mathematics and signal
#'   processing.
#' @param bias Number, or one a filter. Added to every output. Default 0.
#' @return A numeric matrix (rows, columns), or an array (rows, columns, filters) of a kernel
#'   with four dimensions.
#' @section Errors:
#' Arrays that are not finite, rectangular and numeric; channels that differ; a kernel larger
#' than the padded image; a stride below 1; an unknown padding.
#' @references Goodfellow, Bengio and Courville (2016), Deep Learning, equations 9.4 to 9.6.
#' @seealso [image_kernel()] for named kernels, [plot_convolution()], [conv_output_size()],
#'   [pad2d()] for other borders than zeros
#' @examplesIf kerasduet:::has_core()
#' image <- rbind(c(1, 7, 2), c(11, 1, 23), c(2, 2, 2))
#' corner <- rbind(c(1, 1), c(0, 1))
#' convolve2d(image, corner)
#' convolve2d(image, corner, flip = TRUE)
#' @export
convolve2d <- function(image, kernel, stride = 1, padding = "valid", flip = FALSE, bias = 0) {
  lesson("convolve2d", as.list(environment()))
}

#' Output size and padding of a convolution
#'
#' `conv_output_size()` counts the positions that a kernel or a pooling window takes,
#' floor((W - K + 2 P) / S) + 1. `same_padding()` gives the zeros that keep an image's size at
#' stride 1, (K - 1) / 2.
#'
#' @param size Whole number, or two. Size of the input in pixels, at least 1.
#' @param kernel Whole number, or two for `conv_output_size()`. Size of the kernel or window in
#'   pixels, at least 1.
#' @param stride Whole number, or two. Pixels between two positions, at least 1. Default 1.
#' @param padding Number, or two; or `"valid"`, `"same"`, `"causal"`. Zeros on each side, as in
#'   [convolve2d()]. Default 0.
#' @return `conv_output_size()`: one number when every argument is one, else two, rows and
#'   columns. `same_padding()`: a named list of numbers, `each` = (kernel - 1) / 2, `before` and
#'   `after`, the zeros on the two sides; an even kernel has no such whole number, so that a
#'   kernel of 6 gets 2 zeros before and 3 after, as in Keras.
#' @section Errors:
#' A kernel larger than the padded input, or a number outside its range.
#' @section Where course notes differ:
#' For W 125 x 49, K 5, P 2 and S 2 the size is 63 x 25; notes that print 62 x 24 lost the + 1.
#' Pooling follows the same rule, floor((n - f) / s) + 1; notes that write (n - f + 1) / s get
#' 111.5 for n 224, f 2, s 2, instead of the 112 that every framework gives.
#' @seealso [layer_shapes()] for a stack of layers
#' @examplesIf kerasduet:::has_core()
#' conv_output_size(c(125, 49), 5, stride = 2, padding = 2)
#' conv_output_size(224, 2, stride = 2)
#' same_padding(6)
#' @export
conv_output_size <- function(size, kernel, stride = 1, padding = 0) {
  lesson("conv_output_size", as.list(environment()))
}

#' @rdname conv_output_size
#' @export
same_padding <- function(kernel) {
  lesson("same_padding", as.list(environment()))
}

#' A convolution as a dense layer
#'
#' Writes a convolution as the weight matrix of a dense layer. That shows its two savings: sparse
#' connections (most of `mask` is 0) and shared weights (the same few numbers in every row).
#'
#' @inheritParams convolve2d
#' @param kernel Numeric array (a, b), (a, b, channels) or (a, b, channels, filters), as in
#'   [convolve2d()].
#' @param input_shape Whole numbers. Height, width and perhaps channels of the image.
#' @return A named list: `weights` (outputs, inputs), which times the flattened image is the
#'   flattened result of [convolve2d()]; `mask` (outputs, inputs), 1 where a connection exists,
#'   0 elsewhere; `output_shape`; and the numbers of weights, without biases, of a full dense
#'   layer (`dense`), of a sparsely connected one (`connections`) and of the convolution
#'   (`shared`). Flattened means row by row, a pixel's channels together, the order of Keras:
#'   `as.vector(aperm(image))` in R, since R itself goes column by column.
#' @section Errors:
#' As [convolve2d()].
#' @examplesIf kerasduet:::has_core()
#' image <- matrix(1:16, 4, byrow = TRUE)
#' weights <- rbind(c(1, 2), c(3, 4))
#' layer <- convolution_as_dense(weights, c(4, 4), stride = 2)
#' unlist(layer[c("dense", "connections", "shared")])
#' drop(layer$weights %*% as.vector(aperm(image)))
#' convolve2d(image, weights, stride = 2)
#' @export
convolution_as_dense <- function(kernel, input_shape, stride = 1, padding = "valid") {
  lesson("convolution_as_dense", as.list(environment()))
}

#' Named kernels
#'
#' `image_kernel()` gives a 3 x 3 kernel by its name, `kernel_names()` lists the names.
#'
#' vertical, sobel and scharr answer to vertical edges (bright left of dark); transposed, to
#' horizontal ones. edge and strong_edge are Laplacians with four and eight neighbours, sharpen
#' is the image plus its edges. corner is the mixed second difference, zero along straight
#' horizontal and vertical edges; texture is the second difference in both directions, Laws'
#' (1980) spot mask S3S3.
#'
#' @param name Character. One of `kernel_names()`.
#' @return `image_kernel()`: a numeric 3 x 3 matrix, to be used with [convolve2d()] without
#'   flipping. `kernel_names()`: a character vector.
#' @section Errors:
#' `UnknownName` for a name that is not in `kernel_names()`; the nearest ones are offered.
#' @examplesIf kerasduet:::has_core()
#' kernel_names()
#' image_kernel("sobel")
#' @export
image_kernel <- function(name) {
  lesson("image_kernel", as.list(environment()))
}

#' @rdname image_kernel
#' @export
kernel_names <- function() {
  lesson("kernel_names", list())
}

#' Pooling
#'
#' Summarizes every window of an image by one number. Rows = floor((n - f) / s) + 1.
#'
#' @param image Numeric matrix (height, width) or array (height, width, channels), finite; at
#'   least 0 for stochastic pooling. Channels are pooled one by one.
#' @param size Whole number, or two: window in pixels, at least 1; or `"global"`, the whole
#'   image. Default 2.
#' @param stride Whole number, or two. Pixels between two windows, at least 1; `NULL` (default)
#'   is `size`: windows side by side.
#' @param kind Character. The summary: `"max"` (default), `"average"`, `"sum"`, `"lp"`,
#'   (sum |x|^p)^(1 / p), or `"stochastic"`, one value of the window drawn with probability
#'   x / sum x (a window of zeros gives 0).
#' @param p Number. Power of `"lp"`, above 0: 1 sums sizes, 2 (default) is the Euclidean norm, a
#'   large one approaches the maximum.
#' @param seed Whole number. Makes `"stochastic"` repeatable, 0 to 2^32 - 1; the draws are the
#'   same in R and in Python. `NULL` (default) draws anew each time.
#' @return A numeric matrix (rows, columns) or array (rows, columns, channels); 1 x 1, or
#'   1 x 1 x channels, for global pooling.
#' @section Errors:
#' A window larger than the image, an unknown kind, a number outside its range, or negative
#' values for stochastic pooling.
#' @references Zeiler and Fergus (2013), Stochastic pooling for regularization of deep
#'   convolutional neural networks.
#' @seealso [plot_pooling()], [conv_output_size()]
#' @examplesIf kerasduet:::has_core()
#' image <- rbind(c(1, 8, 4, 3), c(6, 5, 9, 2), c(2, 5, 6, 5), c(8, 9, 4, 3))
#' pool2d(image)
#' pool2d(image, kind = "average")
#' pool2d(image, "global", kind = "average")
#' @export
pool2d <- function(image, size = 2, stride = NULL, kind = "max", p = 2, seed = NULL) {
  lesson("pool2d", as.list(environment()))
}

#' Parameters of a layer
#'
#' Counts what a layer learns: (a b channels + bias) filters of a convolution, whatever the
#' image's size; (inputs + bias) units of a dense layer; gates units (inputs + units + biases) of
#' a recurrent one, with 1 gate for "rnn", 4 for "lstm" and 3 for "gru".
#'
#' @param kernel_size Whole number, or two. Kernel in pixels, at least 1.
#' @param channels,filters Whole numbers. Input and output channels, at least 1.
#' @param bias Logical. Whether each filter or unit has a bias. Default `TRUE`.
#' @param inputs Whole number. Values in; of a recurrent layer, features a time step. At least 1.
#' @param units Whole number. Values out; of a recurrent layer, the size of its state. At least 1.
#' @param kind Character. The cell: "rnn", "lstm" or "gru".
#' @param biases Whole number. Bias vectors a gate, 0 to 2. `NULL` (default) counts as Keras does
#'   by default: 1, and 2 for "gru", whose `reset_after=True` needs a second one; the equations
#'   of [gru_forward()] have 1. PyTorch has 2 in every cell.
#' @return A number.
#' @section Errors:
#' A number that is not whole or outside its range, or an unknown kind.
#' @seealso [layer_shapes()] for a stack of layers
#' @examplesIf kerasduet:::has_core()
#' conv_parameters(5, channels = 1, filters = 6)
#' dense_parameters(784, units = 512)
#' recurrent_parameters("lstm", 10, 128)
#' recurrent_parameters("lstm", 10, 128, biases = 2)
#' @name layer_parameters
NULL

#' @rdname layer_parameters
#' @export
conv_parameters <- function(kernel_size, channels, filters, bias = TRUE) {
  lesson("conv_parameters", as.list(environment()))
}

#' @rdname layer_parameters
#' @export
dense_parameters <- function(inputs, units, bias = TRUE) {
  lesson("dense_parameters", as.list(environment()))
}

#' @rdname layer_parameters
#' @export
recurrent_parameters <- function(kind, inputs, units, biases = NULL) {
  lesson("recurrent_parameters", as.list(environment()))
}

#' Shapes and parameters along a stack of layers
#'
#' @param layers List of named lists. Each has a `kind` and that kind's settings, the starred
#'   ones optional:
#'   * `"conv"`: `filters`, `kernel`, `stride`* = 1, `padding`* = "valid";
#'   * `"pool"`: `size`* = 2, `stride`* = size, `padding`* = "valid";
#'   * `"global_pool"`, `"flatten"`: none;
#'   * `"dense"`: `units`.
#'
#'   Padding is as in [conv_output_size()].
#' @param input_shape Whole numbers. One: features; two: height and width; three: height, width
#'   and channels.
#' @return A data frame with one row a layer, the input first: `layer` (its kind), `height`,
#'   `width`, `channels`, `parameters`. A flat layer has height and width 1.
#' @section Errors:
#' An unknown kind or setting, one that is missing, or a window larger than its input; the layer
#' is named.
#' @section Where course notes differ:
#' Pooling 224 x 224 by 2 with stride 2 gives 112 x 112; (n - f + 1) / s would be 111.5. See
#' [conv_output_size()].
#' @seealso [layer_parameters]
#' @examplesIf kerasduet:::has_core()
#' layer_shapes(
#'   list(
#'     list(kind = "conv", filters = 32, kernel = 3, padding = "same"),
#'     list(kind = "pool"),
#'     list(kind = "flatten"),
#'     list(kind = "dense", units = 10)
#'   ),
#'   c(32, 32, 3)
#' )
#' @export
layer_shapes <- function(layers, input_shape) {
  lesson("layer_shapes", as.list(environment()), table_from_py)
}

#' Steps of a training
#'
#' Counts the optimizer's steps, epochs * ceiling(samples / batch_size). The lessons'
#' d e = i b (samples, epochs, iterations, batch) holds when the batch divides the samples;
#' otherwise each epoch ends with one smaller batch.
#'
#' @param samples Whole number. Training rows, at least 1.
#' @param epochs Whole number. Passes over them, at least 1.
#' @param batch_size Whole number. Rows a step, at least 1.
#' @return A number.
#' @section Errors:
#' A number that is not whole and at least 1.
#' @seealso [optimizer_step()]
#' @examplesIf kerasduet:::has_core()
#' training_iterations(60000, epochs = 10, batch_size = 100)
#' training_iterations(60000, epochs = 5, batch_size = 128)
#' @export
training_iterations <- function(samples, epochs, batch_size) {
  lesson("training_iterations", as.list(environment()))
}

#' A convolutional network small enough for paper
#'
#' One convolution and one dense output, both with sigmoid: Z1 = X * f (valid cross-correlation),
#' A1 = sigmoid(Z1), Z2 = sum W A1 + b, O = sigmoid(Z2). `tiny_cnn_forward()` computes it,
#' `tiny_cnn_gradients()` its gradients by the chain rule.
#'
#' Backwards: dZ2 = (O - y) O (1 - O) for the squared loss, O - y for the logistic one;
#' dW = dZ2 A1, db = dZ2, dA1 = dZ2 W, dZ1 = dA1 A1 (1 - A1), and df = X * dZ1: the gradient of a
#' convolution is a convolution of its input with the gradient of its output.
#'
#' @param image Numeric matrix (height, width). The input X, finite.
#' @param params Named list: `f` (a, b), the kernel; `W` (height - a + 1, width - b + 1), the
#'   dense weights, laid out like the feature map; `b`, the dense bias, a number.
#' @param target Number. Wanted output y, within 0 and 1.
#' @param loss Character. `"squared"` (default), E = (O - y)^2 / 2; or `"logistic"`,
#'   E = -(y ln O + (1 - y) ln(1 - O)).
#' @return `tiny_cnn_forward()`: a named list of `Z1` and `A1`, the feature map before and after
#'   the sigmoid, matrices; `Z2` and `O`, the output before and after it, numbers.
#'   `tiny_cnn_gradients()`: a named list of `loss`, E; `f`, `W`, `b`, the derivative of E by
#'   each parameter, in its shape; and, on the way there, by `Z2`, `A1` and `Z1`.
#' @section Errors:
#' A parameter that is missing or of the wrong shape, a kernel larger than the image, or an
#' unknown loss.
#' @seealso [two_layer_gradients()], [bptt_gradients()]
#' @examplesIf kerasduet:::has_core()
#' image <- rbind(c(0, 1, 0), c(1, 0, 1), c(0, 1, 0))
#' params <- list(f = diag(2), W = rbind(c(1, -1), c(1, -1)), b = 0.5)
#' tiny_cnn_forward(image, params)
#' tiny_cnn_gradients(image, params, target = 1)$f
#' @export
tiny_cnn_forward <- function(image, params) {
  lesson("tiny_cnn_forward", as.list(environment()))
}

#' @rdname tiny_cnn_forward
#' @export
tiny_cnn_gradients <- function(image, params, target, loss = "squared") {
  lesson("tiny_cnn_gradients", as.list(environment()))
}
