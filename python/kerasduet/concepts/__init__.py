"""The arithmetic of the lessons in NumPy, checked against Keras."""

from __future__ import annotations

import sys

from kerasduet.boundary import public_names
from kerasduet.concepts.activations import activate, activation_slope, softmax
from kerasduet.concepts.animations import (
    animate_convolution,
    animate_pooling,
    animate_unrolled,
)
from kerasduet.concepts.convolution import (
    conv_output_size,
    convolution_as_dense,
    convolve2d,
    same_padding,
)
from kerasduet.concepts.image_plots import plot_convolution, plot_feature_maps, plot_pooling
from kerasduet.concepts.images import image_storage, pad2d, rescale_image
from kerasduet.concepts.keras_weights import recurrent_from_keras, recurrent_to_keras
from kerasduet.concepts.kernels import image_kernel, kernel_names
from kerasduet.concepts.least_squares import least_squares_fit
from kerasduet.concepts.losses import cross_entropy, logistic_loss, mean_squared_error
from kerasduet.concepts.neuron_plots import plot_activations, plot_decision
from kerasduet.concepts.neurons import logic_gate, threshold_neuron
from kerasduet.concepts.optimizers import optimizer_step
from kerasduet.concepts.perceptrons import perceptron_fit
from kerasduet.concepts.pooling import pool2d
from kerasduet.concepts.sequence_plots import plot_gates, plot_gradient_norms, plot_unrolled
from kerasduet.concepts.sequences import gru_forward, lstm_forward, rnn_forward
from kerasduet.concepts.shapes import (
    conv_parameters,
    dense_parameters,
    layer_shapes,
    recurrent_parameters,
    training_iterations,
)
from kerasduet.concepts.through_time import (
    bptt_gradients,
    clip_gradients,
    gradient_norms_by_lag,
)
from kerasduet.concepts.tiny_cnn import tiny_cnn_forward, tiny_cnn_gradients
from kerasduet.concepts.two_layer import (
    two_layer_fit,
    two_layer_forward,
    two_layer_gradients,
    two_layer_init,
)

__all__ = [
    "activate",
    "activation_slope",
    "animate_convolution",
    "animate_pooling",
    "animate_unrolled",
    "bptt_gradients",
    "clip_gradients",
    "conv_output_size",
    "conv_parameters",
    "convolution_as_dense",
    "convolve2d",
    "cross_entropy",
    "dense_parameters",
    "gradient_norms_by_lag",
    "gru_forward",
    "image_kernel",
    "image_storage",
    "kernel_names",
    "layer_shapes",
    "least_squares_fit",
    "logic_gate",
    "logistic_loss",
    "lstm_forward",
    "mean_squared_error",
    "optimizer_step",
    "pad2d",
    "perceptron_fit",
    "plot_activations",
    "plot_convolution",
    "plot_decision",
    "plot_feature_maps",
    "plot_gates",
    "plot_gradient_norms",
    "plot_pooling",
    "plot_unrolled",
    "pool2d",
    "recurrent_from_keras",
    "recurrent_parameters",
    "recurrent_to_keras",
    "rescale_image",
    "rnn_forward",
    "same_padding",
    "softmax",
    "threshold_neuron",
    "tiny_cnn_forward",
    "tiny_cnn_gradients",
    "training_iterations",
    "two_layer_fit",
    "two_layer_forward",
    "two_layer_gradients",
    "two_layer_init",
]

public_names(sys.modules[__name__])
