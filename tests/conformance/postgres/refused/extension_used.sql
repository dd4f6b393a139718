-- item: 2
-- verdict: refused
-- role: postgres
-- says: vector
-- says: extension_used.places.v
-- says: extension_used.places.vs
-- says: view extension_used.near
-- says: type extension_used.short
CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;
CREATE TABLE places (id int, v vector(3), vs vector[]);
CREATE VIEW near AS SELECT id FROM places ORDER BY v <-> '[1,2,3]';
CREATE DOMAIN short AS vector(2);
GRANT USAGE ON SCHEMA extension_used TO app;
GRANT SELECT ON places TO app;
