-- item: 6, 13
-- verdict: refused
-- from: 18
-- to: 18
-- says: index search_path_since_17.by_plain
-- Made before there were rows, as every migration of an app does it. No server has computed it yet.
SET search_path = search_path_since_17;
CREATE FUNCTION folded(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)';
CREATE FUNCTION plain(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN folded(t); END $$;
CREATE TABLE words (id int, w text);
CREATE INDEX by_plain ON words (plain(w));
INSERT INTO words VALUES (1, 'x');
