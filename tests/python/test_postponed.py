"""What Keras would import for few of its users waits until it is asked for, and is then whole."""

from __future__ import annotations

import os
import subprocess
import sys

from kerasduet import environment
from kerasduet.environment.postponed import _OnceImported

CODE = """
import inspect, sys, threading
from kerasduet.environment import start_backend

def heavy():
    names = ("sklearn", "scipy.stats", "matplotlib", "jax", "tensorflow.lite.python.lite")
    return [name for name in names if name in sys.modules]

start_backend()
assert heavy() == [], heavy()
inspect.stack()  # looks at every module
import keras, tensorflow as tf
assert heavy() == [], heavy()

found = []
def look():
    found.append(keras.wrappers.SKLearnClassifier)
ask = [threading.Thread(target=look) for _ in "ab"]
for thread in ask:
    thread.start()
for thread in ask:
    thread.join()
from sklearn.base import BaseEstimator
assert len(found) == 2 and found[0] is found[1] and issubclass(found[0], BaseEstimator)
try:
    keras.wrappers.nothing
except AttributeError as error:
    print(error)

from keras.visualization import plot_image_gallery
assert "plot_image_gallery" in dir(keras.visualization)
assert tf.lite.TFLiteConverter.from_keras_model
import tensorflow._api.v2.compat.v1.nn as nn
assert tf.compat.v1.nn is nn and nn.conv2d and tf.compat.v2.zeros is tf.zeros
import jax.numpy
assert {"sklearn", "matplotlib", "jax", "tensorflow.lite.python.lite"} <= set(heavy())
"""


def test_what_is_put_off_is_there_when_it_is_asked_for():
    done = subprocess.run(
        [sys.executable, "-P", "-c", CODE],
        capture_output=True,
        text=True,
        timeout=600,
        env=environment.fresh_environment({**os.environ, "KERAS_BACKEND": "tensorflow"}),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "module 'keras.wrappers' has no attribute 'nothing'\n"


def test_every_name_that_is_put_off_is_a_module_of_keras_or_tensorflow():
    """One that a later version drops would be put off in vain, without a word."""
    import importlib.util

    from kerasduet.environment import postponed

    assert all(importlib.util.find_spec(name) for name in sorted(postponed.MODULES))


def test_tensorflow_is_there_for_keras_once_it_is_imported(monkeypatch):
    """On another backend; until then nothing can be of its types."""
    from keras.src.saving import serialization_lib
    from keras.src.utils.module_utils import tensorflow

    seen = _OnceImported(tensorflow)
    assert seen.available and seen.TensorShape is tensorflow.TensorShape
    monkeypatch.setattr(serialization_lib, "tf", seen)
    shape = serialization_lib.serialize_keras_object(tensorflow.TensorShape([2, 3]))
    assert shape == [2, 3]
    monkeypatch.delitem(sys.modules, "tensorflow")
    assert not seen.available
