"""Which class is it? Images in files, a folder a class or a table of paths and labels."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.tasks.classification import Classification
from kerasduet.tasks.own_loading import OwnLoading
from kerasduet.tasks.pictures.settings import FOLDER, OWN, PictureSettings

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment
    from kerasduet.settings import Section

__all__ = ["TASK"]


class Pictures(OwnLoading, Classification):
    """One of several classes of images that stay in their files until a batch needs them."""

    name = "image-classification"
    noun = "a classifier of image files"
    Settings: ClassVar[type[Section]] = PictureSettings
    own_data = OWN
    file_data = FOLDER
    decided = ("classes",)
    page_settings = ("image_size", "colour", "resize", "corrupt")
    tiny: ClassVar = {"image_size": (12, 12), "colour": "grey"}

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the shape that every image is brought to."""
        return {"input_shape": (*data.image_size, 3 if data.colour == "rgb" else 1)}

    def sides(self, data: Any) -> None:
        """Give nothing: how many classes there are is known once the files are found."""
        return

    def learned_shapes(self, learned: Any) -> dict[str, Any]:
        """Give the number of classes."""
        return {"classes": len(learned.class_names)}

    def learned_sides(self, learned: Any) -> tuple[Any, Any]:
        """Give one image and the probabilities of the classes."""
        return learned.input_shape, (len(learned.class_names),)

    def sized(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> Mapping[str, Any]:
        """Take size and colour of the images from a network."""
        if len(inputs) != 3 or None in inputs or inputs[2] not in (1, 3):
            return {}
        return {"image_size": inputs[:2], "colour": "rgb" if inputs[2] == 3 else "grey"}

    def targets(self, data: Any) -> Any:
        """Give class codes, and probabilities that favour the class or another."""
        from kerasduet.tasks.classification import networks

        return networks.targets(3)

    def check_together(self, experiment: Experiment) -> None:
        """Refuse stages that are not there; class weights wait until the classes are known."""
        from kerasduet.tasks.classification.settings import refuse_fine_tuning

        refuse_fine_tuning(experiment)

    def learned_weights(
        self, experiment: Experiment, learned: Any
    ) -> Mapping[int, float] | None:
        """Give the weight of each class in the loss; None where all have the same."""
        from kerasduet.tasks.classification.settings import refuse_other_classes

        refuse_other_classes(experiment.class_weight, len(learned.class_names))
        return self.class_weights(experiment)

    @property
    def loading(self) -> Any:
        """Give the module that finds the image files and tries each once."""
        from kerasduet.tasks.pictures import loading

        return loading

    def example(self, data: Any) -> Any:
        """Give a table of 48 random images in three classes, in files that go with the session."""
        import numpy as np
        import pandas as pd
        from PIL import Image

        folder = Path(tempfile.mkdtemp(prefix="kerasduet-images-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        random = np.random.default_rng(5)
        rows = []
        for number in range(48):
            file = folder / f"{number:02}.png"
            Image.fromarray(random.integers(0, 256, (14, 10, 3), dtype=np.uint8)).save(file)
            rows.append((str(file), ("ant", "bee", "wasp")[number % 3]))
        return pd.DataFrame(rows, columns=[data.image_column, data.label_column])

    def check_learned(self, learned: Any, experiment: Experiment) -> None:
        """Refuse other shapes than those of the experiment."""
        from kerasduet.tasks.classification import saved

        saved.check_names(learned)
        saved.refuse_other_shape(learned, self.shapes(experiment.data)["input_shape"])

    def images_of(self, run: Any, given: Any, name: str = "x") -> Any:
        """Give the images of paths, or arrays as they are."""
        found = self.files_of(run, given, name)
        return super().images_of(run, given, name) if found is None else found

    def files_of(self, run: Any, given: Any, name: str = "x") -> Any:
        """Give the images of paths, read when they are asked for; None where it is no path."""
        from kerasduet.tasks.pictures.verbs import files_of

        return files_of(run, given, name)


TASK = Pictures()
