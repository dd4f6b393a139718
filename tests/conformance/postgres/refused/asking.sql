-- item: 11, 12
-- verdict: refused
-- says: generated column asking.orders.country
-- says: check of the domain asking.known
-- says: asking.orders.many
-- says: asking.pairs.p
CREATE TABLE zz_countries (id int PRIMARY KEY, name text);
INSERT INTO zz_countries VALUES (1, 'A'), (2, 'B');
CREATE FUNCTION name_of(i int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN RETURN (SELECT name FROM asking.zz_countries WHERE id = i); END $$;
CREATE FUNCTION is_known(i int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT FROM asking.zz_countries WHERE id = i)';
CREATE DOMAIN known AS int CHECK (is_known(VALUE));
CREATE TABLE orders (id int, country text GENERATED ALWAYS AS (name_of(id)) STORED, many known[]);
INSERT INTO orders (id, many) VALUES (1, '{1,2}');
CREATE TYPE pair AS (x known, y int);
CREATE TABLE pairs (p pair);
