-- item: 9
-- verdict: moved
-- same: SELECT tableoid::regclass::text, count(*), sum(id) FROM ancestor GROUP BY 1 ORDER BY 1
-- same: SELECT inhrelid::regclass::text, inhparent::regclass::text, inhseqno FROM pg_inherits WHERE inhrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'inheritance'::regnamespace) ORDER BY 1, 3
-- same: SELECT attrelid::regclass::text, attname, attislocal, attinhcount FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'inheritance'::regnamespace AND relkind = 'r') AND attnum > 0 AND NOT attisdropped ORDER BY 1, 2
-- same: SELECT conrelid::regclass::text, conname, conislocal, coninhcount, connoinherit, convalidated FROM pg_constraint WHERE connamespace = 'inheritance'::regnamespace AND contype = 'c' ORDER BY 1, 2
-- there: SELECT count(*) FROM ONLY ancestor => 5
-- there: SELECT count(*) FROM ancestor => 85
CREATE TABLE ancestor (id int CHECK (id > 0), note text DEFAULT 'a');
CREATE TABLE other (x numeric NOT NULL);
CREATE TABLE son (more int DEFAULT 3) INHERITS (ancestor);
CREATE TABLE daughter (id int, note text DEFAULT 'd', own text) INHERITS (ancestor, other);
CREATE TABLE grandson () INHERITS (son);
CREATE TABLE adopted (x int, note text, id int, CONSTRAINT ancestor_id_check CHECK (id > 0));
ALTER TABLE adopted INHERIT ancestor;
ALTER TABLE ancestor ADD CONSTRAINT not_for_children CHECK (id < 100) NO INHERIT;
ALTER TABLE ancestor ADD CONSTRAINT small CHECK (id < 1000) NOT VALID;
INSERT INTO ancestor SELECT i FROM generate_series(1, 5) i;
INSERT INTO son SELECT i, 's', i FROM generate_series(200, 219) i;
INSERT INTO daughter (id, x, own) SELECT i, i / 3.0, 'o' FROM generate_series(300, 319) i;
INSERT INTO grandson (id) SELECT i FROM generate_series(400, 419) i;
INSERT INTO adopted (id) SELECT i FROM generate_series(500, 519) i;
COMMIT;
ALTER TABLE ancestor DROP COLUMN note;
