"""A run that begins without a screen does not begin by checks of another day."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from screens.headless.checks_again import check_again
from screens.plan_checks import old_checks
from tests.screens.conftest import vault, world
from tests.screens.fakes import FakeWorld
from tests.wizard.heroku_edits import domain_added
from tests.wizard.test_preflight_findings import session
from wizard.credentials import Vault
from wizard.plan.preflight_age import GOOD_FOR, is_old
from wizard.run.journal import Journal
from wizard.session.parts import PLAN, PREFLIGHT, Preflight
from wizard.session.store import Session

__all__ = ["session", "vault", "world"]


def checked(session: Session, ago: timedelta) -> Preflight:
    """The session with checks of then, in which nothing was found."""
    plan = session.load(PLAN)
    assert plan is not None
    at = (datetime.now(UTC) - ago).isoformat(timespec="seconds")
    found = Preflight(plan_digest=plan.digest(), looked_at=at, findings=())
    session.save(PREFLIGHT, found)
    return found


def test_checks_are_old_after_a_while_and_when_the_clock_was_set_back(session: Session) -> None:
    minute = timedelta(minutes=1)
    assert not is_old(checked(session, GOOD_FOR - minute))
    assert is_old(checked(session, GOOD_FOR + minute)) and is_old(checked(session, -GOOD_FOR - minute))


def test_what_changed_since_old_checks_is_found_before_the_worker_starts(
    session: Session, world: FakeWorld, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    then = world.heroku.system
    world.heroku.system = domain_added(then, then.apps[1], random.Random(1)) or then
    new = checked(session, timedelta(0))
    check_again(session, lambda: vault)
    assert session.load(PREFLIGHT) == new and capsys.readouterr().out == ""
    checked(session, timedelta(days=3))
    check_again(session, lambda: vault)
    assert "check    blocks migrate-frontend has a new domain: shop-" in capsys.readouterr().out
    assert old_checks(session) is None


def test_without_a_token_the_worker_asks_and_a_run_that_has_begun_is_left_alone(
    session: Session, world: FakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    old = checked(session, timedelta(days=3))
    check_again(session, lambda: Vault(None))
    assert "It cannot be looked at: " in capsys.readouterr().out and session.load(PREFLIGHT) == old
    plan = session.load(PLAN)
    assert plan is not None
    Journal(session).start_run(plan)
    check_again(session, lambda: Vault(None))
    assert capsys.readouterr().out == ""
