-- item: 6, 7
-- verdict: refused
-- says: index search_path_round_about.by_operator
-- says: index search_path_round_about.by_domain
-- says: index search_path_round_about.first_is_null
-- says: materialized view search_path_round_about.through_view
-- says: materialized view search_path_round_about.through_aggregate
-- The function that relies on the path is behind something else, or not called for the first row.
SET search_path = search_path_round_about, public;
-- Found by the path that the app's sessions begin with.
CREATE FUNCTION public.round_about(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)';
CREATE FUNCTION plain(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$ BEGIN RETURN round_about(t); END $$;
CREATE FUNCTION joined(a text, b text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN round_about(a || b); END $$;
CREATE FUNCTION is_plain(t text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN round_about(t) <> ''; END $$;
CREATE OPERATOR ## (LEFTARG = text, RIGHTARG = text, FUNCTION = joined);
CREATE DOMAIN plain_text AS text CHECK (is_plain(VALUE));
CREATE TABLE public.round_about_words (id int);
CREATE TABLE words (id int, w text, kind text);
INSERT INTO words VALUES (1, 'x', 'other'), (2, 'y', 'one');
CREATE INDEX by_operator ON words ((w ## kind));
CREATE INDEX by_domain ON words ((w::plain_text));
CREATE TABLE sparse (w text);
INSERT INTO sparse VALUES (NULL), ('x');
CREATE INDEX first_is_null ON sparse (plain(w));
CREATE FUNCTION how_many() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM round_about_words';
CREATE VIEW counted AS SELECT id, how_many() AS n FROM words;
CREATE MATERIALIZED VIEW through_view AS SELECT * FROM counted;
CREATE FUNCTION added(state text, t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN state || round_about(t); END $$;
CREATE AGGREGATE all_of(text) (SFUNC = added, STYPE = text, INITCOND = '');
CREATE MATERIALIZED VIEW through_aggregate AS SELECT all_of(w) FROM words;
