-- item: 5
-- verdict: changed
-- role: postgres
-- says: event trigger extension_before_drop
-- there: SELECT count(*) FROM pg_namespace WHERE nspname = '_heroku' => 0
-- there: SELECT count(*) FROM pg_namespace WHERE nspname = 'heroku_ext' => 1
CREATE SCHEMA _heroku;
CREATE SCHEMA heroku_ext;
CREATE FUNCTION _heroku.extension_before_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION _heroku.create_ext() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION _heroku.drop_ext() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION _heroku.validate_extension() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION _heroku.grant_table_if_exists(a text, b text, c text DEFAULT NULL) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN END $$;
CREATE TABLE _heroku.internal (id int);
COMMENT ON SCHEMA _heroku IS 'theirs';
COMMENT ON FUNCTION _heroku.create_ext() IS 'theirs';
CREATE EVENT TRIGGER extension_before_drop ON ddl_command_start EXECUTE FUNCTION _heroku.extension_before_drop();
CREATE EVENT TRIGGER log_create_ext ON ddl_command_end EXECUTE FUNCTION _heroku.create_ext();
CREATE EVENT TRIGGER log_drop_ext ON sql_drop EXECUTE FUNCTION _heroku.drop_ext();
CREATE EVENT TRIGGER validate_extension ON ddl_command_end EXECUTE FUNCTION _heroku.validate_extension();
COMMENT ON EVENT TRIGGER validate_extension IS 'theirs';
GRANT USAGE ON SCHEMA heroku_ext TO app;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO app;
