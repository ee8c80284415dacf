"""A run: a result with its verbs, that is drawn, saved, exported and loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, overload

from kerasduet.boundary import public_methods
from kerasduet.checks import flag, number, show, whole
from kerasduet.data.summed import MOST_SAMPLED, sampled
from kerasduet.errors import ArgumentType
from kerasduet.notebook import as_html
from kerasduet.plots import check_settings, plot_data, plot_run
from kerasduet.runs import reading
from kerasduet.runs.folder import RunFolder, pack
from kerasduet.settings.named import answers
from kerasduet.style import WIDTH
from kerasduet.verbs import Verbs

if TYPE_CHECKING:
    import os

    import matplotlib.axes
    import matplotlib.figure

__all__ = ["Run", "load_run", "unpack"]


@public_methods
@dataclass(repr=False)
class Run(Verbs):
    """One trained experiment, and what can be done with it.

    Its facts are those of `kerasduet.result.Result`; `run_experiment` and `load_run` make one.
    """

    def __repr__(self) -> str:
        """Say what it is, how it did, and what to do next."""
        sizes = self.provenance["sizes"]
        where = f"saved in {self.folder}" if self.folder else "not saved: run.save(folder)"
        done = f"{len(self.history)} of {self.experiment.all_epochs} epochs"
        resume = "kd.resume_run(run), " if self.status == "interrupted" else ""
        noted = [f"  note     {self.source.note}"] if self.source.note else []
        return "\n".join(
            [
                f"<kerasduet run> {self.experiment.name}, {self.status}, {done}, {where}",
                f"  data     {self.source.name}: {sizes['train']:,} training, "
                f"{sizes['validation']:,} validation, {sizes['test']:,} test",
                *noted,
                *(f"  {word:<8} {text}" for word, text in self.facts.items()),
                f"  network  {self.experiment.builder}, "
                f"{self.model.count_params():,} parameters",
                f"  result   {self.summary}",
                f"  next     {resume}run.plot(), run.predictions(), "
                f"run.{self.task.ask}, run.save(folder)",
            ]
        )

    def _repr_html_(self) -> str:
        return as_html(repr(self).splitlines())

    @overload
    def plot(
        self, kind: str = "overview", *, ax: matplotlib.axes.Axes, **settings: Any
    ) -> matplotlib.axes.Axes: ...

    @overload
    def plot(self, kind: str = "overview", **settings: Any) -> matplotlib.figure.Figure: ...

    def plot(self, kind: str = "overview", **settings: Any) -> Any:
        """Draw the run; see `kerasduet.plots.plot_run`.

        Beside its settings, `figsize=(width, height)` is in inches, from (7.5, 2) to (50, 50).
        `ax=` takes axes of matplotlib's for a figure of one pane, in their own style; they are
        given back then.
        """
        ax, size = settings.pop("ax", None), settings.pop("figsize", None)
        check_settings(settings)
        if ax is None and size is None:
            return plot_run(self, kind=kind, **settings)
        from kerasduet.figures.drawing import draw, draw_on

        data = plot_data(self, kind, **settings)
        if ax is None:
            width, height = _inches(size)
            return draw(replace(data, width=width, height=height))
        if size is not None:
            raise ArgumentType("figsize: is the size of a new figure; got ax too. Give one.")
        return draw_on(ax, data)

    @answers()
    def save(
        self, folder: str | os.PathLike[str], *, overwrite: bool = False, sample: int = 0
    ) -> str:
        """Save the run as a folder that either language loads.

        Parameters
        ----------
        folder : path
            A new or empty folder, or one that holds this experiment; what it holds is
            replaced only when the new files are complete.
        overwrite : bool
            Replace a run of another experiment, or a damaged one.
        sample : int
            Rows of the data that the folder keeps for reports, 0 to 100: rows of a table or a
            series, or small pictures of images. Without it only numbers that sum the data up are
            kept, and only of data of your own.

        Returns
        -------
        str
            The folder, as an absolute path.

        Raises
        ------
        RunFolderError
            The folder is busy, holds something else, or cannot be written.
        DatasetError
            A sample of data that are not there any more.
        """
        flag("overwrite", overwrite)
        few = whole("sample", sample, low=0, high=MOST_SAMPLED)
        drawn = {"sample": sampled(self.dataset, few)} if few else {}
        kept = {name: fact for name, fact in self.provenance.items() if name != "sample"}
        self.provenance = kept | drawn
        with RunFolder(folder, self.experiment, overwrite=overwrite) as target:
            target.save(self)
        self.folder = str(target.path)
        return self.folder

    @answers()
    def export(
        self, path: str | os.PathLike[str], format: str = "keras", *, overwrite: bool = False
    ) -> str:
        """Write the network of a classifier of images as a file for other programs.

        What comes before the network is inside: it takes pixels as bytes, 0..255, and gives
        probabilities, those of the main head where there are auxiliary ones.

        Parameters
        ----------
        path : path
            A new file, whose name ends as its format's do; of "savedmodel" a new folder.
        format : {"keras", "onnx", "savedmodel"}
            Keras's own file (.keras), ONNX (.onnx) or TensorFlow's SavedModel. ONNX needs the
            package tf2onnx on TensorFlow (the extra `onnx`), onnx and onnxscript on torch, and is
            not written on JAX.
        overwrite : bool
            Replace a file, or a SavedModel, that is there; never a folder of other things.

        Returns
        -------
        str
            The file or folder, as an absolute path.

        Raises
        ------
        ArgumentType
            A run that is no classifier of images, an unknown ending, a format that the backend does
            not offer, or a package that it needs and that is not installed.
        RunFolderError
            There is something already, or no folder to write in.
        """
        from kerasduet.exporting import export_run

        return export_run(self, path, format, overwrite=overwrite)

    def __reduce__(self) -> tuple[Callable[[Any], Run], tuple[bytes]]:
        """Travel as the bytes of its folder, which are checked on the way in."""
        return unpack, (pack(self),)


def _inches(size: Any) -> tuple[float, float]:
    if not isinstance(size, tuple | list) or len(size) != 2:
        raise ArgumentType(
            f"figsize: must be (width, height) in inches; got {show(size)}. Use figsize=(8, 5)."
        )
    width, height = (
        number("figsize", one, low=low, high=50)
        for one, low in zip(size, (WIDTH, 2), strict=True)
    )
    return width, height


@answers()
def load_run(folder: str | os.PathLike[str]) -> Run:
    """Load a run from its folder, whichever language saved it.

    Parameters
    ----------
    folder : path
        Written by `Run.save`, `run_experiment(out=...)` or R's `save_run`.

    Returns
    -------
    Run
        With the network rebuilt from its description and the saved weights; nothing in the
        folder is executed.

    Raises
    ------
    RunFolderError
        Not a run folder, of a newer format, unfinished, or damaged.
    ModelMismatch
        The weights belong to another network.
    """
    return reading.read_run(folder, Run)


def unpack(content: Any) -> Run:
    """Read a run from the bytes that `runs.folder.pack` gave, with every check of `load_run`."""
    return reading.unpack(content, Run)
