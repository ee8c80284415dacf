"""Errors a caller may want to catch; every text reads `argument: rule; got value. Fix.`."""

from __future__ import annotations


class KerasduetError(ValueError):
    """Base of every error this package raises on purpose."""

    of_missing = False  # whether missing values are why; a file's reader decides which are


class KerasduetWarning(UserWarning):
    """Base of every warning this package gives on purpose."""


class ArgumentRange(KerasduetError):
    """A number of the right type outside its range."""


class ArgumentType(KerasduetError):
    """A value of the wrong type."""


class UnknownName(KerasduetError):
    """A preset, argument or option that does not exist; the nearest names are listed."""


class SeedError(KerasduetError):
    """A seed that is not a whole number from 0 to 2^32 - 1."""


class LabelRange(KerasduetError):
    """A class label outside 0..classes-1."""


class LabelType(KerasduetError):
    """Labels that are not whole numbers (or a factor)."""


class LabelShape(KerasduetError):
    """Labels that are not one value a row, such as one-hot rows."""


class MissingValue(KerasduetError):
    """A missing label or a missing value in a series."""

    of_missing = True


class NonFinite(KerasduetError):
    """NaN or infinity where a finite number is needed."""


class PixelRange(KerasduetError):
    """Pixels that are neither 0..255 bytes nor floats within 0..1."""


class ShapeError(KerasduetError):
    """An array of the wrong shape."""


class LengthMismatch(KerasduetError):
    """Inputs and labels of different length."""


class EmptyData(KerasduetError):
    """No rows."""


class SeriesTooShort(KerasduetError):
    """A series without room for one window in each split, or for one season."""


class HorizonError(KerasduetError):
    """A forecast horizon below one step, or targets that are not in the future."""


class ForecastError(KerasduetError):
    """A method from outside that fails, or gives something else than forecasts."""


class TimeIndexError(KerasduetError):
    """Times that are duplicated, unsorted or irregular."""


class CsvError(KerasduetError):
    """A CSV file that cannot be read as the table it should be."""


class ScaleError(KerasduetError):
    """A series without variation, which no scaler can standardize."""


class DatasetError(KerasduetError):
    """A data file that is missing, damaged or not what it should be."""


class ModelMismatch(KerasduetError):
    """Weights that belong to another network."""


class RunFolderError(KerasduetError):
    """A run folder that is busy, foreign, newer, damaged or not writable."""


class BackendError(KerasduetError):
    """A backend or device that cannot be used, or cannot be changed any more."""


class ChildError(KerasduetError):
    """A language that is missing, or whose fresh process failed or took too long."""


class MissingPackage(KerasduetError):
    """A package that only some calls need and that is not installed."""


class ComparisonError(KerasduetError):
    """Runs that cannot be compared case by case."""


class ReportError(KerasduetError):
    """A report that cannot be rendered or written."""
