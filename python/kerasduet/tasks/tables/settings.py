"""Which table, what is predicted from which columns, and how the rows are split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from kerasduet.checks import show
from kerasduet.errors import ArgumentRange, ArgumentType
from kerasduet.settings import Number, OneOf, Optional, PathText, Rule, Section, Several, Text
from kerasduet.settings.sections import Training

__all__ = ["ClassTableSettings", "ClassTableTraining", "NumberTableSettings", "TableSettings"]

BALANCED = "balanced"


@dataclass(frozen=True, kw_only=True)
class TableSettings(Section):
    """The columns of a table and the splits of its rows.

    Parameters
    ----------
    path : str, optional
        Of a table: a CSV or Parquet file. In any CSV file an empty field is missing, and so is
        one that says "NA", "N/A", "NaN", "-NaN", "None", "NULL", "#N/A", "#NA", `<NA>`, "1.#IND" or
        "1.#QNAN", in capitals or not; a table given as data keeps such words.
    target : str, optional
        Of a table: the column to predict.
    features : tuple of str
        Of a table: the columns to predict it from; empty takes all that have no other role.
    group : str, optional
        Column that says which rows belong together: no group is on two sides of a split.
    time : str, optional
        Of a table: column to split by, so that later rows are held out, ties by their order.
    weights : str, optional
        Column of numbers, at least 0, that say how much each row counts, in the loss and in the
        scores.
    scale : {"standard", "minmax", "robust", "none"}
        Scaling of columns of numbers, learned on the training rows: to mean 0 and deviation 1, to
        0..1, by median and quartiles, or not at all.
    missing : {"error", "indicator"}
        Of a table: refuse missing values, or put the training mean (of levels, one of its own) in
        their place and say so in a column beside. A value missing for the first time at prediction
        counts as the average, or the commonest level, and a warning says so.
    unknown : {"error", "other"}
        A level that neither the training rows nor those held out have: refuse it, or take it for
        "other", as the levels of rows held out alone always are. "Other" is the mean of the
        training rows' columns of a level each; an embedded column has a code for it, which a few
        training rows, at most one in 20, have in place of their own level, to learn from.
    unusable : {"error", "drop"}
        A column of which nothing can be learned, such as names, ids or a single value: refuse it,
        or leave it out and say so.
    validation_split : float
        Fraction of the training rows held out for validation, in [0, 1).
    test_split : float
        Fraction of the rows held out for the test, in (0, 1).
    """

    own: ClassVar[str]  # the data set that is the caller's

    dataset: Annotated[str, OneOf(("table",))]
    path: Annotated[str | None, Optional(PathText())] = None
    target: Annotated[str | None, Optional(Text())] = None
    features: Annotated[tuple[str, ...], Several(Text(), empty=True)] = ()
    group: Annotated[str | None, Optional(Text())] = None
    time: Annotated[str | None, Optional(Text())] = None
    weights: Annotated[str | None, Optional(Text())] = None
    scale: Annotated[str, OneOf(("standard", "minmax", "robust", "none"))] = "standard"
    missing: Annotated[str, OneOf(("error", "indicator"))] = "error"
    unknown: Annotated[str, OneOf(("error", "other"))] = "error"
    unusable: Annotated[str, OneOf(("error", "drop"))] = "error"
    validation_split: Annotated[float, Number(low=0, below=1)] = 0.2
    test_split: Annotated[float, Number(above=0, below=1)] = 0.2

    def check_together(self) -> None:
        """Refuse columns of two roles, and a path where nothing is read from a file."""
        if self.path is not None and self.dataset != self.own:
            raise ArgumentType(
                f"path: the dataset {self.dataset} is not read from a file; got "
                f'{show(self.path)}. Set dataset = "{self.own}".'
            )
        if self.group is not None and self.time is not None:
            raise ArgumentType(
                f"group: excludes time; got {show(self.group)} and {show(self.time)}. Split by one "
                "of them."
            )
        roles: dict[str, str] = {}
        for role, name in self.roles.items():
            if name in roles:
                raise ArgumentType(
                    f"{role}: must be a column of its own; got {show(name)}, which is the "
                    f"{roles[name]}. Name another one."
                )
            roles[name] = role
        for i, name in enumerate(self.features):
            if name in roles and roles[name] != "time":
                raise ArgumentType(
                    f"features: must not name the {roles[name]}; got {show(name)}. Leave it out."
                )
            if name in self.features[:i]:
                raise ArgumentType(
                    f"features: must differ; got {show(name)} twice. Name it once."
                )

    @property
    def roles(self) -> dict[str, str]:
        """Name the columns that say something else than what to predict from, by their role."""
        named = ("target", "group", "time", "weights")
        return {name: getattr(self, name) for name in named if getattr(self, name) is not None}

    @property
    def kept(self) -> dict[str, str]:
        """Name the columns that stay as a CSV file writes them; see `data.kept.kept`."""
        return {} if self.group is None else {self.group: "ids"}


@dataclass(frozen=True, kw_only=True)
class ClassTableSettings(TableSettings):
    """A table and the column of classes to predict.

    Parameters
    ----------
    dataset : {"table-classes", "iris", "cancer"}
        Of tables with classes: the caller's own, or one that is embedded.
    split : {"stratified", "random"}
        How test and validation rows are drawn where neither a group nor a time says it: each class
        has its share of them, or by chance alone.
    """

    own: ClassVar[str] = "table-classes"

    dataset: Annotated[str, OneOf(("table-classes", "iris", "cancer"))]
    split: Annotated[str, OneOf(("stratified", "random"))] = "stratified"

    @property
    def kept(self) -> dict[str, str]:
        """Name the columns that stay as a CSV file writes them, the classes among them."""
        return super().kept | ({} if self.target is None else {self.target: "classes"})


@dataclass(frozen=True, kw_only=True)
class NumberTableSettings(TableSettings):
    """A table and the column of numbers to predict.

    Parameters
    ----------
    dataset : {"table-numbers", "diabetes"}
        Of tables with a number to predict: the caller's own, or one that is embedded.
    """

    own: ClassVar[str] = "table-numbers"

    dataset: Annotated[str, OneOf(("table-numbers", "diabetes"))]


class NamedWeights(Rule):
    """The word "balanced", or a weight of each class by its name."""

    def __call__(self, name: str, value: Any) -> str | dict[str, float]:
        """Check the word, or every weight."""
        if isinstance(value, str):
            return OneOf((BALANCED,))(name, value)
        if not isinstance(value, Mapping) or not value:
            raise ArgumentType(
                f"{name}: must be {show(BALANCED)}, or weights by the names of classes; got "
                f"{show(value)}."
            )
        weight = Number(low=0)
        checked = {str(key): weight(name, item) for key, item in value.items()}
        if not any(checked.values()):
            raise ArgumentRange(
                f"{name}: must have a weight above 0; got 0 for every class, so that nothing would "
                "be learned."
            )
        return checked

    @property
    def text(self) -> str:
        """Both ways."""
        return f'"{BALANCED}", or a weight by name of class'

    @property
    def hint(self) -> str:
        """Both ways."""
        return f"{OneOf((BALANCED,)).hint} | Mapping[str, float]"

    def bad(self) -> list[Any]:
        """Give another word, no weights, and bad ones."""
        return ["equal", 2, [1, 2], {}, {"a": -1}, {"a": "1"}, {"a": 0}]

    def read(self, typed: str) -> Any:
        """Take the word."""
        return typed


@dataclass(frozen=True, kw_only=True)
class ClassTableTraining(Training):
    """How a network of classes of a table learns.

    Parameters
    ----------
    class_weight : "balanced" or mapping, optional
        Of a table: "balanced" weighs each class in the loss by n / (classes x its training rows);
        or a weight for each class by its name, at least 0. None weighs all the same.
    """

    class_weight: Annotated[str | dict[str, float] | None, Optional(NamedWeights())] = None
