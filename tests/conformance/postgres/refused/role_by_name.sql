-- item: 14
-- verdict: refused
-- role: postgres
-- says: role_by_name.owners.who
-- says: only_here
DROP ROLE IF EXISTS only_here;
CREATE ROLE only_here;
GRANT USAGE ON SCHEMA role_by_name TO app;
CREATE TABLE owners (who regrole);
INSERT INTO owners VALUES ('only_here'), ('app');
GRANT SELECT ON owners TO app;
