"""Where callers come in: an error of theirs ends in their own line, not in ours."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
import warnings
from types import FrameType, FunctionType, ModuleType, TracebackType
from typing import Any, TypeVar

from kerasduet.errors import DatasetError, KerasduetError, KerasduetWarning

__all__ = ["faced", "placed", "public_methods", "public_names", "warn"]

Made = TypeVar("Made")
Kind = TypeVar("Kind", bound=type)

ASKED = "KERASDUET_TRACEBACK"
HALVES = "surrogates not allowed"  # Python's words for a text that UTF-8 cannot hold
_LIBRARIES = tuple(
    {sysconfig.get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib")}
)


def faced(function: Made) -> Made:
    """Make a function whose errors of this package end at its call.

    What is raised on purpose keeps the caller's frames, those of functions of theirs that we
    called among them; any other error keeps all. A text that UTF-8 cannot hold is refused here.
    The same function comes back for a second call.

    Examples
    --------
    >>> import traceback
    >>> from kerasduet.experiments import experiment
    >>> try:
    ...     faced(experiment)("mnist-cnn", epoch=2)
    ... except KerasduetError as error:
    ...     print(len(traceback.extract_tb(error.__traceback__)))
    2
    """
    if not isinstance(function, FunctionType) or getattr(function, "is_faced", False):
        return function

    @functools.wraps(function)
    def call(*args: Any, **settings: Any) -> Any:
        __tracebackhide__ = True  # in IPython and pytest
        try:
            return function(*args, **settings)
        except KerasduetError as error:
            if os.environ.get(ASKED) != "full":
                error.__traceback__ = _theirs(error.__traceback__)
            raise error  # KERASDUET_TRACEBACK=full shows where
        except UnicodeEncodeError as error:
            if error.reason != HALVES:
                raise
            raise _of_halves(error) from (error if os.environ.get(ASKED) == "full" else None)

    call.is_faced = True  # type: ignore[attr-defined]
    return call  # type: ignore[return-value]


def public_methods(kind: Kind) -> Kind:
    """Make the public methods and properties of a class end so."""
    for name, member in list(vars(kind).items()):
        if name.startswith("_") and name != "__init__":
            continue
        if isinstance(member, FunctionType):
            setattr(kind, name, faced(member))
        elif isinstance(member, classmethod | staticmethod):
            setattr(kind, name, type(member)(faced(member.__func__)))
        elif isinstance(member, property) and member.fset is None:
            setattr(kind, name, property(faced(member.fget), doc=member.__doc__))
    return kind


def public_names(module: ModuleType) -> ModuleType:
    """Make the functions that a module names as public end so."""
    for name in getattr(module, "__all__", ()):
        value = vars(module).get(name)
        if isinstance(value, FunctionType):
            setattr(module, name, placed(value))
    return module


def placed(function: Any) -> Any:
    """Make a function end so, in its own module as well: it is pickled by its place there."""
    if not isinstance(function, FunctionType):
        return function
    home, made = vars(sys.modules[function.__module__]), faced(function)
    if home.get(made.__name__) is function:
        home[made.__name__] = made
    return made


def _of_halves(error: UnicodeEncodeError) -> DatasetError:
    """Say which text cannot be written: pandas keeps none such where pyarrow is installed."""
    half = ascii(error.object[error.start])
    return DatasetError(
        f"data: texts must be of whole characters; got {half}, half of a surrogate pair. Read the "
        "text in the encoding that it is written in."
    )


def _theirs(trace: TracebackType | None) -> TracebackType | None:
    """Keep the frames that are neither ours nor a library's."""
    if trace is None:
        return None
    rest = _theirs(trace.tb_next)
    if _is_ours(trace.tb_frame):
        return rest
    return TracebackType(rest, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)


def warn(text: str) -> None:
    """Warn the caller: the warning is of the line that called us."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, KerasduetWarning, stacklevel=level)


def _is_ours(frame: FrameType) -> bool:
    """Say whether a frame is of this package, or of what it is called by and calls."""
    module = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return module == "kerasduet" or frame.f_code.co_filename.startswith(_LIBRARIES)
