-- item: 18
-- verdict: moved
-- same: SELECT collname, collprovider, collisdeterministic, coalesce(colliculocale, collcollate) FROM pg_collation WHERE collnamespace = 'collations'::regnamespace ORDER BY 1
-- same: SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'names'::regclass ORDER BY 1
-- same: SELECT name, count(*) FROM names GROUP BY name ORDER BY name COLLATE "de-x-icu"
-- same: SELECT id FROM names WHERE nick = 'müller'
-- same: SELECT tableoid::regclass::text, count(*) FROM hashed GROUP BY 1 ORDER BY 1
CREATE COLLATION ignoring_case (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
CREATE COLLATION phonebook (PROVIDER = icu, LOCALE = 'de-u-co-phonebk');
CREATE COLLATION numeric_order (PROVIDER = icu, LOCALE = 'en-u-kn-true');
CREATE DOMAIN nick AS text COLLATE ignoring_case;
CREATE TABLE names (id int PRIMARY KEY, name text COLLATE "de-x-icu", nick nick UNIQUE, file text COLLATE numeric_order);
INSERT INTO names SELECT i, 'Ä' || i % 30, CASE i WHEN 5 THEN 'MÜLLER' ELSE 'n' || i END, 'f' || i FROM generate_series(1, 120) i;
CREATE INDEX ON names (name);
CREATE INDEX ON names (file DESC);
CREATE INDEX ON names (name COLLATE phonebook, lower(name COLLATE "tr-x-icu"));
CREATE TABLE hashed (k text COLLATE ignoring_case) PARTITION BY HASH (k);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO hashed SELECT 'K' || i FROM generate_series(1, 100) i;
CREATE TABLE sorted (k text COLLATE "en-x-icu") PARTITION BY RANGE (k);
CREATE TABLE sorted_low PARTITION OF sorted FOR VALUES FROM ('a') TO ('M');
CREATE TABLE sorted_high PARTITION OF sorted FOR VALUES FROM ('M') TO ('z');
INSERT INTO sorted VALUES ('b'), ('B'), ('ä'), ('n'), ('X');
