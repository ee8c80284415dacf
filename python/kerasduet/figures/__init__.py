"""Figures as plain data: panels of marks over tidy frames, drawn once in each language."""

from kerasduet.figures.kinds import (
    Kind,
    check_settings,
    figure_kinds,
    plot_data,
    register_figure,
)
from kerasduet.figures.marks import Mark
from kerasduet.figures.panels import Facets, Panel, PlotData, Scale

__all__ = [
    "Facets",
    "Kind",
    "Mark",
    "Panel",
    "PlotData",
    "Scale",
    "check_settings",
    "figure_kinds",
    "plot_data",
    "register_figure",
]
