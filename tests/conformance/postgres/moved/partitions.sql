-- item: 8
-- verdict: moved
-- same: SELECT i.inhrelid::regclass::text, i.inhparent::regclass::text, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind IN ('r', 'p') AND c.relnamespace IN ('partitions'::regnamespace, 'partitions_elsewhere'::regnamespace) ORDER BY 1
-- same: SELECT tableoid::regclass::text, count(*) FROM events GROUP BY 1 ORDER BY 1
-- same: SELECT tableoid::regclass::text, count(*) FROM hashed GROUP BY 1 ORDER BY 1
-- same: SELECT attrelid::regclass::text, string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'partitions'::regnamespace AND relkind IN ('r', 'p')) AND attnum > 0 AND NOT attisdropped GROUP BY 1 ORDER BY 1
-- same: SELECT count(*), min(tgenabled::text), max(tgenabled::text) FROM pg_trigger g JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = 'partitions'::regnamespace AND NOT tgisinternal
-- same: SELECT conrelid::regclass::text, contype, pg_get_constraintdef(oid), convalidated, condeferrable FROM pg_constraint WHERE connamespace IN ('partitions'::regnamespace, 'partitions_elsewhere'::regnamespace) AND contype IN ('p', 'f', 'u', 'c') ORDER BY 1, 2, 3
-- same: SELECT inhparent::regclass::text, count(*) FROM pg_inherits WHERE inhparent IN (SELECT oid FROM pg_class WHERE relkind = 'I' AND relnamespace = 'partitions'::regnamespace) GROUP BY 1 ORDER BY 1
-- there: SELECT count(*) FROM noted => 0
CREATE SCHEMA partitions_elsewhere;
CREATE TABLE places (id int PRIMARY KEY);
INSERT INTO places SELECT generate_series(1, 20);
-- Three levels: range, list, hash; a default; one partition elsewhere.
CREATE TABLE events (
    id bigint NOT NULL, at date NOT NULL, kind text NOT NULL, place int REFERENCES places ON DELETE CASCADE, note text,
    PRIMARY KEY (id, at, kind)) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (kind);
CREATE TABLE events_2024_a PARTITION OF events_2024 FOR VALUES IN ('a', 'ä') PARTITION BY HASH (id);
CREATE TABLE events_2024_a0 PARTITION OF events_2024_a FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE events_2024_a1 PARTITION OF events_2024_a FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE events_2024_rest PARTITION OF events_2024 DEFAULT;
CREATE TABLE partitions_elsewhere."Events of 2025" PARTITION OF events FOR VALUES FROM ('2025-01-01') TO (MAXVALUE);
-- Attached later: other order of the columns, and one that was dropped.
CREATE TABLE events_old (gone int, note text, kind text NOT NULL, at date NOT NULL, place int, id bigint NOT NULL);
ALTER TABLE events_old DROP COLUMN gone;
INSERT INTO events_old (id, at, kind, place, note) SELECT i, '2023-02-01'::date + i % 300, 'o', 1 + i % 20, 'old ' || i FROM generate_series(1, 100) i;
ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
INSERT INTO events SELECT i, '2024-01-01'::date + i % 700, (ARRAY['a', 'ä', 'c'])[1 + i % 3], 1 + i % 20, 'n' || i FROM generate_series(1, 900) i;
COMMIT;
CREATE INDEX ON events (note);
CREATE INDEX only_here ON events_old (place);
CREATE TABLE noted (what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO partitions.noted VALUES (TG_TABLE_NAME); RETURN NEW; END $$;
CREATE TRIGGER note AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE events_2024_rest DISABLE TRIGGER note;
-- A foreign key to a partitioned table, one from a partitioned one to itself.
CREATE TABLE about (event bigint, at date, kind text, FOREIGN KEY (event, at, kind) REFERENCES events DEFERRABLE INITIALLY DEFERRED);
INSERT INTO about SELECT id, at, kind FROM events WHERE note LIKE 'n%' AND id % 9 = 0;
ALTER TABLE events ADD COLUMN follows bigint, ADD COLUMN follows_at date, ADD COLUMN follows_kind text;
ALTER TABLE events ADD CONSTRAINT follows FOREIGN KEY (follows, follows_at, follows_kind) REFERENCES events;
COMMIT;
CREATE TABLE hashed (id int, k text NOT NULL, PRIMARY KEY (k, id)) PARTITION BY HASH (k);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE hashed_3 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 3);
CREATE TABLE hashed_even PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0) PARTITION BY RANGE (id);
CREATE TABLE hashed_even_low PARTITION OF hashed_even FOR VALUES FROM (MINVALUE) TO (50);
CREATE TABLE hashed_even_rest PARTITION OF hashed_even DEFAULT;
INSERT INTO hashed SELECT i, 'é' || i FROM generate_series(1, 300) i;
CREATE TABLE no_partitions (id int) PARTITION BY RANGE (id);
