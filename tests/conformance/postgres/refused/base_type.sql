-- item: 14
-- verdict: refused
-- role: postgres
-- says: base_type.digits
-- says: base_type.numbers.d
CREATE TYPE digits;
CREATE FUNCTION digits_in(cstring) RETURNS digits LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION digits_out(digits) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE digits (INPUT = digits_in, OUTPUT = digits_out, LIKE = text);
CREATE TABLE numbers (id int, d digits);
GRANT USAGE ON SCHEMA base_type TO app;
GRANT SELECT ON numbers TO app;
