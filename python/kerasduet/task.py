"""What is predicted, as one stateless object that wires the functions of its folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from kerasduet.settings.sections import Section

__all__ = ["Task"]


class Task(ABC):
    """A kind of prediction; stages ask the run's task and name none themselves.

    Attributes
    ----------
    name : str
        Its name in the registry.
    Settings : type
        The data settings: a `Section` whose field `dataset` names the data sets it knows.
    own_data : str
        What `dataset` is where the caller hands data over.
    """

    name: ClassVar[str]
    Settings: ClassVar[type[Section]]
    own_data: ClassVar[str]

    @abstractmethod
    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the builder's arguments that the data settings decide."""
