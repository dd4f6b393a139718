# ruff: noqa: E501 - the SQL of the zoo reads better in whole lines
"""Real Postgres servers for the tests of the engine: one or two a module, a database or two a test."""

import asyncio
import atexit
import contextlib
import itertools
import shutil
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from providers.sandbox.postgres import Postgres
from providers.sandbox.tls import Certificates, Front, serve_front
from wizard.database.control import Control
from wizard.database.lanes import Lanes
from wizard.database.move import Move
from wizard.database.progress import CopyProgress
from wizard.model.secret import Secret

T = TypeVar("T")

PASSWORD = "canary-pass-4e1f09"
_NUMBER = itertools.count(1)


class Blanks:
    """Empty clusters as initdb leaves them, made once in this process and copied for each server.

    A copy takes a tenth of initdb's time. It has the system identifier of what it was copied from, by which
    the engine tells servers apart: so no two servers that run at the same time come from the same one.
    """

    def __init__(self) -> None:
        self._free: dict[int, list[Path]] = {}

    async def take(self, major: int) -> Path:
        """The data folder of one that no running server was copied from."""
        free = self._free.setdefault(major, [])
        if free:
            return free.pop()
        folder = Path(tempfile.mkdtemp(prefix="or-blank-"))
        folder.chmod(0o711)  # if `nobody` is who runs Postgres
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        blank = Postgres(folder, major)
        await blank.init("postgres", PASSWORD)
        return blank.data

    def give_back(self, major: int, blank: Path) -> None:
        """Its copy is gone."""
        self._free[major].append(blank)


BLANKS = Blanks()


class Background:
    """An event loop in a thread: the engine under test blocks, the sandbox's servers do not."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


class Database:
    """A database owned by the role `app`, which is no superuser."""

    def __init__(self, server: "Server", name: str) -> None:
        self.server = server
        self.name = name
        self.asked = 0

    def url(self, role: str = "app") -> Secret:
        self.asked += 1
        return Secret(
            f"postgresql://{role}:{PASSWORD}@/{self.name}?host={self.server.postgres.socket_folder}"
        )

    def sql(self, text: str, role: str = "app") -> list[tuple[Any, ...]]:
        """Run a script; the rows of its last statement."""
        with psycopg.connect(self.url(role).reveal(), autocommit=True) as connection:
            cursor = connection.execute(text.encode())
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def one(self, text: str, role: str = "app") -> Any:
        """The single value of a query."""
        return self.sql(text, role)[0][0]


class Server:
    """A cluster, and a TLS front before it on a loopback port."""

    def __init__(self, folder: Path, major: int) -> None:
        self.background = Background()
        self.postgres = Postgres(folder, major)
        self.front: Front | None = None
        self._folder = folder
        self._blank: Path | None = None

    def start(self) -> None:
        run = self.background.run
        self._blank = run(BLANKS.take(self.postgres.major))
        run(self.postgres.adopt(self._blank, "postgres", PASSWORD))
        run(self.postgres.start())
        run(self.postgres.sql(f"CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'"))

    def open_front(self) -> int:
        """Open the TLS front; its port."""
        if self.front is None:
            certificates = Certificates(self._folder / "tls")
            self.ca_file = certificates.ca_file
            self.front = self.background.run(
                serve_front(None, self.postgres.socket, certificates.server_context())
            )
        return self.front.port

    def database(self) -> Database:
        name = f"d{next(_NUMBER)}"
        self.background.run(self.postgres.sql(f"CREATE DATABASE {name} OWNER app"))
        return Database(self, name)

    def restart(self) -> None:
        self.background.run(self.postgres.stop())
        self.background.run(self.postgres.start())

    def close(self) -> None:
        if self.front is not None:
            self.background.loop.call_soon_threadsafe(self.front.close)
        self.background.run(self.postgres.remove())
        if self._blank is not None:
            BLANKS.give_back(self.postgres.major, self._blank)
        self.background.close()


@contextlib.contextmanager
def server(folder: Path, major: int) -> Iterator[Server]:
    """A running server of that major version, removed at the end."""
    made = Server(folder, major)
    try:
        made.start()
        yield made
    finally:
        made.close()


class Told:
    """A move, and all that it told."""

    def __init__(
        self,
        source: Database,
        target: Database,
        work: Path,
        *,
        session: str = "s-1",
        part_bytes: int = 1 << 18,
        workers: int | None = None,
        lanes: Lanes | None = None,
    ) -> None:
        self.control = Control()
        self.events: list[str] = []
        self.reports: list[CopyProgress] = []
        self.waits: list[str] = []
        self.move = Move(
            name="shop",
            session=session,
            source=source.url,
            target=target.url,
            work=work,
            report=self.reports.append,
            event=self.events.append,
            control=self.control,
            part_bytes=part_bytes,
            workers=workers,
            lanes=lanes,
        )

    def whole_way(self) -> None:
        """All passes to the proof, which must hold."""
        self.move.first_copy()
        self.move.refresh()
        self.move.finish()
        proof = self.move.prove()
        assert proof.equal, (proof.lost, [table for table in proof.tables if not table.equal])
        self.move.remove_marker()


ZOO = r"""
CREATE SCHEMA "Other schema";
CREATE TYPE mood AS ENUM ('sad', 'meh', 'ok');
CREATE TYPE pair AS (x int, y text);
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail email UNIQUE, feels mood, full_name text,
    shout text GENERATED ALWAYS AS (upper(full_name)) STORED, at timestamptz DEFAULT now());
CREATE TABLE orders (
    id serial PRIMARY KEY, user_id bigint REFERENCES users ON DELETE CASCADE, total numeric(10, 2),
    doc jsonb, tags text[], raw bytea, place pair, during int4range);
CREATE TABLE "Odd ""name"" %s" ("select" int, "a b" text, "%s" text, _offramp_row text, PRIMARY KEY ("select"));
CREATE TABLE "Other schema".users (id int PRIMARY KEY, note char(8));
CREATE TABLE empty_one (id int PRIMARY KEY);
CREATE TABLE no_columns ();
CREATE TABLE only_generated (g int GENERATED ALWAYS AS (1) STORED);
CREATE TABLE dropped (a int, gone text, b text);
ALTER TABLE dropped DROP COLUMN gone;
INSERT INTO users (mail, feels, full_name)
    SELECT i || '@x', (ARRAY['sad', 'meh', 'ok']::mood[])[1 + i % 3], 'n' || i FROM generate_series(1, 4000) i;
INSERT INTO orders (user_id, total, doc, tags, raw, place, during)
    SELECT 1 + i % 4000, i / 7.0, jsonb_build_object('i', i, 't', E'\\\n\t"x"\u00e9'), ARRAY['a', NULL, E'\\.', '{"'],
           decode(md5(i::text), 'hex'), row(i, E'a"b\\'::text)::pair, int4range(i, i + 3) FROM generate_series(1, 6000) i;
INSERT INTO "Odd ""name"" %s" VALUES (1, E'tab\tnl\n\\.', 'é😀', E'\x01'), (2, NULL, '', E'\r\n'), (3, '\N', '\\', '');
INSERT INTO "Other schema".users SELECT i, 'n' || i FROM generate_series(1, 50) i;
INSERT INTO no_columns SELECT FROM generate_series(1, 7);
INSERT INTO only_generated SELECT FROM generate_series(1, 3);
INSERT INTO dropped VALUES (1, 'x'), (2, 'y');
COMMIT;
ALTER TABLE users ADD COLUMN last_order int REFERENCES orders DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE users ADD COLUMN friend bigint REFERENCES users;
CREATE INDEX ON orders (user_id);
CREATE INDEX ON orders USING gin (doc);
CREATE INDEX half ON users (lower(full_name)) WHERE feels = 'ok';
ALTER TABLE orders ADD CONSTRAINT enough CHECK (total > 100) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT apart EXCLUDE USING gist (during WITH =) WHERE (id < 3);
COMMENT ON INDEX users_pkey IS 'the key';
COMMENT ON TABLE users IS 'people; -- Name: x; Type: TABLE';
CREATE VIEW per_user AS SELECT u.id, u.mail, count(*) n FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.id;
CREATE MATERIALIZED VIEW moods AS SELECT feels, count(*) c FROM users GROUP BY feels;
CREATE UNIQUE INDEX ON moods (feels);
CREATE MATERIALIZED VIEW all_moods AS SELECT sum(c) s FROM moods;
CREATE MATERIALIZED VIEW never_filled AS SELECT 1 AS one WITH NO DATA;
CREATE FUNCTION shouted() RETURNS trigger LANGUAGE plpgsql AS $$
--
-- Name: fake; Type: TABLE; Schema: public; Owner: -
--
BEGIN NEW.full_name := NEW.full_name || '!'; RETURN NEW; END $$;
CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION shouted();
CREATE FUNCTION more(i int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT i + 1; END;
CREATE TABLE pieces (id int, k text, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE pieces_a PARTITION OF pieces FOR VALUES IN ('a');
CREATE TABLE pieces_rest PARTITION OF pieces DEFAULT;
INSERT INTO pieces SELECT i, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END FROM generate_series(1, 500) i;
CREATE TABLE parent (id int);
CREATE TABLE child (x int) INHERITS (parent);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (2, 3);
CREATE SEQUENCE downwards INCREMENT -3 MINVALUE -100 MAXVALUE 100 START 50;
SELECT nextval('downwards');
CREATE SEQUENCE unused;
ALTER TABLE "Other schema".users ENABLE ROW LEVEL SECURITY;
CREATE POLICY part_of_them ON "Other schema".users USING (id > 10);
CREATE RULE keep AS ON DELETE TO empty_one DO INSTEAD NOTHING;
CREATE STATISTICS together ON user_id, total FROM orders;
"""

HEROKUS = """
CREATE SCHEMA _heroku;
CREATE FUNCTION _heroku.create_ext() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER log_create_ext ON ddl_command_end EXECUTE FUNCTION _heroku.create_ext();
CREATE EXTENSION IF NOT EXISTS vector;
CREATE PUBLICATION changes FOR ALL TABLES;
"""

SMALL = """
CREATE TABLE accounts (id int PRIMARY KEY, owner text NOT NULL, balance numeric DEFAULT 0);
CREATE TABLE payments (id serial PRIMARY KEY, account int REFERENCES accounts, amount numeric, note text);
CREATE INDEX by_account ON payments (account);
INSERT INTO accounts SELECT i, 'owner ' || i, i FROM generate_series(1, 300) i;
INSERT INTO payments (account, amount, note)
    SELECT 1 + i % 300, i, repeat(md5(i::text), 4) FROM generate_series(1, 12000) i;
"""
