-- item: 14, 20
-- verdict: moved
-- same: SELECT id, x::text, xs::text FROM documents ORDER BY id
-- same: SELECT attname, attcompression FROM pg_attribute WHERE attrelid = 'compressed'::regclass AND attnum > 0 ORDER BY 1
-- same: SELECT id, md5(t), pg_column_compression(t), pg_column_compression(p) FROM compressed ORDER BY id
CREATE TABLE documents (id int, x xml, xs xml[]);
INSERT INTO documents VALUES (1, '<?xml version="1.0" encoding="UTF-8"?><a b="1">é &amp; <![CDATA[<x>]]></a>', ARRAY['<a/>'::xml, NULL]), (2, 'just content, <b/> no document', '{}'), (3, '', NULL);
CREATE TABLE compressed (id int, t text COMPRESSION lz4, p text COMPRESSION pglz, d text DEFAULT 'ALTER TABLE ONLY x SET COMPRESSION lz4;');
INSERT INTO compressed SELECT i, repeat('lz4 ' || i, 3000), repeat('pglz ' || i, 3000) FROM generate_series(1, 5) i;
