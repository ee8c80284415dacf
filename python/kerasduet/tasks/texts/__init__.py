"""Which class is it? Texts and one of several classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.errors import ArgumentType
from kerasduet.task import Metric, Writing
from kerasduet.tasks.classification import Classification
from kerasduet.tasks.own_loading import OwnLoading
from kerasduet.tasks.texts.settings import OWN, TextSettings, TextTraining

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead
    from kerasduet.settings import Section

__all__ = ["TASK"]

WORDS = ("a", "the", "film", "was", "good", "bad", "long", "short", "and", "quite", "I", "saw")


class Texts(OwnLoading, Classification):
    """One of several classes of texts, read by a vocabulary of the training texts."""

    name = "text-classification"
    noun = "a classifier of texts"
    Settings: ClassVar[type[Section]] = TextSettings
    Training = TextTraining
    own_data = OWN
    file_data = OWN
    metrics = (
        Metric("accuracy", "accuracy", "%", 100, higher=True),
        Metric("loss", "cross-entropy", "nats"),
    )
    needed = ("accuracy", "loss", "errors", "baseline_accuracy", "bag_accuracy")
    decided = ("vocabulary",)
    rows = "texts"
    cases_word = "texts"
    ask = "predict(x)"
    tiny: ClassVar = {"length": 8}
    overview = ("history", "confusion", "words")
    page_settings = ("unit", "lower", "vocabulary_size", "length", "pad", "cut", "test_split")

    @property
    def learned(self) -> tuple[type[Learned], ...]:
        """What the training rows teach."""
        from kerasduet.tasks.texts.learned import TextPreprocessing

        return (TextPreprocessing,)

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the tokens of one text and the number of classes."""
        return {"length": data.length, "classes": data.classes}

    def sides(self, data: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Give one text, and the probabilities of the classes; of two classes one will do."""
        return (data.length,), (1 if data.classes == 2 else data.classes,)

    def learned_shapes(self, learned: Any) -> dict[str, Any]:
        """Give the codes of the vocabulary."""
        return {"vocabulary": len(learned.vocabulary)}

    def sized(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> Mapping[str, Any]:
        """Take length and classes from a network."""
        known = {"length": inputs[0]} if len(inputs) == 1 and inputs[0] is not None else {}
        if len(outputs) != 1 or outputs[0] == 2:  # of two classes it has one output
            return known
        return known | {"classes": max(outputs[0], 2)}

    def check_network(self, network: Any) -> None:
        """Refuse a network that gives no probabilities."""
        from kerasduet.tasks.texts import outputs

        outputs.refuse_no_probabilities(network)

    def targets(self, data: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give class codes, and probabilities that favour the class or another."""
        from kerasduet.tasks.texts import outputs

        return outputs.targets(data.classes)

    def check_together(self, experiment: Experiment) -> None:
        """Refuse class weights for others than the classes."""
        from kerasduet.tasks.classification.settings import refuse_other_classes

        refuse_other_classes(experiment.class_weight, experiment.data.classes)
        if experiment.data.vectors is not None and "embedding" not in experiment.model:
            raise ArgumentType(
                f"vectors: need a network that embeds words; got {experiment.builder}. Use "
                "text_recurrent or text_cnn, or leave them out."
            )

    def begin(self, network: Any, experiment: Experiment, learned: Any) -> None:
        """Let the embedding begin with word vectors, where there are any."""
        if experiment.data.vectors is None or learned is None:
            return
        from kerasduet.data.text import word_vectors

        vectors, found = word_vectors(experiment.data.vectors, learned.vocabulary.tokens)
        layer = network.get_layer("embedding")
        (weights,) = (weight.copy() for weight in layer.get_weights())
        weights[-len(found) :][found] = vectors[found]
        layer.set_weights([weights])

    @property
    def loading(self) -> Any:
        """Give the module that reads texts and learns a vocabulary."""
        from kerasduet.tasks.texts import loading

        return loading

    def heads(self, data: Any, network: Any) -> dict[str, Any]:
        """Give loss and metric of the one output."""
        loss = "binary_crossentropy" if data.classes == 2 else "sparse_categorical_crossentropy"
        return {"loss": loss, "metrics": ["accuracy"]}

    def augmentation(self, experiment: Experiment) -> None:
        """Leave texts as they are."""
        return

    def example(self, data: Any) -> Any:
        """Give a table of 48 texts of a few words, by their class and by chance."""
        import numpy as np
        import pandas as pd

        random = np.random.default_rng(5)
        words = np.array(WORDS)
        rows = []
        for number in range(48):
            code = number % data.classes
            some = random.choice(words, random.integers(3, 10)).tolist()
            rows.append((" ".join([*some, f"word{code}"]), f"class {code}"))
        return pd.DataFrame(rows, columns=[data.text_column, data.label_column])

    def columns(self, learned: Any) -> dict[str, str]:
        """Give row, truth, prediction, and probabilities, also of the bag of words."""
        from kerasduet.tasks.texts import scores

        return scores.columns(super().columns(learned), learned)

    def table(self, dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
        """Lay probabilities beside the truth, with those of the bag of words."""
        from kerasduet.tasks.texts import scores

        return scores.table(dataset, outputs)

    def score(self, table: pd.DataFrame, learned: Any) -> dict[str, float]:
        """Give loss (nats), accuracy, errors, and the accuracies of the baselines."""
        from kerasduet.tasks.texts import scores

        return scores.score(table, learned)

    def lead(
        self, table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]
    ) -> Lead | None:
        """Compare the right ones with those of the better baseline."""
        from kerasduet.tasks.texts import scores

        return scores.lead(table, learned, metrics)

    def verdict(self, metrics: Mapping[str, float]) -> str:
        """Put accuracy and the bag of words beside each other."""
        from kerasduet.tasks.texts import scores

        return scores.verdict(metrics)

    def facts(self, learned: Any) -> Mapping[str, str]:
        """Say how large the vocabulary is."""
        known = learned.vocabulary
        unit = {"word": "words and marks", "character": "characters"}[known.unit]
        return {"vocabulary": f"{len(known.tokens):,} {unit}"}

    def check_learned(self, learned: Any, experiment: Experiment) -> None:
        """Refuse other texts or classes than those of the experiment."""
        from kerasduet.tasks.texts import saved

        saved.check(learned, experiment)

    def texts_of(self, run: Any, given: Any, name: str = "x") -> list[str]:
        """Give the texts that a verb was given as its argument `name`, checked."""
        from kerasduet.tasks.texts import verbs

        return verbs.given_texts(run, given, name)

    def steps_of(self, run: Any, x: Any, name: str) -> tuple[Any, pd.DataFrame]:
        """Give what the network reads of texts, and what stands at each step."""
        from kerasduet.tasks.texts import verbs

        return verbs.steps_of(run, x, name)

    def predict(self, run: Any, x: Any, kind: str) -> Any:
        """Give class labels (n,), or a DataFrame of probabilities (n, classes)."""
        from kerasduet.tasks.texts import verbs

        return verbs.predict(run, x, kind)

    @property
    def verbs(self) -> Mapping[str, Callable[..., Any]]:
        """Scores on other labelled texts."""
        from kerasduet.tasks.texts import verbs

        return {"evaluate": verbs.evaluate}

    @property
    def panels(self) -> tuple[Any, ...]:
        """The confusion matrix, and test texts with their telling words."""
        from kerasduet.figures import Kind
        from kerasduet.tasks.classification.figures import confusion_panel
        from kerasduet.tasks.texts.figures import words_panel

        mine = (self.name,)
        return (
            Kind("confusion", confusion_panel, mine, sized=True),
            Kind("words", words_panel, mine, ("rows",), sized=True),
        )

    def writing(self) -> Writing:
        """Write what texts it reads, their classes, and what was right and wrong."""
        from kerasduet.tasks.texts.page import WRITING

        return WRITING


TASK = Texts()
