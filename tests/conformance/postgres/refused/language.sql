-- item: 6
-- verdict: refused
-- role: postgres
-- says: language oddly
-- says: language.hello()
CREATE LANGUAGE oddly HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE FUNCTION hello() RETURNS text LANGUAGE oddly AS $$ BEGIN RETURN 'hello'; END $$;
