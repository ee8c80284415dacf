"""The process that runs R for Python: requests and answers are pickles on its pipes.

    python -m kerasduet.rlang.worker

R is embedded by rpy2. A process of its own keeps R's signals, its console and its one thread away
from the session, and works where R itself hosts the session.
"""

from __future__ import annotations

import os
import pickle
import sys
from importlib import resources
from typing import IO, Any

import numpy as np

__all__ = ["main"]

OPTIONS = ("rpy2", "--quiet", "--no-save", "--no-restore", "--no-site-file", "--no-init-file")


def main() -> None:
    """Answer each request: the name of an R function of `kerasduet.R`, and its arguments."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what R prints is no answer
    requests = sys.stdin.buffer
    try:
        r = _start()
    except Exception as error:  # R or rpy2 is not as it should be
        _say(answers, {"failed": f"{type(error).__name__}: {error}"})
        return
    _say(answers, {"ready": str(r("paste(R.version$major, R.version$minor, sep = '.')")[0])})
    while True:
        try:
            name, arguments = pickle.load(requests)
        except EOFError:
            return
        _say(answers, _answer(r, name, arguments))


def _say(answers: IO[bytes], value: Any) -> None:
    pickle.dump(value, answers, protocol=5)
    answers.flush()


def _start() -> Any:
    from rpy2.rinterface_lib import embedded

    embedded.set_initoptions(OPTIONS)
    from rpy2 import rinterface

    rinterface.initr()
    script = resources.files("kerasduet.rlang") / "kerasduet.R"
    evaluate = rinterface.baseenv["eval"]
    parse = rinterface.baseenv["parse"]

    def run(text: str) -> Any:
        code = parse(text=rinterface.StrSexpVector([text]))
        return evaluate(code, rinterface.globalenv)

    run(script.read_text("utf-8"))
    return run


def _answer(r: Any, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    from rpy2 import rinterface

    values = [_to_r(value) for value in arguments.values()]
    given = rinterface.ListSexpVector(values)
    given.names = rinterface.StrSexpVector(list(arguments))
    found = rinterface.globalenv["answered"](rinterface.StrSexpVector([name]), given)
    answer: dict[str, Any] = _from_r(found)
    return answer


def _to_r(value: Any) -> Any:
    from rpy2 import rinterface

    if isinstance(value, str):
        return rinterface.StrSexpVector([value])
    if isinstance(value, int):
        return rinterface.IntSexpVector([value])
    array = np.atleast_1d(np.asarray(value))
    if array.dtype.kind == "i":
        return rinterface.IntSexpVector(array.tolist())
    return rinterface.FloatSexpVector(array.tolist())


def _from_r(value: Any) -> Any:
    """Give lists as dicts or lists, texts as a list with None where R has NA, numbers as arrays."""
    from rpy2 import rinterface

    if isinstance(value, rinterface.ListSexpVector):
        names = value.names
        if isinstance(names, rinterface.StrSexpVector):
            return {str(name): _from_r(part) for name, part in zip(names, value, strict=True)}
        return [_from_r(part) for part in value]
    if isinstance(value, rinterface.StrSexpVector):
        return [None if text is rinterface.NA_Character else str(text) for text in value]
    if isinstance(value, rinterface.FloatSexpVector | rinterface.IntSexpVector):
        return np.array(value.memoryview())
    if isinstance(value, rinterface.BoolSexpVector):
        return [bool(flag) for flag in value]
    raise TypeError(f"no value of R's type {type(value).__name__}")


if __name__ == "__main__":
    main()
