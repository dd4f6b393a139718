-- item: 1, 3
-- verdict: moved
-- same: SELECT e.extname, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1
-- same: SELECT id, mail::text, attrs::text, path::text, tags::text FROM people ORDER BY id
-- same: SELECT count(*) FROM people WHERE mail = 'A7@X.example'
-- same: SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid IN ('people'::regclass, 'booked'::regclass) ORDER BY 1
-- same: SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'people'::regclass ORDER BY adnum
-- same: SELECT * FROM found
-- same: SELECT hashed FROM secrets
CREATE SCHEMA heroku_ext;
CREATE EXTENSION citext WITH SCHEMA heroku_ext;
CREATE EXTENSION hstore WITH SCHEMA heroku_ext;
CREATE EXTENSION pgcrypto WITH SCHEMA heroku_ext;
CREATE EXTENSION "uuid-ossp" WITH SCHEMA heroku_ext;
CREATE EXTENSION btree_gist WITH SCHEMA heroku_ext;
CREATE EXTENSION pg_trgm WITH SCHEMA public;
CREATE EXTENSION unaccent WITH SCHEMA public;
CREATE EXTENSION ltree WITH SCHEMA public;
CREATE EXTENSION intarray WITH SCHEMA public;
CREATE EXTENSION cube WITH SCHEMA public;
COMMENT ON EXTENSION citext IS 'another comment';
SET search_path = extensions, public, heroku_ext;
CREATE DOMAIN email AS citext CHECK (VALUE ~ '@');
CREATE FUNCTION f_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
    $$ SELECT public.unaccent('public.unaccent', $1) $$;
CREATE FUNCTION careless(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(unaccent($1)) $$;
CREATE TABLE people (
    id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), other uuid DEFAULT heroku_ext.gen_random_uuid(), mail citext UNIQUE,
    second email, mails citext[], attrs hstore DEFAULT '', path ltree, tags int[], name text,
    plain text GENERATED ALWAYS AS (f_unaccent(name)) STORED);
INSERT INTO people (id, mail, second, mails, attrs, path, tags, name)
    SELECT uuid_generate_v5(uuid_ns_url(), i::text), 'a' || i || '@x.example', 'B@' || i, ARRAY['M' || i, NULL]::citext[],
        hstore(ARRAY['k "x"', i::text, 'null', NULL]), ('Top.a' || i || '.b')::ltree, ARRAY[i, i + 1], 'Ærø Né ' || i
    FROM generate_series(1, 300) i;
CREATE INDEX ON people USING gin (attrs);
CREATE INDEX ON people USING gist (path gist_ltree_ops (siglen = 100));
CREATE INDEX ON people USING gin (name gin_trgm_ops);
CREATE INDEX ON people USING gist (name gist_trgm_ops (siglen = 32));
CREATE INDEX ON people USING gin (tags gin__int_ops);
CREATE INDEX ON people (f_unaccent(name));
CREATE INDEX ON people (careless(name));
CREATE UNIQUE INDEX ON people (lower(mail::text));
CREATE TABLE booked (room int, at tstzrange, CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, at WITH &&));
INSERT INTO booked SELECT i % 5, tstzrange('2026-01-01'::timestamptz + i * interval '1 day', '2026-01-01'::timestamptz + (i + 1) * interval '1 day', '[)') FROM generate_series(1, 60) i;
CREATE VIEW found AS SELECT mail, attrs -> 'k "x"' AS k FROM people WHERE name % 'Aero' OR mail = 'A9@x.example' ORDER BY mail;
CREATE TABLE secrets (hashed bytea DEFAULT digest('x', 'sha256'), points cube);
INSERT INTO secrets (points) VALUES ('(1,2),(3,4)');
CREATE MATERIALIZED VIEW by_plain AS SELECT careless(name) AS c, count(*) FROM people GROUP BY 1;
