"""Keras's own classes that a description may name: none holds code or reads a file."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "ALLOWED",
    "CONVOLUTIONS",
    "INITIALIZERS",
    "LAYERS",
    "LOSSES",
    "METRICS",
    "NETWORKS",
    "OPERATIONS",
    "OPTIMIZERS",
    "SCHEDULES",
    "SIZED",
    "VALUES",
]

CONVOLUTIONS = ("Conv{}D", "Conv{}DTranspose", "SeparableConv{}D", "ConvLSTM{}D", "Cropping{}D")


SIZED = (
    *CONVOLUTIONS,
    *("DepthwiseConv{}D", "UpSampling{}D", "ZeroPadding{}D", "SpatialDropout{}D"),
    *("AveragePooling{}D", "MaxPooling{}D", "GlobalAveragePooling{}D", "GlobalMaxPooling{}D"),
    *("AdaptiveAveragePooling{}D", "AdaptiveMaxPooling{}D"),
)


# Without Lambda and the layers that hold another library's code or read files.
LAYERS = {
    *(name.format(axes) for name in SIZED for axes in (1, 2, 3)),
    *("Activation", "ActivityRegularization", "Add", "AdditiveAttention", "AlphaDropout"),
    *("Attention", "Average", "BatchNormalization", "Bidirectional", "CategoryEncoding"),
    *("CenterCrop", "Concatenate", "Dense", "Dot", "Dropout", "ELU", "EinsumDense"),
    *("Embedding", "Flatten", "GRU", "GRUCell", "GaussianDropout", "GaussianNoise"),
    *(
        "GroupNormalization",
        "GroupQueryAttention",
        "Identity",
        "InputLayer",
        "LSTM",
        "LSTMCell",
    ),
    *("LayerNormalization", "LeakyReLU", "Masking", "Maximum", "Minimum", "MultiHeadAttention"),
    *("Multiply", "Normalization", "PReLU", "Permute", "RMSNormalization", "RNN"),
    *("RandomBrightness", "RandomContrast", "RandomCrop", "RandomFlip", "RandomRotation"),
    *("RandomTranslation", "RandomZoom", "ReLU", "RepeatVector", "Rescaling", "Reshape"),
    *("Resizing", "ReversibleEmbedding", "SimpleRNN", "SimpleRNNCell", "Softmax"),
    *("SpectralNormalization", "StackedRNNCells", "Subtract", "TimeDistributed"),
    "UnitNormalization",
}


NETWORKS = {"Functional", "Sequential"}


SCHEDULES = {
    *("CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay"),
    *("PiecewiseConstantDecay", "PolynomialDecay"),
}


OPTIMIZERS = {
    *("Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb", "Lion"),
    *("Muon", "Nadam", "RMSprop", "SGD"),
}


LOSSES = {
    *("BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy"),
    *("CategoricalFocalCrossentropy", "CategoricalHinge", "CosineSimilarity", "Hinge", "Huber"),
    *("KLDivergence", "LogCosh", "MeanAbsoluteError", "MeanAbsolutePercentageError"),
    *("MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson", "SquaredHinge", "Tversky"),
    *("Dice", "SparseCategoricalCrossentropy"),
}


METRICS = {
    *("AUC", "Accuracy", "BinaryAccuracy", "BinaryCrossentropy", "CategoricalAccuracy"),
    *("CategoricalCrossentropy", "CosineSimilarity", "F1Score", "FBetaScore", "FalseNegatives"),
    *("FalsePositives", "Hinge", "KLDivergence", "LogCoshError", "MeanAbsoluteError"),
    *("MeanAbsolutePercentageError", "MeanIoU", "MeanSquaredError", "Precision"),
    *("MeanSquaredLogarithmicError", "Poisson", "PrecisionAtRecall", "R2Score", "Recall"),
    *("RecallAtPrecision", "RootMeanSquaredError", "SparseCategoricalAccuracy"),
    *("SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy", "SquaredHinge"),
    *("TopKCategoricalAccuracy", "TrueNegatives", "TruePositives"),
}


INITIALIZERS = {
    *("Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity"),
    *("LecunNormal", "LecunUniform", "Ones", "Orthogonal", "OrthogonalInitializer"),
    *("IdentityInitializer", "RandomNormal", "RandomUniform", "TruncatedNormal"),
    *("VarianceScaling", "Zeros"),
}


ALLOWED: Mapping[str, set[str]] = {
    "keras": {"Sequential", "DTypePolicy"},
    "keras.src.models.functional": {"Functional"},
    "keras.src.models.sequential": {"Sequential"},
    "keras.layers": LAYERS,
    "keras.initializers": INITIALIZERS,
    "keras.regularizers": {"L1", "L2", "L1L2", "OrthogonalRegularizer"},
    "keras.constraints": {"MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"},
    "keras.src.ops.core": {"Cast", "Slice", "StopGradient"},
    "keras.random": {"SeedGenerator"},
    "keras.src.random.seed_generator": {"SeedGenerator"},
    "keras.optimizers": OPTIMIZERS,
    "keras.optimizers.schedules": SCHEDULES,
    "keras.losses": LOSSES,
    "keras.metrics": METRICS,
}


# Operations such as x + y or keras.ops.relu(x): functions of tensors, without a callable.
OPERATIONS = {"keras.src.ops.math", "keras.src.ops.nn", "keras.src.ops.numpy"}


# What Keras writes of arguments that are no objects.
VALUES = {
    "__ellipsis__",
    "__keras_tensor__",
    "__numpy__",
    "__slice__",
    "__tensor__",
}
