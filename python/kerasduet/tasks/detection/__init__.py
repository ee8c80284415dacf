"""What is where? Images and the boxes of the objects in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from kerasduet.task import Metric, Writing
from kerasduet.tasks.detection.settings import DetectionSettings
from kerasduet.tasks.own_loading import OwnLoading

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.lead import Lead

__all__ = ["TASK"]


class Detection(OwnLoading):
    """The objects of an image: class, box and how sure the network is."""

    name = "detection"
    noun = "a detector"
    Settings = DetectionSettings
    own_data = "boxed-images"
    asked_for = ("images and boxes", "x and boxes")
    file_data = "annotated-images"
    metrics = (
        Metric("map_50", "mean average precision at IoU 0.5", "%", 100, higher=True),
        Metric("map", "mean average precision at IoU 0.5 to 0.95", "%", 100, higher=True),
    )
    needed = ("map_50", "map")
    kinds = ("boxes", "all")
    rows = "images"
    cases_word = "images"
    ask = "predict(x)"
    page_settings = ("grid", "boxes")
    tiny: ClassVar = {"input_shape": (32, 32, 1), "classes": 3, "grid": 4}

    @property
    def learned(self) -> tuple[type[Learned], ...]:
        """What the training rows teach."""
        from kerasduet.tasks.detection.learned import BoxPreprocessing

        return (BoxPreprocessing,)

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the shape of an image, the classes, the cells and the boxes of each."""
        names = ("input_shape", "classes", "grid", "boxes")
        return {name: getattr(data, name) for name in names}

    def sides(self, data: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Give one image and its cells."""
        return data.input_shape, (data.grid, data.grid, 5 * data.boxes + data.classes)

    @property
    def loading(self) -> Any:
        """Give the module that makes scenes, reads annotated images, or checks the caller's."""
        from kerasduet.tasks.detection import loading

        return loading

    def heads(self, data: Any, network: Any) -> dict[str, Any]:
        """Give the loss of YOLO v1."""
        from kerasduet.tasks.detection.loss import yolo_loss

        return {"loss": yolo_loss(data.grid, data.boxes)}

    def example(self, data: Any) -> Any:
        """Give images of noise with light rectangles, two in each."""
        import numpy as np

        random = np.random.default_rng(5)
        height, width, _ = data.input_shape
        x = random.integers(0, 60, (24, *data.input_shape), dtype=np.uint8)
        rows = []
        for image in range(len(x)):
            for side, code in enumerate(random.integers(0, data.classes, 2).tolist()):
                left = side * width // 2 + int(random.integers(0, width // 6))
                top = int(random.integers(0, height // 3))
                right, bottom = left + width // 4, top + height // 2
                x[image, top:bottom, left:right] = 250 - 60 * (code % 3)
                rows.append([image + 1, code, left, top, right, bottom])
        names = ("image", "class", "left", "top", "right", "bottom")
        columns = zip(names, np.array(rows).T, strict=True)
        return {"x": x, "boxes": dict(columns)}

    def columns(self, learned: Any) -> dict[str, str]:
        """Give row, size of the image, true and found boxes."""
        sizes = {"width": "number", "height": "number"}
        return {"row": "id"} | sizes | {"truth": "boxes", "prediction": "boxes"}

    def table(self, dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
        """Lay found boxes beside the true ones, a row an image."""
        from kerasduet.tasks.detection import scores

        return scores.table(dataset, outputs)

    def score(self, table: pd.DataFrame, learned: Any) -> dict[str, float]:
        """Give map_50, map, map_75 and baseline_map_50."""
        from kerasduet.tasks.detection import scores

        return scores.score(table, learned)

    def counted(
        self, table: pd.DataFrame, learned: Any
    ) -> Mapping[str, Callable[[np.ndarray], np.ndarray]]:
        """Give mAP@0.5, which is no mean over images."""
        from kerasduet.tasks.detection import scores

        return scores.counted(table, learned)

    def lead(
        self, table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]
    ) -> Lead | None:
        """Compare mAP@0.5 with that of the usual boxes."""
        from kerasduet.tasks.detection import scores

        return scores.lead(table, learned)

    def verdict(self, metrics: Mapping[str, float]) -> str:
        """Put both means and the usual boxes beside each other."""
        from kerasduet.tasks.detection import scores

        return scores.verdict(metrics)

    def check_learned(self, learned: Any, experiment: Experiment) -> None:
        """Refuse other classes or shapes than those of the experiment."""
        from kerasduet.tasks.detection import saved

        saved.check(learned, experiment)

    def files_of(self, run: Any, given: Any, name: str = "x") -> Any:
        """Give the images of paths, read when they are asked for; None where it is no path."""
        from kerasduet.tasks.detection import verbs

        return verbs.files_of(run, given, name)

    def predict(self, run: Any, x: Any, kind: str) -> pd.DataFrame:
        """Give the boxes of images, one a row."""
        from kerasduet.tasks.detection import verbs

        return verbs.predict(run, x, kind)

    @property
    def panels(self) -> tuple[Any, ...]:
        """Test images with their boxes."""
        from kerasduet.figures import Kind
        from kerasduet.tasks.detection.figures import scenes_panel

        return (Kind("scenes", scenes_panel, (self.name,), ("rows",), sized=True),)

    def curves(self, experiment: Experiment) -> dict[str, tuple[str, float]]:
        """Give the loss of YOLO v1."""
        return {"loss": (self.loss_label(experiment, "Loss (YOLO, per image)"), 1.0)}

    def writing(self) -> Writing:
        """Write what the images show, their boxes, and what was found."""
        from kerasduet.tasks.detection.page import WRITING

        return WRITING


TASK = Detection()
