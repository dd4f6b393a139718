-- item: 6
-- verdict: moved
-- same: SELECT oid::regprocedure::text, prokind, pg_get_function_result(oid), provolatile, proisstrict, prosecdef, proparallel, procost, prorows, proconfig, prosrc FROM pg_proc WHERE pronamespace = 'functions'::regnamespace ORDER BY 1
-- same: SELECT doubled(4), later_rows(), total(id ORDER BY id) FROM things
-- same: SELECT 3 %% 5, '7'::text::whole, row(2)::whole::text
-- same: SELECT id, label, short FROM things ORDER BY id
-- same: SELECT count(*) FROM things WHERE plain(label) = plain('ÄPFEL 3')
-- same: SELECT castcontext, castmethod, castfunc::regprocedure::text FROM pg_cast WHERE castsource = 'whole'::regtype OR casttarget = 'whole'::regtype ORDER BY 1, 2, 3
CREATE FUNCTION doubled(i int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT i * 2; END;
SET check_function_bodies = off;
CREATE FUNCTION later_rows() RETURNS bigint LANGUAGE sql STABLE SET search_path = functions AS 'SELECT count(*) FROM things';
SET check_function_bodies = on;
CREATE FUNCTION folded(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
-- a comment that looks like one of pg_dump's
--
-- Name: things; Type: TABLE; Schema: functions; Owner: -
--
BEGIN RETURN lower(translate(t, 'ÄÖÜäöü', 'AOUaou')); END $$;
CREATE FUNCTION plain(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = functions, pg_temp AS $$ SELECT folded(t) $$;
CREATE FUNCTION shortened(t text) RETURNS text LANGUAGE sql IMMUTABLE RETURN left(t, 3);
CREATE TABLE things (
    id int PRIMARY KEY, label text CHECK (plain(label) <> ''), short text GENERATED ALWAYS AS (shortened(label)) STORED);
CREATE INDEX by_plain ON things (plain(label));
INSERT INTO things SELECT i, 'Äpfel ' || i FROM generate_series(1, 200) i;
CREATE FUNCTION first_thing() RETURNS things LANGUAGE plpgsql SET search_path = functions AS $$
DECLARE found things%ROWTYPE; BEGIN SELECT * INTO found FROM things ORDER BY id LIMIT 1; RETURN found; END $$;
CREATE FUNCTION names(VARIADIC text[] DEFAULT '{}', OUT n int, OUT s text) RETURNS SETOF record LANGUAGE sql
    COST 7 ROWS 3 AS $$ SELECT 1, array_to_string($1, ',') $$;
CREATE FUNCTION wrapped(integer, text DEFAULT E'it''s \\ %s') RETURNS text LANGUAGE sql AS $_$ SELECT $2 $_$;
CREATE PROCEDURE do_it(INOUT x int) LANGUAGE plpgsql AS $$ BEGIN x := x + 1; END $$;
CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 + $2';
CREATE AGGREGATE total(int) (SFUNC = plus, STYPE = int, INITCOND = '0', COMBINEFUNC = plus, PARALLEL = SAFE);
CREATE OPERATOR %% (LEFTARG = int, RIGHTARG = int, FUNCTION = plus, COMMUTATOR = OPERATOR(functions.%%));
CREATE TYPE whole AS (n int);
CREATE FUNCTION whole_of(text) RETURNS whole LANGUAGE sql IMMUTABLE AS 'SELECT row($1::int)::functions.whole';
CREATE FUNCTION text_of(whole) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT ($1).n::text || '!' $$;
CREATE CAST (text AS whole) WITH FUNCTION whole_of(text);
CREATE CAST (whole AS text) WITH FUNCTION text_of(whole) AS ASSIGNMENT;
