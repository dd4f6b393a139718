-- item: 16
-- verdict: moved
-- same: SELECT m.oid, md5(lo_get(m.oid)), obj_description(m.oid, 'pg_largeobject') FROM pg_largeobject_metadata m ORDER BY m.oid
-- same: SELECT id, md5(lo_get(file)) FROM files ORDER BY id
-- there: SELECT count(*) FROM pg_largeobject_metadata => 45
-- there: SELECT lo_get(4711) IS NOT NULL AND length(lo_get(4711)) = 2500011 => True
CREATE TABLE files (id int PRIMARY KEY, file oid);
INSERT INTO files SELECT i, lo_from_bytea(0, decode(repeat(md5(i::text), i * 20), 'hex')) FROM generate_series(1, 40) i;
SELECT lo_from_bytea(4711, decode(repeat('a1', 2500000), 'hex') || '\x00010203040506070809ff'), lo_create(4712), lo_from_bytea(4294967294, 'no column points here');
SELECT lo_create(4713), lo_put(4713, 5000000, 'after a hole'), lo_from_bytea(4714, '');
COMMENT ON LARGE OBJECT 4711 IS 'comment on a large object';
