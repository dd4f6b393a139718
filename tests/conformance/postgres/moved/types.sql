-- item: 14
-- verdict: moved
-- same: SELECT enumlabel FROM pg_enum WHERE enumtypid = 'grade'::regtype ORDER BY enumsortorder
-- same: SELECT * FROM graded ORDER BY g, id
-- same: SELECT t.* FROM composed t ORDER BY id
-- same: SELECT * FROM numbers ORDER BY id
-- same: SELECT m::text FROM moments m ORDER BY id
-- same: SELECT id, c::text, p::text, t::text, f::text, r::text, d::text FROM pointers ORDER BY id
-- same: SELECT ts_debug('types.plain_english', 'The Cats')
-- same: SELECT rngtypid::regtype::text, rngsubtype::regtype::text, rngmultitypid::regtype::text, rngsubdiff::text FROM pg_range JOIN pg_type t ON t.oid = rngtypid WHERE typnamespace = 'types'::regnamespace
CREATE TYPE grade AS ENUM ('one', 'three');
COMMIT;
ALTER TYPE grade ADD VALUE 'two' BEFORE 'three';
ALTER TYPE grade ADD VALUE 'zero' BEFORE 'one';
ALTER TYPE grade ADD VALUE 'one and a half' AFTER 'one';
COMMIT;
ALTER TYPE grade RENAME VALUE 'zero' TO 'none';
CREATE TYPE empty_enum AS ENUM ();
CREATE TABLE graded (id int, g grade, gs grade[], e empty_enum);
CREATE INDEX ON graded (g);
INSERT INTO graded SELECT i, (enum_range(NULL::grade))[1 + i % 5], enum_range(NULL::grade) FROM generate_series(1, 25) i;
CREATE TYPE inner_pair AS (x int, y text);
CREATE TYPE outer_pair AS (p inner_pair, ps inner_pair[], g grade);
ALTER TYPE inner_pair ADD ATTRIBUTE z numeric;
CREATE DOMAIN short_texts AS text[] CHECK (array_length(VALUE, 1) < 4) NOT NULL DEFAULT '{}';
CREATE DOMAIN positive AS int CONSTRAINT "over %s" CHECK (VALUE > 0);
CREATE DOMAIN very_positive AS positive CHECK (VALUE > 10);
CREATE DOMAIN pair_domain AS inner_pair CHECK (VALUE IS NULL OR (VALUE).x > 0);
CREATE TYPE span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi, MULTIRANGE_TYPE_NAME = spans);
CREATE TABLE composed (id int, o outer_pair, os outer_pair[], texts short_texts, n very_positive, p pair_domain, s span, ss spans, mr int4multirange, nmr nummultirange, bounds int[]);
INSERT INTO composed VALUES
    (1, row(row(1, E'a"b\\,()', 2.50), ARRAY[row(2, NULL, NULL), row(NULL, '', 0)]::inner_pair[], 'two'), NULL, '{a,"b,c",NULL}', 11, row(1, 'y', 0), '[1.5,2.5)', '{[1,2),[3,4)}', '{[1,3),[5,7)}', '{(,)}', '[2:3]={1,2}'),
    (2, NULL, ARRAY[row(NULL, '{}', NULL)]::outer_pair[], '{}', NULL, NULL, 'empty', '{}', '{}', NULL, '[-1:0][5:6]={{1,2},{3,4}}'),
    (3, row(NULL, NULL, NULL), '{NULL}', '[0:1]={x,y}', 99, NULL, '(,)', '{empty}', '{[1,2]}', '{[1.0,1.00]}', '{}');
CREATE TABLE numbers (id int, f4 real, f8 double precision, n numeric, ns numeric(20, 5), nn numeric(3, -2), m money, b bit(5), vb bit varying, c "char", o oid, x xid8, u uuid);
INSERT INTO numbers VALUES
    (1, 'NaN', 'NaN', 'NaN', 'NaN', NULL, '-12345.67', B'10101', B'1', 'x', 4294967295, '18446744073709551615', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
    (2, 'Infinity', '-Infinity', 'Infinity', 1.50000, 12345, '92233720368547758.07', B'00000', B'', E'\\001', 0, '0', NULL),
    (3, '-0', '-0.0', '-Infinity', 0, 49, '0', NULL, B'000111', '', 1, '3', NULL),
    (4, 1e-45, 5e-324, '1.000', 99999.99999, -150, '1', NULL, NULL, '\377', 2147483648, NULL, NULL),
    (5, 3.4028235e38, 1.7976931348623157e308, ('1' || repeat('0', 3000) || '.' || repeat('1', 3000))::numeric, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (6, 0.1, 0.30000000000000004, 1e-100, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE moments (id int, d date, t time(3), tz timetz, ts timestamp, tstz timestamptz, i interval, iy interval year to month);
INSERT INTO moments VALUES
    (1, 'infinity', '24:00', '24:00:00+15:59', 'infinity', '-infinity', '178000000 years', '3-2'),
    (2, '-infinity', '00:00', '00:00-15:59', '-infinity', 'infinity', '-178000000 years', '-1 mon'),
    (3, '0044-03-15 BC', '12:34:56.789', '12:00:00.000001+05:45', '4713-11-24 00:00 BC', '4713-11-24 00:00 BC', '1 mon -1 day 01:02:03.000004', NULL),
    (4, '5874897-12-31', NULL, NULL, '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '-00:00:00.000001', NULL),
    (5, NULL, NULL, NULL, '2024-03-31 02:30', '2024-10-27 02:30 Europe/Berlin', '00:00', NULL);
CREATE TEXT SEARCH DICTIONARY dull (TEMPLATE = snowball, LANGUAGE = english, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION plain_english (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION plain_english ALTER MAPPING FOR asciiword WITH dull, simple;
CREATE TABLE sought (id int, t text, v tsvector GENERATED ALWAYS AS (to_tsvector('types.plain_english', t)) STORED, q tsquery);
INSERT INTO sought (id, t, q) VALUES (1, 'The quick brown cats', 'cat & (dog | !''it''''s'':*AB) <-> x');
CREATE INDEX ON sought USING gin (v);
CREATE SEQUENCE pointed;
CREATE FUNCTION pointed_at(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE pointers (id int, c regclass DEFAULT 'pointed'::regclass, p regprocedure, t regtype, f regconfig, r regrole, o regoperator, n regnamespace, cl regcollation, d regdictionary);
INSERT INTO pointers VALUES
    (1, 'types.composed', 'pointed_at(int)', 'grade[]', 'plain_english', 'app', '+(int,int)', 'types', '"C"', 'dull'),
    (2, 'pg_catalog.pg_class', 'now()', 'numeric', 'english', '-', '0', 'pg_catalog', '"POSIX"', 'simple'),
    (3, '-', '-', '-', '-', NULL, NULL, NULL, NULL, NULL),
    (4, '4294967290', '4294967291', '4294967292', NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE nets (m macaddr, m8 macaddr8, c cidr, i inet, l pg_lsn, t tid, s pg_snapshot);
INSERT INTO nets VALUES ('08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '2001:db8::/32', '::ffff:1.2.3.4/128', 'FFFFFFFF/FFFFFFFF', '(4294967295,65535)', '10:20:10,14,15');
CREATE TABLE shapes (p point, l line, s lseg, b box, pa path, po polygon, c circle, j jsonpath);
INSERT INTO shapes VALUES ('(1e-300,NaN)', '{1,2,3}', '[(0,0),(1,1)]', '(2,2),(1,1)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(0,0),1.5>', '$.a[*] ? (@ > 1)');
CREATE TABLE of_type OF inner_pair (PRIMARY KEY (x), y WITH OPTIONS DEFAULT 'd' NOT NULL);
INSERT INTO of_type VALUES (1, 'y', 1);
CREATE TABLE rows_of_rows (id int, whole graded, many graded[]);
INSERT INTO rows_of_rows SELECT 1, one, ARRAY[one, NULL] FROM graded one WHERE id = 3;
