# Look inside a network: what it is made of, and what it sees. The core computes all of it.

#' Describe the layers of a network
#'
#' `describe()` gives a table of the layers, with output shapes, parameters and multiply-adds.
#' `plot_network()` draws them as a diagram.
#'
#' @param model A [kerasduet_run]; or an experiment, from [experiment()], or the name of a preset,
#'   whose network is built for it; or a Keras model, as [build_model()], the `model_*()` functions
#'   and keras3 give.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#'
#' @details
#' A multiply-add is a product and the addition that follows. Those of matrix products and
#' convolutions are counted, also in recurrent layers (times the steps) and in attention. What takes
#' one or a few operations a number is left out, as in the papers' own counts: biases, activations,
#' pooling, normalisation. A layer that is used several times is one row: its parameters count once,
#' its multiply-adds each time.
#'
#' In the diagram of a large network small layers share the box of the one before, blocks and
#' repeats are one box each. A box takes about 0.6 inches of height.
#'
#' @return
#' * `describe()`: a data frame with a row a layer, from the input on: `layer` (its name, after that
#'   of a nested network), `kind` (its Keras class), `output` (the shape for one input, without the
#'   batch; "?" where a size is left open), `parameters`, `multiply_adds` (for one input; missing
#'   where they depend on an open size), `share` (of all multiply-adds), `detail` (such as the size
#'   of a kernel) and `inputs` (the layers whose outputs it takes). Its attributes `parameters`,
#'   `trainable` and `multiply_adds` are the totals.
#' * `plot_network()`: a ggplot.
#' @seealso [plot_filters()] for what a trained network sees.
#' @examplesIf kerasduet:::has_core()
#' layers <- describe("mnist-cnn")
#' layers[c("layer", "output", "parameters", "multiply_adds")]
#' attr(layers, "multiply_adds")
#' @export
describe <- function(model, ...) {
  call_core(frame_from_py(core$describe(looked_to_py(model))))
}

#' @rdname describe
#' @export
plot_network <- function(model, ...) {
  draw_inside("diagram", "network_data", looked_to_py(model))
}

#' Look inside a network
#'
#' `plot_filters()` draws the filters of a layer. `plot_maps()` draws what the layers make of an
#' image. `saliency()` says how much each pixel counts for what the network says of a class, and
#' `plot_saliency()` draws it. `plot_embedding()` draws test rows as the last hidden layer of a
#' classifier sees them, in two dimensions.
#'
#' @param run A [kerasduet_run]; but for `plot_embedding()` also a Keras model by itself.
#' @param layer Character. A layer by its name; `NULL` (default) is
#'   * of `plot_filters()` the first convolution, or dense layer on the pixels of an image;
#'   * of `plot_maps()` up to eight layers that give maps, a row each;
#'   * of `"grad-cam"` the last convolution, with the activation after it.
#' @param image One image, as for [predict()][predict.kerasduet_run], such as
#'   `run$dataset$x_test[1]`; of a model by itself what it takes.
#' @param images The same, of any number.
#' @param method Character. Of saliency
#'   * `"gradient"`: the slope of the score at each pixel;
#'   * `"integrated"`: integrated gradients, what each pixel adds to the score on the way from the
#'     baseline. Over all pixels they sum to the score of the image minus that of the baseline;
#'   * `"grad-cam"`: where the maps of the last convolution speak for the class, in coarse places.
#'
#'   `plot_saliency()` takes several of them, a picture each. Of an embedding `"pca"`, the two
#'   directions in which the layer's answers vary most, or `"tsne"`, a map that keeps neighbours
#'   together, in which distances between groups say little.
#' @param label The class, as [predict()][predict.kerasduet_run] gives it; of a model by itself its
#'   number, from 0. `NULL` (default) is the class that is predicted for each image.
#' @param head Character. Output of a network with several, by the name of its layer; `NULL`
#'   (default) is the first.
#' @param baseline Number. Of `"integrated"`: the pixel to begin with, as the network sees it; 0
#'   (default) is black.
#' @param data What the run was trained on, where it is loaded from a folder, which does not keep
#'   your own data. Default `NULL`.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#'
#' @details
#' The score of a class is the network's output for it, before softmax or sigmoid where those come
#' last. Filters of one channel are white at 0, blue above it and orange below, on one scale; of
#' three channels, as of colour images, each is a colour image. Maps are black where a layer's
#' answer is smallest and white where it is largest. Of saliency blue speaks for the class and
#' orange against it; of the gradient, which has no such meaning, the largest slope of a pixel's
#' channels is drawn without its sign. The points of an embedding, at most 1,000 (500 of `"tsne"`),
#' are coloured and shaped by their true class.
#'
#' @return `saliency()` gives an array of n x height x width x channels, of `"grad-cam"` with one
#'   channel and no number below 0. The others give a ggplot, with an alt text; they need the
#'   package ggplot2.
#' @references Simonyan, Vedaldi and Zisserman (2013), arXiv 1312.6034. Sundararajan, Taly and Yan
#'   (2017), arXiv 1703.01365. Selvaraju and others (2017), arXiv 1610.02391. Van der Maaten and
#'   Hinton (2008), Journal of Machine Learning Research 9.
#' @seealso [describe()] for its layers; [importance()] for runs on tables.
#' @examplesIf kerasduet:::has_core() && requireNamespace("ggplot2", quietly = TRUE)
#' run <- run_experiment(
#'   "mnist-cnn",
#'   dataset = "mnist-subset", filters = 8, epochs = 1, progress = FALSE
#' )
#' digit <- run$dataset$x_test[1]
#' plot_filters(run)
#' plot_maps(run, digit)
#' plot_saliency(run, digit, c("gradient", "integrated", "grad-cam"))
#' dim(saliency(run, digit))
#' plot_embedding(run)
#' @export
plot_filters <- function(run, layer = NULL, ...) {
  draw_inside("filters", "filters_data", looked_to_py(run), setting_to_py(layer))
}

#' @rdname plot_filters
#' @export
plot_maps <- function(run, image, layer = NULL, ...) {
  draw_inside(
    "maps", "maps_data", looked_to_py(run), data_to_py(image, "image"), setting_to_py(layer)
  )
}

#' @rdname plot_filters
#' @export
saliency <- function(run, images, method = "gradient", label = NULL, head = NULL, layer = NULL,
                     baseline = 0, ...) {
  call_core(plain(core$saliency(
    looked_to_py(run), data_to_py(images, "images"), setting_to_py(method),
    label = setting_to_py(label), head = setting_to_py(head), layer = setting_to_py(layer),
    baseline = setting_to_py(baseline)
  )))
}

#' @rdname plot_filters
#' @export
plot_saliency <- function(run, image, method = "gradient", label = NULL, head = NULL, layer = NULL,
                          baseline = 0, ...) {
  draw_inside(
    "saliency_figure", "saliency_data", looked_to_py(run), data_to_py(image, "image"),
    setting_to_py(method),
    label = setting_to_py(label), head = setting_to_py(head), layer = setting_to_py(layer),
    baseline = setting_to_py(baseline)
  )
}

#' @rdname plot_filters
#' @export
plot_embedding <- function(run, method = "pca", data = NULL, ...) {
  draw_inside(
    "embedding", "embedding_data", looked_to_py(run), setting_to_py(method),
    data = data_to_py(data)
  )
}

#' Which words an answer hangs on
#'
#' `word_influence()` says how much each word of a text speaks for what a classifier of texts says
#' of it, and `plot_word_influence()` draws it.
#'
#' @param run A [kerasduet_run] of texts, such as one from the preset `"sentiment"`.
#' @param texts Character vector, factor, or data frame with the column of texts, as for
#'   [predict()][predict.kerasduet_run].
#' @param text One of them.
#' @param method Character.
#'   * `"gradient"` (default): gradient times input, the slope of the score along each number that
#'     stands for the word, times that number, summed over them;
#'   * `"integrated"`: integrated gradients, the same with the mean slope on the way from numbers of
#'     0 to those of the text. Over all words they sum to the change of the score.
#' @param label The class, as [predict()][predict.kerasduet_run] gives it. `NULL` (default) is the
#'   class that is predicted for each text.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#'
#' @details
#' The score is the network's output for the class, before softmax or sigmoid. A slope is exact for
#' small changes alone; integrated gradients take 64 steps.
#'
#' @return `word_influence()` gives a data frame with a row for each word that the network sees, in
#'   order: `text` (its place among the texts), `place` (of the word, in the text as the network
#'   sees it), `word`, `known` (whether the vocabulary has it), `label` (the class asked about) and
#'   `influence`, above 0 where it speaks for the class. `plot_word_influence()` gives a ggplot,
#'   with an alt text: blue speaks for the class and orange against it. It needs the package
#'   ggplot2.
#' @references Li and others (2016), Visualizing and understanding neural models in NLP, NAACL.
#'   Sundararajan, Taly and Yan (2017), arXiv 1703.01365.
#' @seealso [saliency()] for images; [importance()] for runs on tables.
#' @examplesIf kerasduet:::has_core() && requireNamespace("ggplot2", quietly = TRUE)
#' run <- run_experiment(
#'   "sentiment-cnn",
#'   dataset = "reviews", length = 30, embedding = 16, filters = 24, epochs = 2, progress = FALSE
#' )
#' word_influence(run, "The plot was not good.")
#' plot_word_influence(run, "The plot was dull, but the acting was very good.")
#' @export
word_influence <- function(run, texts, method = "gradient", label = NULL, ...) {
  call_core(frame_from_py(core$word_influence(
    looked_to_py(run), data_to_py(texts, "texts"), setting_to_py(method),
    label = setting_to_py(label)
  )))
}

#' @rdname word_influence
#' @export
plot_word_influence <- function(run, text, method = "gradient", label = NULL, ...) {
  draw_inside(
    "words_figure", "words_data", looked_to_py(run), data_to_py(text, "text"),
    setting_to_py(method),
    label = setting_to_py(label)
  )
}

#' What a recurrent layer holds, step by step
#'
#' `states()` says what a recurrent layer holds after each step of a sequence and how far its gates
#' are open, and `plot_states()` draws it.
#'
#' @param run A [kerasduet_run] of texts, of sentences with tags, of pairs of texts, of a text to go
#'   on with, of sequences, of videos, or of one series, with a network that has a recurrent layer.
#' @param x One text, sequence or video, or a series, as for [predict()][predict.kerasduet_run]; of
#'   a series its last window is read. A decoder reads what `predict()` writes for the text.
#' @param layer Character. A recurrent layer by its name; `NULL` (default) is the first. Of one that
#'   reads both ways it is the part that reads forward, unless the name is that of the other part,
#'   such as `"lstm_1_backward"`.
#' @param what Character.
#'   * `"states"` (default): the state after each step, of an LSTM the cell too;
#'   * `"gates"`: how far each gate of an LSTM or GRU is open.
#' @param ... Not used: a misspelt argument is an error that names the one that is meant.
#'
#' @details
#' LSTM: cell = forget * the cell before + input * candidate, state = output * tanh(cell). GRU:
#' state = (1 - update) * the state before + update * candidate; Keras's own update gate of a GRU is
#' 1 minus this one. A simple recurrent layer has no gates. See [lstm_forward()] and
#' [gru_forward()].
#'
#' @return `states()` gives a data frame with a row for each step and unit: `step` (padding that the
#'   layer passes over has none), `token`, `time` or `frame` where one stands at the step, `unit`,
#'   `state`, and of an LSTM `cell`, `input`, `forget`, `output` and `candidate`, of a GRU `update`,
#'   `reset` and `candidate`. Gates lie between 0 and 1. A decoder sees at each step the token
#'   before, first the mark `"[start]"`. `plot_states()` gives a ggplot, with an alt text: a row for
#'   each unit and a column for each step, at most the first 64 units and the last 200 steps. It
#'   needs the package ggplot2.
#' @references Hochreiter and Schmidhuber (1997), Long short-term memory, Neural Computation 9. Cho
#'   and others (2014), Learning phrase representations using RNN encoder-decoder, EMNLP.
#' @seealso [word_influence()] for the words that an answer hangs on; [plot_gates()] for the gates
#'   of a tiny network by hand.
#' @examplesIf kerasduet:::has_core() && requireNamespace("ggplot2", quietly = TRUE)
#' run <- run_experiment(
#'   "sentiment",
#'   dataset = "reviews", length = 30, embedding = 8, units = 8, epochs = 1, batch_size = 256,
#'   progress = FALSE
#' )
#' head(states(run, "The plot was not good."))
#' plot_states(run, "The plot was not good.", "gates")
#' @export
states <- function(run, x, layer = NULL, ...) {
  call_core(frame_from_py(core$states(
    looked_to_py(run), data_to_py(x, "x"), setting_to_py(layer)
  )))
}

#' @rdname states
#' @export
plot_states <- function(run, x, what = "states", layer = NULL, ...) {
  draw_inside(
    "states_figure", "states_data", looked_to_py(run), data_to_py(x, "x"), setting_to_py(what),
    layer = setting_to_py(layer)
  )
}

# A run, an experiment, the name of one, or a model: the core refuses anything else.
looked_to_py <- function(x, call = rlang::caller_env()) {
  if (inherits(x, "kerasduet_model")) check_alive(x, call)
  if (inherits(x, "kerasduet_run")) handle(x) else preset_to_py(x)
}

# The one panel of a figure that a function of the core's `inside` computes.
draw_inside <- function(module, name, ..., call = rlang::caller_env()) {
  check_package("ggplot2", "Plots need", call = call)
  call_core(
    {
      home <- reticulate::import(paste0("kerasduet.inside.", module), convert = FALSE)
      data <- plotted_from_py(reticulate::py_get_attr(home, name)(...), dates = FALSE)
      draw_panel(data$panels[[1]])
    },
    call = call
  )
}
