"""Memory of a training on many small image files, above that of importing the package and Keras.

    python benchmarks/image_files.py [files]

Writes as many PNG files of 32 x 32 pixels into a folder of its own (20,000, unless told), in ten
classes, and trains `image-folder` on them for an epoch; then on 500 of them, which says how much of
the memory is not the files'.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path

from common import Figure, finish, measure, say

from kerasduet.environment import python_command

CLASSES = 10
CHILD = """
import json, resource, sys
import kerasduet as kd
from kerasduet.environment import start_backend

start_backend()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
run = kd.run_experiment(
    "image-folder", path=sys.argv[1], image_size=32, filters=(8, 16), dense_units=16,
    epochs=1, progress=False,
)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"before": before, "after": after, "rows": run.source.rows}))
"""


def main() -> int:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    told = {}
    for count in (files, 500):
        with tempfile.TemporaryDirectory() as folder:
            say(f"writing {count:,} files ...")
            fill(Path(folder), count)
            say("training ...")
            used = measure([python_command(), "-c", CHILD, folder])
            found = json.loads(used.output)
            assert found["rows"] == count
            unit = 1e6 if sys.platform == "darwin" else 1e6 / 1024
            found["above_mb"] = (found["after"] - found["before"]) / unit
            told[count] = found | {"seconds": used.seconds, "cpu_seconds": used.cpu_seconds}
    figures = [
        Figure(f"peak above import, {files:,} files", told[files]["above_mb"], "MB", "<= 200"),
        Figure("peak above import, 500 files", told[500]["above_mb"], "MB"),
        Figure(f"CPU time, {files:,} files", told[files]["cpu_seconds"], "s"),
    ]
    return finish("image_files", figures, told)


def fill(folder: Path, count: int) -> None:
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(0)
    for label in range(CLASSES):
        (folder / f"class-{label}").mkdir()
    for number in range(count):
        content = io.BytesIO()
        pixels = random.integers(0, 256, (8, 8, 3), dtype=np.uint8).repeat(4, 0).repeat(4, 1)
        Image.fromarray(pixels).save(content, "PNG", compress_level=1)
        file = folder / f"class-{number % CLASSES}" / f"{number:06}.png"
        file.write_bytes(content.getvalue())


if __name__ == "__main__":
    sys.exit(main())
