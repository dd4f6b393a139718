"""A box in between that acknowledges TCP and carries nothing, on a direct connection; and servers that are
merely busy, of which nobody may be cut."""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.partition_net import PartitionNet
from tests.faults.test_partitions import SAME, Struck
from tests.wizard.database_servers import SMALL, Server, Told, server
from wizard.database import direct_watch, dump_watch, server_question
from wizard.database.connect import is_passing
from wizard.database.control import Control
from wizard.database.ends import Ends
from wizard.database.far_end import NoAnswer
from wizard.database.pgdump import dump_schema
from wizard.database.splice import splice
from wizard.model.trouble import Trouble

FOUND = 35.0
"""Seconds within which a connection that carries nothing any more must be noticed."""

SOON = 10.0
"""The same of tests that are in a hurry, on a busy machine. Nothing else ends a connection so soon."""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


def hurry(monkeypatch: pytest.MonkeyPatch) -> float:
    """What is half a minute elsewhere is a second or less; that."""
    monkeypatch.setattr(direct_watch, "QUIET", 0.3)
    monkeypatch.setattr(direct_watch, "EVERY", 0.1)
    monkeypatch.setattr(direct_watch, "TICK", 0.05)
    monkeypatch.setattr(dump_watch, "QUIET", 0.3)
    monkeypatch.setattr(dump_watch, "EVERY", 0.1)
    monkeypatch.setattr(server_question, "ANSWER", 5.0)
    monkeypatch.setattr(server_question, "SLICE", 0.1)
    return 1.0


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> float:
    return hurry(monkeypatch)


class Reached:
    """Both ends of a move, each reached through a net; what was told of stalls."""

    def __init__(self, old: Server, *, later_too: bool = False) -> None:
        self.source, self.target = old.database(), old.database()
        self.near, self.far = (
            PartitionNet(side, "mute", random.Random(1), later_too=later_too)
            for side in (self.source, self.target)
        )
        self.told: list[str] = []
        self.ends = Ends(self.near.url, self.far.url, "direct", told=self.told.append)

    def copy(self, rows: str, moved: Callable[[int, int], None]) -> int:
        """Bring rows into the table `there`; how many came."""
        source, target = self.ends.open_source_line("copy"), self.ends.open_target_line("copy")
        copies = [(f"COPY ({rows}) TO STDOUT".encode(), b"COPY public.there FROM STDIN")]
        return splice(source, target, copies, control=Control(), moved=moved)[0][0]

    def close(self) -> None:
        self.near.close()
        self.far.close()


@pytest.fixture
def reached(old: Server) -> Iterator[Reached]:
    made = Reached(old)
    yield made
    made.close()


ROWS = "SELECT n, repeat('x', 9000) FROM generate_series(1, 1500) n"
THERE = "CREATE TABLE there (n int, filled text)"
AGAIN = "what was under way is done again."


@pytest.mark.parametrize("side", ["source", "target"])
def test_rows_that_get_stuck_are_noticed(reached: Reached, side: str, quick: float) -> None:
    reached.target.sql(THERE)
    net = reached.near if side == "source" else reached.far
    began: list[float] = []

    def strike(at: int, size: int) -> None:
        if not began:
            net.strike()
            began.append(time.monotonic())

    with pytest.raises(psycopg.OperationalError, match="it stood still, and was cut"):
        reached.copy(ROWS, strike)
    assert time.monotonic() - began[0] < SOON
    (said,) = reached.told
    assert said.startswith(f"The {side} stands still: no byte for ")
    assert said.endswith(f"and the server has nothing under way for it. The connection was cut; {AGAIN}")


@pytest.mark.slow
@pytest.mark.parametrize("side", ["source", "target"])
def test_a_whole_move_goes_on_after_a_stall(
    side: str, old: Server, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    databases = {"source": old.database(), "target": old.database()}
    databases["source"].sql(SMALL)
    net = PartitionNet(databases[side], "mute", random.Random(side))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(databases[side], "url", net.url)
        # One worker: no other's rows hide the stall.
        told = Told(databases["source"], databases["target"], tmp_path, part_bytes=1 << 17, workers=1)
    struck = Struck(told, net, 300_000)
    try:
        told.whole_way()
    finally:
        net.close()
    assert net.struck_at is not None, "the copy was through before"
    assert databases["target"].one(SAME) == databases["source"].one(SAME)
    record_property("figure", f"mute, on the {side}: rows stood still for {struck.longest:.1f} s")
    assert struck.longest <= FOUND
    assert any(event.startswith(f"The {side} stands still") for event in told.events), told.events


def test_a_server_that_answers_nobody_is_given_up(
    old: Server, quick: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_question, "ANSWER", 0.3)
    reached = Reached(old, later_too=True)
    look, line = reached.ends.open_source("look"), reached.ends.open_source_line("copy")
    reached.near.strike()
    began = time.monotonic()
    answers = beside(lambda: look.execute("SELECT 1"), lambda: line.execute("SELECT 1"))
    assert time.monotonic() - began < SOON
    assert all(isinstance(answer, psycopg.Error) and is_passing(answer) for answer in answers), answers
    assert "it stood still, and was cut" in str(answers[1]) and line.broke
    # Both at once, or one after the other.
    assert reached.told
    assert all("and a new connection gets no answer either. " in said for said in reached.told)
    reached.close()


def test_an_answer_that_is_lost_after_a_long_statement_is_noticed_when_that_is_over(
    reached: Reached, quick: float
) -> None:
    line = reached.ends.open_target_line("copy")
    threading.Timer(0.1, reached.far.strike).start()
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError, match="it stood still, and was cut"):
        line.execute(f"SELECT pg_sleep({quick / 2})")
    assert quick / 2 < time.monotonic() - began < SOON
    assert len(reached.told) == 1


def beside(*works: Callable[[], Any]) -> list[Any]:
    """What each comes to, done at the same time."""
    answers: list[Any] = [None] * len(works)

    def do(number: int) -> None:
        try:
            answers[number] = works[number]()
        except psycopg.Error as error:
            answers[number] = error

    threads = [threading.Thread(target=do, args=(number,), daemon=True) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return answers


@pytest.mark.parametrize("truly", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_whom_a_server_is_at_work_for_is_left_alone(
    reached: Reached, monkeypatch: pytest.MonkeyPatch, truly: bool
) -> None:
    """All that is silent for longer than the limit: a digest, a wait for a lock on either side, a COPY that
    brings no row, and one whose rows the target does not take."""
    seconds = 45.0 if truly else hurry(monkeypatch)
    ends = reached.ends
    reached.source.sql("CREATE TABLE locked (n int)")
    reached.target.sql(
        f"CREATE TABLE locked (n int); {THERE};"
        "CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.n = 100 THEN PERFORM pg_sleep({seconds}); END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER held BEFORE INSERT ON there FOR EACH ROW EXECUTE FUNCTION held()"
    )
    looks = []
    ask = server_question.ServerQuestion.ask

    def noted(*words: Any) -> Any:
        looks.append(ask(*words))
        return looks[-1]

    monkeypatch.setattr(server_question.ServerQuestion, "ask", noted)
    digest, reader, writer = (
        ends.open_source_line("copy"),
        ends.open_source("look"),
        ends.open_target_line("copy"),
    )
    with contextlib.ExitStack() as stack:
        for database in (reached.source, reached.target):
            holder = stack.enter_context(psycopg.connect(database.url().reveal()))
            holder.execute("LOCK TABLE locked")
        threading.Timer(seconds, stack.close).start()
        answers = beside(
            lambda: digest.execute(f"SELECT 1 FROM pg_sleep({seconds})").fetchone(),
            lambda: reader.execute("SELECT count(*) FROM public.locked").fetchone(),
            lambda: writer.execute("INSERT INTO public.locked VALUES (1) RETURNING n").fetchone(),
            lambda: reached.copy(
                f"{ROWS} WHERE n <> 1400 OR pg_sleep({seconds}) IS NOT NULL", lambda at, size: None
            ),
        )
    assert answers == [(1,), (0,), (1,), 1500]
    assert len(looks) > 1, "nobody looked"
    assert reached.told == []


def test_a_pg_dump_is_left_to_wait_for_a_lock_and_not_for_an_answer_that_is_lost(
    reached: Reached, quick: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The connection by which we ask is struck, too.
    monkeypatch.setattr(server_question, "ANSWER", 0.8)
    reached.source.sql(THERE)
    met: list[BaseException] = []

    def dump() -> None:
        try:
            dump_schema(reached.near.url(), server_major=16, over_tls=False)
        except Trouble as trouble:
            met.append(trouble)

    thread = threading.Thread(target=dump, daemon=True)
    with psycopg.connect(reached.source.url().reveal()) as holder:
        holder.execute("LOCK TABLE there")
        thread.start()
        thread.join(quick)
        assert thread.is_alive(), met
        reached.near.strike()
    thread.join(SOON)
    (trouble,) = met
    assert isinstance(trouble, Trouble) and trouble.retry
    assert "stood still: the server has nothing under way for it" in trouble.cause


def test_a_server_that_lets_nobody_ask_is_not_taken_for_one_that_stands_still(
    reached: Reached, quick: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[NoAnswer] = []
    ask = server_question.ServerQuestion.ask

    def noted(*words: Any) -> Any:
        try:
            return ask(*words)
        except NoAnswer as error:
            refused.append(error)
            raise

    monkeypatch.setattr(server_question.ServerQuestion, "ask", noted)
    connection = reached.ends.open_source("look")
    reached.source.sql(f"ALTER DATABASE {reached.source.name} CONNECTION LIMIT 1", "postgres")
    assert connection.execute(f"SELECT 1 FROM pg_sleep({quick})").fetchone() == (1,)
    assert reached.told == []
    assert {str(error) for error in refused} == {"no free connection on the server"}
