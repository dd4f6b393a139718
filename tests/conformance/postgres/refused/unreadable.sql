-- item: 17
-- verdict: refused
-- role: postgres
-- says: unreadable.hidden
-- says: unreadable.numbers
-- says: unreadable.partly
GRANT USAGE ON SCHEMA unreadable TO app;
CREATE TABLE hidden (id int);
CREATE TABLE partly (id int, secret text);
GRANT SELECT (id) ON partly TO app;
CREATE SEQUENCE numbers;
CREATE TABLE open (id int);
GRANT SELECT ON open TO app;
