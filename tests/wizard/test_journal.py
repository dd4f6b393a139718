"""The journal: intent before deed, no secret on the disk, nothing forgotten by a new plan."""

from collections.abc import Iterator

import msgspec
import pytest

from tests.wizard.run_world import PLAN_OF_FOUR
from wizard.model.plan import Evidence, Plan
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.plan.plan import CUT_OVER, FINISH
from wizard.run import worker
from wizard.run.journal import LOG_LINES_KEPT, Journal
from wizard.run.view import WAY_BACK, OpenGate, WayBackOpen, can_go_back, view
from wizard.session.lock import Lock
from wizard.session.parts import PLAN
from wizard.session.store import Session, create

BEFORE = Evidence(summary="about to be changed", facts={"before": "off"})


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    made.save(PLAN, PLAN_OF_FOUR)
    yield made
    made.close()


@pytest.fixture
def journal(session: Session) -> Journal:
    made = Journal(session)
    made.start_run(PLAN_OF_FOUR)
    return made


def test_a_step_from_intent_to_done(journal: Journal) -> None:
    step = PLAN_OF_FOUR.step("copy")
    journal.intend(step)
    record = journal.steps()["copy"]
    assert (record.state, record.attempts, record.ended_at) == ("intent", 1, None)
    journal.end("copy", "failed", None, Trouble("No.", remedy="Press r.", code="no"))
    assert journal.steps()["copy"].trouble is not None
    journal.intend(step)
    journal.end("copy", "done", Evidence(summary="35 tables", facts={"tables": 35}))
    record = journal.steps()["copy"]
    assert (record.state, record.attempts, record.trouble) == ("done", 2, None)
    assert record.evidence is not None and record.evidence.facts == {"tables": 35}
    assert record.seconds is not None and record.seconds >= 0


def test_no_secret_reaches_the_file(session: Session, journal: Journal) -> None:
    canary = Secret("canary-4711-sings")
    value = canary.reveal()
    journal.event("look", f"said {value}", data={"said": value})
    journal.log("copy", [f"export TOKEN={value}", "harmless"])
    journal.end("copy", "done", Evidence(summary=value, facts={"note": f"x{value}y"}))
    journal.gauge("gate", OpenGate(key="k", true_now=(("good", value),)))
    journal.set_run("running", waiting_for=value)
    journal.note("environment", Evidence(summary="s", facts={"before": value}))
    session.database.read("PRAGMA wal_checkpoint")
    content = b"".join(file.read_bytes() for file in session.folder.iterdir())
    assert value.encode() not in content and b"harmless" in content


def test_order_is_by_number_and_the_last_are_kept(journal: Journal) -> None:
    for number in range(20):
        journal.event("look", f"event {number}")
    assert [event.text for event in journal.events(limit=3)] == ["event 17", "event 18", "event 19"]
    seen = journal.events()[9].seq
    assert journal.events(after=seen)[0].text == "event 10"
    journal.log("copy", [f"line {number}" for number in range(LOG_LINES_KEPT + 50)])
    journal.log("deploy", ["other"])
    assert journal.log_tail("copy", 2) == [f"line {LOG_LINES_KEPT + 48}", f"line {LOG_LINES_KEPT + 49}"]
    assert len(journal.log_tail("copy", 100_000)) <= LOG_LINES_KEPT
    assert journal.log_tail("deploy") == ["other"]


def test_text_from_outside_is_one_clean_line(journal: Journal) -> None:
    journal.event("look", "a\x1b]0;title\x07b\nc\u202e")
    (event,) = journal.events()
    assert not any(ord(sign) < 32 or sign == "\u202e" for sign in event.text)


def other_plan(*without: str) -> Plan:
    steps = tuple(step for step in PLAN_OF_FOUR.steps if step.key not in without)
    return msgspec.structs.replace(PLAN_OF_FOUR, name="other", steps=steps)


def test_a_new_plan_in_the_cut_over_keeps_what_heroku_was(session: Session, journal: Journal) -> None:
    journal.end(CUT_OVER, "done", None)
    journal.intend(PLAN_OF_FOUR.step("maintenance"))
    journal.note("maintenance", BEFORE)
    journal.end("environment", "done", Evidence(summary="there"))
    worker._begin(journal, other_plan())
    assert journal.run_id == 2
    record = journal.steps()["maintenance"]
    assert record.state == "lost" and record.evidence == BEFORE
    assert can_go_back(other_plan(), journal.steps())
    assert journal.steps()["environment"].state == "pending"
    assert "made anew" in journal.events()[0].text


def test_a_new_plan_that_forgets_an_app_in_maintenance_is_refused(session: Session, journal: Journal) -> None:
    journal.intend(PLAN_OF_FOUR.step("maintenance"))
    journal.note("maintenance", BEFORE)
    with pytest.raises(Trouble) as refused:
        worker._begin(journal, other_plan("maintenance", "scale-down"))
    assert refused.value.code == "plan-changed" and journal.run_id == 1


def test_the_same_plan_goes_on_and_a_way_back_survives_a_new_one(session: Session, journal: Journal) -> None:
    worker._begin(journal, PLAN_OF_FOUR)
    assert journal.run_id == 1
    journal.gauge(WAY_BACK, WayBackOpen())
    journal.gauge("gate", OpenGate(key=CUT_OVER, true_now=()))
    worker._begin(journal, other_plan())
    assert set(journal.gauges()) == {WAY_BACK}


def test_views(session: Session) -> None:
    assert view(session) is None
    journal = Journal(session)
    journal.start_run(PLAN_OF_FOUR)
    seen = view(session)
    assert seen is not None and seen.worker == "dead" and seen.holder is None
    lock = Lock(session.worker_lock_file)
    assert lock.take()
    seen = view(session)
    assert seen is not None and seen.worker == "alive"
    lock.release()
    journal.set_run("done")
    seen = view(session)
    assert seen is not None and seen.worker == "none" and seen.run.ended_at


@pytest.mark.parametrize(
    ("states", "can"),
    [
        ({}, False),
        ({"environment": "done", "copy": "done"}, False),
        ({"maintenance": "intent"}, True),
        ({"maintenance": "done", "scale-down": "done", "deploy": "done"}, True),
        ({"maintenance": "failed"}, True),
        ({"maintenance": "lost"}, True),
        ({"maintenance": "undone", "scale-down": "undone"}, False),
        ({"maintenance": "done", FINISH: "done"}, False),
        ({"maintenance": "done", FINISH: "intent"}, True),
    ],
)
def test_when_one_can_go_back(journal: Journal, states: dict[str, str], can: bool) -> None:
    for key, state in states.items():
        journal.end(key, state, None)  # type: ignore[arg-type]
    assert can_go_back(PLAN_OF_FOUR, journal.steps()) is can


def test_what_an_earlier_run_has_done_is_known(journal: Journal) -> None:
    plan = journal.plan()
    assert plan is not None
    first, second = plan.steps[0].key, plan.steps[1].key
    journal.end(first, "done", None)
    assert not journal.done_before(first), "this run has"
    journal.start_run(plan)
    assert journal.done_before(first) and not journal.done_before(second)
