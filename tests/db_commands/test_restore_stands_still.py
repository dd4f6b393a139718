"""`offramp db restore` where what leads to the target freezes: a tunnel, a vendor's own program."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import psycopg
import pytest

from tests.db_commands.restore_world import Restoring, dump
from tests.faults.freezing_net import FreezingNet
from tests.faults.narrow_net import NarrowNet
from tests.wizard.database_servers import PASSWORD, Database, Server
from wizard.database import restore_watch, server_question
from wizard.database.server_question import ServerQuestion
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

ROWS = """
CREATE TABLE public.rows (n integer, filled text);
INSERT INTO public.rows SELECT n, (SELECT string_agg(md5((n * m)::text), '') FROM generate_series(1, 30) m)
FROM generate_series(1, 3000) n;
"""
SLOW = """
CREATE FUNCTION public.slow(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
    IF pg_catalog.current_setting('application_name') LIKE '%/restore' THEN
        PERFORM pg_catalog.pg_sleep(0.3);
    END IF;
    RETURN n;
END $$;
CREATE TABLE public.few (n integer);
INSERT INTO public.few SELECT generate_series(1, 5);
CREATE INDEX ON public.few (public.slow(n));
"""


@pytest.fixture(scope="module")
def rows(old: Server) -> bytes:
    source = old.database()
    source.sql(ROWS)
    return dump(source)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is a quarter of a minute elsewhere is less than half a second."""
    monkeypatch.setattr(restore_watch, "QUIET", 0.4)
    monkeypatch.setattr(restore_watch, "EVERY", 0.1)
    monkeypatch.setattr(restore_watch, "TICK", 0.1)
    monkeypatch.setattr(restore_watch, "LOST", 0.5)
    monkeypatch.setattr(restore_watch, "SILENT", 0.5)
    monkeypatch.setattr(server_question, "ANSWER", 0.4)
    monkeypatch.setattr(server_question, "SLICE", 0.1)


Frozen = Callable[[bool], tuple[FreezingNet, Restoring, Database]]


@pytest.fixture
def freezing(new: Server, tmp_path: Path) -> Iterator[Frozen]:
    """A restore through a net that freezes among the rows."""
    nets: list[FreezingNet] = []

    def made(whole: bool) -> tuple[FreezingNet, Restoring, Database]:
        target = new.database()
        net = FreezingNet(str(target.server.postgres.socket), after=500_000, whole=whole)
        nets.append(net)
        return net, Restoring(target, tmp_path, url=lambda: through(net.port, target)), target

    yield made
    for net in nets:
        net.close()


def through(port: int, target: Database) -> Secret:
    return Secret(f"postgresql://app:{PASSWORD}@127.0.0.1:{port}/{target.name}?sslmode=disable")


@pytest.mark.parametrize(
    ("whole", "why"),
    [
        (True, "a new connection to the target gets no answer either"),
        pytest.param(False, "the target has nothing under way for it", marks=pytest.mark.slow),
    ],
)
def test_a_freeze_is_told_and_in_the_end_ends_it(
    rows: bytes, freezing: Frozen, whole: bool, why: str
) -> None:
    _, told, target = freezing(whole)
    with pytest.raises(Trouble) as ended:
        told.run(rows)
    assert ended.value.code == "restore-stood-still" and why in ended.value.cause
    assert "--start-over" in ended.value.remedy and "marked as such" in ended.value.untouched
    (said,) = told.events
    assert why in said and "Have it go on if you can" in said and "--start-over" in said
    assert any(one.waiting_for.endswith(f"s: {why}") for one in told.reports)
    assert target.one("SELECT to_regclass('_offramp.restore') IS NOT NULL")


@pytest.mark.slow
def test_what_is_woken_in_time_goes_on(
    rows: bytes, freezing: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore_watch, "SILENT", 60.0)
    net, told, target = freezing(True)

    def heard(text: str) -> None:
        told.events.append(text)
        net.thaw()

    told.restore._event = heard
    assert told.run(rows).whole
    assert told.events[1:] in ([], ["It goes on."]), "the rest may have come before the next look"
    assert target.one("SELECT count(*) FROM public.rows") == 3000


def test_an_index_that_takes_long_is_waited_for(old: Server, new: Server, tmp_path: Path) -> None:
    source, target = old.database(), new.database()
    source.sql(SLOW)
    told = Restoring(target, tmp_path)
    assert told.run(dump(source)).whole
    assert told.events == [] and not any("the target, for" in one.waiting_for for one in told.reports)


@pytest.mark.parametrize(("beyond", "most"), [("refuse", 1), ("hang", 1), ("refuse", 2)])
def test_where_one_connection_is_carried_nobody_is_asked_beside_it(
    new: Server, beyond: Literal["refuse", "hang"], most: int
) -> None:
    target = new.database()
    net = NarrowNet(str(target.server.postgres.socket), beyond, most=most)
    try:
        with psycopg.connect(through(net.port, target).reveal(), autocommit=True) as connection:
            question = ServerQuestion(lambda: through(net.port, target))
            assert restore_watch.lets_two_in(connection, question) is (most == 2)
    finally:
        net.close()
