"""Random sequences of steps, crashes, faults and a person's wishes: what a run promises holds in all of them.

The promises: nothing is made twice; nothing is written to Heroku without a yes; a run that a person was told
goes back goes nowhere else; what is taken back leaves nothing of ours; the way back is offered as long as
Heroku is changed; and from wherever it stands, it comes to its end once the world is well again.
"""

from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import HealthCheck, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.run_model import ModelWorld, RunMachine
from tests.faults.trials import seeded, trials
from wizard.run import drive as drives
from wizard.run import look, waits, wayback
from wizard.run.kinds.gate import Gate


@pytest.mark.timeout(3600)
def test_whatever_happens_in_whatever_order_the_promises_hold(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    world = ModelWorld()
    kinds = {"fake": world.kind(), "gate": Gate}
    for module in (drives, look, wayback):
        monkeypatch.setattr(module, "KINDS", kinds)
    for module in (drives, look):
        monkeypatch.setattr(module, "PAUSES", (0,))
    monkeypatch.setattr(wayback, "LONGEST_PAUSE", 0)
    monkeypatch.setattr(waits, "HAND_OVER", 0.0)
    # The second failure of a step in the cut-over is one too many.
    monkeypatch.setattr(drives, "CUT_OVER_PATIENCE", 0.0)
    monkeypatch.setattr(RunMachine, "world", world, raising=False)
    count, number = trials(30, 5_000), seeded(record_property).randrange(2**32)
    sequences = 0
    begin = RunMachine.__init__

    def counted(self: RunMachine) -> None:
        nonlocal sequences
        sequences += 1
        begin(self)

    monkeypatch.setattr(RunMachine, "__init__", counted)
    run_state_machine_as_test(
        seed(number)(RunMachine),
        settings=settings(
            max_examples=count,
            stateful_step_count=40,
            deadline=None,
            database=None,
            verbosity=Verbosity.normal,
            suppress_health_check=list(cast(list[HealthCheck], HealthCheck)),
        ),
    )
    record_property("trials", sequences)
