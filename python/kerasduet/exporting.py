"""A run's network as a file for other programs, what comes before it included."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasduet.checks import choice, flag, show
from kerasduet.data.files import no_locale
from kerasduet.data.pictures.files import named
from kerasduet.data.preprocessing import ImagePreprocessing
from kerasduet.environment import backend_name
from kerasduet.errors import ArgumentType, RunFolderError
from kerasduet.training.heads import head_names

if TYPE_CHECKING:
    import keras

    from kerasduet.result import Result

__all__ = ["export_run"]


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Parameters
    ----------
    ending : str
        That its name must have; empty for a folder.
    needs : dict
        Packages that write it, by backend; a backend that is not named does not offer it.
    """

    ending: str
    needs: dict[str, tuple[str, ...]]


FORMATS = {
    "keras": Format(".keras", {"tensorflow": (), "jax": (), "torch": ()}),
    "onnx": Format(
        ".onnx",
        # What jax2onnx writes of a pooling layer, ONNX's own runtime refuses.
        {"tensorflow": ("tf2onnx",), "torch": ("onnx", "onnxscript")},
    ),
    "savedmodel": Format("", {"tensorflow": (), "jax": ("tensorflow",)}),
}

# All that TensorFlow writes into the folder of a SavedModel.
SAVED_MODEL = {"assets", "fingerprint.pb", "saved_model.pb", "variables"}


def export_run(
    run: Result, path: str | os.PathLike[str], format: str = "keras", *, overwrite: bool = False
) -> str:
    """Write a run's network as a file for other programs; see `Run.export`."""
    chosen = FORMATS[choice("format", format, tuple(FORMATS))]
    flag("overwrite", overwrite)
    target = _target(path, chosen.ending, overwrite=overwrite)
    _refuse_other_rows(run)
    _refuse_lacking(format, chosen)
    network = _whole(run)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        written = Path(folder) / f"network{chosen.ending}"
        _WRITERS[format](network, str(written))
        if target.is_dir():
            shutil.rmtree(target)
        os.replace(written, target)
    return str(target)


def _target(path: Any, ending: str, *, overwrite: bool) -> Path:
    """Find where to write, before anything is made."""
    if not isinstance(path, str | os.PathLike) or not str(path):
        raise ArgumentType(f"path: must be the path of a file to write; got {show(path)}.")
    target = Path(path).expanduser().absolute()
    if why := no_locale(target):
        raise RunFolderError(f"path: must be a path; got {show(str(path))}{why}")
    if ending and target.suffix != ending:
        other = next(
            (name for name, one in FORMATS.items() if one.ending == target.suffix), None
        )
        fix = (
            f'Rename it, or set format = "{other}".'
            if other and target.suffix
            else "Rename it."
        )
        raise ArgumentType(
            f"path: must end with {ending} for this format; got {show(target.name)}. {fix}"
        )
    if not target.parent.is_dir():
        raise RunFolderError(
            f"path: must lie in a folder that exists; got {str(path)!r}. Make it first."
        )
    if target.exists() and not overwrite:
        raise RunFolderError(
            f"path: must be new; got {str(path)!r}, which is there already. Choose another, or "
            "set overwrite to true."
        )
    if target.exists():
        _refuse_strange(target, str(path), folder=not ending)
    return target


def _refuse_strange(target: Path, name: str, *, folder: bool) -> None:
    """Replace what an export may have written, never a folder of other things."""
    kind = "a folder" if target.is_dir() else "a file"
    if folder and target.is_dir():
        strange = sorted(set(os.listdir(target)) - SAVED_MODEL)
        if not strange and not target.is_symlink():
            return
        kind = f"a folder that holds {named(strange)}" if strange else "a link"
    elif not folder and not target.is_dir():
        return
    wanted = "a SavedModel" if folder else "a file"
    raise RunFolderError(
        f"path: only {wanted} is replaced; got {name!r}, which is {kind}. Choose another."
    )


def _refuse_other_rows(run: Result) -> None:
    """Refuse a run whose rows are made ready outside its network."""
    if not isinstance(run.preprocessing, ImagePreprocessing):
        raise ArgumentType(
            f"run: only a classifier of images is exported, where a layer makes them ready; got "
            f"{run.experiment.name}, {run.task.noun}. Save the run instead."
        )


def _refuse_lacking(name: str, chosen: Format) -> None:
    """Refuse what the backend does not offer, and what lacks a package."""
    backend = backend_name()
    if backend not in chosen.needs:
        able = " or ".join(chosen.needs)
        raise ArgumentType(
            f'format: "{name}" is not written on the backend {backend}; got it. Load the run on '
            f"{able}, or take another format."
        )
    lacking = [p for p in chosen.needs[backend] if importlib.util.find_spec(p) is None]
    if lacking:
        raise ArgumentType(
            f'format: "{name}" on the backend {backend} needs the package {lacking[0]}; got none. '
            f"Run pip install {' '.join(lacking)}."
        )


def _whole(run: Result) -> keras.Model:
    """Give the network with what comes before it: whole numbers in, probabilities out."""
    import keras

    learned: Any = run.preprocessing
    pixels = keras.Input(learned.input_shape, dtype="uint8", name="pixels")
    x = keras.layers.Rescaling(1 / learned.pixel_scale, name="pixels_to_unit")(pixels)
    outputs = run.model(x)
    if names := head_names(run.model):
        outputs = outputs[names[0]]
    return keras.Model(pixels, outputs, name=f"{run.model.name}_whole")


def _write_keras(network: keras.Model, path: str) -> None:
    network.save(path)


def _write_saved_model(network: keras.Model, path: str) -> None:
    network.export(path, format="tf_saved_model", verbose=False)


def _write_onnx(network: keras.Model, path: str) -> None:
    import keras

    # Keras knows the inputs of a network only after it was called, and then takes one row.
    rows = [keras.InputSpec(shape=x.shape, dtype=x.dtype, name=x.name) for x in network.inputs]
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        # The converters warn of what they find in NumPy and torch.
        warnings.simplefilter("ignore")
        network.export(path, format="onnx", verbose=False, input_signature=rows)


_WRITERS: dict[str, Callable[[Any, str], None]] = {
    "keras": _write_keras,
    "onnx": _write_onnx,
    "savedmodel": _write_saved_model,
}
