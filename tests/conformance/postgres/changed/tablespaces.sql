-- item: 16
-- verdict: changed
-- role: postgres
-- says: tablespace fast
-- same: SELECT count(*) FROM on_it
-- there: SELECT count(*) FROM pg_class WHERE reltablespace <> 0 AND relnamespace = 'tablespaces'::regnamespace => 0
CREATE TABLE on_it (id int PRIMARY KEY USING INDEX TABLESPACE pg_default) TABLESPACE fast;
INSERT INTO on_it SELECT generate_series(1, 20);
CREATE INDEX on_it_too ON on_it (id) TABLESPACE fast;
GRANT USAGE ON SCHEMA tablespaces TO app;
GRANT SELECT ON on_it TO app;
