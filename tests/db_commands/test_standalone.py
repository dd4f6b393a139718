"""The order of the passes of a copy by itself: all tables of one moment, or it is said."""

from pathlib import Path

import psycopg
import pytest

from tests.wizard.database_servers import Database, Server
from wizard.database.control import Control
from wizard.database.progress import CopyProgress
from wizard.database.standalone import StandaloneCopy, Wishes, stand
from wizard.database.standalone_sequences import compare_moving_sequences
from wizard.model.trouble import Trouble

PAIR = """
CREATE TABLE giver (id bigint PRIMARY KEY, amount bigint, pad text);
CREATE TABLE taker (id bigint PRIMARY KEY, amount bigint, pad text);
INSERT INTO giver SELECT i, 1, repeat(md5(i::text), 8) FROM generate_series(1, 120000) i;
INSERT INTO taker SELECT i, 0, repeat(md5(i::text), 8) FROM generate_series(1, 120000) i;
"""


class Copying:
    """A copy that is told to the test while it goes on."""

    def __init__(self, source: Database, target: Database, work: Path, wishes: Wishes) -> None:
        self.control = Control()
        self.events: list[str] = []
        self.source = source
        self.struck = False
        self.strike = False
        self.copy = StandaloneCopy(
            source.url,
            target.url,
            stand(source.url, target.url),
            wishes,
            name="shop",
            work=work,
            report=self._report,
            event=self.events.append,
            control=self.control,
        )

    def _report(self, progress: CopyProgress) -> None:
        tables = {table.name: table for table in progress.tables}
        done = [name for name, table in tables.items() if table.state == "proven"]
        begun = progress.phase == "data" and (len(done) == 1 or progress.bytes > 5_000_000)
        if self.strike and begun and not self.struck:
            # Money moves from one table to the other, and the connections to the source break.
            self.struck = True
            self.source.sql("BEGIN; UPDATE giver SET amount = 0; UPDATE taker SET amount = 1; COMMIT")
            self.source.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                f" WHERE application_name LIKE 'offramp/db-copy%' AND datname = '{self.source.name}'",
                role="postgres",
            )


def money(database: Database) -> tuple[int, int]:
    return (
        database.one("SELECT sum(amount) FROM giver"),
        database.one("SELECT sum(amount) FROM taker"),
    )


@pytest.fixture
def source(old: Server) -> Database:
    made = old.database()
    made.sql(PAIR)
    return made


@pytest.mark.slow
def test_a_lost_snapshot_leaves_no_tables_of_different_moments(
    source: Database, target: Database, tmp_path: Path
) -> None:
    copying = Copying(source, target, tmp_path, Wishes(workers=1))
    copying.strike = True
    outcome = copying.copy.run()
    assert copying.struck and copying.copy.move.moments > 1
    assert outcome.one_moment and outcome.proof.equal, outcome.proof.differences
    assert money(target) == (0, 120_000)
    assert any("snapshot broke" in text for text in copying.events)


@pytest.mark.slow
def test_a_copy_that_nobody_writes_to_is_compared_once(
    source: Database, target: Database, tmp_path: Path
) -> None:
    copying = Copying(source, target, tmp_path, Wishes(frozen=True))
    outcome = copying.copy.run()
    assert outcome.proof.equal and outcome.copied_again == () and outcome.one_moment
    assert not any("compared with the source" in text for text in copying.events)
    assert not outcome.marker_kept and target.one("SELECT to_regnamespace('_offramp') IS NULL")


MOVING = """
CREATE TABLE orders (id serial PRIMARY KEY, note text);
CREATE SEQUENCE downwards INCREMENT -1 MAXVALUE 100 START 100;
CREATE SEQUENCE fresh;
CREATE SEQUENCE wound;
INSERT INTO orders (note) VALUES ('a'), ('b');
SELECT nextval('downwards'), setval('wound', 50);
"""


def test_a_sequence_that_goes_on_at_the_source_is_no_loss_and_one_that_is_ahead_here_is(
    old: Server, target: Database, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(MOVING)
    copying = Copying(source, target, tmp_path, Wishes(keep_marker=True))
    first = copying.copy.run().proof
    assert first.equal and first.sequences_checked == 4 and first.differences == ()
    with psycopg.connect(source.url().reveal()) as there, psycopg.connect(target.url().reveal()) as here:
        there.execute("SELECT nextval('orders_id_seq'), nextval('downwards'), nextval('fresh')")
        count, found = compare_moving_sequences(there, here)
        assert count == 4 and [one.judgement for one in found] == ["harmless"] * 3
        assert (
            "downwards went on at the source since it was copied: 99 on the source, 100 h" in found[0].words
        )
        here.execute("SELECT setval('wound', 51)")
        (lost,) = (one for one in compare_moving_sequences(there, here)[1] if one.judgement == "lost")
        assert lost.words == "sequence public.wound differs: 50 on the source, 51 here"


def test_the_same_pair_has_the_same_name_and_another_has_another(source: Database, target: Database) -> None:
    first, again = stand(source.url, target.url), stand(source.url, target.url)
    assert first.session == again.session and first.session.startswith("db-copy-")
    assert stand(source.url, target.server.database().url).session != first.session
    with pytest.raises(Trouble) as same:
        stand(source.url, source.url)
    assert same.value.code == "same-database"
