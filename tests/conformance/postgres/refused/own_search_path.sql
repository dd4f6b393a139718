-- item: 6, 11
-- verdict: refused
-- says: constraint careful of own_search_path.priced
-- says: generated column own_search_path.priced.cents
-- says: domain own_search_path.price works only under
CREATE FUNCTION rounded(n numeric) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT round($1)::bigint';
CREATE FUNCTION in_cents(n numeric) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN rounded(n * 100); END $$;
CREATE TABLE priced (n numeric, cents bigint GENERATED ALWAYS AS (in_cents(n)) STORED, CONSTRAINT careful CHECK (in_cents(n) > 0));
INSERT INTO priced (n) VALUES (1.5);
CREATE DOMAIN price AS numeric CHECK (in_cents(VALUE) > 0);
CREATE TABLE prices (p price);
INSERT INTO prices VALUES (1);
