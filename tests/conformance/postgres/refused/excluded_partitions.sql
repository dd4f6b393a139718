-- item: 8, 12
-- verdict: refused
-- from: 18
-- to: 16
-- says: exclusion constraints of partitioned tables
-- says: constraint apart of excluded_partitions.booked
-- Postgres does not compare the definitions of such indexes, and attaches none.
CREATE TABLE booked (id int, r int4range, CONSTRAINT apart EXCLUDE USING gist (r WITH =)) PARTITION BY RANGE (r);
CREATE TABLE booked_all PARTITION OF booked DEFAULT;
