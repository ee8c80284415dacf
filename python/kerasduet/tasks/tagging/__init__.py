"""What is each token? Sentences, and a tag for every one of their tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.task import Metric, Writing
from kerasduet.tasks.own_loading import OwnLoading
from kerasduet.tasks.tagging.settings import TaggingSettings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead

__all__ = ["TASK"]


class Tagging(OwnLoading):
    """One of several tags for each token."""

    name = "tagging"
    noun = "a tagger"
    Settings = TaggingSettings
    own_data = file_data = "tagged"
    metrics = (
        Metric("accuracy", "accuracy of tokens", "%", 100, higher=True),
        Metric("loss", "cross-entropy", "nats"),
    )
    needed = ("accuracy", "loss", "errors", "baseline_accuracy")
    decided = ("vocabulary", "tags")
    kinds = ("tag",)
    rows = "sentences"
    cases_word = "sentences"
    overview = ("history", "confusion", "tags")
    page_settings = ("length", "lower", "least")
    tiny: ClassVar = {"length": 24}

    @property
    def learned(self) -> tuple[type[Learned], ...]:
        """What the training sentences teach."""
        from kerasduet.tasks.tagging.learned import TagPreprocessing

        return (TagPreprocessing,)

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the tokens of a sentence."""
        return {"length": data.length}

    def learned_shapes(self, learned: Any) -> dict[str, Any]:
        """Give the numbers of codes and tags."""
        return {"vocabulary": len(learned.vocabulary), "tags": len(learned.tags)}

    def learned_sides(self, learned: Any) -> tuple[Any, Any]:
        """Give a sentence, and the probabilities of each token's tags."""
        return (learned.length,), (learned.length, len(learned.tags))

    def check_network(self, network: Any) -> None:
        """Refuse a network that gives no probabilities."""
        from kerasduet.tasks.classification.networks import refuse_no_probabilities

        refuse_no_probabilities(network)

    @property
    def loading(self) -> Any:
        """Give the module that makes sentences, or reads the caller's."""
        from kerasduet.tasks.tagging import loading

        return loading

    def heads(self, data: Any, network: Any) -> dict[str, Any]:
        """Give the loss a token, and the accuracy; padding has no weight in either."""
        import keras

        loss = keras.losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight")
        return {"loss": loss, "weighted_metrics": ["accuracy"]}

    def example(self, data: Any) -> Any:
        """Give some sentences with dates, as a table."""
        from kerasduet.tasks.tagging.dates import date_sentences

        found = [pair for pair in date_sentences(80) if len(pair[0]) <= data.length]
        rows = [
            (number, token, tag)
            for number, (tokens, tags) in enumerate(found, start=1)
            for token, tag in zip(tokens, tags, strict=True)
        ]
        names = ("sentence", "token", "tag")
        return {
            name: list(column)
            for name, column in zip(names, zip(*rows, strict=True), strict=True)
        }

    def columns(self, learned: Any) -> dict[str, str]:
        """Give row, tokens, their tags, loss and length."""
        texts = dict.fromkeys(("tokens", "truth", "prediction", "baseline"), "text")
        return {"row": "id", **texts, "loss": "number", "length": "number"}

    def table(self, dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
        """Lay found tags beside the true ones, a row a sentence."""
        from kerasduet.tasks.tagging import scores

        return scores.table(dataset, outputs)

    def score(self, table: pd.DataFrame, learned: Any) -> dict[str, float]:
        """Give accuracy, loss, f1, errors and baseline_accuracy."""
        from kerasduet.tasks.tagging import scores

        return scores.score(table, learned)

    def cases(self, table: pd.DataFrame, learned: Any) -> Mapping[str, np.ndarray]:
        """Give right tags and loss of each sentence."""
        from kerasduet.tasks.tagging import scores

        return scores.cases(table)

    def lead(
        self, table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]
    ) -> Lead | None:
        """Compare the right tags of each sentence with the commonest ones."""
        from kerasduet.tasks.tagging import scores

        return scores.lead(table)

    def verdict(self, metrics: Mapping[str, float]) -> str:
        """Put accuracy and the commonest tags beside each other."""
        from kerasduet.tasks.tagging import scores

        return scores.verdict(metrics)

    def facts(self, learned: Any) -> Mapping[str, str]:
        """Name the tags."""
        return {"tags": ", ".join(learned.tags)}

    def check_learned(self, learned: Any, experiment: Experiment) -> None:
        """Refuse other sentences than those of the experiment."""
        from kerasduet.tasks.tagging import saved

        saved.check(learned, experiment)

    def steps_of(self, run: Any, x: Any, name: str) -> tuple[Any, pd.DataFrame]:
        """Give what the network reads of sentences, and what stands at each step."""
        from kerasduet.tasks.tagging import verbs

        return verbs.steps_of(run, x, name)

    def predict(self, run: Any, x: Any, kind: str) -> pd.DataFrame:
        """Give the tag of each token."""
        from kerasduet.tasks.tagging import verbs

        return verbs.predict(run, x)

    @property
    def panels(self) -> tuple[Any, ...]:
        """Tagged sentences, and the confusion matrix."""
        from kerasduet.figures import Kind
        from kerasduet.tasks.tagging.figures import tags_confusion_panel, tags_panel

        mine = (self.name,)
        return (
            Kind("tags", tags_panel, mine, ("rows",), sized=True),
            Kind("confusion", tags_confusion_panel, mine),
        )

    def curves(self, experiment: Experiment) -> dict[str, tuple[str, float]]:
        """Give cross-entropy and accuracy."""
        label = self.loss_label(experiment, "Loss (cross-entropy, nats)")
        return {"loss": (label, 1.0), "accuracy": ("Accuracy (%)", 100.0)}

    def writing(self) -> Writing:
        """Write what the sentences are, their tags, and what was found."""
        from kerasduet.tasks.tagging.page import WRITING

        return WRITING


TASK = Tagging()
