"""Which release an app goes back to: never one that was left so, and never while a deploy is under way."""

import msgspec
import pytest

from wizard.model.plan import Step
from wizard.model.trouble import Trouble
from wizard.plan.gates import FINISH
from wizard.ports import TargetDeploy
from wizard.run.journal import RunRecord, StepRecord
from wizard.run.release_before import (
    Rollback,
    Rollbacks,
    release_before,
    rollback_lines,
    why_no_rollback,
)
from wizard.run.view import GateView, RunView, StepView


def deploy(number: int, code: str, state: str = "succeeded") -> TargetDeploy:
    more = {"image": code} if "/" in code else {"commit": code * 40}
    return TargetDeploy(number=number, state=state, at="2026-11-30T07:00:00Z", **more)  # type: ignore[arg-type]


A, B, C = deploy(1, "a"), deploy(2, "b"), deploy(3, "c")


def back_from(*deploys: TargetDeploy, known: Rollbacks | None = None) -> Rollback:
    return release_before("shop", sorted(deploys, key=lambda one: -one.number), known or Rollbacks())


def test_the_code_that_ran_before_is_found() -> None:
    found = back_from(A, B)
    assert (found.bad, found.to, found.newest) == (B, A, 2)
    # The same code once more is no release before; a deploy that failed never ran.
    again, failed = deploy(4, "b"), deploy(5, "d", "failed")
    found = back_from(A, B, again, failed)
    assert (found.bad, found.to, found.newest) == (again, A, 5)
    assert back_from(A, deploy(2, "ghcr.io/acme/shop:v2")).bad.image == "ghcr.io/acme/shop:v2"


def test_what_was_gone_back_from_is_never_gone_back_to() -> None:
    first = Rollback(bad=C, to=B, newest=3, begun_at="x", done=4)
    found = back_from(A, B, C, deploy(4, "b"), known=Rollbacks(all=(first,)))
    assert (found.bad.commit, found.to) == (B.commit, A)
    with pytest.raises(Trouble, match="no release before"):
        back_from(B, C, deploy(4, "b"), known=Rollbacks(all=(first,)))


def test_one_that_was_begun_is_gone_on_with() -> None:
    begun = Rollback(bad=B, to=A, newest=2, begun_at="x")
    known = Rollbacks(all=(begun,))
    assert back_from(A, B, deploy(3, "a", "running"), known=known) == begun
    assert back_from(A, B, deploy(3, "a"), known=known) == begun


@pytest.mark.parametrize(
    ("deploys", "why"),
    [
        ((), "Nothing has been deployed"),
        ((deploy(1, "a", "failed"),), "Nothing has been deployed"),
        ((A,), "no release before commit aaaaaaaaaa"),
        ((A, B, deploy(3, "c", "running")), "is under way"),
    ],
)
def test_where_there_is_nothing_to_go_back_to_it_is_said(deploys: tuple[TargetDeploy, ...], why: str) -> None:
    with pytest.raises(Trouble, match=why) as refused:
        back_from(*deploys)
    assert refused.value.untouched == "Nothing was changed." and refused.value.remedy


def test_a_person_reads_what_is_not_rolled_back() -> None:
    said = " ".join(rollback_lines("shop", back_from(A, B), [B, A]))
    for words in ("Now shop runs commit bbbbbbbbbb", "operation 1", "Migrations", "config vars", "Heroku"):
        assert words in said
    assert "tag" not in said
    image = deploy(1, "ghcr.io/acme/shop:v1")
    said = " ".join(rollback_lines("shop", back_from(image, B), [deploy(3, "c", "failed"), B, image]))
    assert "moved the tag" in said and "operation 3) failed: it changed nothing" in said


def view(state: str, gate: str = "", *, can_go_back: bool = False) -> RunView:
    run = RunRecord(
        id=1,
        plan_digest="",
        state=state,  # type: ignore[arg-type]
        started_at="",
        ended_at=None,
        pid=None,
        beat_age=None,
        waiting_for="",
        current=None,
    )
    shown = GateView(key=gate, title="", word="", true_now=(), will_happen=(), duration="", way_back="")
    step = Step(key="x", kind="x", title="x", phase="prepare")
    steps = (StepView(number=1, step=step, record=StepRecord(key="x", state="pending")),)
    made = RunView(name="acme", run=run, worker="alive", holder=None, steps=steps, can_go_back=can_go_back)
    return msgspec.structs.replace(made, gate=shown) if gate else made


def test_only_what_serves_on_the_target_is_rolled_back() -> None:
    assert why_no_rollback(view("done")) == ""
    assert why_no_rollback(view("waiting", FINISH, can_go_back=True)) == ""
    assert "Nothing has run" in why_no_rollback(None)
    assert "b takes everything back" in why_no_rollback(view("running", can_go_back=True))
    assert "Heroku serves" in why_no_rollback(view("taken-back"))
    assert "not deployed yet" in why_no_rollback(view("waiting", "gate:cut-over"))
