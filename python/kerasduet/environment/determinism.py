"""The same bits: what a computation must not depend on."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from kerasduet.environment.backend import backend_name, start_backend
from kerasduet.environment.outside import set_aside

__all__ = ["SWITCHES", "deterministic"]


class _Common:
    """What `deterministic` sets for the whole process, from its first user to its last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._settings = contextlib.ExitStack()

    def enter(self) -> None:
        with self._lock:
            if self._users == 0:
                self._settings.enter_context(_common_settings())
            self._users += 1

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._settings.close()


_COMMON = _Common()


@contextlib.contextmanager
def _common_settings() -> Iterator[None]:
    from keras import config

    switch = SWITCHES.get(backend_name(), lambda on: True)
    before, floats, layout = switch(None), config.floatx(), config.image_data_format()
    switch(True)
    config.set_floatx("float32")
    config.set_image_data_format("channels_last")
    try:
        with set_aside(backend_name()):
            yield
    finally:
        config.set_floatx(floats)
        config.set_image_data_format(layout)
        switch(before)


@contextlib.contextmanager
def deterministic() -> Iterator[None]:
    """Let nothing but the experiment decide the bits for a while; leave the session as it was.

    Operations are deterministic: TensorFlow then refuses random ones without a seed, such as
    the shuffling of a plain `model.fit()`, and what a user does after a run must not suffer
    from that. JAX has no such switch; it is deterministic once its flags are set. Keras computes
    in float32 with channels last, whatever the user set before, and nothing limits or changes a
    training from outside (see `set_aside`). Of several threads the last one to end leaves the
    session as the first one found it.
    """
    start_backend()
    from keras import config

    _COMMON.enter()
    policy = config.dtype_policy()  # every thread has its own
    config.set_dtype_policy("float32")
    try:
        yield
    finally:
        config.set_dtype_policy(policy)
        _COMMON.leave()


def _switch_tensorflow(on: bool | None) -> bool:
    """Turn deterministic operations on or off; None only tells. Off has no public name."""
    from tensorflow.python.framework import config

    before = bool(config.is_op_determinism_enabled())
    if on is not None:
        (config.enable_op_determinism if on else config.disable_op_determinism)()
    return before


def _switch_torch(on: bool | None) -> bool:
    import torch

    before = bool(torch.are_deterministic_algorithms_enabled())
    if on is not None:
        torch.use_deterministic_algorithms(on, warn_only=True)
    return before


SWITCHES: dict[str, Callable[[bool | None], bool]] = {
    "tensorflow": _switch_tensorflow,
    "torch": _switch_torch,
}
