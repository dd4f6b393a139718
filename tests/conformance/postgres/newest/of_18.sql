-- item: 11, 12
-- verdict: moved
-- same: SELECT attrelid::regclass::text, attname, attgenerated, attidentity FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE c.relnamespace = 'of_18'::regnamespace AND c.relkind IN ('r', 'p') AND attnum > 0 ORDER BY 1, attnum
-- same: SELECT conrelid::regclass::text, conname, contype, conenforced, convalidated, connoinherit, conperiod, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'of_18'::regnamespace ORDER BY 1, 2
-- same: SELECT * FROM computed ORDER BY id
-- same: SELECT a FROM not_readable ORDER BY a
-- same: SELECT * FROM stays ORDER BY 1, 2
-- same: SELECT nextval(pg_get_serial_sequence('of_18.numbered', 'id'))
-- same: SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'of_18'::regnamespace ORDER BY 1
CREATE TABLE computed (id int, n int, twice int GENERATED ALWAYS AS (n * 2) VIRTUAL, thrice int GENERATED ALWAYS AS (n * 3) STORED);
INSERT INTO computed (id, n) SELECT i, i FROM generate_series(1, 50) i;
CREATE TABLE unenforced (id int PRIMARY KEY, CONSTRAINT later CHECK (id > 0) NOT ENFORCED);
INSERT INTO unenforced VALUES (-1), (1);
CREATE TABLE refers (u int CONSTRAINT loosely REFERENCES unenforced NOT ENFORCED);
INSERT INTO refers VALUES (99);
CREATE TABLE rooms (id int4range, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
INSERT INTO rooms SELECT int4range(i, i + 1), daterange('2026-01-01', '2026-12-31') FROM generate_series(1, 20) i;
CREATE TABLE stays (room int4range, during daterange, FOREIGN KEY (room, PERIOD during) REFERENCES rooms (id, PERIOD during));
INSERT INTO stays SELECT int4range(i, i + 1), daterange('2026-02-01', '2026-02-05') FROM generate_series(1, 20) i;
CREATE TABLE strict (id int, CONSTRAINT "must be" NOT NULL id NO INHERIT, x int CONSTRAINT named NOT NULL);
CREATE TABLE once_null (id int);
INSERT INTO once_null VALUES (NULL);
COMMIT;
ALTER TABLE once_null ADD CONSTRAINT from_now_on NOT NULL id NOT VALID;
CREATE TABLE numbered (id int GENERATED ALWAYS AS IDENTITY, r int4range) PARTITION BY RANGE (r);
CREATE TABLE numbered_all PARTITION OF numbered DEFAULT;
INSERT INTO numbered (r) SELECT int4range(i, i + 1) FROM generate_series(1, 30) i;
CREATE TABLE ids (id uuid DEFAULT uuidv7(), made timestamptz GENERATED ALWAYS AS (uuid_extract_timestamp(id)) VIRTUAL);
INSERT INTO ids VALUES ('019acf5c-0000-7000-8000-000000000001');
CREATE FUNCTION patient() RETURNS int LANGUAGE sql SET transaction_timeout = '5s' AS 'SELECT 1';
-- Never computed, so it could be broken for years.
CREATE TABLE not_readable (a int, inverse int GENERATED ALWAYS AS (10 / a) VIRTUAL);
INSERT INTO not_readable VALUES (0), (1);
