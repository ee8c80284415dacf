"""Which class is it? Videos, a few images in order, and one of several classes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.settings.sections import Training
from kerasduet.task import Writing
from kerasduet.tasks.classification import Classification
from kerasduet.tasks.own_loading import OwnLoading
from kerasduet.tasks.videos.settings import GENERATED, OWN, VideoSettings

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.experiments import Experiment
    from kerasduet.settings import Section

__all__ = ["TASK"]


class Videos(OwnLoading, Classification):
    """One of several classes of videos, with a probability for each."""

    name = "video-classification"
    noun = "a classifier of videos"
    Settings: ClassVar[type[Section]] = VideoSettings
    Training = Training
    own_data = OWN
    asked_for = ("videos and labels", "x and y")
    file_data = GENERATED
    rows = "videos"
    cases_word = "videos"
    tiny: ClassVar = {"video_shape": (3, 8, 8, 1), "classes": 3}
    overview = ("history", "confusion", "videos")

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the shape of one video and the number of classes."""
        return {"video_shape": data.video_shape, "classes": data.classes}

    def sized(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> Mapping[str, Any]:
        """Take the shape of the videos and the number of classes from a network."""
        known = {"video_shape": inputs} if len(inputs) == 4 and None not in inputs else {}
        has_classes = len(outputs) == 1 and outputs[0] > 1
        return known | ({"classes": outputs[0]} if has_classes else {})

    def check_together(self, experiment: Experiment) -> None:
        """Refuse nothing: what is learned of videos has no settings of several sections."""

    def class_weights(self, experiment: Experiment) -> None:
        """Weigh all classes the same."""
        return

    def augmentation(self, experiment: Experiment) -> None:
        """Leave videos as they are."""
        return

    @property
    def loading(self) -> Any:
        """Give the module that makes videos of moving digits, or checks the caller's."""
        from kerasduet.tasks.videos import loading

        return loading

    def steps_of(self, run: Any, x: Any, name: str) -> tuple[Any, pd.DataFrame]:
        """Give videos, of which one may come without the axis of rows, and a frame a step."""
        import numpy as np
        import pandas as pd

        shape = run.preprocessing.input_shape
        with suppress(ValueError):  # rows of different shapes, which the check names
            x = np.asarray(x)[None] if np.shape(x) in (shape, shape[:-1]) else x
        videos = self.images_of(run, x, name)
        return videos, pd.DataFrame({"frame": np.arange(1, shape[0] + 1)})

    @property
    def panels(self) -> tuple[Any, ...]:
        """Frames of test videos, and the confusion matrix."""
        from kerasduet.figures import Kind
        from kerasduet.tasks.classification.figures import confusion_panel
        from kerasduet.tasks.videos.figures import videos_panel

        mine = (self.name,)
        return (
            Kind("confusion", confusion_panel, mine, sized=True),
            Kind("videos", videos_panel, mine, ("rows",), sized=True),
        )

    def curves(self, experiment: Experiment) -> dict[str, tuple[str, float]]:
        """Give cross-entropy and accuracy."""
        usual = self.loss_label(experiment, "Loss (cross-entropy, nats)")
        return {"loss": (usual, 1.0), "accuracy": ("Accuracy (%)", 100.0)}

    def writing(self) -> Writing:
        """Write what the videos show, their classes, and what was right and wrong."""
        from kerasduet.tasks.videos.page import WRITING

        return WRITING


TASK = Videos()
