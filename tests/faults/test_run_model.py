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
from wizard.plan.plan import CUT_OVER
from wizard.run import drive as drives
from wizard.run import look, waits, wayback
from wizard.run.kinds.gate import Gate


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> type[RunMachine]:
    """The machine, over a drive whose steps are the model's and which waits for no clock."""
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
    return RunMachine


@pytest.mark.parametrize("dies", [True, False])
def test_back_at_any_turn_of_the_cut_over_leads_nowhere_else(model: type[RunMachine], dies: bool) -> None:
    taken = 0
    for turn in range(60):
        run = model()
        run.somebody_starts_a_worker()
        while run.seen.gate is None:
            run.go(1)
        run.a_person_answers(CUT_OVER, True)
        run.go(turn)
        run.a_person_goes_back()
        taken += run.world.going_back
        if dies:
            run.the_worker_is_killed(lands=False)
        run.teardown()
    assert taken > 15


@pytest.mark.timeout(3600)
def test_whatever_happens_in_whatever_order_the_promises_hold(
    model: type[RunMachine], monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    count, number = trials(30, 5_000), seeded(record_property).randrange(2**32)
    sequences = 0
    begin = model.__init__

    def counted(self: RunMachine) -> None:
        nonlocal sequences
        sequences += 1
        begin(self)

    monkeypatch.setattr(model, "__init__", counted)
    run_state_machine_as_test(
        seed(number)(model),
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
