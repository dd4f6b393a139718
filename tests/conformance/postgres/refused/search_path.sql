-- item: 6
-- verdict: refused
-- says: index search_path.by_plain
-- says: index search_path.some_only
-- says: materialized view search_path.counted
-- says: statistics search_path.of_plain
-- says: does not exist
CREATE TABLE words (id int, w text);
INSERT INTO words VALUES (1, 'x');
SET search_path = search_path, public;
CREATE FUNCTION folded(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)';
CREATE FUNCTION plain(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN folded(t); END $$;
-- Found by the path that the app's sessions begin with.
CREATE TABLE public.search_path_words (w text);
CREATE FUNCTION how_many() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM search_path_words';
CREATE INDEX by_plain ON words (plain(w));
CREATE INDEX some_only ON words (plain(w)) WHERE id > 0;
CREATE STATISTICS of_plain ON plain(w), id FROM words;
CREATE MATERIALIZED VIEW counted AS SELECT how_many() AS n;
