-- item: 17
-- verdict: moved
-- same: SELECT polname, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy WHERE polrelid = 'guarded'::regclass ORDER BY 1
-- same: SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relnamespace = 'policies'::regnamespace AND relkind = 'r' ORDER BY 1
-- same: SELECT count(*) FROM guarded
-- same: SELECT * FROM from_guarded
CREATE TABLE other (id int);
CREATE TABLE guarded (id int PRIMARY KEY, owner text);
INSERT INTO guarded SELECT i, 'o' || i % 3 FROM generate_series(1, 30) i;
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON guarded FOR SELECT USING (owner = current_user);
CREATE POLICY all_of_them ON guarded AS RESTRICTIVE FOR ALL TO PUBLIC USING (id > 0) WITH CHECK (id > 1);
CREATE POLICY asks_another ON guarded FOR INSERT WITH CHECK (EXISTS (SELECT FROM policies.other WHERE other.id = guarded.id));
ALTER TABLE other FORCE ROW LEVEL SECURITY;
CREATE MATERIALIZED VIEW from_guarded AS SELECT owner, count(*) FROM guarded GROUP BY owner ORDER BY owner;
