-- item: 6
-- verdict: moved
-- role: postgres
-- same: SELECT opcname, opcdefault, opckeytype::regtype FROM pg_opclass WHERE opcnamespace = 'operator_classes'::regnamespace ORDER BY 1
-- same: SELECT amopstrategy, amopopr::regoperator::text FROM pg_amop o JOIN pg_opfamily f ON f.oid = o.amopfamily WHERE f.opfnamespace = 'operator_classes'::regnamespace ORDER BY 1
-- same: SELECT middle() WITHIN GROUP (ORDER BY id) FROM things
-- same: SELECT opfname, obj_description(oid) FROM pg_opfamily WHERE opfnamespace = 'operator_classes'::regnamespace ORDER BY 1
-- same: SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'things'::regclass ORDER BY 1
-- same: SELECT c.relname, m.amname FROM pg_class c JOIN pg_am m ON m.oid = c.relam WHERE c.relnamespace = 'operator_classes'::regnamespace AND c.relkind IN ('r', 'm') ORDER BY 1
CREATE TABLE things (id int PRIMARY KEY);
INSERT INTO things SELECT generate_series(1, 9);
CREATE FUNCTION first_of(internal, anyelement) RETURNS anyelement LANGUAGE internal AS 'mode_final';
CREATE AGGREGATE middle(ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = first_of, FINALFUNC_EXTRA = true);
CREATE FUNCTION reversed(int, int) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS 'SELECT pg_catalog.btint4cmp($2, $1)';
CREATE OPERATOR CLASS backwards FOR TYPE int USING btree AS
    OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 reversed(int, int);
CREATE INDEX by_id_backwards ON things (id backwards);
CREATE OPERATOR FAMILY fam USING btree;
COMMENT ON OPERATOR FAMILY fam USING btree IS 'comment on family';
CREATE ACCESS METHOD "heap Too" TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE otherwise (id int) USING "heap Too";
INSERT INTO otherwise VALUES (1);
CREATE MATERIALIZED VIEW otherwise_too USING "heap Too" AS SELECT id FROM otherwise;
CREATE TABLE as_usual (id int);
