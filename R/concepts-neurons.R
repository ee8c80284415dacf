# Neurons, activations, losses, a two-layer network and optimizers.

#' The neuron of McCulloch and Pitts
#'
#' `threshold_neuron()` fires when the weighted sum of its inputs exceeds a threshold:
#' a = sum w x - threshold, y = 1 if a > 0, else 0. `logic_gate()` gives the truth table of a
#' logic gate and a neuron that computes it.
#'
#' No single neuron is XOR: it would need w1 > t, w2 > t, t >= 0 and w1 + w2 <= t, but the first
#' three give w1 + w2 > 2 t >= t. Two layers can: see [two_layer_fit()].
#'
#' @param inputs Numeric vector (n), one sample; or matrix (samples, n), one a row.
#' @param weights Numeric vector (n). One weight an input.
#' @param threshold Number. The sum that has to be exceeded.
#' @param name Character. The gate: "and", "or", "not", "nand", "nor" or "xor".
#' @return `threshold_neuron()`: a numeric vector, one value a sample: 1 where the neuron fires,
#'   0 elsewhere. `logic_gate()`: a named list; `inputs` (rows, n), a matrix, and `outputs`
#'   (rows) are the truth table; `weights` (n) and `threshold` are for `threshold_neuron()`, both
#'   `NULL` for "xor"; `separable` says whether a single neuron computes it.
#' @section Errors:
#' Arrays that are not finite and numeric, another number of weights than of inputs, or an
#' unknown gate; the nearest ones are offered.
#' @references McCulloch and Pitts (1943), A logical calculus of the ideas immanent in nervous
#'   activity. Minsky and Papert (1969), Perceptrons.
#' @seealso [plot_decision()]
#' @examplesIf kerasduet:::has_core()
#' gate <- logic_gate("and")
#' cbind(gate$inputs, threshold_neuron(gate$inputs, gate$weights, gate$threshold))
#' logic_gate("xor")$separable
#' @export
threshold_neuron <- function(inputs, weights, threshold) {
  lesson("threshold_neuron", as.list(environment()))
}

#' @rdname threshold_neuron
#' @export
logic_gate <- function(name) {
  lesson("logic_gate", as.list(environment()))
}

#' Activation functions and their derivatives
#'
#' `activate()` applies an activation function, `activation_slope()` gives its derivative at x,
#' `softmax()` turns scores into probabilities.
#'
#' * identity: x; slope 1.
#' * step: 1 if x > 0, else 0; slope 0, which is why it cannot be trained by gradients.
#' * sigmoid: 1 / (1 + e^-x); slope s (1 - s), at most 0.25.
#' * tanh; slope 1 - tanh^2, at most 1.
#' * relu: max(x, 0); slope 1 if x > 0, else 0.
#' * softmax: e^x_i / sum_j e^x_j, computed from x - max x, the same number without overflow;
#'   slope p_i (d_ij - p_j).
#'
#' @param x Numeric vector, matrix or array, finite; for the slope, the value before the
#'   activation. Softmax works along the last axis: of a matrix, row by row.
#' @param name Character. "identity", "step", "sigmoid", "tanh", "relu" or "softmax".
#' @return Numbers with the length or dimensions of `x`. `activation_slope()` for "softmax" of n
#'   values gives the n x n matrix of dp_i / dx_j; of a matrix, an array (rows, n, n).
#' @section Errors:
#' Values that are not finite and numeric, or an unknown name.
#' @seealso [plot_activations()]
#' @examplesIf kerasduet:::has_core()
#' activate(c(-1, 0, 2), "relu")
#' activation_slope(0, "sigmoid")
#' softmax(c(1, 1, 1, 1))
#' @export
activate <- function(x, name) {
  lesson("activate", as.list(environment()))
}

#' @rdname activate
#' @export
activation_slope <- function(x, name) {
  lesson("activation_slope", as.list(environment()))
}

#' @rdname activate
#' @export
softmax <- function(x) {
  lesson("softmax", as.list(environment()))
}

#' Loss functions
#'
#' What a wrong answer costs. `mean_squared_error()`: mean (y - p)^2. `logistic_loss()`, for
#' yes-or-no answers: mean of -(y ln p + (1 - y) ln(1 - p)), in nats. `cross_entropy()`, for
#' classes: mean over samples of -sum_i y_i log p_i.
#'
#' @param y Numeric vector or matrix of the truth. `logistic_loss()`: 0 or 1, or a probability
#'   between. `cross_entropy()`: (classes) or (samples, classes), 1 for the true class and 0 for
#'   the others, or probabilities; each row sums to 1.
#' @param p Numeric. Predictions in the shape of `y`: values; probabilities of 1; or
#'   probabilities of the classes, each row summing to 1.
#' @param base `"e"` (default), which gives nats, or a number above 1, the base of the logarithm:
#'   2 gives bits.
#' @return A number. The last two are infinite when a certain prediction is wrong, where Keras
#'   stops at about 16.
#' @section Errors:
#' Arrays that are not finite and numeric or differ in shape; probabilities outside 0 to 1; rows
#' that do not sum to 1; a base of at most 1.
#' @section Where course notes differ:
#' A true class predicted with 0.775 costs 0.2549 nats or 0.3677 bits. Notes that print 0.3677
#' used base 2; Keras and PyTorch use the natural logarithm and report 0.2549.
#' @examplesIf kerasduet:::has_core()
#' mean_squared_error(c(1, 0, 2), c(1, 1, 0))
#' logistic_loss(c(1, 0), c(0.9, 0.1))
#' y <- c(0, 1, 0, 0)
#' p <- c(0.05, 0.775, 0.1, 0.075)
#' c(nats = cross_entropy(y, p), bits = cross_entropy(y, p, base = 2))
#' @name losses
NULL

#' @rdname losses
#' @export
mean_squared_error <- function(y, p) {
  lesson("mean_squared_error", as.list(environment()))
}

#' @rdname losses
#' @export
logistic_loss <- function(y, p) {
  lesson("logistic_loss", as.list(environment()))
}

#' @rdname losses
#' @export
cross_entropy <- function(y, p, base = "e") {
  lesson("cross_entropy", as.list(environment()))
}

#' A network with one hidden layer from scratch
#'
#' `two_layer_init()` draws the first parameters, `two_layer_forward()` computes the network,
#' `two_layer_gradients()` the gradients of the logistic loss by backpropagation, and
#' `two_layer_fit()` descends them on all samples.
#'
#' Forward: Z1 = W1 x + b1, A1 = f(Z1), Z2 = W2 A1 + b2, A2 = g(Z2). Backward, for m samples, a
#' sigmoid output and the loss (1 / m) sum of -(y ln A2 + (1 - y) ln(1 - A2)): D2 = A2 - y,
#' dW2 = D2 A1' / m, D1 = W2' D2 * f'(Z1), dW1 = D1 x' / m; the biases' gradients are the row
#' means. For tanh, f' = 1 - A1^2. Each step moves a parameter by -learning_rate times its
#' gradient.
#'
#' @param n_input,n_hidden,n_output Whole numbers. Inputs, hidden units and outputs, at least 1.
#' @param scale Number. Standard deviation of the first weights, at least 0; biases start at 0.
#'   Default 0.01. Small random weights keep tanh in its steep middle; equal ones would make
#'   every hidden unit learn the same.
#' @param seed Whole number. Decides the first weights, 0 to 2^32 - 1; the same in R and in
#'   Python. Default 0.
#' @param x Numeric matrix (n_input, samples), one sample a column; or vector (n_input), one
#'   sample.
#' @param params Named list `W1` (n_hidden, n_input), `b1` (n_hidden, 1), `W2`
#'   (n_output, n_hidden), `b2` (n_output, 1), as from `two_layer_init()`. A bias may be one
#'   number for all units.
#' @param hidden_activation,output_activation Character. "identity", "step", "sigmoid", "tanh" or
#'   "relu", see [activate()]. Default "tanh" and "sigmoid".
#' @param y Numeric matrix (n_output, samples), or a vector for one output or one sample. Truth,
#'   within 0 and 1.
#' @param learning_rate Number. Step size, above 0. Default 1.
#' @param steps Whole number. Steps down, at least 0. Default 1000.
#' @return A named list.
#'   * `two_layer_init()`: the matrices of `params`.
#'   * `two_layer_forward()`: matrices `Z1`, `A1` (n_hidden, samples), the hidden layer before
#'     and after its activation; `Z2`, `A2` (n_output, samples), the output layer likewise.
#'   * `two_layer_gradients()`: `W1`, `b1`, `W2`, `b2`, the gradient of each parameter in its
#'     shape; `D2` (n_output, samples) and `D1` (n_hidden, samples), the errors that flow back.
#'   * `two_layer_fit()`: `params`, trained; `loss`, a vector of length steps + 1, the loss
#'     before each step and after the last.
#' @section Errors:
#' Parameters that are missing or of the wrong shape, a truth of the wrong shape, an unknown
#' activation, or a number outside its range.
#' @references Rumelhart, Hinton and Williams (1986), Learning representations by
#'   back-propagating errors, Nature 323.
#' @seealso [plot_decision()], [optimizer_step()]
#' @examplesIf kerasduet:::has_core()
#' lapply(two_layer_init(20, 10, 1), dim)
#' xor <- logic_gate("xor")
#' start <- two_layer_init(2, 4, 1, scale = 1)
#' fit <- two_layer_fit(t(xor$inputs), start, y = xor$outputs)
#' round(two_layer_forward(t(xor$inputs), fit$params)$A2)
#' @name two_layer
NULL

#' @rdname two_layer
#' @export
two_layer_init <- function(n_input, n_hidden, n_output, scale = 0.01, seed = 0) {
  lesson("two_layer_init", as.list(environment()))
}

#' @rdname two_layer
#' @export
two_layer_forward <- function(x, params, hidden_activation = "tanh",
                              output_activation = "sigmoid") {
  lesson("two_layer_forward", as.list(environment()))
}

#' @rdname two_layer
#' @export
two_layer_gradients <- function(x, params, y, hidden_activation = "tanh") {
  lesson("two_layer_gradients", as.list(environment()))
}

#' @rdname two_layer
#' @export
two_layer_fit <- function(x, params, y, learning_rate = 1, steps = 1000,
                          hidden_activation = "tanh") {
  lesson("two_layer_fit", as.list(environment()))
}

#' One step of an optimizer
#'
#' Moves a parameter one step down its gradient, as Keras computes it.
#'
#' With rate a, gradient g and step t:
#' * sgd: w - a g.
#' * momentum: v = m v - a g; w + v (Polyak 1964).
#' * adagrad: s = s + g^2; w - a g / sqrt(s + e) (Duchi, Hazan and Singer 2011).
#' * rmsprop: s = r s + (1 - r) g^2; w - a g / sqrt(s + e) (Tieleman and Hinton 2012).
#' * adam: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2;
#'   w - a sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + e) (Kingma and Ba 2015, the form at the end
#'   of their section 2).
#'
#' @param name Character. The rule: "sgd", "momentum", "adagrad", "rmsprop" or "adam".
#' @param parameter,gradient Numeric. The parameter and the gradient of the loss, of one shape.
#' @param state Named list. What the rule remembers: the `state` of the step before; `NULL`
#'   (default) at the first step.
#' @param ... Settings of the rule by name, with Keras's names and defaults: `learning_rate`
#'   (0.01 for sgd and momentum, 0.001 otherwise); momentum: `momentum` 0.9; adagrad:
#'   `initial_accumulator_value` 0.1, `epsilon` 1e-7; rmsprop: `rho` 0.9, `epsilon` 1e-7; adam:
#'   `beta_1` 0.9, `beta_2` 0.999, `epsilon` 1e-7.
#' @return A named list: `parameter`, moved, in its shape; `state`, a named list for the next
#'   step.
#' @section Errors:
#' An unknown rule or setting, a number outside its range, shapes that differ, or the state of
#' another rule.
#' @seealso [training_iterations()], [two_layer_fit()]
#' @examplesIf kerasduet:::has_core()
#' first <- optimizer_step("momentum", 1, 2, learning_rate = 0.1)
#' first$parameter
#' optimizer_step("momentum", first$parameter, 2, first$state, learning_rate = 0.1)$parameter
#' @export
optimizer_step <- function(name, parameter, gradient, state = NULL, ...) {
  lesson("optimizer_step", c(as.list(environment()), list(...)))
}
