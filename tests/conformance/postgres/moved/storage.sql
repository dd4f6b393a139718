-- item: 3, 16, 20
-- verdict: moved
-- same: SELECT relname, relkind, relpersistence, array_to_string(reloptions, ',') FROM pg_class WHERE relnamespace = 'storage'::regnamespace ORDER BY 1
-- same: SELECT c.relname, array_to_string(t.reloptions, ',') FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid WHERE c.relnamespace = 'storage'::regnamespace ORDER BY 1
-- same: SELECT attname, attstorage, attcompression FROM pg_attribute WHERE attrelid = 'kept'::regclass AND attnum > 0 ORDER BY attnum
-- same: SELECT count(*) FROM light
-- same: SELECT oid::regprocedure::text, proconfig FROM pg_proc WHERE pronamespace = 'storage'::regnamespace ORDER BY 1
-- same: SELECT obj_description('public'::regnamespace)
-- same: SELECT obj_description('storage'::regnamespace), obj_description('kept'::regclass), col_description('kept'::regclass, 2), obj_description('seq'::regclass), obj_description('kept_pkey'::regclass), obj_description('seen'::regclass), obj_description('counted'::regclass), obj_description('d'::regtype), obj_description('e'::regtype), obj_description('c'::regtype)
-- same: SELECT i.type, i.identity, d.description FROM pg_description d, LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i WHERE d.description LIKE 'comment on %' ORDER BY 1, 2
CREATE UNLOGGED TABLE light (id int PRIMARY KEY, x text) WITH (fillfactor = 40);
INSERT INTO light SELECT i, 'x' FROM generate_series(1, 300) i;
CREATE TABLE kept (id int PRIMARY KEY, t text, b bytea, j jsonb)
    WITH (fillfactor = 70, autovacuum_enabled = false, autovacuum_vacuum_scale_factor = 0.05, toast_tuple_target = 256,
          parallel_workers = 3, toast.autovacuum_enabled = false, user_catalog_table = true, vacuum_index_cleanup = off);
ALTER TABLE kept ALTER t SET STORAGE EXTERNAL, ALTER b SET STORAGE MAIN, ALTER j SET COMPRESSION pglz;
INSERT INTO kept SELECT i, repeat('x', i * 50), decode(repeat('ab', i * 20), 'hex'), jsonb_build_object('i', repeat('y', i * 30)) FROM generate_series(1, 80) i;
CREATE FUNCTION with_settings() RETURNS text LANGUAGE sql SET search_path = '' SET timezone = 'Asia/Tokyo' SET work_mem = '8MB' AS 'SELECT current_setting(''timezone'')';
CREATE FUNCTION with_list() RETURNS int LANGUAGE sql SET search_path = storage, "$user", "Odd, name" SET datestyle = 'ISO, DMY' AS 'SELECT 1';
CREATE SEQUENCE seq;
CREATE VIEW seen AS SELECT id FROM kept;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM kept;
CREATE DOMAIN d AS int CONSTRAINT dc CHECK (VALUE > 0);
CREATE TYPE e AS ENUM ('a');
CREATE TYPE c AS (x int);
CREATE FUNCTION f(i int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE p() LANGUAGE sql AS '';
CREATE AGGREGATE agg(int) (SFUNC = int4pl, STYPE = int);
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tr BEFORE UPDATE ON kept FOR EACH ROW EXECUTE FUNCTION tf();
CREATE RULE ru AS ON DELETE TO light DO INSTEAD NOTHING;
CREATE POLICY po ON kept USING (true);
ALTER TABLE kept ADD CONSTRAINT ch CHECK (id > 0);
CREATE STATISTICS st ON id, t FROM kept;
CREATE TEXT SEARCH CONFIGURATION tc (COPY = simple);
CREATE TEXT SEARCH DICTIONARY td (TEMPLATE = simple);
CREATE COLLATION co (LOCALE = 'C');
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
CREATE CAST (c AS e) WITH INOUT;
COMMENT ON SCHEMA storage IS 'comment on schema; -- Name: x; Type: TABLE';
COMMENT ON SCHEMA public IS 'comment on the schema that every database has';
COMMENT ON TABLE kept IS 'comment on table ''quoted'' "x" \ %s {}';
COMMENT ON COLUMN kept.t IS E'comment on column\nnew line';
COMMENT ON SEQUENCE seq IS 'comment on sequence';
COMMENT ON INDEX kept_pkey IS 'comment on index';
COMMENT ON VIEW seen IS 'comment on view';
COMMENT ON COLUMN seen.id IS 'comment on view column';
COMMENT ON MATERIALIZED VIEW counted IS 'comment on matview';
COMMENT ON DOMAIN d IS 'comment on domain';
COMMENT ON CONSTRAINT dc ON DOMAIN d IS 'comment on domain constraint';
COMMENT ON TYPE e IS 'comment on enum';
COMMENT ON TYPE c IS 'comment on composite';
COMMENT ON COLUMN c.x IS 'comment on attribute';
COMMENT ON FUNCTION f(int) IS 'comment on function';
COMMENT ON PROCEDURE p() IS 'comment on procedure';
COMMENT ON AGGREGATE agg(int) IS 'comment on aggregate';
COMMENT ON TRIGGER tr ON kept IS 'comment on trigger';
COMMENT ON RULE ru ON light IS 'comment on rule';
COMMENT ON POLICY po ON kept IS 'comment on policy';
COMMENT ON CONSTRAINT ch ON kept IS 'comment on check';
COMMENT ON CONSTRAINT light_pkey ON light IS 'comment on key';
COMMENT ON STATISTICS st IS 'comment on statistics';
COMMENT ON TEXT SEARCH CONFIGURATION tc IS 'comment on configuration';
COMMENT ON TEXT SEARCH DICTIONARY td IS 'comment on dictionary';
COMMENT ON COLLATION co IS 'comment on collation';
COMMENT ON OPERATOR === (int, int) IS 'comment on operator';
COMMENT ON CAST (c AS e) IS 'comment on cast';
