"""A network of the caller's: built again from its description, with weights from the seed."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

from kerasduet import environment
from kerasduet.errors import BackendError, KerasduetError
from kerasduet.models.parts import Parts, TooLarge, limit_of_layers
from kerasduet.settings import checked
from kerasduet.settings.common import SEED
from kerasduet.settings.configurations import parsed, rebuilt
from kerasduet.settings.networks import give_seeds
from kerasduet.settings.objects import KerasObject

if TYPE_CHECKING:
    import keras

__all__ = ["own"]

_SEEDED = threading.RLock()


@checked()
def own(
    *,
    architecture: Annotated[str, KerasObject("network")],
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a network from the description of one that was given as `model`.

    Parameters
    ----------
    architecture : str
        Keras's configuration of it, as JSON.
    seed : int
        Decides each seed that the network leaves open, and so its initial weights and dropout;
        0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Untrained.
    """
    parts = Parts(seed)
    network = parsed(architecture)
    give_seeds(network, parts.next_seed)
    limit = limit_of_layers()
    try:
        with _SEEDED, seeded(seed), nullcontext() if limit is None else limit:
            return rebuilt(json.dumps(network))
    except (KerasduetError, MemoryError):
        raise
    except Exception as error:  # of any layer
        first = _first(error)
        if isinstance(first, TooLarge):
            raise first from None
        told = next((line for line in str(first).splitlines() if line.strip()), "")
        raise BackendError(
            f"model: must be a network that can be built on {environment.backend_name()}; got "
            f"{type(first).__name__}: {told.strip().rstrip('.')[:200]}. Use the backend that it "
            "was made for, or change that layer."
        ) from None


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let Python's and NumPy's numbers follow a seed: Keras draws from them what has no seed.

    Layers inside a registered class, and some of Keras's own, have seeds that no description shows.
    """
    import numpy as np

    before = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])


def _first(error: BaseException) -> BaseException:
    """Give the error that others of Keras were raised about."""
    while error.__context__ is not None:
        error = error.__context__
    return error
