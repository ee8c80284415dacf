"""Steps that XLA compiles: when, and the bits of a run that is trained on."""

from __future__ import annotations

import pytest

import kerasduet as kd
from kerasduet.report.parts import provenance
from kerasduet.training import xla

SMALL = {
    "kind": "rnn",
    "units": 2,
    "dropout": 0.2,
    "lookback": 5,
    "batch_size": 64,
    "early_stopping": None,
    "progress": False,
}


@pytest.mark.parametrize(
    ("preset", "settings", "rows", "expected"),
    [
        ("adding-problem", {}, 9000, True),
        ("adding-problem", {"units": 65}, 9000, False),
        ("adding-problem", {"batch_size": 256}, 9000, False),
        ("adding-problem", {}, 49 * 64, False),  # 4,900 time steps
        ("adding-problem", {}, 49 * 64 + 1, True),
        ("tag-dates", {}, 2880, True),  # both ways count
        ("lstm-co2", {}, 1535, False),
        ("mnist-dnn", {}, 48000, False),
    ],
)
def test_many_time_steps_of_small_layers_are_compiled(preset, settings, rows, expected):
    chosen = kd.experiment(preset, **settings)
    assert xla.pays(kd.build_model(chosen), chosen, rows) is expected


def test_a_compiled_run_trains_on_to_the_bits_of_all_at_once(monkeypatch):
    plain = kd.run_experiment("sine", epochs=1, **SMALL)
    assert "compiler" not in plain.provenance
    monkeypatch.setattr(xla, "TIME_STEPS", 10)
    events = []
    once = kd.run_experiment("sine", epochs=2, **SMALL | {"progress": events.append})
    assert "XLA compiles its steps." in events[0]["note"]
    begun = kd.run_experiment("sine", epochs=1, **SMALL)
    assert begun.provenance["compiler"] == "XLA"
    assert "\n  compiler XLA, which compiled the steps\n" in repr(begun)
    assert provenance(begun)["Compiler"] == "XLA" and "Compiler" not in provenance(plain)
    assert begun.history["loss"][0] == pytest.approx(plain.history["loss"][0], rel=0.05)
    monkeypatch.setattr("kerasduet.training.loop.SECONDS_AT_A_TIME", 0)  # a step at a time
    onward = kd.continue_run(begun, 1)
    assert onward.provenance["digests"] == once.provenance["digests"]
    assert onward.history.equals(once.history)
