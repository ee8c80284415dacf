"""Make a report: write the page, render it, and put all its files in place, or none."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType, KerasduetError, ReportError
from kerasduet.folder import load_run
from kerasduet.report.comparison import check_comparable, write_comparison
from kerasduet.report.document import Document
from kerasduet.report.renderer import find_renderer
from kerasduet.report.single import write_page
from kerasduet.run import Run

if TYPE_CHECKING:
    RunLike = Run | str | os.PathLike[str]

__all__ = ["render_report"]

SEAL = re.compile(r"^kerasduet-sha256: ([0-9a-f]{64})\n", re.MULTILINE)


def render_report(
    run: RunLike | Sequence[RunLike], output: str | os.PathLike[str] = "report.html"
) -> str:
    """Write a page about a run, or one that compares several.

    Parameters
    ----------
    run : Run, path, or several of them in a list
        A run or the folder of one; several give a page that compares them.
    output : path
        The HTML file to write, ending in .html. `report.html` comes with `report.qmd`, the
        page as Quarto Markdown without code to run, and `report_files`, its figures; an
        earlier report there is replaced, unless its text was edited.

    Returns
    -------
    str
        The HTML file: it needs no other file and no network.

    Raises
    ------
    RunFolderError
        A folder that holds no whole run.
    ReportError
        A missing renderer, an output that cannot be written, or a step that fails; nothing is
        written then.

    Notes
    -----
    Quarto renders the page where it is on the PATH, otherwise the pandoc of the package
    pypandoc_binary (`pip install pypandoc_binary`) or the one on the PATH. The page says
    which.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> run = run_experiment("mnist-dense", dataset="mnist-subset", epochs=1, progress=False)
    >>> render_report(run, "report.html")  # doctest: +SKIP
    'report.html'
    """
    target = _target(output)
    _refuse_foreign(target)
    renderer = find_renderer()
    runs = _runs(run)
    if len(runs) > 1:
        check_comparable(runs)
    with _writing(target), _workplace(target.parent) as place:
        page = Document(*_titles(runs), folder=place, files=f"{target.stem}_files")
        try:
            if len(runs) == 1:
                write_page(page, runs[0], stem=target.stem)
            else:
                write_comparison(page, runs, stem=target.stem)
        except (KerasduetError, OSError):
            raise
        except Exception as error:
            raise ReportError(
                f"report: every step must work; got {type(error).__name__} ({error}). Nothing "
                "was written."
            ) from error
        page.file("dark.scss", (resources.files("kerasduet.report") / "dark.scss").read_bytes())
        source = place / f"{target.stem}.qmd"
        source.write_text(_sealed(str(page)), "utf-8", newline="\n")
        renderer.render(source)
        _publish(place, target)
    return str(output)


def _runs(given: Any) -> list[Run]:
    several = list(given) if isinstance(given, list | tuple) else [given]
    if not several:
        raise ArgumentType("run: must be a run, a run folder, or a list of them; got none.")
    for one in several:
        if not isinstance(one, Run | str | os.PathLike):
            raise ArgumentType(
                f"run: must be a run, a run folder, or a list of them; got {show(one)}."
            )
    return [one if isinstance(one, Run) else load_run(one) for one in several]


def _titles(runs: Sequence[Run]) -> tuple[str, str]:
    if len(runs) > 1:
        names = list(dict.fromkeys(run.experiment.name for run in runs))
        return f"Comparison of {len(runs)} runs", ", ".join(names)
    chosen = runs[0].experiment
    return f"Report of {chosen.name}", chosen.description


# Files --------------------------------------------------------------------------------------


def _target(output: Any) -> Path:
    if not isinstance(output, str | os.PathLike) or not str(output).endswith(".html"):
        raise ReportError(f"output: must be a file name ending in .html; got {show(output)}.")
    target = Path(output).expanduser()
    if target.is_dir():
        raise ReportError(f"output: must be a file; got the folder {str(output)!r}.")
    return target


def _refuse_foreign(target: Path) -> None:
    """Refuse to replace what someone else wrote: another page, or ours after an edit."""
    source, files = target.with_suffix(".qmd"), target.with_name(f"{target.stem}_files")
    if source.exists():
        if not _untouched(source):
            raise ReportError(
                f"output: would replace {str(source)!r}, which was edited or is not a report. "
                "Choose another name, or remove that file."
            )
    elif files.exists() and (not files.is_dir() or any(files.iterdir())):
        raise ReportError(
            f"output: would replace {str(files)!r}, which is not of a report. Choose another name."
        )


def _sealed(text: str) -> str:
    """Note the digest of a page in its header, so that an edit is noticed."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return text.replace("---\n", f"---\nkerasduet-sha256: {digest}\n", 1)


def _untouched(source: Path) -> bool:
    try:
        text = source.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    seal = SEAL.search(text)
    return seal is not None and _sealed(SEAL.sub("", text, count=1)) == text


@contextlib.contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ReportError(
            f"output: must be writable; got {str(target)!r}: {error.strerror or error}."
        ) from error


@contextlib.contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    """Give a folder on the same disk, which is gone afterwards."""
    missing = [p for p in (parent, *parent.parents) if not p.exists()]
    done = False
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=parent, prefix=".report-", ignore_cleanup_errors=True
        ) as place:
            yield Path(place)
        done = True
    finally:
        if not done:
            for folder in missing:
                with contextlib.suppress(OSError):
                    folder.rmdir()


def _publish(place: Path, target: Path) -> None:
    """Move the figures, the source and at last the page into place; on an error, undo it."""
    aside = place / "earlier"
    aside.mkdir()
    moved: list[str] = []
    try:
        for name in (f"{target.stem}_files", f"{target.stem}.qmd"):
            old = target.parent / name
            if old.exists():
                os.rename(old, aside / name)
            moved.append(name)
            os.rename(place / name, old)
        os.replace(place / f"{target.stem}.html", target)
    except BaseException:
        for name in moved:
            _remove(target.parent / name)
            if (aside / name).exists():
                os.rename(aside / name, target.parent / name)
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
