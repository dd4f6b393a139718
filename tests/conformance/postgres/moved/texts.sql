-- item: 15
-- verdict: moved
-- same: SELECT id, t, encode(convert_to(t, 'UTF8'), 'hex'), c, v, b FROM texts ORDER BY id
-- same: SELECT id, j::text, jb::text FROM jsons ORDER BY id
-- same: SELECT id, length(t), md5(t), length(b), md5(b), array_length(a, 1) FROM large ORDER BY id
-- there: SELECT count(*) FROM texts WHERE t = E'\\.' => 1
-- there: SELECT count(*) FROM texts WHERE t IS NULL => 1
CREATE TABLE texts (id int PRIMARY KEY, t text, c char(6), v varchar(10), b bytea);
INSERT INTO texts VALUES
    (1, E'\\.', E'\\.', E'\\.', E'\\x5c2e0a'),
    (2, E'\\N', '\N', E'\\', E'\\x00ff'),
    (3, '', '', '', ''),
    (4, NULL, NULL, NULL, NULL),
    (5, E'\r\n\t\b\f\x0b', E'\r', E'\n', NULL),
    (6, E'\n\\.\n', ' ', '  ', NULL),
    (7, '😀👩‍👩‍👧 é é Å Å', 'é', '愛', NULL),
    (8, U&'\FFFE\FFFF\FEFF\200B\202E', 'x ', 'x ', NULL),
    (9, E'\x01\x1b[31m\x7f', '', E'\x1f', NULL),
    (10, U&'\+10FFFF\+01F600', '', '', NULL),
    (11, '"quoted", ''single'' \copy $$x$$ -- ; %s {}', '', '', NULL),
    (12, E'\\\\.\\n\\t\\b\\x41\\101', '', '', NULL),
    (13, repeat(E'\\', 1001), '', '', NULL);
CREATE TABLE one_column (t text);
INSERT INTO one_column VALUES (E'\\.'), (''), (NULL), (E'\\N'), (E'a\\.'), (E'\\.\n\\.');
CREATE TABLE jsons (id int, j json, jb jsonb, js json[]);
INSERT INTO jsons VALUES
    (1, '{"a" : 1,  "a": 2,
  "b":[1.0, 1e2 ,"\u00e9\ud83d\ude00"]  }', '{"a": 1, "a": 2, "b": [1.0, 1e2, "\u00e9"]}', ARRAY['{"x" :1}'::json, NULL]),
    (2, '  null ', 'null', '{}'),
    (3, '"\\u0001\\n\/"', '{"": {"k": [[], {}]}}', NULL),
    (4, '12345678901234567890.123456789012345678900', '12345678901234567890.123456789012345678900', NULL);
-- Stored out of line, compressed and not.
CREATE TABLE large (id int, t text, b bytea, a int[]);
ALTER TABLE large ALTER b SET STORAGE EXTERNAL;
INSERT INTO large SELECT i, repeat(md5(i::text) || E'\n\\', 20000), decode(repeat(md5(i::text), 30000), 'hex'), ARRAY(SELECT generate_series(1, 50000)) FROM generate_series(1, 3) i;
INSERT INTO large SELECT 9, string_agg(md5(i::text), ''), NULL, NULL FROM generate_series(1, 30000) i;
