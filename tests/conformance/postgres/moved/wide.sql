-- item: 11, 15
-- verdict: moved
-- same: SELECT count(*) FROM pg_attribute WHERE attrelid = 'wide'::regclass AND attnum > 0 AND NOT attisdropped
-- same: SELECT md5(string_agg(w::text, '|' ORDER BY c1)) FROM wide w
-- there: SELECT count(*) FROM wide WHERE c1600 = c1 + 1599 => 20
-- The widest table there can be, and an indexed one of as many columns as an index takes.
DO $$ BEGIN
    EXECUTE (SELECT 'CREATE TABLE wide (' || string_agg('c' || i || ' int', ', ' ORDER BY i) || ')' FROM generate_series(1, 1600) i);
    EXECUTE (SELECT 'INSERT INTO wide SELECT ' || string_agg('n + ' || i - 1, ', ' ORDER BY i) || ' FROM generate_series(1, 20) n' FROM generate_series(1, 1600) i);
    EXECUTE (SELECT 'CREATE INDEX on_many ON wide (' || string_agg('c' || i, ', ' ORDER BY i) || ')' FROM generate_series(1, 32) i);
END $$;
-- Most of its columns are gone, and count no more.
CREATE TABLE worn (id int);
DO $$ BEGIN
    FOR i IN 1..300 LOOP
        EXECUTE format('ALTER TABLE worn ADD COLUMN c%s int', i);
        EXECUTE format('ALTER TABLE worn DROP COLUMN c%s', i);
    END LOOP;
END $$;
ALTER TABLE worn ADD COLUMN last text DEFAULT 'x';
INSERT INTO worn VALUES (1), (2);
