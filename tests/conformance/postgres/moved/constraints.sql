-- item: 12
-- verdict: moved
-- same: SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid), convalidated, condeferrable, condeferred, confmatchtype, confdeltype FROM pg_constraint WHERE connamespace = 'constraints'::regnamespace AND contype <> 'n' ORDER BY 1, 2
-- same: SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indnullsnotdistinct, indisprimary, indimmediate FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'constraints'::regnamespace ORDER BY 1
-- same: SELECT count(*) FROM child
-- same: SELECT t.typname, conname, pg_get_constraintdef(c.oid), convalidated FROM pg_constraint c JOIN pg_type t ON t.oid = contypid WHERE connamespace = 'constraints'::regnamespace ORDER BY 1, 2
-- same: SELECT * FROM asks ORDER BY id
CREATE TABLE a (id int PRIMARY KEY, b int, self int REFERENCES a);
CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a ON DELETE RESTRICT);
INSERT INTO a SELECT i, NULL, nullif(i - 1, 0) FROM generate_series(1, 30) i;
INSERT INTO b SELECT i, 31 - i FROM generate_series(1, 30) i;
UPDATE a SET b = id;
COMMIT;
ALTER TABLE a ADD CONSTRAINT round FOREIGN KEY (b) REFERENCES b DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE child (id int PRIMARY KEY, a int, b int, c int);
INSERT INTO child SELECT i, i, i, i FROM generate_series(1, 40) i;
ALTER TABLE child ADD CONSTRAINT orphans FOREIGN KEY (a) REFERENCES a ON DELETE CASCADE ON UPDATE SET NULL NOT VALID;
ALTER TABLE child ADD CONSTRAINT too_large CHECK (b < 20) NOT VALID;
ALTER TABLE child ADD CONSTRAINT fine CHECK (b < 100);
CREATE TABLE two_keys (x int, y int, note text, CONSTRAINT "the key" PRIMARY KEY (x, y) INCLUDE (note));
INSERT INTO two_keys SELECT i, i % 3, 'n' FROM generate_series(1, 30) i;
CREATE TABLE refers (id int, x int, y int, z int, FOREIGN KEY (x, y) REFERENCES two_keys MATCH FULL, CONSTRAINT partly FOREIGN KEY (x, y) REFERENCES two_keys (x, y) ON DELETE SET NULL (y));
INSERT INTO refers VALUES (1, 3, 0, 1), (2, NULL, NULL, 2);
CREATE TABLE nulls (a int, b int, UNIQUE NULLS NOT DISTINCT (a, b), CONSTRAINT later UNIQUE (b) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO nulls VALUES (1, NULL), (2, 5), (NULL, 6);
CREATE TABLE using_index (id int NOT NULL, x int);
CREATE UNIQUE INDEX ready_made ON using_index (id) WITH (fillfactor = 60);
ALTER TABLE using_index ADD CONSTRAINT "by index" PRIMARY KEY USING INDEX ready_made DEFERRABLE;
CREATE TABLE apart (r int4range, s int4range, EXCLUDE USING gist (r WITH &&) WHERE (NOT isempty(r)), CONSTRAINT deferred EXCLUDE USING gist (s WITH &&) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO apart SELECT int4range(i * 10, i * 10 + 5), int4range(i, i + 1) FROM generate_series(1, 20) i;
-- Referred to by a unique index that is no constraint.
CREATE TABLE by_unique (id int, k int);
CREATE UNIQUE INDEX only_an_index ON by_unique (k);
CREATE TABLE to_unique (k int REFERENCES by_unique (k));
INSERT INTO by_unique VALUES (1, 1);
INSERT INTO to_unique VALUES (1);
COMMIT;
-- A check that asks another table: no order of copying would please it.
CREATE TABLE zz_asked (id int PRIMARY KEY);
INSERT INTO zz_asked SELECT generate_series(1, 10);
CREATE FUNCTION is_known(i int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT FROM constraints.zz_asked WHERE id = i)';
CREATE TABLE asks (id int, CONSTRAINT known CHECK (is_known(id)), CONSTRAINT positive CHECK (id > 0));
CREATE TABLE aa_asks (CONSTRAINT known_too CHECK (is_known(id)) NO INHERIT) INHERITS (asks);
INSERT INTO asks SELECT generate_series(1, 10);
INSERT INTO aa_asks SELECT generate_series(5, 6);
CREATE TABLE asks_in_pieces (id int CHECK (is_known(id))) PARTITION BY RANGE (id);
CREATE TABLE asks_piece PARTITION OF asks_in_pieces FOR VALUES FROM (1) TO (100);
INSERT INTO asks_in_pieces SELECT generate_series(1, 10);
COMMENT ON CONSTRAINT known ON asks IS 'asks another';
-- A domain whose check old values break.
CREATE DOMAIN mark AS int CHECK (VALUE > 0);
CREATE TABLE marks (m mark, ms mark[]);
INSERT INTO marks VALUES (5, '{1,2}'), (500, '{500}');
COMMIT;
ALTER DOMAIN mark ADD CONSTRAINT low CHECK (VALUE < 100) NOT VALID;
ALTER DOMAIN mark SET DEFAULT 1;
