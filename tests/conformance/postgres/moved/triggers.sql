-- item: 19
-- verdict: moved
-- same: SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid), tgdeferrable, tginitdeferred FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'triggers'::regnamespace) AND NOT tgisinternal ORDER BY 1, 2
-- same: SELECT ev_class::regclass::text, rulename, ev_enabled, is_instead, pg_get_ruledef(oid) FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM pg_class WHERE relnamespace = 'triggers'::regnamespace) AND rulename <> '_RETURN' ORDER BY 1, 2
-- there: SELECT count(*) FROM noted => 0
-- there: SELECT count(*) FROM watched => 50
CREATE TABLE noted (what text);
CREATE TABLE watched (id int PRIMARY KEY, x int, y text);
INSERT INTO watched SELECT i, i, 'y' FROM generate_series(1, 50) i;
COMMIT;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO triggers.noted VALUES (TG_NAME);
    PERFORM pg_notify('somebody', TG_NAME);
    RAISE EXCEPTION 'a trigger fired while rows were copied';
END $$;
CREATE TRIGGER plain AFTER INSERT OR UPDATE OF x OR DELETE ON watched FOR EACH ROW WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION note('an "arg"', E'\n''%s');
CREATE TRIGGER of_statement BEFORE TRUNCATE OR INSERT ON watched FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER always_on BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE watched ENABLE ALWAYS TRIGGER always_on;
CREATE TRIGGER replica_only AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE watched ENABLE REPLICA TRIGGER replica_only;
CREATE TRIGGER "off %s" AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE watched DISABLE TRIGGER "off %s";
CREATE TRIGGER with_tables AFTER UPDATE ON watched REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT OR UPDATE ON watched FROM noted DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.x > 0) EXECUTE FUNCTION note();
CREATE VIEW through AS SELECT id, x FROM watched;
CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE OR DELETE ON through FOR EACH ROW EXECUTE FUNCTION note();
CREATE RULE no_delete AS ON DELETE TO noted DO INSTEAD NOTHING;
CREATE RULE log_update AS ON UPDATE TO watched WHERE OLD.y <> NEW.y DO ALSO INSERT INTO noted VALUES (OLD.y || '->' || NEW.y);
ALTER TABLE watched DISABLE RULE log_update;
CREATE RULE always_rule AS ON INSERT TO noted DO ALSO SELECT 1;
ALTER TABLE noted ENABLE ALWAYS RULE always_rule;
