"""A MySQL is copied by its own programs, kept true until the cut-over, and proven."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.cutting_net import CuttingNet
from tests.faults.narrow_net import NarrowNet
from tests.wizard.stores.mysql_servers import PASSWORD, ZOO, MariaDb, Told
from wizard.database.control import Control, Stopped
from wizard.database.far_end import at_work
from wizard.database.lanes import Lanes
from wizard.model.secret import REGISTER, Secret
from wizard.model.text import is_clean
from wizard.model.trouble import Trouble
from wizard.stores.ends import MysqlEnd
from wizard.stores.mysql import clients, pump
from wizard.stores.mysql.address import address_of
from wizard.stores.mysql.catalogue import read_catalogue
from wizard.stores.mysql.digest import read_digest
from wizard.stores.mysql.errors import MysqlError


@pytest.fixture(scope="module")
def running(
    needs_program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MariaDb]:
    # Below pytest's own folder the server's user may not pass; and a table costs ten times as much on a disk.
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 500 << 20
    place = memory if roomy else Path("/tmp")
    with tempfile.TemporaryDirectory(prefix="or-", dir=place) as folder:
        server = MariaDb(needs_program("mariadb-install-db"), needs_program("mariadbd"), Path(folder))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def server(running: MariaDb) -> MariaDb:
    running.clear()
    running.sql(ZOO)
    return running


def test_tables_rows_views_triggers_and_routines_go_over_and_are_proven(
    server: MariaDb, tmp_path: Path
) -> None:
    told = Told(server, tmp_path)
    look = told.move.inspect()
    assert (look.target_state, look.source.split()[0]) == ("empty", "MariaDB") and not look.stoppers
    assert any("odd `name`" in one.words for one in look.findings)
    told.whole_way()
    assert server.sql("SELECT id, total FROM a_first ORDER BY id LIMIT 1", "db") == [["8", "1.14"]]
    assert server.sql("SELECT what FROM audit", "db") == []
    server.sql("INSERT INTO orders VALUES (9001, 1, 1); CALL pay(1)", "db")
    assert server.sql("SELECT id, what FROM audit", "db") == [["77", "order 9001"]]
    assert server.sql(
        "SELECT HEX(old), HEX(raw), LENGTH(picture), HEX(name) FROM accounts WHERE id = 1", "db"
    ) == (server.sql("SELECT HEX(old), HEX(raw), LENGTH(picture), HEX(name) FROM accounts WHERE id = 1"))
    assert server.sql(
        "SELECT DISTINCT definer FROM information_schema.triggers WHERE trigger_schema = 'db'"
    ) == ([["aptible@127.0.0.1"]])
    assert server.sql("SELECT @@collation_database", "db") == [["utf8mb4_unicode_ci"]]
    assert list(tmp_path.iterdir()) == []
    assert told.reports[-1].phase == "done"
    with pytest.raises(Trouble, match="not empty: it holds table accounts"):
        Told(server, tmp_path).move.copy()


POISONS = (
    "UPDATE orders SET total = total + 0.01 WHERE id = 4321",
    "DELETE FROM orders WHERE id = 17",
    "INSERT INTO orders VALUES (9001, NULL, NULL)",
    "UPDATE orders a JOIN orders b ON a.id = 1 AND b.id = 3 SET a.total = b.total, b.total = a.total",
    "UPDATE accounts SET story = concat(story, ' ') WHERE id = 1",
    "UPDATE accounts SET story = NULL WHERE id = 2",
    "UPDATE accounts SET raw = x'00ff0a0e' WHERE id = 1",
    "UPDATE accounts SET ratio = 0.1000000000000001 WHERE id = 1",
    "UPDATE accounts SET took = '25:01:02.346' WHERE id = 1",
    "UPDATE accounts SET flags = b'10100' WHERE id = 1",
    "UPDATE accounts SET picture = concat(picture, x'00') WHERE id = 1",
    "UPDATE accounts SET name = 'Null' WHERE id = 3",
    "UPDATE places SET spot = ST_GeomFromText('POINT(1.5 2.6)') WHERE id = 1",
)


def test_a_proof_finds_every_small_change(server: MariaDb, tmp_path: Path) -> None:
    told = Told(server, tmp_path)
    told.move.copy()
    told.move.refresh()
    with told.move._ends.session("target") as session:
        tables = read_catalogue(session).tables
        for poison in POISONS:
            table = tables[next(name for name in ("orders", "accounts", "places") if name in poison)]
            session.query("START TRANSACTION")
            before = read_digest(session, table)
            session.query(poison)
            assert read_digest(session, table) != before, poison
            session.query("ROLLBACK")
            assert read_digest(session, table) == before
        cut = []
        for name, old in (("a,V1:b", "c"), ("a", "b,V1:c")):
            session.query(f"UPDATE accounts SET name = '{name}', old = '{old}' WHERE id = 1")
            cut.append(read_digest(session, tables["accounts"]))
        assert cut[0] != cut[1]
    told.move.refresh()
    server.sql(f"{POISONS[1]}; {POISONS[-1]}; DROP VIEW a_first; DROP TRIGGER on_order", "db")
    server.sql("ALTER TABLE audit MODIFY what varchar(41); CREATE TABLE more (id int)", "db")
    proof = told.move.prove()
    assert not proof.equal
    assert {one.kind: (one.count, set(one.samples)) for one in proof.differences} == {
        "rows": (
            2,
            {"orders (5,000 rows on the source, 4,999 here)", "places (2 rows on the source, 2 here)"},
        ),
        "more": (1, {"table more"}),
        "definition": (3, {"audit", "view a_first: not here", "trigger on_order: not here"}),
    }


def test_what_changed_since_the_copy_is_made_true_at_the_cut_over(server: MariaDb, tmp_path: Path) -> None:
    Told(server, tmp_path).move.copy()
    server.sql(
        "INSERT INTO accounts (name) VALUES ('new'); ALTER TABLE empty_one ADD COLUMN more int;"
        "CREATE TABLE added (id int PRIMARY KEY); INSERT INTO added VALUES (1); DROP TABLE places;"
        "DROP VIEW a_first; CREATE VIEW newer AS SELECT 1 AS one; ALTER TABLE audit AUTO_INCREMENT = 500"
    )
    told = Told(server, tmp_path)
    changes = told.move.refresh()
    assert (changes.copied_again, changes.removed) == (3, 1)
    assert set(changes.names) == {"accounts", "added", "empty_one", "places"}
    assert told.move.prove().equal
    assert told.move.refresh().copied_again == 0
    assert told.move.prove().equal
    server.sql("INSERT INTO audit (what) VALUES ('next')", "db")
    assert server.sql("SELECT id FROM audit", "db") == [["500"]]


def test_a_copy_goes_on_where_it_was_stopped(
    server: MariaDb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, pumped = Told(server, tmp_path), list[str]()
    real = pump.pump

    def stopping(dump: list[str], *arguments: object, **named: object) -> None:
        real(dump, *arguments, **named)  # type: ignore[arg-type]
        pumped.append(dump[-1])
        if len(pumped) == 3:
            told.control.stop()

    monkeypatch.setattr("wizard.stores.mysql.ends.pump", stopping)
    with pytest.raises(Stopped):
        told.move.copy()
    again = Told(server, tmp_path)
    assert again.move.inspect().target_state == "ours"
    with pytest.raises(Trouble, match="no whole copy"):
        again.move.refresh()
    again.move.copy()
    assert len(pumped) <= 7 and len(set(pumped)) == 6
    again.whole_way()


@pytest.mark.parametrize("narrow", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_mover_that_is_killed_in_the_middle_is_followed_by_one_that_goes_on(
    server: MariaDb, tmp_path: Path, narrow: bool
) -> None:
    where = {"SOURCE": server.source().reveal(), "TARGET": server.target().reveal()}
    net = NarrowNet(server.port)
    if narrow:
        where |= {"TARGET": net.url(server.target()).reveal(), "LANES": "1"}
    words = [sys.executable, "-m", "tests.faults.dying_mysql_move", "orders", str(tmp_path)]
    here = {**os.environ, **where, "PYTHONPATH": str(Path.cwd())}
    assert subprocess.run(words, env=here, check=False).returncode == -signal.SIGKILL
    done = {name for (name,) in server.sql("SELECT name FROM _offramp_move WHERE name LIKE 'table:%'", "db")}
    assert "table:accounts" in done and "table:orders" not in done
    assert list(tmp_path.iterdir())
    far = {"target": lambda: Secret(where["TARGET"]), "lanes": Lanes(1)} if narrow else {}
    told = Told(server, tmp_path, **far)
    assert not list(tmp_path.iterdir())
    assert told.move.inspect().target_state == "ours"
    told.whole_way()
    net.close()
    assert net.at_once == int(narrow)


def test_a_line_that_breaks_is_opened_again(server: MariaDb, tmp_path: Path) -> None:
    far = CuttingNet(server.port, server.target(), cut_after=2500, cuts=3)
    near = CuttingNet(server.port, server.source(), cut_after=60_000, cuts=2)
    told = Told(server, tmp_path, source=near.url, target=far.url)
    told.whole_way()
    assert far.cuts + near.cuts >= 5 and any(report.waiting_for for report in told.reports)
    far.close()
    near.close()


def test_neither_end_that_fails_is_taken_for_success(
    server: MariaDb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(server, tmp_path)
    told.move.copy()
    server.sql("REVOKE TRIGGER ON db.* FROM aptible@'127.0.0.1'; FLUSH PRIVILEGES", "db")
    try:
        with pytest.raises(Trouble, match=r"cannot be made.*denied") as refused:
            told.move.refresh()
        assert PASSWORD not in refused.value.sentence() and is_clean(refused.value.cause)
    finally:
        server.sql("GRANT ALL ON db.* TO aptible@'127.0.0.1'")
    ends = told.move._ends
    with pytest.raises(MysqlError, match="no_such"):
        ends.carry([], ["no_such"], "no_such")
    for script, said in (
        ("echo 'CREATE TABLE half (id int); INSERT INTO half VALUES (1);'; kill -9 $$", "ended with code -9"),
        ("echo 'CREATE TABLE half (id int; nonsense'; exit 0", "ERROR 1064"),
        ("yes 'INSERT INTO nowhere VALUES (1);'", "ERROR 1146"),
    ):
        program = tmp_path / "dump"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o700)
        monkeypatch.setattr(ends, "_clients", dataclasses.replace(ends._clients, dump=str(program)))
        with pytest.raises(MysqlError, match=said):
            ends.carry([], ["accounts"], "accounts")


def test_a_loader_that_ends_well_before_it_has_heard_all_is_no_success() -> None:
    dump = ["sh", "-c", "head -c 200000 /dev/zero"]
    with pytest.raises(MysqlError, match="sh ended with code 0"):
        pump.pump(dump, ["sh", "-c", "exit 0"], control=Control(), passed=lambda size: None)


def test_rows_that_a_user_may_not_read_are_no_success(server: MariaDb, tmp_path: Path) -> None:
    server.sql("REVOKE SELECT ON shop.* FROM app@'127.0.0.1'; GRANT SELECT ON shop.orders TO app@'127.0.0.1'")
    try:
        with pytest.raises(Trouble, match="may not read accounts") as refused:
            Told(server, tmp_path).move.copy()
        assert refused.value.code == "store-rights"
    finally:
        server.sql(
            "GRANT SELECT ON shop.* TO app@'127.0.0.1'; REVOKE SELECT ON shop.orders FROM app@'127.0.0.1'"
        )


def test_a_password_is_in_no_argument_and_no_environment(
    server: MariaDb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    start = subprocess.Popen.__init__

    def watching(self: subprocess.Popen[bytes], words: list[str], **named: object) -> None:
        seen.extend([*words, repr(named.get("env"))])
        for word in words:
            if word.startswith("--defaults-file="):
                assert Path(word.partition("=")[2]).stat().st_mode & 0o777 == 0o600
        start(self, words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(subprocess.Popen, "__init__", watching)
    Told(server, tmp_path).whole_way()
    assert seen and not any("canary" in word for word in seen)
    assert REGISTER.redact("\n".join(seen)) == "\n".join(seen)


def test_the_sources_session_refuses_to_write(server: MariaDb, tmp_path: Path) -> None:
    told = Told(server, tmp_path, source=server.target)
    with pytest.raises(Trouble, match="READ ONLY"):
        told.move._ends.ask("source", lambda one: one.query("CREATE TABLE written (id int)"))


def test_the_sources_url_is_asked_for_once_a_session(server: MariaDb, tmp_path: Path) -> None:
    asked = []

    def url() -> Secret:
        asked.append(1)  # each time Heroku is asked for its config vars
        return server.source()

    told = Told(server, tmp_path, source=url)
    told.move._ends.ask("source", lambda one: one.query("SELECT 1"))
    assert len(asked) == 1


def test_another_sessions_copy_is_refused(server: MariaDb, tmp_path: Path) -> None:
    Told(server, tmp_path, session="another").move.copy()
    with pytest.raises(Trouble, match="a copy of session another"):
        Told(server, tmp_path).move.copy()
    with pytest.raises(Trouble, match="a copy of session another"):
        Told(server, tmp_path).move.tidy()


def test_programs_that_are_missing_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Trouble, match="not on this machine") as missing:
        clients.find_clients()
    assert "default-mysql-client" in missing.value.remedy


def test_a_stop_ends_a_digest_that_runs(server: MariaDb, tmp_path: Path) -> None:
    told = Told(server, tmp_path)
    threading.Timer(0.5, told.control.stop).start()
    with pytest.raises(Stopped):
        told.move._ends.ask("source", lambda one: one.query("SELECT sleep(30)"))


def test_a_statement_that_takes_its_time_is_seen_at_the_server(server: MariaDb, tmp_path: Path) -> None:
    """Else a tunnel would be opened anew under it."""
    told, ping = Told(server, tmp_path), MysqlEnd(tmp_path).open(server.target())
    with told.move._ends.session("target") as session:
        assert session.waited.backend is not None
        backends = [session.waited.backend]
        assert at_work(ping, backends) is None, "what is on its way is not seen: nobody knows"
        asking = threading.Thread(target=lambda: session.query("SELECT SLEEP(1)"), daemon=True)
        asking.start()
        end = time.monotonic() + 10
        while at_work(ping, backends) is None:
            assert time.monotonic() < end
        asking.join()
    ping.close()


def test_urls_and_definers() -> None:
    address = address_of(Secret("mysql://u:p%40w@h.example/name?reconnect=true"))
    assert (address.host, address.port, address.database, address.tls) == ("h.example", 3306, "name", True)
    assert address.password.reveal() == "p@w" and "p@w" not in repr(address)
    for wrong in ("postgres://h/x", "mysql://h", ""):
        with pytest.raises(Trouble, match="not the URL"):
            address_of(Secret(wrong))
    assert pump.without_definer(b"/*!50013 DEFINER=`a`@`%` SQL SECURITY DEFINER */\n") == (
        b"/*!50013  SQL SECURITY DEFINER */\n"
    )
    assert pump.without_definer(b"INSERT INTO t VALUES ('DEFINER=`a`@`%`')") == (
        b"INSERT INTO t VALUES ('DEFINER=`a`@`%`')"
    )


def test_a_tunnel_for_one_connection_is_enough(server: MariaDb, tmp_path: Path) -> None:
    net = NarrowNet(server.port)
    told = Told(server, tmp_path, target=lambda: net.url(server.target()), lanes=Lanes(1))
    try:
        told.move.copy()
        server.sql("INSERT INTO orders VALUES (90001, 1, 3)")
        told.whole_way()
    finally:
        net.close()
    assert (net.at_once, net.turned_away) == (1, 0)
    assert server.sql("SELECT count(*) FROM orders", "db") == [["5001"]]
