-- item: 6
-- verdict: refused
-- role: postgres
-- says: operator class backwards
-- says: leakproof function of_a_superuser.tight(integer)
CREATE FUNCTION reversed(int, int) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS 'SELECT pg_catalog.btint4cmp($2, $1)';
CREATE OPERATOR CLASS backwards FOR TYPE int USING btree AS
    OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 reversed(int, int);
CREATE FUNCTION tight(int) RETURNS int LANGUAGE sql IMMUTABLE LEAKPROOF AS 'SELECT $1';
