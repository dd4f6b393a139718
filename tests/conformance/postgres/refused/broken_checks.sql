-- item: 12
-- verdict: refused
-- says: Rows break the constraint small of broken_checks.marks
-- says: Rows break the constraint to_come of broken_checks.meetings
-- says: Rows break the domain broken_checks.mark (of broken_checks.marked.m)
-- A check is computed when a row is written, and never again.
CREATE FUNCTION is_small(i int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT i < 100';
CREATE DOMAIN mark AS int CHECK (broken_checks.is_small(VALUE));
CREATE TABLE marks (m int CONSTRAINT small CHECK (is_small(m)), n int CONSTRAINT fine CHECK (is_small(n)));
CREATE TABLE marked (m mark);
INSERT INTO marks VALUES (1, 1), (50, 2);
INSERT INTO marked VALUES (50);
CREATE TABLE meetings (at timestamptz CONSTRAINT to_come CHECK (at > now()));
INSERT INTO meetings VALUES (now() + interval '0.1 seconds');
COMMIT;
SELECT pg_sleep(0.2);
CREATE OR REPLACE FUNCTION is_small(i int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT i < 10';
