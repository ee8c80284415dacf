"""Import Keras without what few of its users ask for, which is imported when it is asked for."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["leave_tensorflow", "postponed"]

# Importing Keras executes these modules, which bring in scikit-learn with SciPy's statistics,
# matplotlib, the older faces of TensorFlow, and those for its own tests, for TPUs and the like.
MODULES = frozenset(
    {
        "keras.wrappers",
        "keras.visualization",
        "keras.src.visualization",
        "tensorflow._api.v2.__internal__.distribute.combinations",
        "tensorflow._api.v2.__internal__.distribute.multi_process_runner",
        "tensorflow._api.v2.__internal__.test",
        "tensorflow._api.v2.__internal__.eager_context",
        "tensorflow._api.v2.debugging.experimental",
        "tensorflow._api.v2.tpu",
        "tensorflow._api.v2.experimental.numpy",
        "tensorflow._api.v2.experimental.dtensor",
        "tensorflow._api.v2.test.experimental",
        "tensorflow._api.v2.lite",
        "tensorflow._api.v2.compat.v1",
        "tensorflow._api.v2.compat.v2",
    }
)
# Of a package that is installed, Keras and TensorFlow import it whatever their backend is: a
# callback of Keras looks after its old versions, TensorFlow Lite after its models.
NOT_OURS = "jax"

_lock = threading.RLock()
_at_work: set[str] = set()


class _Postponed(ModuleType):
    """A module whose file is executed when something in it is first asked for."""

    def __getattr__(self, name: str) -> Any:
        # Those that look at all modules, such as `inspect`, ask for names like `__wrapped__`.
        if not name.startswith("__") or name == "__all__":
            _execute(self)
        return self.__getattribute__(name)

    def __dir__(self) -> Any:
        _execute(self)
        return super().__dir__()


def _execute(module: _Postponed) -> None:
    """Execute the file of a module that was put off; other threads wait until it is done."""
    with _lock:
        if not isinstance(module, _Postponed) or module.__name__ in _at_work:
            return
        loader: Any = module.__spec__.loader  # type: ignore[union-attr]
        _at_work.add(module.__name__)
        try:
            loader.own.exec_module(module)
            module.__class__ = ModuleType  # type: ignore[assignment]
        finally:
            _at_work.discard(module.__name__)


class _Later(Loader):
    """Makes an empty module in the place of one that its own loader would fill."""

    def __init__(self, own: Any) -> None:
        self.own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Postponed(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave it empty."""


class _Finder(MetaPathFinder):
    """Puts modules off while Keras is imported; fills a package that a part is asked of."""

    importing: int | None = None
    hides = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        parent = sys.modules.get(fullname.rpartition(".")[0])
        if isinstance(parent, _Postponed):
            _execute(parent)
        if self.importing != threading.get_ident():
            return None
        if fullname == NOT_OURS and self.hides:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        spec = self._found(fullname, path, target) if fullname in MODULES else None
        if spec is not None and spec.loader is not None:
            spec.loader = _Later(spec.loader)
        return spec

    def _found(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        others = (finder for finder in sys.meta_path if finder is not self)
        specs = (finder.find_spec(name, path, target) for finder in others)
        return next((spec for spec in specs if spec is not None), None)


_finder = _Finder()


class _OnceImported:
    """TensorFlow as Keras's serialisation sees it: not there before somebody has imported it."""

    def __init__(self, module: Any) -> None:
        self._module = module

    @property
    def available(self) -> bool:
        """Whether an object can be one of TensorFlow's."""
        return "tensorflow" in sys.modules and bool(self._module.available)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def leave_tensorflow() -> None:
    """Let Keras on another backend save a network without importing TensorFlow.

    It would, to ask of each part of a configuration whether it is one of TensorFlow's.
    """
    from keras.src.saving import serialization_lib
    from keras.src.utils.module_utils import LazyModule

    module: Any = getattr(serialization_lib, "tf", None)
    if isinstance(module, LazyModule):
        serialization_lib.tf = _OnceImported(module)


@contextlib.contextmanager
def postponed(backend: str) -> Iterator[None]:
    """Put off, while this thread imports Keras, what a training on a backend has no use for."""
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    _finder.importing, _finder.hides = threading.get_ident(), backend != NOT_OURS
    try:
        yield
    finally:
        _finder.importing = None
