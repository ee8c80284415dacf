"""The layers of networks: parameters and multiply-adds, counted by hand and by others."""

from __future__ import annotations

import io

import keras
import numpy as np
import pytest
from keras import layers

import kerasduet as kd
from kerasduet.errors import ArgumentType
from kerasduet.inside.boxes import MOST
from kerasduet.inside.diagram import network_data


def counted(*stack, shape):
    """Give the multiply-adds of the last layer of a stack."""
    inputs = x = keras.Input(shape)
    for layer in stack:
        x = layer(x)
    table = kd.describe(keras.Model(inputs, x))
    assert table.attrs["parameters"] == table["parameters"].sum()
    return table["multiply_adds"].iloc[-1]


@pytest.mark.parametrize(
    ("layer", "shape", "count"),
    [
        (layers.Conv2D(8, 3), (10, 12, 4), 8 * 10 * 8 * 9 * 4),
        (layers.Conv2D(8, (3, 5), strides=2, padding="same"), (10, 12, 4), 5 * 6 * 8 * 15 * 4),
        (layers.Conv2D(8, 3, groups=2), (10, 12, 4), 8 * 10 * 8 * 9 * 2),
        (layers.Conv2D(8, 3, dilation_rate=2), (10, 12, 4), 6 * 8 * 8 * 9 * 4),
        (layers.Conv1D(6, 4, strides=3), (20, 5), 6 * 6 * 4 * 5),
        (layers.Conv3D(2, 2), (4, 4, 4, 3), 27 * 2 * 8 * 3),
        (layers.Conv2DTranspose(5, 3, strides=2), (4, 6, 2), 4 * 6 * 2 * 9 * 5),
        (layers.DepthwiseConv2D(3, depth_multiplier=2), (10, 12, 4), 8 * 10 * 4 * 2 * 9),
        (layers.SeparableConv2D(8, 3), (10, 12, 4), 8 * 10 * 4 * (9 + 8)),
        (layers.Dense(7), (5,), 35),
        (layers.Dense(7), (3, 4, 5), 12 * 35),
        (layers.EinsumDense("abc,cd->abd", output_shape=(None, 6)), (3, 5), 3 * 5 * 6),
        (layers.SimpleRNN(4), (10, 3), 10 * 4 * (3 + 4)),
        (layers.GRU(4, return_sequences=True), (10, 3), 10 * 3 * 4 * (3 + 4)),
        (layers.LSTM(128), (10, 256), 10 * 4 * 128 * (256 + 128)),
        (layers.Bidirectional(layers.LSTM(4)), (10, 3), 2 * 10 * 4 * 4 * (3 + 4)),
        (layers.RNN([layers.LSTMCell(4), layers.GRUCell(2)]), (10, 3), 10 * (112 + 3 * 2 * 6)),
        (layers.ConvLSTM2D(2, 3), (5, 6, 6, 1), 4 * 5 * 16 * 2 * 9 * (1 + 2)),
        (layers.TimeDistributed(layers.Dense(7)), (6, 5), 6 * 35),
        (layers.MaxPooling2D(2), (8, 8, 3), 0),
        (layers.AveragePooling2D(2), (8, 8, 3), 0),
        (layers.BatchNormalization(), (8, 8, 3), 0),
        (layers.Embedding(100, 8), (12,), 0),
        (layers.Dropout(0.5), (12,), 0),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, layers.Layer) else "",
)
def test_multiply_adds_are_those_by_hand(layer, shape, count):
    assert counted(layer, shape=shape) == count


def test_attention_counts_projections_and_scores():
    asked, held = keras.Input((6, 8)), keras.Input((5, 8))
    heads = layers.MultiHeadAttention(2, 3, value_dim=4)(asked, held)
    found = kd.describe(keras.Model([asked, held], heads))["multiply_adds"].iloc[-1]
    projections = 6 * 8 * 6 + 5 * 8 * 6 + 5 * 8 * 8 + 6 * 8 * 8
    assert found == projections + 2 * 6 * 5 * (3 + 4)
    scores = layers.Dot((2, 2))([asked, held])
    assert kd.describe(keras.Model([asked, held], scores)).attrs["multiply_adds"] == 6 * 5 * 8


def mixed():
    """Give a network with branches, a nested network used twice, and two outputs."""
    small = keras.Sequential(
        [keras.Input((None, None, 4)), layers.Conv2D(4, 3, padding="same"), layers.ReLU()],
        name="small",
    )
    image = keras.Input((12, 12, 3), name="image")
    x = layers.Conv2D(4, 3, padding="same", name="first")(image)
    left, right = small(x), small(layers.MaxPooling2D(2, name="pool")(x))
    right = layers.UpSampling2D(2)(right)
    x = layers.SeparableConv2D(6, 3)(layers.Concatenate(name="both")([left, right]) * 2.0)
    x = layers.BatchNormalization()(x)
    x = layers.DepthwiseConv2D(3, strides=2)(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    main = layers.Dense(3, activation="softmax", name="main")(x)
    return keras.Model(image, [main, layers.Dense(2, name="side")(x)])


def test_nested_and_shared_layers_are_counted_once_and_each_time():
    model = mixed()
    table = kd.describe(model).set_index("layer")
    assert table.attrs["parameters"] == model.count_params()
    assert table.attrs["trainable"] == sum(
        int(np.prod(w.shape)) for w in model.trainable_weights
    )
    inner = next(name for name in table.index if name.startswith("small/conv2d"))
    assert table.loc[inner, "multiply_adds"] == (144 + 36) * 4 * 9 * 4
    assert table.loc[inner, "output"] == "12 \u00d7 12 \u00d7 4"
    assert table.loc["pool", "inputs"] == "first"
    assert table["share"].sum() == pytest.approx(1)
    assert table.loc[["main", "side"], "inputs"].tolist() == ["mean", "mean"]


def test_an_independent_count_agrees():
    """Count in TensorFlow's own graph, by the shapes of what its kernels multiply."""
    import tensorflow as tf

    model = mixed()
    graph = tf.function(lambda x: model(x, training=False)).get_concrete_function(
        tf.TensorSpec((1, 12, 12, 3))
    )
    total = 0
    for operation in graph.graph.get_operations():
        if operation.type in ("Conv2D", "DepthwiseConv2dNative"):
            kernel, out = operation.inputs[1].shape, operation.outputs[0].shape
            depthwise = operation.type != "Conv2D"
            each = kernel[0] * kernel[1] * (1 if depthwise else kernel[2])
            total += int(np.prod(out)) * each
        elif operation.type == "MatMul":
            total += int(np.prod(operation.outputs[0].shape)) * operation.inputs[1].shape[0]
    assert total > 0
    assert kd.describe(model).attrs["multiply_adds"] == total


def test_vgg_16_has_the_published_number():
    """Compare with Simonyan and Zisserman's network at 224 x 224: 138 M, 15.47 G."""
    with keras.device("cpu"):
        model = vgg_16()
    table = kd.describe(model)
    assert table.attrs["multiply_adds"] == 15_470_264_320
    assert table.attrs["parameters"] == 138_357_544
    assert len(network_data(model).panels[0].frames["boxes"]) <= MOST


def vgg_16():
    """Give VGG-16 with weights of 0, which are made at once."""
    look = {"padding": "same", "activation": "relu", "kernel_initializer": "zeros"}
    image = x = keras.Input((224, 224, 3))
    for filters, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(depth):
            x = layers.Conv2D(filters, 3, **look)(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    for units in (4096, 4096, 1000):
        x = layers.Dense(units, kernel_initializer="zeros")(x)
    return keras.Model(image, x)


def test_alexnet_by_hand():
    """Count Krizhevsky's network with its two groups: 60.97 M parameters, 724 M multiply-adds."""
    image = x = keras.Input((227, 227, 3))
    zeros = {"kernel_initializer": "zeros"}
    x = layers.Conv2D(96, 11, strides=4, **zeros)(x)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = layers.Conv2D(256, 5, padding="same", groups=2, **zeros)(x)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = layers.Conv2D(384, 3, padding="same", **zeros)(x)
    x = layers.Conv2D(384, 3, padding="same", groups=2, **zeros)(x)
    x = layers.Conv2D(256, 3, padding="same", groups=2, **zeros)(x)
    x = layers.Flatten()(layers.MaxPooling2D(3, strides=2)(x))
    for units in (4096, 4096, 1000):
        x = layers.Dense(units, **zeros)(x)
    table = kd.describe(keras.Model(image, x))
    assert table.attrs["parameters"] == 60_965_224
    own = 105_415_200 + 223_948_800 + 149_520_384 + 112_140_288 + 74_760_192
    assert table.attrs["multiply_adds"] == own + 37_748_736 + 16_777_216 + 4_096_000


def test_open_sizes_have_no_count():
    inputs = keras.Input((None, 3))
    table = kd.describe(keras.Model(inputs, layers.LSTM(4)(inputs)))
    assert np.isnan(table["multiply_adds"].iloc[1])
    assert table["output"].tolist() == ["? \u00d7 3", "4"]
    assert table.attrs["multiply_adds"] is None


def test_runs_experiments_and_presets_are_described_alike(image_run):
    of_run = kd.describe(image_run)
    assert of_run.equals(kd.describe(image_run.experiment))
    assert kd.describe("mnist-dnn").attrs["parameters"] == 235_146
    for wrong in (3, None, keras.Sequential([layers.Dense(2)])):
        with pytest.raises(ArgumentType, match=r"^model: "):
            kd.describe(wrong)


def deep(blocks):
    """Give a residual network of many layers."""
    image = keras.Input((8, 8, 4))
    x = layers.Conv2D(4, 3, padding="same")(image)
    for _ in range(blocks):
        y = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(x)))
        x = layers.ReLU()(layers.Add()([x, layers.Conv2D(4, 3, padding="same")(y)]))
    return keras.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def test_branches_lie_side_by_side_and_arrows_join_them():
    (panel,) = network_data(mixed()).panels
    boxes, arrows = panel.frames["boxes"], panel.frames["arrows"]
    assert boxes.duplicated("y").any()  # side by side
    same_row = boxes.sort_values(["y", "x"])
    beside = same_row.groupby("y")["x"].shift(-1) - same_row["to_x"]
    assert (beside.dropna() > 0).all()
    assert set(arrows["to_y"]) <= set(boxes["y"])
    assert boxes["x"].min() >= -3.75 and boxes["to_x"].max() <= 3.75
    assert "first" in panel.alt and "main" in panel.alt


@pytest.mark.parametrize("blocks", [3, 14])
def test_a_deep_network_is_shortened_and_nothing_is_lost(blocks):
    model = deep(blocks)
    data = network_data(model)
    (panel,) = data.panels
    assert len(panel.frames["boxes"]) <= MOST
    assert len(panel.frames["arrows"]) >= len(panel.frames["boxes"]) - 1
    assert data.height < 16
    words = [text for text in panel.frames["words"]["label"] if "parameters" in text]
    numbers = [int(text.split(" parameters")[0].split()[-1].replace(",", "")) for text in words]
    assert sum(numbers) == model.count_params()
    figure = kd.plot_network(model)
    file = io.BytesIO()
    figure.savefig(file, dpi=40)
    assert file.getvalue().startswith(b"\x89PNG")
    assert f"{len(model.layers)} layers" in figure.alt_text


def test_a_part_of_a_network_is_drawn_without_a_name_for_its_input():
    whole = kd.models.resnet18(input_shape=(28, 28, 1), classes=4, width=0.02)
    ends = ("stage1_pooling", "stage2_block1_relu")
    part = keras.Model(*(whole.get_layer(name).output for name in ends))
    (panel,) = network_data(part).panels
    words = " ".join(panel.frames["words"]["label"])
    assert "keras_tensor" not in words + panel.alt and "stage2_block1_sum" in words


def test_a_large_network_shows_its_auxiliary_heads_beside_the_trunk():
    net = kd.models.googlenet(input_shape=(80, 80, 1), classes=4, width=0.05)
    (panel,) = network_data(net).panels
    boxes = panel.alt.split("; ")
    for head in ("auxiliary_1", "auxiliary_2"):
        assert sum(f"to {head}, Block of 6 layers" in box for box in boxes) == 1
    modules = [box for box in boxes if "Block of 8 layers" in box]
    assert len(modules) == 9  # inception, of which none hides the layers after it
