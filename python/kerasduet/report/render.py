"""Make a report: write the page, render it, and put all its files in place, or none."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasduet.checks import flag, show
from kerasduet.data.files import no_locale
from kerasduet.errors import KerasduetError, ReportError
from kerasduet.report.comparison import check_comparable, write_comparison
from kerasduet.report.document import Document
from kerasduet.report.given import given_runs, opened
from kerasduet.report.held_out import are_folds, are_origins
from kerasduet.report.renderer import find_renderer
from kerasduet.report.single import write_page
from kerasduet.run import Run
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    RunLike = Run | str | os.PathLike[str]

__all__ = ["render_report"]

# What a report says of itself, in the header of its source and at the end of its page.
SEAL = re.compile(r"^kerasduet-sha256: ([0-9a-f]{64})\n", re.MULTILINE)
PAGE_SEAL = re.compile(rb"\n<!-- kerasduet-sha256: ([0-9a-f]{64}) -->\n\Z")
FIGURE = re.compile(r"^!\[.*\]\([^()\s]+/([\w-]+\.png)\)\{#fig-", re.MULTILINE)
STYLE = "dark.scss"
LONGEST = 255 - len("_files")  # bytes of a name before ".html", on all usual disks


@answers()
def render_report(
    run: RunLike | Sequence[RunLike] | Mapping[str, RunLike],
    output: str | os.PathLike[str] = "report.html",
    *,
    overwrite: bool = False,
) -> str:
    """Write a page about a run, or one that compares several.

    Parameters
    ----------
    run : Run, path, RunSet, or several runs in a list or dict
        A run or the folder of one; several, or a set of them or its folder, give a page that
        compares them. The names of a dict are shown.
    output : path
        The HTML file to write, ending in .html, in a folder that is there. `report.html` comes
        with `report.qmd`, the page as Quarto Markdown without code to run, and `report_files`,
        its figures. An earlier report there is replaced, unless it was edited.
    overwrite : bool
        Whether to replace an edited report too, or other files of these names. A folder
        `report_files` that holds other files is never replaced.

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
    replace = flag("overwrite", overwrite)
    target = _target(output)
    _refuse_foreign(target, replace)
    renderer = find_renderer()
    given: Any = opened(run)
    runs, names = given_runs("run", given)
    told = given._for_page() if hasattr(given, "_for_page") and len(runs) > 1 else {}
    if len(runs) > 1:
        check_comparable(runs)
    with _writing(target), _workplace(target.parent) as place:
        page = Document(*_titles(runs), folder=place, files=f"{target.stem}_files")
        try:
            if len(runs) == 1:
                write_page(page, runs[0], stem=target.stem)
            else:
                write_comparison(page, runs, stem=target.stem, names=names, **told)
        except (KerasduetError, OSError):
            raise
        except Exception as error:
            raise ReportError(
                f"report: every step must work; got {type(error).__name__} ({error}). Nothing "
                "was written."
            ) from error
        page.file(STYLE, (resources.files("kerasduet.report") / STYLE).read_bytes())
        # A plain name, whatever the report's: programs read "-x" as an option.
        source = place / "page.qmd"
        source.write_text(_sealed(str(page)), "utf-8", newline="\n")
        made = renderer.render(source)
        made.write_bytes(_sealed_page(made.read_bytes()))
        _refuse_foreign(target, replace)  # that came while the page was made
        _publish({".qmd": source, ".html": made}, place, target)
    return str(output)


def _titles(runs: Sequence[Run]) -> tuple[str, str]:
    if len(runs) > 1:
        names = list(dict.fromkeys(run.experiment.name for run in runs))
        if are_origins(runs):
            return f"Backtest in {len(runs)} runs", ", ".join(names)
        what = "Cross-validation in" if are_folds(runs) else "Comparison of"
        kind = "folds" if are_folds(runs) else "runs"
        return f"{what} {len(runs)} {kind}", ", ".join(names)
    chosen = runs[0].experiment
    return f"Report of {chosen.name}", chosen.description


# Files --------------------------------------------------------------------------------------


def _target(output: Any) -> Path:
    """Check where the page is to go, so that nothing is computed in vain."""
    if not isinstance(output, str | os.PathLike) or not str(output).endswith(".html"):
        raise ReportError(f"output: must be a file name ending in .html; got {show(output)}.")
    target = Path(os.path.expanduser(str(output)))
    # Left as it was, though "~name" is someone's home.
    if str(output).startswith("~") and str(target)[0] == "~" and len(target.parts) > 1:
        raise ReportError(
            f"output: must be a path; got {str(output)!r}, and there is no such home folder. "
            "Write the whole path."
        )
    if target.suffix != ".html" or not str(output).isprintable():
        raise ReportError(
            "output: must have a name of printable characters before .html; got "
            f"{str(output)!r}."
        )
    if why := no_locale(target):
        raise ReportError(f"output: must be a path; got {show(str(output))}{why}")
    size = len(os.fsencode(target.stem))
    if size > LONGEST:
        raise ReportError(
            f"output: must have a name of at most {LONGEST} bytes before .html; got {size}. "
            "Choose a shorter one."
        )
    with _writing(target):
        if target.is_dir():
            raise ReportError(f"output: must be a file; got the folder {str(output)!r}.")
        if not target.parent.is_dir():
            raise ReportError(
                f"output: must lie in a folder that is there; got {str(output)!r}, and "
                f"{str(target.parent)!r} is no folder. Make it first."
            )
    return target


def _refuse_foreign(target: Path, overwrite: bool) -> None:
    """Refuse to replace what someone else wrote: another file, or ours after an edit."""
    source, files = target.with_suffix(".qmd"), target.with_name(f"{target.stem}_files")
    with _writing(target):
        for file, untouched in ((target, _untouched_page), (source, _untouched)):
            if not os.path.lexists(file):
                continue
            if file.is_dir() or not (overwrite or (file.is_file() and untouched(file))):
                raise ReportError(
                    f"output: would replace {str(file)!r}, which was edited or is not a report. "
                    "Choose another name, or set overwrite = True."
                )
        stranger = _stranger(files, source)
    if stranger is not None:
        # Whole folders are not meant by "overwrite".
        raise ReportError(
            f"output: would replace {str(stranger)!r}, which is not of a report. Choose another "
            "name, or move it away."
        )


def _stranger(files: Path, source: Path) -> Path | None:
    """Find something in the folder of the figures that the report there did not put into it."""
    if not os.path.lexists(files):
        return None
    if files.is_symlink() or not files.is_dir():
        return files
    text = source.read_text("utf-8", errors="replace") if source.is_file() else ""
    ours = {STYLE, *FIGURE.findall(text)} if SEAL.search(text) else set()
    others = sorted(path for path in files.iterdir() if path.name not in ours)
    return others[0] if others else None


def _sealed(text: str) -> str:
    """Note the digest of a source in its header, so that an edit is noticed."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return text.replace("---\n", f"---\nkerasduet-sha256: {digest}\n", 1)


def _untouched(source: Path) -> bool:
    try:
        text = source.read_text("utf-8")
    except UnicodeDecodeError:
        return False
    seal = SEAL.search(text)
    return seal is not None and _sealed(SEAL.sub("", text, count=1)) == text


def _sealed_page(content: bytes) -> bytes:
    """Note the digest of a page at its end."""
    digest = hashlib.sha256(content).hexdigest()
    return content + f"\n<!-- kerasduet-sha256: {digest} -->\n".encode()


def _untouched_page(page: Path) -> bool:
    content = page.read_bytes()
    seal = PAGE_SEAL.search(content[-200:])
    return seal is not None and _sealed_page(content[: -len(seal[0])]) == content


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
    with tempfile.TemporaryDirectory(
        dir=parent, prefix=".report-", ignore_cleanup_errors=True
    ) as place:
        yield Path(place)


def _publish(made: Mapping[str, Path], place: Path, target: Path) -> None:
    """Move the figures, the source and at last the page into place; on an error, undo it."""
    aside = place / "earlier"
    aside.mkdir()
    moved: list[str] = []
    files = f"{target.stem}_files"
    try:
        for name, new in ((files, place / files), (f"{target.stem}.qmd", made[".qmd"])):
            old = target.parent / name
            if os.path.lexists(old):
                os.rename(old, aside / name)
            moved.append(name)
            os.rename(new, old)
        os.replace(made[".html"], target)
    except BaseException:
        for name in moved:
            _remove(target.parent / name)
            if os.path.lexists(aside / name):
                os.rename(aside / name, target.parent / name)
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
