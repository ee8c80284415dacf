"""Make every device do a small multiplication whose right answer is known."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

from kerasduet.environment import backend, devices
from kerasduet.environment.interpreter import fresh_environment, python_command
from kerasduet.environment.settings import Settings

__all__ = ["probe_devices", "probe_in_fresh_process"]

SIZE = 256
TIME_LIMIT = 60.0  # seconds; a first start on a GPU takes tens of them
_MARK = "kerasduet-devices:"


def probe_devices(running: str) -> list[dict[str, Any]]:
    """Multiply two matrices on every device of a backend that runs in this process.

    Parameters
    ----------
    running : str
        `"tensorflow"`, `"jax"` or `"torch"`.

    Returns
    -------
    list of dict
        `kind`, `name`, `label`, `ok`, `seconds` (of the second multiplication, the first one
        loads the kernels) and `error` (empty when all is well).
    """
    return [_probe(device) for device in devices.listed(running)]


def probe_in_fresh_process(
    settings: Settings, *, limit: float = TIME_LIMIT
) -> tuple[list[dict[str, Any]], str]:
    """Probe in another process, so that the caller's session stays free to choose.

    Parameters
    ----------
    settings : Settings
        What to start there.
    limit : float
        Seconds, above 0, after which the process is ended.

    Returns
    -------
    list of dict, str
        What `probe_devices()` found, and why it found nothing (empty when it did).
    """
    python = python_command()
    if not python:
        return [], "no Python interpreter was found to start"
    command = [python, "-P", "-c", f"from {__name__} import main; main()"]
    wanted = json.dumps([settings.backend, settings.device, settings.threads])
    try:
        done = subprocess.run(
            [*command, wanted],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=limit,
            env=fresh_environment(os.environ),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [], f"{settings.backend} gave no answer within {limit:g} seconds"
    except OSError as error:
        return [], f"{python} cannot be started: {error}"
    return read_answer(done.stdout, done.stderr, done.returncode)


def read_answer(output: str, errors: str, status: int) -> tuple[list[dict[str, Any]], str]:
    """Find the probe's answer in what a process wrote, or the last thing it complained of."""
    for line in reversed(output.splitlines()):
        if line.startswith(_MARK):
            answer = json.loads(line.removeprefix(_MARK))
            return answer["devices"], answer["error"]
    said = [line.strip() for line in errors.splitlines() if line.strip()]
    return [], said[-1] if said else f"the check ended with status {status} and said nothing"


def main() -> None:
    """Run in the fresh process: start what was asked for, probe, print one line of JSON."""
    name, device, threads = json.loads(sys.argv[1])
    answer: dict[str, Any] = {"devices": [], "error": ""}
    try:
        backend.use_backend(name, device=device, threads=threads)
        backend.start_backend()
        answer["devices"] = probe_devices(name)
    except Exception as error:
        answer["error"] = str(error)
    print(_MARK + json.dumps(answer), flush=True)


def _probe(device: devices.Device) -> dict[str, Any]:
    seconds, error = 0.0, ""
    try:
        seconds, error = _multiply(device.label)
    except Exception as failure:
        said = str(failure).strip().partition("\n")[0]
        error = f"{type(failure).__name__}: {said[:200]}"
    return {**device._asdict(), "ok": not error, "seconds": seconds, "error": error}


def _multiply(label: str) -> tuple[float, str]:
    """Give the seconds of one multiplication, and what is wrong with it."""
    import keras
    import numpy as np

    # Small whole numbers: exact in every float format, so any device must agree to the bit.
    counts = np.arange(SIZE * SIZE).reshape(SIZE, SIZE)
    left, right = (counts % 7).astype("float32"), (counts % 5).astype("float32")
    with keras.device(label):
        a, b = keras.ops.convert_to_tensor(left), keras.ops.convert_to_tensor(right)
        keras.ops.convert_to_numpy(keras.ops.matmul(a, b))
        start = time.perf_counter()
        product = keras.ops.matmul(a, b)
        values = keras.ops.convert_to_numpy(product)  # waits for the device to finish
        seconds = time.perf_counter() - start
    place = devices.where(keras.config.backend(), product)
    if place != label:
        return seconds, f"the work was done on {place} instead"
    right_answer = left.astype("float64") @ right
    good = np.array_equal(values, right_answer)
    return seconds, "" if good else "the product of two known matrices is wrong"
