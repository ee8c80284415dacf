"""What is it in the other language? Pairs of texts, and a text for another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.task import Metric, Writing
from kerasduet.tasks.own_loading import OwnLoading
from kerasduet.tasks.translation.settings import OWN, TranslationSettings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead

__all__ = ["TASK"]


class Translation(OwnLoading):
    """A text for another one, token by token."""

    name = "translation"
    noun = "a translator"
    Settings = TranslationSettings
    own_data = OWN
    file_data = OWN
    metrics = (
        Metric("exact", "texts right from end to end", "%", 100, higher=True),
        Metric("token_accuracy", "true tokens in their place", "%", 100, higher=True),
        Metric("error_rate", "tokens to change", "%", 100),
    )
    needed = ("exact", "error_rate")
    decided = ("source_length", "source_vocabulary", "target_length", "target_vocabulary")
    kinds = ("text", "prob")
    searches = True
    rows = "pairs"
    cases_word = "texts"
    ask = "predict(x)"
    overview = ("history", "places", "attention")
    page_settings = ("reverse", "beam", "lower", "most_tokens", "test_split")
    tiny: ClassVar = {"embedding": 4, "units": (8,)}

    @property
    def learned(self) -> tuple[type[Learned], ...]:
        """What the training rows teach."""
        from kerasduet.tasks.translation.learned import PairPreprocessing

        return (PairPreprocessing,)

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give nothing: lengths and vocabularies are known once the pairs are read."""
        return {}

    def learned_shapes(self, learned: Any) -> dict[str, Any]:
        """Give the lengths and the vocabularies of both sides."""
        return {
            "source_length": learned.source_length,
            "source_vocabulary": len(learned.source),
            "target_length": learned.steps,
            "target_vocabulary": len(learned.target),
        }

    def learned_sides(self, learned: Any) -> tuple[Any, Any]:
        """Give the shapes of a source, of a shifted target, and of the probabilities."""
        inputs = {"source": (learned.source_length,), "target": (learned.steps,)}
        return inputs, (learned.steps, len(learned.target))

    @property
    def loading(self) -> Any:
        """Give the module that makes pairs, reads a file, or checks the caller's."""
        from kerasduet.tasks.translation import loading

        return loading

    def heads(self, data: Any, network: Any) -> dict[str, Any]:
        """Give loss and metric of the one output, over the steps that count."""
        loss = "sparse_categorical_crossentropy"
        return {"loss": loss, "weighted_metrics": ["accuracy"]}

    def example(self, data: Any) -> Any:
        """Give pairs of sums."""
        from kerasduet.tasks.translation.generated import made

        sources, targets = made("additions", 60, 2, 1)
        return {data.source_column: sources, data.target_column: targets}

    def columns(self, learned: Any) -> dict[str, str]:
        """Give row, source, truth, prediction with its probability, and baseline."""
        texts = dict.fromkeys(("source", "truth", "prediction"), "text")
        return {"row": "id"} | texts | {"probability": "prob", "baseline": "text"}

    def run_network(self, predict: Callable[[Any], Any], learned: Any, inputs: Any) -> Any:
        """Write a text for each source: the true one is not looked at."""
        import numpy as np

        from kerasduet.tasks.translation.decoding import decoded

        return decoded(predict, learned, np.asarray(inputs["source"]))

    def table(self, dataset: Dataset, outputs: Any) -> pd.DataFrame:
        """Lay written texts beside the true ones."""
        from kerasduet.tasks.translation import scores

        return scores.table(dataset, outputs)

    def score(self, table: pd.DataFrame, learned: Any) -> dict[str, float]:
        """Give exact, token_accuracy, error_rate and those of the baseline."""
        from kerasduet.tasks.translation import scores

        return scores.score(table, learned)

    def cases(self, table: pd.DataFrame, learned: Any) -> Mapping[str, np.ndarray]:
        """Give each text's part of the scores."""
        from kerasduet.tasks.translation import scores

        return scores.cases(table, learned)

    def facts(self, learned: Any) -> Mapping[str, str]:
        """Say how long texts are, and how many tokens there are."""
        from kerasduet.tasks.translation.told import facts

        return facts(learned)

    def lead(
        self, table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]
    ) -> Lead | None:
        """Compare the texts right from end to end with those of the baseline."""
        from kerasduet.tasks.translation import scores

        return scores.lead(table)

    def verdict(self, metrics: Mapping[str, float]) -> str:
        """Put network and baseline beside each other."""
        from kerasduet.tasks.translation import scores

        return scores.verdict(metrics)

    def check_learned(self, learned: Any, experiment: Experiment) -> None:
        """Refuse other vocabularies or lengths than those of the experiment."""
        from kerasduet.tasks.translation import saved

        saved.check(learned, experiment)

    def predict(self, run: Any, x: Any, kind: str, beam: int | None = None) -> Any:
        """Give the texts that are written for others."""
        from kerasduet.tasks.translation import verbs

        return verbs.predict(run, x, kind, beam)

    def steps_of(self, run: Any, x: Any, name: str) -> tuple[Any, Any]:
        """Give what encoder and decoder read of a text, and the token at each step of either."""
        from kerasduet.tasks.translation import verbs

        return verbs.steps_of(run, x, name)

    @property
    def panels(self) -> tuple[Any, ...]:
        """Attention, and the share of right tokens by place."""
        from kerasduet.figures import Kind
        from kerasduet.tasks.translation.figures import attention_panel, places_panel

        return (
            Kind("places", places_panel, (self.name,), sized=True),
            Kind("attention", attention_panel, (self.name,), ("rows",), sized=True),
        )

    def curves(self, experiment: Experiment) -> dict[str, tuple[str, float]]:
        """Give cross-entropy and accuracy, of a token after the true ones."""
        return {
            "loss": (self.loss_label(experiment, "Loss (nats a token)"), 1.0),
            "accuracy": ("Tokens right (%)", 100.0),
        }

    def writing(self) -> Writing:
        """Write what is translated, the scores and examples."""
        from kerasduet.tasks.translation.page import WRITING

        return WRITING


TASK = Translation()
