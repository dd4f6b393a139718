-- item: 17
-- verdict: refused
-- says: hidden_rows.forced
CREATE TABLE forced (id int, who text);
INSERT INTO forced VALUES (1, 'a'), (2, 'b');
ALTER TABLE forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY few ON forced USING (id = 1);
