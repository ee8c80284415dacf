#' Build the network of an experiment
#'
#' @param experiment An experiment, from [experiment()], or the name of a preset. Its seed decides
#'   the initial weights.
#' @return A Keras model, a Python object, untrained and uncompiled. With keras3 attached its
#'   verbs work on it.
#' @examplesIf kerasduet:::has_core()
#' build_model("mnist-dnn")$count_params()
#' @export
build_model <- function(experiment) {
  call_core(model_from_py(core$build_model(preset_to_py(experiment))))
}

#' Build a convolutional classifier
#'
#' (Convolution, max pooling) a block, dense layers, softmax. With its defaults it has 693,962
#' parameters.
#'
#' @param input_shape Numeric. One image: height, width, channels. Default `c(28, 28, 1)`.
#' @param classes Number of classes, at least 2. Default 10.
#' @param filters Numeric. Filters of each convolution, without padding. Default 32.
#' @param kernel_size Height and width of the kernels, in pixels. Default 3.
#' @param pool_size Height and width of the pooling windows, in pixels. Default 2.
#' @param dense_units Numeric. Units of each dense hidden layer; `integer()` for none. Default
#'   128.
#' @param dropout Numeric. Fraction of each dense hidden layer's units dropped in training, in
#'   \[0, 1); one value, or one a layer. Default 0.
#' @param activation Character. Of convolutions and dense hidden layers: "relu" (default),
#'   "elu", "gelu", "linear", "sigmoid", "softmax", "swish" or "tanh".
#' @param kernel_initializer Character. Of the same layers: "glorot_uniform" (default),
#'   "glorot_normal", "he_normal" or "he_uniform".
#' @param seed Decides initial weights and dropout, 0 to 2^32 - 1. Default 0.
#' @return A Keras model, a Python object: input (batch, height, width, channels), output
#'   (batch, classes), probabilities.
#' @references LeCun et al. (1998), Gradient-based learning applied to document recognition,
#'   Proceedings of the IEEE 86.
#' @examplesIf kerasduet:::has_core()
#' model_cnn(filters = c(8, 16), dense_units = 32)$count_params()
#' @export
model_cnn <- function(input_shape = c(28, 28, 1), classes = 10, filters = 32, kernel_size = 3,
                      pool_size = 2, dense_units = 128, dropout = 0, activation = "relu",
                      kernel_initializer = "glorot_uniform", seed = 0) {
  network("cnn", as.list(environment()))
}

#' Build a dense classifier
#'
#' (Dense, dropout) a layer, softmax. With its defaults, 784-256-128-10, it has 235,146
#' parameters.
#'
#' @inheritParams model_cnn
#' @param input_shape Numeric. One input without the batch axis. Default `c(28, 28, 1)`.
#' @param units Numeric. Units of each hidden layer. Default `c(256, 128)`.
#' @param dropout Numeric. Fraction of each hidden layer's units dropped in training, in \[0, 1);
#'   one value, or one a layer. Default `c(0.4, 0.3)`.
#' @param l1,l2 Penalty on the hidden layers' weights, l1 * sum|w| + l2 * sum w^2. Default 0.
#' @return A Keras model, a Python object: input (batch, `input_shape`), output (batch, classes),
#'   probabilities.
#' @references Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from
#'   overfitting, JMLR 15.
#' @examplesIf kerasduet:::has_core()
#' model_dnn(units = 32, dropout = 0)$count_params()
#' @export
model_dnn <- function(input_shape = c(28, 28, 1), classes = 10, units = c(256, 128),
                      dropout = c(0.4, 0.3), l1 = 0, l2 = 0, activation = "relu",
                      kernel_initializer = "glorot_uniform", seed = 0) {
  network("dnn", as.list(environment()))
}

#' Build a recurrent forecaster
#'
#' Reads a window of a series and forecasts the steps after it.
#'
#' @inheritParams model_cnn
#' @param lookback Time steps of one window. Default 30.
#' @param n_features Variables of one time step. Default 1.
#' @param horizon Steps forecast at once. Default 1.
#' @param kind Character. Recurrent layer: "lstm" (default), "gru" or "rnn".
#' @param units Numeric. Units of each recurrent layer. Default 32.
#' @param dense_units Numeric. Units of each dense layer after them. Default none.
#' @param dense_activation,output_activation Character. Activations of the dense layers ("relu")
#'   and of the output ("linear").
#' @param dropout Numeric. Fraction of each recurrent layer's outputs dropped in training, in
#'   \[0, 1); one value, or one a layer. Default 0.
#' @return A Keras model, a Python object: input (batch, lookback, features), output
#'   (batch, horizon).
#' @references Hochreiter and Schmidhuber (1997), Long short-term memory, Neural Computation 9.
#' @examplesIf kerasduet:::has_core()
#' model_recurrent(lookback = 10, units = 8)$count_params()
#' @export
model_recurrent <- function(lookback = 30, n_features = 1, horizon = 1, kind = "lstm",
                            units = 32, dense_units = integer(), dense_activation = "relu",
                            output_activation = "linear", dropout = 0, seed = 0) {
  network("recurrent", as.list(environment()))
}

network <- function(builder, arguments, call = rlang::caller_env()) {
  call_core(
    {
      build <- reticulate::py_get_attr(core$models, builder)
      model_from_py(do.call(build, lapply(arguments, setting_to_py)))
    },
    call = call
  )
}
