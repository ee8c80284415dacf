"""The parser of pandas beside pyarrow's on the blocks that a CSV file is read in; needs pyarrow.

    python benchmarks/csv_parsers.py

Prints CPU seconds of one thread, median of five in turns, for a million rows of six columns of
numbers and for 100,000 rows of 20 columns of numbers and 10 of categories, whose texts pandas keeps
in Arrow's memory. Then how many of two million numbers, written with 17 and with 21 digits, do not
have the same bits.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from kerasduet.data import blocks

ROUNDS = 5
NUMBERS, TEXT = pa.float64(), pa.dictionary(pa.int32(), pa.string())


def main() -> None:
    random = np.random.default_rng(0)
    plain = {i: random.normal(size=1_000_000).round(6) for i in range(6)}
    mixed: dict[int, Any] = {i: column[:100_000] for i, column in enumerate(20 * [plain[0]])}
    for i in range(20, 30):
        mixed[i] = [f"level {code}" for code in random.integers(5 * i - 90, size=100_000)]
    for name, columns in (("numbers", plain), ("with categories", mixed)):
        cut = cut_up(pd.DataFrame(columns).to_csv(header=False, index=False).encode())
        kinds = {i: "category" for i in columns if i >= 20}
        readers = {"pandas": blocks._Parser({"dtype": kinds}), "pyarrow": by_arrow(columns)}
        taken: dict[str, list[float]] = {who: [] for who in readers}
        for _ in range(ROUNDS):
            for who, read in readers.items():
                taken[who].append(timed(read, cut))
        print(name, {who: round(median(seconds), 3) for who, seconds in taken.items()})
    values = np.frombuffer(random.bytes(8_000_000), np.float64)
    for form in ("%.16e", "%.20e"):
        texts = "\n".join(form % value for value in values[np.isfinite(values)]).encode()
        found = pd.read_csv(io.BytesIO(texts), header=None)[0].to_numpy()
        other = by_arrow([0])(memoryview(texts))[0].to_numpy()
        print(form, "other bits:", int((found.view("u8") != other.view("u8")).sum()))


def cut_up(text: bytes) -> list[memoryview]:
    """Cut a text as a file is."""
    found, start = [], 0
    while start < len(text):
        end = text.rfind(b"\n", start, start + blocks.SIZE) + 1
        found.append(memoryview(text)[start:end])
        start = end
    return found


def by_arrow(columns: Any) -> Callable[[memoryview], Any]:
    """Read a block in this thread alone, columns as what they hold, and guess nothing."""
    kinds = {f"f{i}": TEXT if i >= 20 else NUMBERS for i in columns}
    asked = csv.ConvertOptions(column_types=kinds, null_values=[""], strings_can_be_null=True)

    def read(text: memoryview) -> Any:
        whole = csv.ReadOptions(
            autogenerate_column_names=True, use_threads=False, block_size=len(text) + 1
        )
        lines = csv.ParseOptions(ignore_empty_lines=False)
        return csv.read_csv(pa.py_buffer(text), whole, lines, asked)

    return read


def timed(read: Callable[[memoryview], Any], cut: list[memoryview]) -> float:
    np.empty(
        blocks.MOST_KEPT, np.uint8
    )  # memory is kept for the next block, as where it is used
    began = time.thread_time()
    for block in cut:
        read(block)
    return time.thread_time() - began


if __name__ == "__main__":
    main()
