-- item: 11
-- verdict: moved
-- same: SELECT * FROM computed ORDER BY id
-- same: SELECT attname, attgenerated, attnotnull, attidentity FROM pg_attribute WHERE attrelid IN ('computed'::regclass, 'dropped'::regclass) AND attnum > 0 AND NOT attisdropped ORDER BY attrelid::regclass::text, attnum
-- same: SELECT * FROM dropped
-- same: SELECT * FROM careless ORDER BY n
-- same: SELECT * FROM careless_prices
-- same: SELECT * FROM added ORDER BY id
CREATE FUNCTION cents(amount numeric) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN rounded(amount * 100); END $$;
CREATE FUNCTION rounded(amount numeric) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT round($1)::bigint';
-- The function finds another one by the search path only.
ALTER FUNCTION cents SET search_path = columns;
CREATE TABLE computed (
    id int PRIMARY KEY, a numeric, "B" text, in_cents bigint GENERATED ALWAYS AS (cents(a)) STORED NOT NULL,
    both_of text GENERATED ALWAYS AS (a::text || ' ' || "B" || '%s') STORED, UNIQUE (in_cents));
INSERT INTO computed (id, a, "B") SELECT i, i / 8.0, 'b' || i FROM generate_series(1, 50) i;
CREATE INDEX ON computed (both_of);
CREATE TABLE dropped (gone1 int, a int, gone2 text, b text DEFAULT 'b', gone3 int, c int GENERATED ALWAYS AS (a + 1) STORED);
INSERT INTO dropped (gone1, a, gone2) VALUES (1, 2, 'x');
ALTER TABLE dropped DROP COLUMN gone1, DROP COLUMN gone2, DROP COLUMN gone3;
INSERT INTO dropped VALUES (5, 'y');
-- A value that stands in the catalogue only, not in the row.
CREATE TABLE added (id int);
INSERT INTO added SELECT generate_series(1, 5);
COMMIT;
ALTER TABLE added ADD COLUMN late text DEFAULT 'missing value', ADD COLUMN n numeric(6, 3) NOT NULL DEFAULT 1.5;
INSERT INTO added VALUES (6, NULL, 2);
ALTER TABLE added ALTER late SET DEFAULT 'another';
-- Functions that find another one by the path that every session begins with.
CREATE FUNCTION public.columns_rounded(n numeric) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT round($1)::bigint';
CREATE FUNCTION public.columns_cents(n numeric) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN columns_rounded(n * 100); END $$;
CREATE TABLE careless (n numeric CHECK (columns_cents(n) > 0), cents bigint GENERATED ALWAYS AS (columns_cents(n)) STORED);
INSERT INTO careless (n) VALUES (1.5), (2.25);
CREATE DOMAIN careless_price AS numeric CHECK (columns_cents(VALUE) > 0);
CREATE TABLE careless_prices (p careless_price);
INSERT INTO careless_prices VALUES (3);
