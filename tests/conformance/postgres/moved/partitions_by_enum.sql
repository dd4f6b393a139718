-- item: 8
-- verdict: moved
-- same: SELECT id, feels, note FROM by_mood ORDER BY id
-- same: SELECT conname, contype, convalidated FROM pg_constraint WHERE conrelid = 'by_mood'::regclass AND contype <> 'n' ORDER BY 1
-- same: SELECT count(*) FROM about_moods JOIN by_mood USING (id, feels)
-- The hash of an enum's value is that of its OID, so that a row may belong to another partition on the target.
CREATE TYPE mood AS ENUM ('sad', 'meh', 'ok', 'good', 'great', 'beside oneself');
CREATE TABLE by_mood (id int, feels mood NOT NULL, note text, PRIMARY KEY (id, feels)) PARTITION BY HASH (feels);
CREATE TABLE by_mood_0 PARTITION OF by_mood FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE by_mood_1 PARTITION OF by_mood FOR VALUES WITH (MODULUS 3, REMAINDER 1) PARTITION BY RANGE (id);
CREATE TABLE by_mood_1_low PARTITION OF by_mood_1 FOR VALUES FROM (MINVALUE) TO (100);
CREATE TABLE by_mood_1_rest PARTITION OF by_mood_1 DEFAULT;
CREATE TABLE by_mood_2 (note text, id int NOT NULL, feels mood NOT NULL);
ALTER TABLE by_mood ATTACH PARTITION by_mood_2 FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO by_mood SELECT i, (enum_range(NULL::mood))[1 + i % 6], 'n' || i FROM generate_series(1, 600) i;
CREATE INDEX ON by_mood (note);
CREATE TABLE about_moods (id int, feels mood, FOREIGN KEY (id, feels) REFERENCES by_mood);
INSERT INTO about_moods SELECT id, feels FROM by_mood WHERE id % 5 = 0;
-- The enum inside of a key of several columns, below a level that is none of its business.
CREATE TABLE deep (id int, feels mood) PARTITION BY LIST ((id % 2));
CREATE TABLE deep_0 PARTITION OF deep FOR VALUES IN (0) PARTITION BY HASH (id, feels);
CREATE TABLE deep_0_0 PARTITION OF deep_0 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE deep_0_1 PARTITION OF deep_0 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE deep_1 PARTITION OF deep FOR VALUES IN (1);
INSERT INTO deep SELECT i, (enum_range(NULL::mood))[1 + i % 6] FROM generate_series(1, 200) i;
