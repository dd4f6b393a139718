"""MySQL's programs behind a tunnel that stands still: how long they owe something, and that they are cut."""

import threading
import time
from collections.abc import Callable

from wizard.database.control import Control
from wizard.database.lanes import Lanes
from wizard.stores.mysql import pump
from wizard.stores.mysql.errors import MysqlError
from wizard.stores.mysql.session import Session

DEAF = ["sh", "-c", "exec sleep 60"]


def behind(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    met: list[object] = []

    def run() -> None:
        try:
            met.append(work())
        except MysqlError as error:
            met.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, met


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_rows_that_nobody_takes_are_owed_and_cut() -> None:
    lanes = Lanes(1)
    dump = ["sh", "-c", "head -c 3000000 /dev/zero; echo"]
    thread, met = behind(
        lambda: pump.pump(dump, DEAF, control=Control(), passed=lambda size: None, lanes=lanes)
    )
    until(lambda: any((one.owing or 0) > 0.3 for one in lanes.holders()))
    (held,) = lanes.holders()
    assert held.streams and held.backend == 0
    held.cut()
    thread.join(10)
    assert isinstance(met[0], MysqlError) and lanes.holders() == []


def test_a_source_that_is_slow_is_nobodys_debt() -> None:
    lanes = Lanes(1)
    dump, load = ["sh", "-c", "sleep 0.6; echo x"], ["sh", "-c", "exec cat"]
    thread, met = behind(
        lambda: pump.pump(dump, load, control=Control(), passed=lambda size: None, lanes=lanes)
    )
    seen: list[float] = []
    while thread.is_alive():
        seen += [one.owing for one in lanes.holders() if one.owing is not None]
        time.sleep(0.02)
    assert met == [None] and max(seen, default=0.0) < 0.4


def test_a_question_without_an_answer_is_owed_and_cut() -> None:
    session = Session(DEAF)
    assert session.waited.owing is None
    thread, met = behind(lambda: session.query("SELECT 1"))
    until(lambda: (session.waited.owing or 0) > 0.3)
    assert not session.waited.streams and session.waited.instant, "nothing was answered yet, not even a sign"
    session.waited.cut()
    thread.join(10)
    assert isinstance(met[0], MysqlError) and session.waited.owing is None


ANSWERS = """read -r a; echo "$a" | cut -d"'" -f2; """


def test_after_a_sign_of_life_a_statement_may_take_its_time() -> None:
    session = Session(["sh", "-c", f"{ANSWERS} exec sleep 60"])
    thread, met = behind(lambda: session.query("SELECT 1"))
    until(lambda: not session.waited.instant and (session.waited.owing or 0) > 0.2)
    session.waited.cut()
    thread.join(10)
    assert isinstance(met[0], MysqlError)


def test_a_sign_of_life_is_asked_for_after_a_pause_only() -> None:
    next_one = f'read -r sql; echo "$sql"; {ANSWERS}'
    with Session(["sh", "-c", f"{ANSWERS} {next_one} {next_one} exec sleep 60"]) as session:
        assert session.query("SELECT 1") == [("SELECT 1;",)]
        assert session.query("SELECT 2") == [("SELECT 2;",)]
