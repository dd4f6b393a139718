-- item: 4, 17
-- verdict: refused
-- role: postgres
-- says: policy_reader
-- says: policy readers on policy_role.guarded
DROP ROLE IF EXISTS policy_reader;
CREATE ROLE policy_reader;
CREATE TABLE guarded (id int);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON guarded TO policy_reader, app USING (true);
ALTER TABLE guarded OWNER TO app;
GRANT USAGE ON SCHEMA policy_role TO app;
