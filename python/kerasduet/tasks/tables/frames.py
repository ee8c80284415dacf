# ruff: noqa: D101, D102, D103
# mypy: ignore-errors
"""Stand-in for `data.frames` until it is there: plain columns of numbers and categories."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kerasduet.checks import nearest
from kerasduet.data.dataset import Source
from kerasduet.data.holdout import held_out
from kerasduet.errors import ArgumentType, UnknownName


class Column(NamedTuple):
    name: str
    kind: str
    center: float
    scale: float
    levels: tuple[str, ...]

    @property
    def embedded(self) -> bool:
        return len(self.levels) > 10

    @property
    def codes(self) -> int:
        return len(self.levels)


@dataclass(frozen=True)
class Encoding:
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(column[0] for column in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        found: list[str] = []
        for name, kind, _, _, levels in self.columns:
            found += [name] if kind == "number" else [f"{name}[{level}]" for level in levels]
        return tuple(found)

    @property
    def width(self) -> int:
        return sum(1 if c[1] == "number" else len(c[4]) for c in self.columns if not c.embedded)

    @property
    def levels(self) -> dict[str, int]:
        return {c[0]: len(c[4]) for c in self.columns if c.embedded}

    def to_plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Encoding:
        columns = [Column(*c[:4], tuple(c[4])) for c in values["columns"]]
        return cls(tuple(columns), tuple(values["notes"]))

    def encode(self, frame: pd.DataFrame, rows: Any = None) -> dict[str, np.ndarray]:
        if rows is not None:
            frame = frame.iloc[rows]
        numbers, codes = [], []
        for name, kind, center, scale, levels in self.columns:
            if name not in frame:
                raise UnknownName(f"{name}: no such column. {nearest(name, frame.columns)}")
            if kind == "number":
                if frame[name].dtype.kind not in "iufb":
                    raise ArgumentType(f"{name}: must be numbers.")
                numbers.append((frame[name].to_numpy(np.float64) - center) / scale)
                continue
            found = pd.Index(levels).get_indexer(frame[name].astype(str))
            if len(levels) > 10:
                codes.append(found.astype(np.int32))
            else:
                numbers += [found == i for i in range(len(levels))]
        shape = (len(frame), 0)
        stacked = np.column_stack(numbers) if numbers else np.zeros(shape)
        named = {f"level_{i}": item for i, item in enumerate(codes, 1)}
        return {"numbers": stacked.astype(np.float32)} | named


def digest_frame(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv().encode()).hexdigest()


def read_table(given: Any, path: Any = None) -> tuple[pd.DataFrame, Source]:
    if given is not None and not isinstance(given, pd.DataFrame | dict):
        raise ArgumentType("data: must be a table.")
    if given is not None and not len(given):
        raise ArgumentType("data: must have columns; got none.")
    frame = pd.read_csv(path) if given is None else pd.DataFrame(given).reset_index(drop=True)
    for name in frame:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = frame[name].astype("category")
    name = "the caller's table" if given is not None else f"the file {path}"
    return frame, Source(name, digest_frame(frame), len(frame), path, given=given is not None)


def load_embedded(name: str) -> pd.DataFrame:
    from sklearn import datasets

    found = getattr(datasets, f"load_{name.replace('cancer', 'breast_cancer')}")(as_frame=True)
    frame = found.data
    if name == "diabetes":
        return frame.assign(progression=found.target)
    target = {"iris": "species", "cancer": "diagnosis"}[name]
    codes = pd.Categorical.from_codes(
        found.target, categories=list(map(str, found.target_names))
    )
    return frame.assign(**{target: codes})


def split_rows(
    frame: Any, *, how: str, validation_split: float, test_split: float, seed: int, **by: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = len(frame)
    codes = by.get("classes")
    codes = np.zeros(rows, int) if codes is None or how == "random" else codes
    test = np.sort(held_out(codes, round(rows * test_split), seed=seed))
    rest = np.setdiff1d(np.arange(rows), test)
    few = held_out(codes[rest], round(len(rest) * validation_split), seed=seed + 1)
    validation = np.sort(rest[few])
    return np.setdiff1d(rest, validation), validation, test


def learn(frame: pd.DataFrame, features: Any, *, rows: Any, **how: Any) -> Encoding:
    columns: list[Column] = []
    for name in features:
        column = frame[name].iloc[rows]
        if column.dtype.kind in "iufb":
            values = column.to_numpy(np.float64)
            columns.append(
                Column(name, "number", float(values.mean()), float(values.std()), ())
            )
        else:
            levels = tuple(map(str, column.cat.categories))
            columns.append(Column(name, "category", 0.0, 1.0, levels))
    return Encoding(tuple(columns))
