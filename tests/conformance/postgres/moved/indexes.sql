-- item: 13
-- verdict: moved
-- same: SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid, indisclustered, indisreplident FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'indexes'::regnamespace ORDER BY 1
-- same: SELECT attrelid::regclass::text, attname, nullif(attstattarget, -1), array_remove(attoptions, 'pg_attver=1') FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE c.relnamespace = 'indexes'::regnamespace AND attnum > 0 AND nullif(attstattarget, -1) IS NOT NULL ORDER BY 1, 2
-- same: SELECT attname, (SELECT array_agg(o) FROM unnest(attoptions) o WHERE o LIKE 'n_distinct%') FROM pg_attribute WHERE attrelid = 'many'::regclass AND attnum > 0 ORDER BY 1
-- same: SELECT stxname, stxkind, nullif(stxstattarget, -1), pg_get_statisticsobjdef(oid) FROM pg_statistic_ext WHERE stxnamespace = 'indexes'::regnamespace ORDER BY 1
-- same: SELECT relname, relreplident FROM pg_class WHERE relnamespace = 'indexes'::regnamespace AND relkind = 'r' ORDER BY 1
CREATE TABLE many (id int NOT NULL, a int, t text, j jsonb, ts tsvector, p point, ip inet, r int4range, arr int[], b bigint NOT NULL);
INSERT INTO many SELECT i, i % 10, 'T' || i, jsonb_build_object('k', i), to_tsvector('simple', 'w' || i), point(i, i), '10.0.0.1'::inet + i, int4range(i, i + 2), ARRAY[i, i + 1], i FROM generate_series(1, 500) i;
CREATE INDEX partial ON many (a) WHERE t LIKE 'T1%' AND a IS NOT NULL;
CREATE INDEX expression ON many (lower(t), (a + 1) DESC NULLS LAST);
CREATE UNIQUE INDEX including ON many (id) INCLUDE (t, a) WITH (fillfactor = 50, deduplicate_items = off);
CREATE INDEX in_c ON many (t COLLATE "C" text_pattern_ops DESC NULLS FIRST);
CREATE INDEX paths ON many USING gin (j jsonb_path_ops) WITH (fastupdate = off, gin_pending_list_limit = 128);
CREATE INDEX ranges ON many USING brin (id int4_minmax_multi_ops (values_per_range = 16), b int8_bloom_ops (n_distinct_per_range = 50)) WITH (pages_per_range = 4, autosummarize = on);
CREATE INDEX hashed ON many USING hash (t) WITH (fillfactor = 80);
CREATE INDEX geo ON many USING gist (p) WITH (buffering = off);
CREATE INDEX geo2 ON many USING spgist (p kd_point_ops);
CREATE INDEX nets ON many USING gist (ip inet_ops);
CREATE INDEX words ON many USING gist (ts tsvector_ops (siglen = 100));
CREATE INDEX within ON many USING gist (r);
CREATE INDEX arrays ON many USING gin (arr);
CREATE INDEX ON many (a, a, lower(t));
CREATE UNIQUE INDEX one_way ON many (b);
ALTER TABLE many REPLICA IDENTITY USING INDEX one_way;
ALTER TABLE many CLUSTER ON including;
ALTER TABLE many ALTER a SET STATISTICS 500, ALTER t SET (n_distinct = -0.5, n_distinct_inherited = -0.1);
ALTER INDEX expression ALTER COLUMN 1 SET STATISTICS 300;
CREATE STATISTICS plain ON a, t FROM many;
CREATE STATISTICS kinds (ndistinct, dependencies, mcv) ON a, b, id FROM many;
ALTER STATISTICS kinds SET STATISTICS 77;
CREATE STATISTICS of_expression ON lower(t), (a % 3) FROM many;
CREATE TABLE full_identity (id int);
ALTER TABLE full_identity REPLICA IDENTITY FULL;
CREATE TABLE no_identity (id int PRIMARY KEY);
ALTER TABLE no_identity REPLICA IDENTITY NOTHING;
CREATE TABLE clustered_by_key (id int PRIMARY KEY);
ALTER TABLE clustered_by_key CLUSTER ON clustered_by_key_pkey;
CREATE TABLE identity_by_key (id int, x int NOT NULL UNIQUE);
ALTER TABLE identity_by_key REPLICA IDENTITY USING INDEX identity_by_key_x_key;
