-- item: 17
-- verdict: refused
-- role: postgres
-- says: schema_without_usage.seen
CREATE TABLE seen (id int);
GRANT SELECT ON seen TO app;
REVOKE ALL ON SCHEMA schema_without_usage FROM PUBLIC, app;
ALTER SCHEMA schema_without_usage OWNER TO postgres;
