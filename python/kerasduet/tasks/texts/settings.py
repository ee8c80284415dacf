"""Which texts, what a token is, and how they are made alike and split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.settings import Flag, Number, OneOf, Optional, PathText, Section, Text, Whole
from kerasduet.settings.common import CLASSES
from kerasduet.settings.rules import MAX_WIDTH
from kerasduet.settings.sections import Training
from kerasduet.settings.tokens import Tokens
from kerasduet.tasks.classification.settings import ClassWeights

__all__ = ["GENERATED", "IMDB", "OWN", "TextSettings", "TextTraining"]

OWN, IMDB, GENERATED = "texts", "imdb", "reviews"
SIDES = OneOf(("start", "end"))


@dataclass(frozen=True, kw_only=True)
class TextSettings(Section):
    """Texts and their splits.

    Parameters
    ----------
    dataset : {"texts", "imdb", "reviews"}
        Of texts with classes: the caller's own; IMDB's film reviews, or where they cannot be had
        generated ones; the generated ones.
    path : str, optional
        Of texts: a CSV file, or a folder of a file a class (a text a line) or of a folder a class
        (a text a file). Of IMDB: the file imdb.npz, with imdb_word_index.json beside it; None looks
        in the usual places.
    encoding : str
        Of text files, such as "utf-8" or "latin-1".
    text_column, label_column : str
        Of a table of texts: the columns of texts and of labels.
    classes : int
        Number of classes, at least 2.
    unit : {"word", "character"}
        What a token is. Punctuation marks are tokens of their own among words.
    lower : bool
        Whether capital letters are read as small ones.
    vocabulary : tuple of str or layer, optional
        Tokens in the order of their codes, such as `get_vocabulary()` of Keras's TextVectorization
        gives them, the layer itself, or a file of a token a line; None learns them from the
        training texts. Texts are cut by `unit` and `lower` all the same.
    vocabulary_size : int
        Most codes of tokens, at least 3: padding, unknown ones, and the commonest tokens of the
        training texts; a vocabulary that is given is taken whole.
    length : int
        Of texts to classify: tokens of each as the network sees it, at least 1.
    vectors : str, optional
        Of texts: a file of word vectors in GloVe's text format, with which the embedding begins;
        words that it lacks begin at random.
    pad : {"start", "end"}
        Where shorter texts are filled up.
    cut : {"start", "end"}
        Where longer texts lose their tokens.
    validation_split : float
        Fraction of the training rows held out for validation, in [0, 1).
    test_split : float
        Fraction of the rows held out for the test, in (0, 1); IMDB brings its own.
    """

    dataset: Annotated[str, OneOf((OWN, IMDB, GENERATED))]
    path: Annotated[str | None, Optional(PathText())] = None
    encoding: Annotated[str, Text()] = "utf-8"
    text_column: Annotated[str, Text()] = "text"
    label_column: Annotated[str, Text()] = "label"
    classes: Annotated[int, CLASSES] = 2
    unit: Annotated[str, OneOf(("word", "character"))] = "word"
    lower: Annotated[bool, Flag()] = True
    vocabulary: Annotated[str | tuple[str, ...] | None, Optional(Tokens())] = None
    vocabulary_size: Annotated[int, Whole(3, MAX_WIDTH)] = 10_000
    length: Annotated[int, Whole(1, MAX_WIDTH)] = 100
    vectors: Annotated[str | None, Optional(PathText())] = None
    pad: Annotated[str, SIDES] = "start"
    cut: Annotated[str, SIDES] = "start"
    validation_split: Annotated[float, Number(low=0, below=1)] = 0.2
    test_split: Annotated[float, Number(above=0, below=1)] = 0.2

    @property
    def kept(self) -> dict[str, str]:
        """Name the columns that stay as a CSV file writes them; see `data.kept.kept`."""
        return {self.label_column: "classes", self.text_column: "texts"}

    def check_together(self) -> None:
        """Refuse a path of generated texts, a column for two things, and classes IMDB lacks."""
        if self.path is not None and self.dataset == GENERATED:
            raise ArgumentType(
                f"path: the dataset {GENERATED} is generated; got {str(self.path)!r}. Set dataset "
                f'= "{OWN}" or "{IMDB}".'
            )
        if self.text_column == self.label_column:
            raise ArgumentType(
                f"label_column: must be a column of its own; got {show(self.label_column)} twice. "
                "Name another."
            )
        if self.dataset != OWN and self.classes != 2:
            raise ArgumentType(
                f"classes: the dataset {self.dataset} has 2 classes; got {self.classes}. Set "
                "classes = 2."
            )


@dataclass(frozen=True, kw_only=True)
class TextTraining(Training):
    """How a network of texts learns.

    Parameters
    ----------
    class_weight : tuple of float or mapping, optional
        Weight of each class in the loss of the training texts, in code order, at least 0; None
        weighs all the same. A mapping from codes, as Keras takes it, is taken as well.
    """

    class_weight: Annotated[tuple[float, ...] | None, Optional(ClassWeights())] = None
