-- item: 5
-- verdict: changed
-- role: postgres
-- says: publication changes
-- says: event trigger their_own
-- says: subscription from_afar
-- there: SELECT count(*) FROM pg_publication => 0
-- there: SELECT count(*) FROM pg_event_trigger => 0
-- there: SELECT count(*) FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) => 0
CREATE TABLE published (id int PRIMARY KEY);
CREATE PUBLICATION changes FOR TABLE published;
CREATE PUBLICATION everything FOR ALL TABLES;
CREATE FUNCTION said() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER their_own ON ddl_command_end EXECUTE FUNCTION said();
CREATE SUBSCRIPTION from_afar CONNECTION 'host=localhost password=canary-subscription-pass' PUBLICATION p WITH (connect = false, slot_name = NONE);
GRANT USAGE ON SCHEMA replication TO app;
GRANT SELECT ON published TO app;
