-- item: 14
-- verdict: refused
-- says: points_at_an_index.watched.what
-- says: points_at_an_index.watched_pkey
-- says: points_at_an_index.listed.whats
CREATE TABLE watched (id int PRIMARY KEY, what regclass);
INSERT INTO watched VALUES (1, 'watched'), (2, 'watched_pkey');
CREATE TABLE listed (whats regclass[]);
INSERT INTO listed VALUES ('{watched,watched_pkey}');
