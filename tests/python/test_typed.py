"""Settings as editors and type checkers see them: one mypy over right and wrong lines."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import kerasduet as kd
from kerasduet.names import names_of
from kerasduet.registry import TASKS
from kerasduet.settings import typed

ROOT = Path(__file__).parents[2]
LINES = """
from typing import Any
import keras
import kerasduet as kd
kd.run_experiment("mnist-cnn", epochs=5, learning_rate=1, units=[16, 8], dropout=0.1)
small = kd.experiment("mnist-dnn", units=16, early_stopping=None, flip="horizontal", seed=1)
small.replace(optimizer=keras.optimizers.SGD(0.1), class_weight={0: 1.0}, builder="my_own")
kd.experiment(small, model={"anything": 1}, path=None, schedule="cosine", metrics=[])
given: dict[str, Any] = {"of_my_own_builder": 3}
kd.run_many([kd.experiment(small, **given)], "runs")
kd.run_experiment("mnist-cnn", epoch=5)  # wrong: "epoch"
kd.run_experiment("mnist-cnn", epochs="5")  # wrong: expected "int"
kd.experiment("image-folder", colour="red")  # wrong: expected "Literal['rgb', 'grey']"
small.replace(lr=0.1)  # wrong: "lr"
small.replace(units="16")  # wrong: expected "int | Sequence[int]"
kd.experiment("lstm-co2", kind="LSTM")  # wrong: expected "Literal['gru', 'lstm', 'rnn']"
kd.check_parity("mnist-dnn", own_past=1)  # wrong: expected "bool"
"""


def test_a_type_checker_takes_right_settings_and_marks_wrong_ones(tmp_path: Path) -> None:
    place = tmp_path / "script.py"
    place.write_text(LINES, "utf-8")
    options = ["--config-file", str(ROOT / "pyproject.toml"), "--no-error-summary"]
    cache = ["--cache-dir", str(ROOT / ".mypy_cache")]
    made = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *cache, str(place)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert made.returncode in (0, 1), made.stderr
    said = dict(re.findall(r":(\d+): error: (.*)", made.stdout))
    for number, line in enumerate(LINES.splitlines(), start=1):
        _, wrong, words = line.partition("  # wrong: ")
        assert (str(number) in said) == bool(wrong), f"{line}\n{made.stdout}"
        assert words in said.get(str(number), ""), f"{line}\n{made.stdout}"


def test_every_setting_has_a_type() -> None:
    hints = set(typed.Settings.__annotations__)
    for name in kd.presets()["name"]:
        exp = kd.experiment(name)
        assert set(names_of(TASKS[exp.task], exp.builder)) <= hints
    assert {"model", "kernel_size"} <= hints


def test_a_wheel_is_typed_and_leaves_the_sources_as_they_are(tmp_path: Path) -> None:
    source, made = tmp_path / "clone", tmp_path / "wheels"
    skip = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    for name in ("python/kerasduet", "tools/packaging"):
        shutil.copytree(ROOT / name, source / name, ignore=skip)
    for name in ("pyproject.toml", "README.md", "LICENSE.md"):
        shutil.copy(ROOT / name, source)
    before = set(source.rglob("*"))
    code = f"import backend; backend.build_wheel({str(made)!r})"
    packaging = str(source / "tools" / "packaging")
    env = os.environ | {"PYTHONPATH": packaging, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", code], cwd=source, env=env, check=True)
    assert set(source.rglob("*")) == before
    (wheel,) = made.iterdir()
    assert "kerasduet/py.typed" in zipfile.ZipFile(wheel).namelist()
