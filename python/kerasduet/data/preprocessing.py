"""What lies between the caller's data and the network, learned from training rows alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np

from kerasduet.data import transforms

__all__ = ["LABEL_TYPES", "ImagePreprocessing", "Learned", "SeriesPreprocessing", "as_tuples"]

# How a label is read back from its text, and the type of an array of them.
LABEL_TYPES: Mapping[str, tuple[Callable[[str], Any], Any]] = {
    "str": (str, object),
    "int": (int, np.int64),
    "float": (float, np.float64),
    "bool": (lambda text: {"True": True, "False": False}[text], np.bool_),
}


class Learned:
    """What a training learned of its data, as plain fields: the base of every kind of it.

    Attributes
    ----------
    kind : str
        Its name in `preprocessing.json`.
    """

    kind: ClassVar[str]

    def to_network(self, x: np.ndarray) -> np.ndarray:
        """Turn rows of a data set into what the network takes."""
        return x

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {"kind": self.kind} | asdict(self)  # type: ignore[call-overload]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild it from its `to_dict()`."""
        return cls(**{name: as_tuples(item) for name, item in values.items() if name != "kind"})


@dataclass(frozen=True)
class ImagePreprocessing(Learned):
    """Pixels to unit floats, class codes to names.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels).
    class_names : tuple of str
        Name of each class code.
    named : bool
        Whether the names came from a factor; else they are the codes themselves.
    label_type : {"str", "int", "float", "bool"}
        What the names were before they became texts, so that predictions come back as the
        caller's own. Codes are whole numbers.
    ordered : bool
        Whether the factor that they came from has an order, which predictions then have too.
    pixel_scale : float
        Whole-number pixels are divided by it: 255, or 1 for masks of 0 and 1.
    pixel_most : float, optional
        Largest pixel of the training images as the network saw it, 0..1; runs of earlier
        versions did not note it.
    commonest : int, optional
        Code of the commonest class among the training rows, which the baseline always names; runs
        of earlier versions did not note it.
    """

    kind = "images"

    input_shape: tuple[int, ...]
    class_names: tuple[str, ...]
    named: bool = False
    label_type: str = "str"
    ordered: bool = False
    pixel_scale: float = 255.0
    pixel_most: float | None = None
    commonest: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no training could have learned, such as a folder changed by hand."""
        if self.pixel_scale not in (1, 255):
            raise ValueError("pixel_scale: must be 1 or 255")
        if self.pixel_most is not None and not 0 <= self.pixel_most <= 1:
            raise ValueError("pixel_most: must lie in 0..1")
        _ = self.labels

    @property
    def labels(self) -> np.ndarray:
        """Each code's label as the caller gave it: (classes,), int64, float64, bool or str."""
        read, dtype = LABEL_TYPES[self.label_type if self.named else "int"]
        return np.array([read(name) for name in self.class_names], dtype=dtype)

    def to_network(self, images: np.ndarray) -> np.ndarray:
        """Scale whole numbers to 0..1, float32; floats pass. (n, height, width, channels)."""
        if images.dtype == np.uint8:
            images = np.divide(images, np.float32(self.pixel_scale), dtype=np.float32)
        return images.astype(np.float32, copy=False).reshape(-1, *self.input_shape)


@dataclass(frozen=True)
class SeriesPreprocessing(Learned):
    """Differencing, scaling and windows of a series.

    Parameters
    ----------
    columns : tuple of str
        Input variables, in order.
    target : str
        Column forecast.
    target_is_input : bool
        Whether the target is the only input variable.
    mean, scale : tuple of float
        Of the differenced training rows, a value a column, the target's last. The scale is
        the population standard deviation; with `scaling = "min-max"` they are the least value and
        the span up to the largest.
    difference, lookback, horizon, season : int
        Time steps, as in the experiment.
    mase_scale : float
        Mean absolute seasonal-naive error over the training rows, in the target's units.
    frequency : str, optional
        Spacing of the times as a pandas offset; None when they are only ordered.
    first : float
        First value of the target: the drift baseline starts there.
    rows : int
        Times in the series.
    tail_times : tuple of str
        Times of the last rows, ISO 8601 or numbers.
    tail : tuple of tuple of float
        The last rows, a value a column, the target's last: what a forecast starts from.
    zone : str, optional
        Time zone of the times.
    spacing : tuple, optional
        How dates go on, learned from all rows (see `data.spacing`); None where `frequency` says
        it, where times are numbers, and in runs of earlier versions.
    errors : tuple of tuple of float, optional
        Truth minus forecast on validation windows, of each step in order, in the target's units:
        what intervals are calibrated on. None before the training, without validation windows,
        and in runs of earlier versions.
    strategy : {"direct", "recursive"}
        Whether the network gives all steps at once or is fed its own forecasts.
    transform : {"none", "log", "log-returns", "box-cox"}
        What the network sees of the target.
    power : float, optional
        Of a Box-Cox transform, fitted to the training rows.
    known_future : tuple of str
        Columns whose values are known ahead of time, in order.
    known_mean, known_scale : tuple of float
        Of their training rows.
    known_tail : tuple of tuple of float
        Their values in the rows of `tail`.
    calendar : tuple of str
        Parts of the times that the network sees.
    copied : str, optional
        Input column whose last value is nearest to what follows it on the validation rows (without
        them on the training rows); the baseline `copy` repeats it. None where the target is the
        only input, where even that copy is ten times as far off as the naive forecast, and in runs
        of earlier versions.
    copy_share : float, optional
        Error of copying it there, as a share of the naive forecast's.
    holidays : tuple of str
        Countries whose holidays the network sees.
    intervals : {"conformal", "quantile"}
        Whether intervals come from `errors` or are quantiles that the network gives.
    followed : {"shares", "widths"}
        How truths beyond the ends move intervals (see `forecasting.conformal`): by shares in runs
        of earlier versions.
    spread : float
        How much further than on the validation rows the target spread on all rows before the
        test, as the network sees it; 1 where that is not asked.
    """

    kind = "series"

    columns: tuple[str, ...]
    target: str
    target_is_input: bool
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    difference: int
    lookback: int
    horizon: int
    season: int
    mase_scale: float
    frequency: str | None
    first: float
    rows: int
    tail_times: tuple[str, ...]
    tail: tuple[tuple[float, ...], ...]
    zone: str | None = None
    spacing: tuple[Any, ...] | None = None
    errors: tuple[tuple[float, ...], ...] | None = None
    strategy: str = "direct"
    transform: str = "none"
    power: float | None = None
    known_future: tuple[str, ...] = ()
    known_mean: tuple[float, ...] = ()
    known_scale: tuple[float, ...] = ()
    known_tail: tuple[tuple[float, ...], ...] = ()
    calendar: tuple[str, ...] = ()
    copied: str | None = None
    copy_share: float | None = None
    intervals: str = "conformal"
    holidays: tuple[str, ...] = ()
    followed: str = "shares"
    spread: float = 1.0

    @property
    def sees_ahead(self) -> bool:
        """Whether the network sees anything of the steps that it forecasts."""
        return bool(self.known_future or self.calendar or self.holidays)

    @property
    def leads(self) -> tuple[int, ...]:
        """How many rows ahead the network sees: a window of them covers its steps."""
        steps = 1 if self.strategy == "recursive" else self.horizon
        return tuple(range(steps, 0, -self.lookback))

    @property
    def copied_place(self) -> int:
        """Place of the column that `copy` repeats, or else of the target."""
        return -1 if self.copied is None else self.columns.index(self.copied)

    @property
    def lag(self) -> int:
        """Rows that a change goes back over; 0 where the network sees no changes."""
        return max(self.difference, 1) if self.transform == "log-returns" else self.difference

    def transformed(self, values: np.ndarray) -> np.ndarray:
        """Transform the target, and where it is an input, in values (..., columns + target)."""
        names = (*self.columns, self.target)
        return transforms.of_target(values, names, self.transform, self.power)

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Transform, difference and scale values (..., rows, columns + target).

        This uses up as many of the first rows as `lag` says.
        """
        lag, values = self.lag, self.transformed(values)
        steps = values[..., lag:, :] - values[..., :-lag, :] if lag else values
        return (steps - np.asarray(self.mean)) / np.asarray(self.scale)

    def window(self, values: np.ndarray) -> np.ndarray:
        """Cut the input window that ends with the last row: (1, lookback, features)."""
        steps = self.scaled(values)[-self.lookback :, : len(self.columns)]
        return steps[None].astype(np.float32)

    def restore(self, outputs: np.ndarray, history: np.ndarray) -> np.ndarray:
        """Turn network outputs back into the target's units.

        Parameters
        ----------
        outputs : numpy.ndarray
            Scaled values or changes (windows, horizon).
        history : numpy.ndarray
            The target up to each window's origin (windows, at least `lag`), in its units.

        Returns
        -------
        numpy.ndarray
            float64 (windows, horizon).
        """
        steps = outputs.astype(np.float64) * self.scale[-1] + self.mean[-1]
        lag = self.lag
        if lag:
            known = transforms.forth(history[:, -lag:], self.transform, self.power)
            levels = np.concatenate([known, steps], axis=1)
            for step in range(steps.shape[1]):
                levels[:, lag + step] += levels[:, step]
            steps = levels[:, lag:]
        return transforms.back(steps, self.transform, self.power)


def as_tuples(value: Any) -> Any:
    """Give lists, at any depth, as tuples."""
    return tuple(as_tuples(item) for item in value) if isinstance(value, list) else value
