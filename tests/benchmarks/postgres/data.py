# ruff: noqa: E501 - SQL reads better in whole lines
"""The data sets. Scale 100 gives the sizes that the engine was designed with: 1.35 GB of COPY text in `bulk`.

The rows are made from their numbers alone, so two runs of one scale copy the same bytes. What looks
random is MD5, so that neither the server's own compression nor pg_dump's gets it for nothing.
"""

import subprocess
from typing import Literal

from tests.benchmarks.postgres.programs import Programs
from tests.benchmarks.postgres.servers import ROLE, Server

Name = Literal["bulk", "many"]
NAMES: tuple[Name, ...] = ("bulk", "many")

_VERSION = 1
"""Goes up when the rows become others, so that a kept folder is not mistaken."""

_SMALL = """
CREATE SCHEMA lots;
DO $$ BEGIN
FOR n IN 1..500 LOOP
    EXECUTE format('CREATE TABLE lots.t%1$s (id int PRIMARY KEY, word text NOT NULL, at timestamptz)', n);
    EXECUTE format('INSERT INTO lots.t%1$s SELECT i, md5(i::text || %1$L), %2$L::timestamptz + i * %3$L::interval'
                   ' FROM generate_series(1, 200) i', n, '2024-01-01', '1 h');
    EXECUTE format('CREATE INDEX ON lots.t%1$s (word)', n);
END LOOP;
END $$;
"""

_ORDERS = """
CREATE TABLE orders (
    id bigint PRIMARY KEY, account int NOT NULL, state text NOT NULL, total numeric(12, 2) NOT NULL,
    ordered_at timestamptz NOT NULL, reference uuid NOT NULL, note text);
INSERT INTO orders
    SELECT i, 1 + (i::bigint * 7919) % (100000 * {scale}), (ARRAY['new', 'paid', 'sent', 'back'])[1 + i % 4],
           (i % 100000) / 7.0, '2023-01-01'::timestamptz + i * interval '17 s', md5(i::text)::uuid,
           CASE WHEN i % 3 = 0 THEN md5(i || 'note') END
    FROM generate_series(1, 15000 * {scale}) i;
CREATE INDEX ON orders (account);
CREATE INDEX ON orders (ordered_at);
CREATE UNIQUE INDEX ON orders (reference);
CREATE INDEX ON orders (state, total);
ALTER TABLE orders ADD FOREIGN KEY (account) REFERENCES pgbench_accounts;
"""

_DOCS = """
CREATE TABLE docs (
    id int PRIMARY KEY, body jsonb NOT NULL, words text NOT NULL, raw bytea NOT NULL, tags text[] NOT NULL);
INSERT INTO docs
    SELECT i,
           jsonb_build_object(
               'id', i, 'name', 'user ' || i, 'mail', md5(i::text) || '@example.org', 'on', i % 2 = 0,
               'address', jsonb_build_object('street', md5(i || 's'), 'zip', i % 90000, 'city', 'city ' || i % 500),
               'scores', jsonb_build_array(i % 7, i % 11, i % 13), 'kind', (ARRAY['a', 'b', 'c'])[1 + i % 3]),
           (SELECT string_agg(md5(i || 'w' || n), ' ') FROM generate_series(1, 30) n),
           (SELECT decode(string_agg(md5(i || 'r' || n), ''), 'hex') FROM generate_series(1, 24) n),
           ARRAY['tag ' || i % 50, 'tag ' || i % 70, NULL]
    FROM generate_series(1, 1200 * {scale}) i;
CREATE INDEX ON docs USING gin (body);
"""

_MANY = """
DO $$ BEGIN
FOR n IN 1..150 LOOP
    EXECUTE format('CREATE TABLE t%1$s ('
                   ' id serial PRIMARY KEY, word text NOT NULL, amount numeric, at timestamptz)', n);
    EXECUTE format('INSERT INTO t%1$s (word, amount, at) SELECT md5(i::text || %1$L), i / 7.0,'
                   ' %2$L::timestamptz + i * %3$L::interval FROM generate_series(1, 200) i', n, '2024-01-01', '1 h');
    EXECUTE format('CREATE INDEX ON t%1$s (word)', n);
END LOOP;
END $$;
CREATE TABLE large (id bigserial PRIMARY KEY, word text NOT NULL, other text NOT NULL, amount numeric);
INSERT INTO large (word, other, amount)
    SELECT md5(i::text), md5(i || 'a') || md5(i || 'b') || md5(i || 'c'), i / 7.0
    FROM generate_series(1, 6000 * {scale}) i;
CREATE INDEX ON large (word);
"""


def build(server: Server, programs: Programs, name: Name, scale: int) -> bool:
    """Make the database `name` on the source, unless it is there at this scale; whether it was made."""
    stamp = f"benchmark data {_VERSION}, scale {scale}"
    with server.connect() as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", (name,)
        ).fetchone()
    if row == (stamp,):
        return False
    server.fresh(name)
    if name == "bulk":
        subprocess.run(
            [programs.of_postgres("pgbench"), "-i", "-q", "-s", str(scale), "-I", "dtgpf"],
            env=server.environment(name),
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
    for script in [_ORDERS, _DOCS, _SMALL] if name == "bulk" else [_MANY]:
        # Braces stand in no other place of these scripts.
        server.sql(script.replace("{scale}", str(scale)), name, ROLE)
    server.sql("VACUUM (FREEZE, ANALYZE)", name)
    server.sql(f"COMMENT ON DATABASE {name} IS '{stamp}'")
    server.sql("CHECKPOINT")
    return True
