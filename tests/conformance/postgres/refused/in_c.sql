-- item: 6
-- verdict: refused
-- role: postgres
-- says: in_c.handler()
CREATE FUNCTION handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
