"""Which class, or how much? The columns of a table, and one of them to predict."""

from __future__ import annotations

from kerasduet.tasks.tables.class_task import ClassTables
from kerasduet.tasks.tables.number_task import NumberTables

__all__ = ["CLASSES", "NUMBERS"]

CLASSES = ClassTables()
NUMBERS = NumberTables()
