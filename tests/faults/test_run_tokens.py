"""Tokens and cuts in a whole run: ten cuts in one copy, a token that is renewed in time, one that ends in its
middle, and how often a secret is read."""

import asyncio
import datetime
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator

import msgspec
import pytest

from tests.faults.run_world import RunWorld, attempts_of, below, make_world, now, state_of
from tests.faults.test_run_kills import COPY, in_mid_copy, make_it_long
from wizard.credentials import CredentialRef
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import SignIn
from wizard.registry import credential, target_provider
from wizard.run.control import hand_over
from wizard.run.journal import Journal
from wizard.session.parts import CONNECTIONS, Connections


@pytest.fixture
def world(
    tmp_path_factory: pytest.TempPathFactory, needs_program: Callable[[str], str]
) -> Iterator[RunWorld]:
    needs_program("ssh")
    with make_world(tmp_path_factory.mktemp("worlds"), size="small") as made:
        yield made


def events(world: RunWorld) -> list[str]:
    return [event.text for event in Journal(world.session).events(limit=5000)]


def ends_in(world: RunWorld, **left: float) -> None:
    """What the session knows of the end of Aptible's token."""
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(**left)
    known = world.session.load(CONNECTIONS)
    assert known is not None
    changed = msgspec.structs.replace(known.by_provider["aptible"], expires_at=end.isoformat())
    world.session.save(CONNECTIONS, Connections(by_provider={**known.by_provider, "aptible": changed}))


def fresh_token(world: RunWorld) -> Secret:
    now(world.sandbox.read())
    return Secret(world.sandbox.credentials["aptible"]["token"])


def cut(world: RunWorld) -> None:
    """Kill the run's ssh, once there is one."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for pid, words in below(world.worker_pid).items():
            if words[0].endswith("ssh") and "-L" in words:
                os.kill(pid, signal.SIGKILL)
                return
        time.sleep(0.02)
    raise AssertionError("the run has no tunnel")


def reconnects(world: RunWorld) -> int:
    return max((tunnel.reconnects for tunnel in world.seen.tunnels.values()), default=0)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_ten_cuts_and_two_tokens_in_one_copy(world: RunWorld) -> None:
    make_it_long(world)
    make_it_long(world)
    world.start()
    world.wait(in_mid_copy)
    for number in range(1, 11):
        cut(world)
        end = time.monotonic() + 60
        while reconnects(world) < number:
            assert time.monotonic() < end, events(world)[-5:]
            world.say("retry")
            time.sleep(0.1)
    assert attempts_of(world.seen, COPY) == 1, "the copy went on by itself"
    assert sum("is open again" in text for text in events(world)) == 10

    # Half an hour before its end a fresh one is asked for, and nothing stops.
    assert state_of(world.seen, COPY) == "intent", "the copy was too quick for this test"
    ends_in(world, minutes=20)
    seen = world.wait(lambda seen: seen.fresh is not None)
    assert seen.run.state == "running" and seen.fresh is not None and seen.fresh.title == "Aptible"
    ref = credential(world.session, "aptible")
    assert ref is not None
    with pytest.raises(Trouble, match="the run belongs to"):
        hand_over(world.session, ref, robots_token(world))
    with pytest.raises(Trouble, match="another account"):
        hand_over(world.session, CredentialRef(vendor="aptible", account="bob"), Secret("a-token-of-bobs"))
    fresh = fresh_token(world)
    ends_in(world, hours=12)
    hand_over(world.session, ref, fresh)
    world.wait(lambda seen: seen.fresh is None)
    assert any("A fresh Aptible token was handed over (good until " in text for text in events(world))
    assert state_of(world.seen, COPY) == "intent" and attempts_of(world.seen, COPY) == 1

    # It ends all the same, in the middle; the next connection is refused.
    # Of HTTP alone: any other rule would be taken by the portal, as one of its own.
    now(world.sandbox.fault("aptible", kind="expire-token", method="GET"))
    cut(world)
    seen = world.wait(lambda seen: seen.secret is not None)
    assert seen.secret is not None and seen.secret.vendor == "aptible" and seen.run.state == "waiting"
    newest = fresh_token(world)
    world.vault.hold(ref, newest)
    hand_over(world.session, ref, newest)
    world.wait(lambda seen: seen.run.state == "running")
    world.finish()
    assert world.seen.run.state == "done", world.story(world.seen)
    assert rows(world, "source") == rows(world, "target"), "both sides hold the same"
    reads = Counter(world.facts["aptible"]["sensitive_reads"])
    # Once for each token that it went with, however often the tunnel broke; and once by this test itself.
    assert reads["database_credentials of migrate-backend-db"] <= 5, reads


def robots_token(world: RunWorld) -> Secret:
    """A good token, of somebody else."""
    known = world.sandbox.credentials["aptible"]
    who = SignIn(email=known["robot_email"])
    hosts = world.session.info.hosts["aptible"]
    provider = target_provider("aptible")
    return asyncio.run(provider.sign_in(hosts, who, Secret(known["robot_password"]))).secret


def rows(world: RunWorld, side: str) -> tuple[int, int]:
    """How many rows the largest table has, and the sum of a hash over them."""
    with world._connect(side) as connection:
        row = connection.execute(
            "SELECT count(*), sum(hashtext(concat_ws('|', id, user_id, kind, path, note)))::bigint"
            " FROM events"
        ).fetchone()
    assert row is not None
    return row


@pytest.mark.slow
def test_how_often_a_secret_is_read_in_a_whole_run(world: RunWorld) -> None:
    before = Counter(world.facts["aptible"]["sensitive_reads"])
    assert not before, "planning reads no secret of the target"
    world.start()
    world.finish()
    assert world.seen.run.state == "done", world.story(world.seen)
    reads = Counter(world.facts["aptible"]["sensitive_reads"])
    assert reads["database_credentials of migrate-backend-db"] == 1, reads
    assert sum(reads.values()) <= 8, reads
