"""What a forecaster's page and print say of its data: the season, the steps, the series."""

from __future__ import annotations

from typing import Any

from kerasduet.tasks.forecasting import scores

__all__ = ["facts"]


def facts(learned: Any) -> dict[str, str]:
    """Say which season is in force, and how further steps were forecast."""
    found, note = _season(learned) | _steps(learned), scores.note(learned)
    if learned.kind == "panel":
        found = {"series": f"{len(learned.ids):,}, by {learned.id}"} | found
    return found | ({"note": note} if note else {})


def _season(learned: Any) -> dict[str, str]:
    """Say which season is in force, and against which row before it values are differenced."""
    season = f"{learned.season:,} steps" if learned.season > 1 else "none"
    change = f", difference = {learned.difference:,}" if learned.difference else ""
    return {"season": season + change}


def _steps(learned: Any) -> dict[str, str]:
    """Say how further steps were forecast."""
    if learned.strategy == "recursive":
        return {"steps": f"recursive: one step at a time, {learned.horizon} in all"}
    return {"steps": f"direct: {learned.horizon} at once"}
