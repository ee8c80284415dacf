"""What figures read of a run: plain results, without its verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data import Dataset
    from kerasduet.data.preprocessing import ImagePreprocessing, SeriesPreprocessing
    from kerasduet.experiments import Experiment

__all__ = ["Result"]


class Result(Protocol):
    """A result of an experiment, such as a `Run`; its attributes mean the same there."""

    @property
    def experiment(self) -> Experiment:
        """What was asked for."""
        ...

    @property
    def preprocessing(self) -> ImagePreprocessing | SeriesPreprocessing:
        """What was learned from the training rows."""
        ...

    @property
    def status(self) -> str:
        """Either "finished" or "interrupted"."""
        ...

    @property
    def history(self) -> pd.DataFrame:
        """One row an epoch."""
        ...

    @property
    def table(self) -> pd.DataFrame:
        """The test rows with truth, prediction and baselines."""
        ...

    @property
    def summary(self) -> str:
        """One sentence: the result and the baseline beside it."""
        ...

    @property
    def class_names(self) -> tuple[str, ...]:
        """Of a classifier, in code order; empty for a series."""
        ...

    @property
    def dataset(self) -> Dataset:
        """The data, which a result that was loaded may lack: DatasetError."""
        ...

    def predictions(self) -> pd.DataFrame:
        """Give a copy of the table."""
        ...
