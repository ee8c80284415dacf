"""Which class is it? Images and one of several classes."""

from __future__ import annotations

from typing import Any

from kerasduet.task import Task
from kerasduet.tasks.classification.settings import ImageSettings

__all__ = ["TASK"]


class Classification(Task):
    """One of several classes, with a probability for each."""

    name = "classification"
    Settings = ImageSettings
    own_data = "images"

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the shape of one image and the number of classes."""
        return {"input_shape": data.input_shape, "classes": data.classes}


TASK = Classification()
