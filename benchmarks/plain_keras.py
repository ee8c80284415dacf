"""The network of mnist-dnn as an ordinary Keras script, on float32 arrays.

    python benchmarks/plain_keras.py mnist.npz epochs

Prints the seconds that `fit` took.
"""

import sys
import time

import keras
import numpy as np

file, epochs = sys.argv[1], int(sys.argv[2])

with np.load(file) as data:
    x_train, y_train = data["x_train"], data["y_train"]
    x_test, y_test = data["x_test"], data["y_test"]
x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.layers.Input((784,)),
        keras.layers.Dense(256, activation="relu"),
        keras.layers.Dropout(0.4),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])

began = time.perf_counter()
model.fit(x_train, y_train, batch_size=128, epochs=epochs, validation_split=0.2, verbose=0)
seconds = time.perf_counter() - began

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(seconds, accuracy)
