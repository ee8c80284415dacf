"""A page about any run: `report.qmd` to edit and one HTML file to send.

    sections -> document -> renderer -> files
    (words, tables, figures)  (Quarto Markdown)  (Quarto or pandoc)  (all or none)

Every number on the page is computed from the run while the page is made.
"""

from kerasduet.report.compare import compare_runs
from kerasduet.report.render import render_report

__all__ = ["compare_runs", "render_report"]
