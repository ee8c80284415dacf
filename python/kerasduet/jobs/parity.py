"""Run one experiment in both languages, in fresh processes, and compare the bits."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

from kerasduet import checks
from kerasduet.environment.backend import current_settings
from kerasduet.environment.settings import BACKENDS, DEVICES
from kerasduet.errors import ArgumentType
from kerasduet.experiments import Experiment, experiment
from kerasduet.jobs.languages import LANGUAGES, Answer, Job, require, run_job
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.settings.typed import Settings

__all__ = ["DIGESTS", "Parity", "check_parity", "compare"]

DIGESTS = ("weights", "history", "predictions")
_SHOWN = 12  # characters of a digest that tell two of them apart at a glance

Progress = bool | Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, repr=False)
class Parity:
    """The same experiment from both languages, compared.

    Parameters
    ----------
    experiment : Experiment
        What was run.
    backend, device : str
        What it was run on.
    threads : int or None
        CPU threads for one operation; None left it to the backend.
    answers : dict
        What each language reported, by "python" and "r".
    """

    experiment: Experiment
    backend: str
    device: str
    threads: int | None
    answers: dict[str, Answer]

    @property
    def differences(self) -> tuple[str, ...]:
        """What is not the same: of "weights", "history", "predictions" and "metrics"."""
        return compare(*self.answers.values())

    @property
    def identical(self) -> bool:
        """Whether every digest and every metric is the same in both languages."""
        return not self.differences

    @property
    def table(self) -> pd.DataFrame:
        """The digests as a table: what, python, r (sha256), identical."""
        import pandas as pd

        return pd.DataFrame(self._columns())

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON: texts, floats, booleans, lists and dicts."""
        return {
            "experiment": self.experiment.to_dict(),
            "backend": self.backend,
            "device": self.device,
            "threads": self.threads,
            "identical": self.identical,
            "differences": list(self.differences),
            "table": self._columns(),
            "languages": {
                name: {
                    "version": answer.version,
                    "digests": answer.digests,
                    "metrics": answer.metrics,
                    "seconds": answer.seconds,
                }
                for name, answer in self.answers.items()
            },
        }

    def __str__(self) -> str:
        """Say whether the bits are equal, then show both languages side by side."""
        shown = [
            (what, *(self.answers[name].digests.get(what, "")[:_SHOWN] for name in LANGUAGES))
            for what in DIGESTS
        ]
        named = self.answers["python"].metrics
        for score in [name for name in ("accuracy", "mae") if name in named]:
            values = (self.answers[name].metrics.get(score, math.nan) for name in LANGUAGES)
            shown.append((score, *(f"{value:.6g}" for value in values)))
        shown.append(("seconds", *(f"{self.answers[n].seconds:.1f}" for n in LANGUAGES)))
        lines = [self._headline(), "", f"  {'':<12} {'Python':<{_SHOWN}}  R"]
        for what, python, r in shown:
            mark = "  <- differs" if what in self.differences else ""
            lines.append(f"  {what:<12} {python:<{_SHOWN}}  {r}{mark}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        """Give the text too, so that a bare call at the prompt is readable."""
        return str(self)

    def _headline(self) -> str:
        threads = ""
        if self.threads:
            threads = f", {self.threads} thread{'s' if self.threads > 1 else ''}"
        done = f"{self.experiment.name} on {self.backend}, device {self.device}{threads}"
        if self.identical:
            return f"{done}: the same bits in Python and in R."
        versions = {LANGUAGES[name]: answer.version for name, answer in self.answers.items()}
        cause = ""
        if len(set(versions.values())) > 1:
            told = ", ".join(f"{version} in {name}" for name, version in versions.items())
            cause = f" The versions of kerasduet differ too: {told}."
        return f"{done}: Python and R DIFFER in {' and '.join(self.differences)}.{cause}"

    def _columns(self) -> dict[str, list[Any]]:
        python, r = (self.answers[name].digests for name in LANGUAGES)
        return {
            "what": list(DIGESTS),
            "python": [python.get(what, "") for what in DIGESTS],
            "r": [r.get(what, "") for what in DIGESTS],
            "identical": [what not in self.differences for what in DIGESTS],
        }


@answers()
def check_parity(
    preset: str | Experiment,
    *,
    backend: str | None = None,
    device: str | None = None,
    threads: int | None = None,
    time_limit: float = 3600.0,
    progress: Progress = True,
    **settings: Unpack[Settings],
) -> Parity:
    """Run an experiment in a fresh Python and in a fresh R, and compare their bits.

    Parameters
    ----------
    preset : str or Experiment
        Name of a preset (see `presets()`), or an experiment.
    backend : str, optional
        `"tensorflow"`, `"jax"` or `"torch"`; by default this session's choice.
    device : str, optional
        `"auto"`, `"cpu"` or `"gpu"`; by default this session's choice.
    threads : int, optional
        CPU threads for one operation; by default this session's choice.
    time_limit : float
        Seconds, above 0, that each language may take.
    progress : bool or callable
        Say what is being run, or hand each event (a dict with `language` and `text`) to a
        function.
    **settings
        Changes to the experiment, such as `epochs=2`.

    Returns
    -------
    Parity
        Printing it says whether the bits are equal, and what differs.

    Raises
    ------
    ChildError
        A language is missing, or its process failed or took too long.
    KerasduetError
        Bad arguments, before anything is run.

    Notes
    -----
    R receives every number as a double and reaches the core through the installed R package,
    as a user's script does. Both use the same interpreter, backend, device and threads.

    Examples
    --------
    Two epochs in each language::

        print(check_parity("mnist-dnn", epochs=2))
        # mnist-dnn on tensorflow, device auto: the same bits in Python and in R.
    """
    chosen = experiment(preset, **settings)
    if chosen.is_on_own_data:
        raise ArgumentType(
            f"path: a fresh process cannot see the caller's own data; got {chosen.name} without "
            "a file. Save the data and set path."
        )
    limit = checks.number("time_limit", time_limit, low=0, low_open=True)
    current = current_settings()
    job = Job(
        experiment=chosen,
        backend=checks.choice("backend", backend or current.backend, BACKENDS),
        device=checks.choice("device", device or current.device, DEVICES),
        threads=current.threads if threads is None else checks.whole("threads", threads, low=1),
    )
    tell = _teller(progress)
    for language in LANGUAGES:
        require(language)
    answers = {}
    for language, name in LANGUAGES.items():
        epochs = f"{chosen.epochs} epoch{'s' if chosen.epochs > 1 else ''}"
        tell(
            {"event": "language", "language": name, "text": f"{name}: {chosen.name}, {epochs}"}
        )
        # In a terminal the children draw their own bars.
        show = progress is True and sys.stderr.isatty()
        answers[language] = run_job(job, language, time_limit=limit, show=show)
    return Parity(chosen, job.backend, job.device, job.threads, answers)


def compare(python: Answer, r: Answer) -> tuple[str, ...]:
    """Name what two answers do not share to the bit.

    A digest that is missing on either side counts as a difference.

    Examples
    --------
    >>> one = Answer("1.0", dict.fromkeys(DIGESTS, "ab"), {"mae": 1.5}, 2.0)
    >>> other = Answer("1.0", dict.fromkeys(DIGESTS, "ab"), {"mae": 1.25}, 2.0)
    >>> compare(one, one), compare(one, other)
    ((), ('metrics',))
    """
    differing = [
        what
        for what in DIGESTS
        if not python.digests.get(what) or python.digests.get(what) != r.digests.get(what)
    ]
    if _bits(python.metrics) != _bits(r.metrics):
        differing.append("metrics")
    return tuple(differing)


def _bits(metrics: Mapping[str, float]) -> dict[str, str]:
    # As text, because a missing value equals another one.
    return {name: value.hex() for name, value in metrics.items()}


def _teller(progress: Progress) -> Callable[[Mapping[str, Any]], None]:
    if callable(progress):
        return progress
    if not checks.flag("progress", progress):
        return lambda event: None
    return lambda event: print(event["text"], file=sys.stderr, flush=True)
