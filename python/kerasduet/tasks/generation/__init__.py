"""How does it go on? A text, and the probability of each character to come next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.task import Metric, Task, Writing
from kerasduet.tasks.generation.settings import RunningTextSettings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead

__all__ = ["TASK"]


class Generation(Task):
    """The next character of a text, with a probability for each."""

    name = "generation"
    noun = "a network that goes on with a text"
    Settings = RunningTextSettings
    own_data = file_data = "text"
    metrics = (
        Metric("perplexity", "perplexity"),
        Metric("loss", "cross-entropy", "nats"),
        Metric("accuracy", "accuracy", "%", 100, higher=True),
    )
    needed = ("perplexity", "loss", "accuracy", "baseline_perplexity")
    decided = ("vocabulary",)
    kinds = ("next",)
    rows = "characters"
    cases_word = "characters"
    ask = "generate(x)"
    overview = ("history", "perplexity", "characters")
    page_settings = ("length", "stride", "lower", "least")
    tiny: ClassVar = {"length": 8, "stride": 8, "least": 1}

    @property
    def learned(self) -> tuple[type[Learned], ...]:
        """What the training text teaches."""
        from kerasduet.tasks.generation.learned import TextPreprocessing

        return (TextPreprocessing,)

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the characters of a window."""
        return {"length": data.length}

    def learned_shapes(self, learned: Any) -> dict[str, Any]:
        """Give the number of codes."""
        return {"vocabulary": len(learned.vocabulary)}

    def learned_sides(self, learned: Any) -> tuple[Any, Any]:
        """Give a window, and the probabilities after each of its characters."""
        return (learned.length,), (learned.length, len(learned.vocabulary))

    def check_network(self, network: Any) -> None:
        """Refuse a network that gives no probabilities, or sees what it is to foretell."""
        from kerasduet.tasks.classification.networks import refuse_no_probabilities
        from kerasduet.tasks.generation.networks import refuse_looking_ahead

        refuse_no_probabilities(network)
        refuse_looking_ahead(network)

    def load(self, experiment: Experiment, given: Any) -> Dataset:
        """Read a text, or take the caller's, and split it."""
        from kerasduet.tasks.generation import loading

        return loading.load(experiment, given)

    def heads(self, data: Any, network: Any) -> dict[str, Any]:
        """Give loss and metric of the one output."""
        return {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}

    def example(self, data: Any) -> Any:
        """Give a text of a few words, which follow each other at random."""
        import numpy as np

        words = np.array(["one", "two", "three", "four", "five", "six"], dtype=object)
        count = 8 * data.length
        return " ".join(words[np.random.default_rng(5).integers(0, len(words), count)])

    def columns(self, learned: Any) -> dict[str, str]:
        """Give row, truth, prediction, and probabilities of the truth."""
        from kerasduet.tasks.generation.scores import ORDERS

        own = {"row": "id", "truth": "text", "prediction": "text", "probability": "prob"}
        return own | dict.fromkeys(ORDERS, "prob")

    def steps(self, learned: Any) -> int:
        """Give the characters of a window that are scored."""
        return int(learned.scored)

    def table(self, dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
        """Lay the probability of each test character beside those of n-grams."""
        from kerasduet.tasks.generation import scores

        return scores.table(dataset, outputs)

    def score(self, table: pd.DataFrame, learned: Any) -> dict[str, float]:
        """Give perplexity, loss, accuracy, and the perplexities of n-grams."""
        from kerasduet.tasks.generation import scores

        return scores.score(table, learned)

    def cases(self, table: pd.DataFrame, learned: Any) -> Mapping[str, np.ndarray]:
        """Give loss and right ones of each window."""
        from kerasduet.tasks.generation import scores

        return scores.cases(table, learned)

    def counted(
        self, table: pd.DataFrame, learned: Any
    ) -> Mapping[str, Callable[[np.ndarray], np.ndarray]]:
        """Give the perplexity, which is no mean."""
        from kerasduet.tasks.generation import scores

        return scores.counted(table, learned)

    def lead(
        self, table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]
    ) -> Lead | None:
        """Compare the perplexity with that of the best n-gram."""
        from kerasduet.tasks.generation import scores

        return scores.lead(table, learned)

    def verdict(self, metrics: Mapping[str, float]) -> str:
        """Put the perplexities of network and best n-gram beside each other."""
        from kerasduet.tasks.generation import scores

        return scores.verdict(metrics)

    def facts(self, learned: Any) -> Mapping[str, str]:
        """Say how many characters there are."""
        return {
            "text": f"{len(learned.tokens):,} different characters, windows of {learned.length}"
        }

    def check_learned(self, learned: Any, experiment: Experiment) -> None:
        """Refuse other characters or windows than those of the experiment."""
        from kerasduet.tasks.generation import saved

        saved.check(learned, experiment)

    def steps_of(self, run: Any, x: Any, name: str) -> tuple[Any, pd.DataFrame]:
        """Give what the network reads of texts, and what stands at each step."""
        from kerasduet.tasks.generation import verbs

        return verbs.steps_of(run, x, name)

    def predict(self, run: Any, x: Any, kind: str) -> pd.DataFrame:
        """Give the most probable next character of each text."""
        from kerasduet.tasks.generation import verbs

        return verbs.predict(run, x)

    @property
    def verbs(self) -> Mapping[str, Callable[..., Any]]:
        """Text that goes on with a text."""
        from kerasduet.tasks.generation import verbs

        return {"generate": verbs.generate}

    @property
    def panels(self) -> tuple[Any, ...]:
        """Perplexities, and a coloured passage."""
        from kerasduet.figures import Kind
        from kerasduet.tasks.generation.figures import characters_panel, perplexity_panel

        mine = (self.name,)
        return (
            Kind("perplexity", perplexity_panel, mine),
            Kind("characters", characters_panel, mine, ("begin",), sized=True),
        )

    def curves(self, experiment: Experiment) -> dict[str, tuple[str, float]]:
        """Give cross-entropy and accuracy."""
        label = self.loss_label(experiment, "Loss (cross-entropy, nats)")
        return {"loss": (label, 1.0), "accuracy": ("Accuracy (%)", 100.0)}

    def writing(self) -> Writing:
        """Write what the text is, and how well it is foretold."""
        from kerasduet.tasks.generation.page import WRITING

        return WRITING


TASK = Generation()
