# Recurrent networks: forward in time, back through time, and Keras's weights.
# Their matrices have the names of the equations.
# nolint start: object_name_linter.

#' A simple recurrent network by hand
#'
#' `rnn_forward()` runs it over one sequence: h_t = f(U x_t + W h_(t-1) + b), o_t = g(V h_t + c).
#' `bptt_gradients()` computes its gradients by backpropagation through time.
#'
#' dE/dW = sum over t, and over k <= t, of dE_t/dh_t (dh_t/dh_k) dh_k/dW, where dh_t/dh_k is the
#' product of diag(f'(z_j)) W over the steps between.
#'
#' @param inputs Numeric matrix (time, features), one time step a row; or vector (time), one
#'   feature.
#' @param U Numeric matrix (units, features). Weights of the input; here and below one number is
#'   a 1 x 1 matrix.
#' @param W Numeric matrix (units, units). Weights of the state before.
#' @param V Numeric matrix (outputs, units). Weights of the output.
#' @param b,h0 Number, or numeric vector (units). Bias of the state, and the state before the
#'   first step; one number stands for all units. Default 0.
#' @param c Number, or numeric vector (outputs). Bias of the output. Default 0.
#' @param activation Character. Activation f of the state, see [activate()]: "identity", "step",
#'   "sigmoid", "tanh" (default) or "relu".
#' @param output_activation Character. Activation g of the output: one of these or "softmax".
#'   Default "identity".
#' @param targets Numeric matrix (time, outputs), or vector (time) for one output. Wanted outputs
#'   y; within 0 and 1 for the losses "logistic" and "cross_entropy".
#' @param loss Character. `"squared"` (default), E = sum over time of (o - y)^2 / 2;
#'   `"logistic"`, of -(y ln o + (1 - y) ln(1 - o)), for sigmoid outputs; or `"cross_entropy"`,
#'   of -y ln o, for softmax outputs.
#' @param truncate Whole number. Steps that the error of each time step flows back, its own
#'   included, at least 1; `NULL` (default) is all of them.
#' @return `rnn_forward()`: a named list of matrices; `h` (time, units), the state after each
#'   step; `o` (time, outputs), the output; `zh` and `zo`, both before their activation.
#'   `bptt_gradients()`: a named list; `loss`, E; `U`, `W`, `V` (matrices), `b`, `c` (vectors),
#'   the gradient of each; `W_by_lag` (lags, units, units), the part of W's gradient that came
#'   back over 0, 1, 2, ... steps, whose sum is `W`.
#' @section Errors:
#' A matrix or vector of the wrong shape, values that are not finite numbers, an unknown
#' activation, targets of the wrong shape, or a loss that does not fit the outputs.
#' @section Where course notes differ:
#' With U = W = V = 1, relu and the inputs 2, 4, 6, 8, 10 the states are 2, 6, 12, 20, 30. Notes
#' that print 2, 6, 10, 14, 18 added the input before instead of the state before.
#' @references Elman (1990), Finding structure in time, Cognitive Science 14. Werbos (1990),
#'   Backpropagation through time, Proceedings of the IEEE 78. Truncated: Williams and Peng
#'   (1990), Neural Computation 2.
#' @seealso [plot_unrolled()], [gradient_norms_by_lag()], [lstm_forward()]
#' @examplesIf kerasduet:::has_core()
#' drop(rnn_forward(c(2, 4, 6, 8, 10), 1, 1, 1, activation = "relu")$h)
#' slopes <- bptt_gradients(
#'   c(1, 0, 0), 1, 0.5, 1,
#'   targets = c(0, 0, 1), activation = "identity"
#' )
#' slopes$W
#' drop(slopes$W_by_lag)
#' @export
rnn_forward <- function(inputs, U, W, V, b = 0, c = 0, h0 = 0, activation = "tanh",
                        output_activation = "identity") {
  lesson("rnn_forward", as.list(environment()))
}

#' @rdname rnn_forward
#' @export
bptt_gradients <- function(inputs, U, W, V, targets, b = 0, c = 0, h0 = 0,
                           activation = "tanh", output_activation = "identity",
                           loss = "squared", truncate = NULL) {
  lesson("bptt_gradients", as.list(environment()))
}

#' LSTM and GRU by hand
#'
#' Run an LSTM or a GRU over one sequence.
#'
#' LSTM: f, u, o = sigmoid(W \[a, x\] + b) each; candidate = tanh(Wc \[a, x\] + bc);
#' c = f * c + u * candidate; a = o * tanh(c).
#'
#' GRU: r, z = sigmoid(W \[h, x\] + b) each; candidate = tanh(Wh \[r * h, x\] + bh);
#' h = (1 - z) h + z candidate. Keras's z is 1 minus this one (h = z h + (1 - z) candidate), so
#' the weights of z change sign between the two, see [recurrent_from_keras()]; its
#' `reset_after=True`, which applies r after the multiplication, is another function.
#'
#' @param inputs Numeric matrix (time, features), one time step a row; or vector (time), one
#'   feature.
#' @param params Named list. LSTM: `Wf`, `Wu`, `Wc`, `Wo` (units, units + features), weights of
#'   the forget gate, update gate, candidate and output gate on \[a, x\], the state before the
#'   input; `bf`, `bu`, `bc`, `bo` (units) or a number, their biases. GRU: `Wr`, `Wz`, `Wh` of
#'   the reset gate, update gate and candidate on \[h, x\]; `br`, `bz`, `bh`.
#'   [recurrent_from_keras()] gives such a list.
#' @param a0,c0,h0 Number, or numeric vector (units). State and cell of the LSTM, and state of
#'   the GRU, before the first step. Default 0.
#' @return A named list of matrices (time, units). `lstm_forward()`: `a`, the state; `c`, the
#'   cell; `f`, `u`, `o`, the gates; `candidate`. `gru_forward()`: `h`, the state; `r`, `z`, the
#'   gates; `candidate`.
#' @section Errors:
#' A parameter that is missing or of the wrong shape, or values that are not finite.
#' @references Hochreiter and Schmidhuber (1997), Long short-term memory, Neural Computation 9;
#'   the forget gate is of Gers, Schmidhuber and Cummins (2000). Cho et al. (2014), Learning
#'   phrase representations using RNN encoder-decoder, with the z of Chung et al. (2014).
#' @seealso [plot_gates()], [gradient_norms_by_lag()]
#' @examplesIf kerasduet:::has_core()
#' keep <- list(
#'   Wf = cbind(0, 0), Wu = cbind(0, 0), Wc = cbind(0, 1), Wo = cbind(0, 0),
#'   bf = 9, bu = 9, bc = 0, bo = 9
#' )
#' drop(lstm_forward(c(1, 0, 0), keep)$c)
#' half <- list(Wr = cbind(0, 0), Wz = cbind(0, 0), Wh = cbind(0, 1), br = 0, bz = 0, bh = 0)
#' drop(gru_forward(c(1, 0, 0), half)$h)
#' @export
lstm_forward <- function(inputs, params, a0 = 0, c0 = 0) {
  lesson("lstm_forward", as.list(environment()))
}

#' @rdname lstm_forward
#' @export
gru_forward <- function(inputs, params, h0 = 0) {
  lesson("gru_forward", as.list(environment()))
}

#' Weights of Keras's recurrent layers
#'
#' `recurrent_from_keras()` reads the weights of a Keras recurrent layer as the parameters of the
#' lessons' equations, `recurrent_to_keras()` writes them back.
#'
#' Keras multiplies from the other side, so everything is transposed, and keeps the input's and
#' the state's weights apart, where the lessons multiply \[state, x\]. Its gates stand in the
#' order i, f, c, o (our u, f, c, o) and z, r, h. Its z is 1 minus the lessons' z, and
#' 1 - sigmoid(s) = sigmoid(-s): the weights and bias of z change sign.
#'
#' @param kind Character. "rnn" for `SimpleRNN`, "lstm" for `LSTM`, "gru" for
#'   `GRU(reset_after=False)`.
#' @param weights List of arrays. What the layer's `get_weights()` gives: kernel
#'   (features, gates * units), recurrent kernel (units, gates * units) and, with a bias,
#'   (gates * units).
#' @param params Named list, as `recurrent_from_keras()` gives it.
#' @return `recurrent_from_keras()`: a named list; "rnn": `U` (units, features), `W`
#'   (units, units), `b` (units) of [rnn_forward()]; "lstm" and "gru": the params of
#'   [lstm_forward()] and [gru_forward()]. `recurrent_to_keras()`: a list of kernel, recurrent
#'   kernel and bias, for the layer's `set_weights()`.
#' @section Errors:
#' Arrays that are not one such layer's; a parameter that is missing or of the wrong shape. The
#' weights of `GRU(reset_after=True)` have no counterpart in the lessons' equations.
#' @examplesIf kerasduet:::has_core()
#' params <- recurrent_from_keras("gru", list(rbind(1:3), rbind(4:6), 7:9))
#' params$Wz
#' recurrent_to_keras("gru", params)
#' @export
recurrent_from_keras <- function(kind, weights) {
  lesson("recurrent_from_keras", as.list(environment()))
}

#' @rdname recurrent_from_keras
#' @export
recurrent_to_keras <- function(kind, params) {
  lesson("recurrent_to_keras", as.list(environment()))
}

#' Gradients that vanish or explode
#'
#' Measures how much of a gradient is left after flowing back through time: the derivative over a
#' lag is the product of the one-step derivatives. It vanishes when they shrink and explodes when
#' they stretch; an LSTM with forget gates near 1 keeps it near 1.
#'
#' @param inputs Numeric matrix (time, features), one time step a row; or vector (time), one
#'   feature.
#' @param params Named list. "rnn": `U`, `W` and `b` of [rnn_forward()]; "lstm" and "gru": the
#'   params of [lstm_forward()] and [gru_forward()]. [recurrent_from_keras()] gives all three.
#' @param kind Character. The cell: "rnn" (default), "lstm" or "gru".
#' @param activation Character. Activation of "rnn": "identity", "step", "sigmoid", "tanh"
#'   (default) or "relu".
#' @return A data frame with time + 1 rows: `lag`, 0 to time, in steps back; `norm`, the spectral
#'   norm of ds_T / ds_(T - lag), the most that a small change of the state s (h; for "lstm" a
#'   and c) can have grown or shrunk by the last step T. 1 at lag 0.
#' @section Errors:
#' As [rnn_forward()] and [lstm_forward()].
#' @references Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural
#'   networks, equation 5.
#' @seealso [plot_gradient_norms()], [clip_gradients()], [bptt_gradients()]
#' @examplesIf kerasduet:::has_core()
#' gradient_norms_by_lag(c(0, 0, 0), list(U = 1, W = 0.5, b = 0))
#' gradient_norms_by_lag(c(0, 0, 0), list(U = 1, W = 2, b = 0))$norm
#' @export
gradient_norms_by_lag <- function(inputs, params, kind = "rnn", activation = "tanh") {
  lesson("gradient_norms_by_lag", as.list(environment()), table_from_py)
}

#' Clip gradients
#'
#' Bounds gradients element by element (`value`) or as a whole (`norm`):
#' g * min(1, norm / ||g||). Keras calls the latter `global_clipnorm`; its `clipnorm` bounds each
#' gradient by itself, its `clipvalue` is our `value`.
#'
#' @param gradients Numeric vector, matrix or array, one gradient; or a named list of them, all
#'   of a network.
#' @param value Number. Largest size of an element, above 0. Default `NULL`.
#' @param norm Number. Largest Euclidean norm of all gradients together, above 0. Default `NULL`;
#'   give one of the two.
#' @return Like `gradients`. By value, each element is cut to -value ... value; by norm,
#'   everything is scaled by one factor, so that the direction stays.
#' @section Errors:
#' Neither or both bounds, a bound of at most 0, or gradients that are not finite.
#' @references Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural
#'   networks, algorithm 1.
#' @examplesIf kerasduet:::has_core()
#' clip_gradients(c(3, 4), norm = 1)
#' clip_gradients(list(W = cbind(3, -4), b = 0.5), value = 1)
#' @export
clip_gradients <- function(gradients, value = NULL, norm = NULL) {
  lesson("clip_gradients", as.list(environment()))
}
# nolint end
