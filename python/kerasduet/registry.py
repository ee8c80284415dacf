"""What can be chosen by name: built in, from other packages, or registered in this session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from kerasduet.checks import nearest, show, some_of
from kerasduet.errors import ArgumentType, UnknownName
from kerasduet.interrupts import held

__all__ = ["BUILDERS", "ENGINES", "FORECASTERS", "READERS", "TASKS", "Registry"]


class Registry(Mapping[str, Any]):
    """Names and what they stand for; imported when it is first asked for.

    Parameters
    ----------
    kind : str
        What it holds, for messages and the entry-point group: other packages announce theirs
        under `kerasduet.<kind>s`.
    built_in : mapping
        Where each is found, as "module:attribute" below `kerasduet`.
    unlisted : sequence of str
        Names that are known, but that nobody chooses from a list.
    """

    def __init__(
        self, kind: str, built_in: Mapping[str, str], unlisted: Sequence[str] = ()
    ) -> None:
        self.kind = kind
        self._unlisted = frozenset(unlisted)
        self._places = {name: f"kerasduet.{place}" for name, place in built_in.items()}
        self._found: dict[str, Any] = {}
        self._announced = False

    def __getitem__(self, name: str) -> Any:
        """Give what a name stands for."""
        if name not in self._found:
            if name not in self._places:
                self._announce()
            module, _, attribute = self._places[name].partition(":")
            with held():  # NumPy, which a first name brings, is imported once a process
                self._found[name] = getattr(import_module(module), attribute)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names: the built-in ones first."""
        self._announce()
        listed = (n for n in (*self._places, *self._found) if n not in self._unlisted)
        return iter(dict.fromkeys(listed))

    def __len__(self) -> int:
        """Count the names."""
        return sum(1 for _ in self)

    def register(self, name: str, value: Any) -> None:
        """Add one for this session.

        Raises
        ------
        ArgumentType
            The name is taken, or is no text.
        """
        self.refuse_taken(name)
        self._found[name] = value

    def refuse_taken(self, name: Any) -> None:
        """Refuse what cannot become a name, or is one already."""
        if not isinstance(name, str) or not name.isidentifier():
            raise ArgumentType(
                f"name: must be a word of letters, digits and _; got {show(name)}. Choose another."
            )
        if name in self:
            raise ArgumentType(
                f"name: must be new; got {show(name)}, which is a registered {self.kind}. "
                "Choose another."
            )

    def remove(self, name: str) -> None:
        """Take back what `register` added, as tests do."""
        del self._found[name]
        if name in self._places:
            raise ValueError(f"{name} is no {self.kind} of this session")

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """Act for a while as a session to which a name is unknown, for tests."""
        self._announce()
        before = [(known, dict(known)) for known in (self._places, self._found)]
        for known, _ in before:
            known.pop(name, None)
        try:
            yield
        finally:
            for known, kept in before:
                if name in kept:  # at its place: lists of names are in messages
                    now = dict(known)
                    known.clear()
                    known.update({n: v for n, v in kept.items() if n in now or n == name} | now)

    def look_up(self, argument: str, name: Any) -> Any:
        """Give what a name stands for, or name the nearest ones."""
        if not isinstance(name, str):
            raise ArgumentType(f"{argument}: must be one of {some_of(self)}; got {show(name)}.")
        if name not in self:
            raise UnknownName(f"{argument}: no option {show(name)}. {nearest(name, self)}")
        return self[name]

    def _announce(self) -> None:
        """Read once what installed packages announce; a built-in name stays what it is."""
        if self._announced:
            return
        self._announced = True
        from importlib.metadata import entry_points

        for point in entry_points(group=f"kerasduet.{self.kind}s"):
            self._places.setdefault(point.name, point.value)


TASKS = Registry(
    "task",
    {
        "classification": "tasks.classification:TASK",
        "detection": "tasks.detection:TASK",
        "forecasting": "tasks.forecasting:TASK",
        "generation": "tasks.generation:TASK",
        "image-classification": "tasks.pictures:TASK",
        "sequence-regression": "tasks.sequences:TASK",
        "table-classification": "tasks.tables:CLASSES",
        "table-regression": "tasks.tables:NUMBERS",
        "tagging": "tasks.tagging:TASK",
        "text-classification": "tasks.texts:TASK",
        "translation": "tasks.translation:TASK",
        "video-classification": "tasks.videos:TASK",
    },
)
BUILDERS = Registry(
    "builder",
    {
        "cnn": "models.vision.cnn:cnn",
        "cnn_norm": "models.vision.cnn_norm:cnn_norm",
        "dnn": "models.vision.dnn:dnn",
        "lenet5": "models.vision.lenet5:lenet5",
        "alexnet": "models.vision.alexnet:alexnet",
        "zfnet": "models.vision.zfnet:zfnet",
        "vgg16": "models.vision.vgg:vgg16",
        "vgg19": "models.vision.vgg:vgg19",
        "googlenet": "models.vision.googlenet:googlenet",
        "resnet18": "models.vision.resnet:resnet18",
        "resnet34": "models.vision.resnet:resnet34",
        "resnet50": "models.vision.resnet:resnet50",
        "resnet152": "models.vision.resnet:resnet152",
        "torch_tutorial_cnn": "models.vision.torch_tutorial_cnn:torch_tutorial_cnn",
        "next_token": "models.sequence.next_token:next_token",
        "recurrent": "models.sequence.recurrent:recurrent",
        "encoder_decoder": "models.sequence.encoder_decoder:encoder_decoder",
        "table_dense": "models.table.table_dense:table_dense",
        "text_cnn": "models.sequence.text_cnn:text_cnn",
        "text_recurrent": "models.sequence.text_recurrent:text_recurrent",
        "token_tagger": "models.sequence.token_tagger:token_tagger",
        "transfer": "models.vision.transfer:transfer",
        "video_recurrent": "models.sequence.video_recurrent:video_recurrent",
        "yolo_small": "models.vision.yolo_small:yolo_small",
        "yolo_v1": "models.vision.yolo_v1:yolo_v1",
        "own": "models.own:own",
    },
    unlisted=("own",),
)
READERS = Registry("reader", {"run": "run:load_run", "set": "jobs.sets:load_run_set"})
ENGINES = Registry("engine", {"local": "jobs.local:Local", "ray": "jobs.on_ray:OnRay"})
FORECASTERS = Registry(
    "forecaster",
    {
        "naive": "forecasting.outside:naive",
        "seasonal_naive": "forecasting.outside:seasonal_naive",
        "drift": "forecasting.outside:drift",
        "seasonal_drift": "forecasting.outside:seasonal_drift",
        "copy_feature": "forecasting.outside:copy_feature",
        "theta": "forecasting.outside:theta",
        "ets": "forecasting.exponential:ets",
        "arima": "forecasting.arima:arima",
        "r_ets": "rlang.methods:r_ets",
        "r_auto_arima": "rlang.methods:r_auto_arima",
    },
)
