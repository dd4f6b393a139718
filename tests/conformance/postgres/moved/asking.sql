-- item: 6, 12, 13
-- verdict: moved
-- same: SELECT conname, pg_get_constraintdef(oid), convalidated, obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE connamespace = 'asking'::regnamespace AND contype = 'c' ORDER BY 1
-- same: SELECT * FROM aa_refers ORDER BY 1
-- same: SELECT count(*) FROM aa_named WHERE name_of(id) = 'n7'
-- same: SELECT count(*) FROM aa_grouped WHERE grouped(id) = 'n7'
-- same: SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'asking'::regnamespace ORDER BY 1
-- What asks other tables, by itself or through another function, is made when all rows are there.
CREATE TABLE zz_asked (id int PRIMARY KEY, name text, note text);
INSERT INTO zz_asked SELECT i, 'n' || i FROM generate_series(1, 30) i;
CREATE FUNCTION is_known(i int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT FROM asking.zz_asked WHERE id = i)';
CREATE FUNCTION asks_too(i int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN asking.is_known(i); END $$;
CREATE DOMAIN known AS int CHECK (is_known(VALUE));
COMMENT ON CONSTRAINT known_check ON DOMAIN known IS 'asks another';
CREATE DOMAIN known_too AS known CONSTRAINT positive CHECK (VALUE > 0);
CREATE TABLE aa_refers (a known PRIMARY KEY, b known_too, c int CONSTRAINT through CHECK (asks_too(c)));
INSERT INTO aa_refers SELECT i, i, i FROM generate_series(1, 30) i;
-- A check that the dump itself makes late, because its function takes rows of the table.
CREATE TABLE aa_looped (id int, x int);
CREATE FUNCTION fits(r aa_looped) RETURNS bool LANGUAGE sql STABLE AS 'SELECT $1.x > 0 AND asking.is_known($1.id)';
ALTER TABLE aa_looped ADD CONSTRAINT looped CHECK (fits(aa_looped.*));
INSERT INTO aa_looped SELECT i, i FROM generate_series(1, 30) i;
CREATE FUNCTION name_of(i int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN RETURN (SELECT name FROM asking.zz_asked WHERE id = i); END $$;
CREATE TABLE aa_named (id int, EXCLUDE (name_of(id) WITH =) WHERE (id > 30));
INSERT INTO aa_named SELECT 1 + i % 30 FROM generate_series(1, 500) i;
CREATE INDEX by_name ON aa_named (name_of(id));
-- A function that the dump makes after the primary key on which its query relies.
CREATE FUNCTION grouped(i int) RETURNS text LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC SELECT name FROM asking.zz_asked WHERE id = i GROUP BY id; END;
CREATE TABLE aa_grouped (id int);
INSERT INTO aa_grouped SELECT 1 + i % 30 FROM generate_series(1, 500) i;
CREATE INDEX by_grouped ON aa_grouped (grouped(id));
-- Words that look as if it read a table.
CREATE FUNCTION cut(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT substring(t from 2) || extract(year from date '2026-01-01') $$;
CREATE TABLE aa_cut (t text, c text GENERATED ALWAYS AS (cut(t)) STORED);
INSERT INTO aa_cut VALUES ('abc');
