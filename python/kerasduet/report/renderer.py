"""What turns Quarto Markdown into a page: Quarto, or pandoc with our own filter."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from kerasduet.environment.machine import bundled_pandoc
from kerasduet.errors import ReportError

__all__ = ["Renderer", "find_renderer"]

OLDEST_PANDOC = (2, 17)
TIME_LIMIT = 600  # seconds


@dataclass(frozen=True)
class Renderer:
    """A program that renders a page.

    Parameters
    ----------
    name : {"Quarto", "pandoc"}
        What the page calls it.
    program : str
        Its path.
    """

    name: str
    program: str

    def render(self, page: Path) -> Path:
        """Render a page beside its source.

        Parameters
        ----------
        page : Path
            A .qmd file.

        Returns
        -------
        Path
            One self-contained HTML file of the same stem.

        Raises
        ------
        ReportError
            The program cannot be run, is too old, or stops with an error.
        """
        if self.name == "Quarto":
            self._run(["render", page.name, "--to", "html"], page.parent)
        else:
            self._run(self._pandoc_arguments(page), page.parent)
        made = page.with_suffix(".html")
        if not made.is_file() or made.stat().st_size == 0:
            raise ReportError(f"renderer: {self.name} must write a page; got none.")
        return made

    def _pandoc_arguments(self, page: Path) -> list[str]:
        found = re.search(r"(\d+)\.(\d+)", self._run(["--version"], page.parent))
        version = tuple(map(int, found.groups())) if found else (0, 0)
        if version < OLDEST_PANDOC:
            raise ReportError(
                f"renderer: pandoc must be {OLDEST_PANDOC[0]}.{OLDEST_PANDOC[1]} or newer; got "
                f"{version[0]}.{version[1]}. {_advice()}"
            )
        # The files lie beside this one, but perhaps in an archive that pandoc cannot read.
        own = page.parent / "renderer"
        own.mkdir(exist_ok=True)
        for name in ("quarto.lua", "page.html", "page.css", "page.js"):
            content = (resources.files("kerasduet.report") / name).read_bytes()
            (own / name).write_bytes(content)
        embed = "--embed-resources" if version >= (2, 19) else "--self-contained"
        return [
            page.name, "--from", "markdown", "--to", "html5", "--standalone", embed, "--toc",
            "--toc-depth", "3", "--mathml", "--wrap", "none", "--lua-filter", "renderer/quarto.lua",
            "--template", "renderer/page.html", "--css", "renderer/page.css",
            "--metadata", "page-script=renderer/page.js", "--metadata", "renderer=pandoc",
            "--output", page.with_suffix(".html").name,
        ]  # fmt: skip

    def _run(self, arguments: list[str], folder: Path) -> str:
        try:
            done = subprocess.run(
                [self.program, *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=TIME_LIMIT,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ReportError(
                f"renderer: {self.name} must run; got {type(error).__name__} from "
                f"{self.program!r}. {_advice()}"
            ) from error
        if done.returncode != 0:
            message = done.stderr.partition("stack traceback:")[0]
            said = [line.strip() for line in message.splitlines() if line.strip()]
            reason = said[-1].rstrip(".") if said else f"exit status {done.returncode}"
            raise ReportError(f"renderer: {self.name} must finish; got: {reason[:300]}.")
        return done.stdout


def find_renderer() -> Renderer:
    """Find Quarto on the PATH, else the pandoc of pypandoc_binary, else pandoc on the PATH.

    Raises
    ------
    ReportError
        None of them is there; the text names the command that installs one.
    """
    quarto = shutil.which("quarto")
    if quarto:
        return Renderer("Quarto", quarto)
    pandoc = bundled_pandoc() or shutil.which("pandoc")
    if pandoc:
        return Renderer("pandoc", pandoc)
    raise ReportError(f"renderer: Quarto or pandoc must be installed; got neither. {_advice()}")


def _advice() -> str:
    return f"Run: {sys.executable} -m pip install pypandoc_binary"
