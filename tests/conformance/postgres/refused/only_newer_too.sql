-- item: 12
-- verdict: refused
-- from: 18
-- to: 16
-- says: constraint named of only_newer_too.strict
CREATE TABLE strict (id int CONSTRAINT named NOT NULL);
COMMENT ON CONSTRAINT named ON strict IS 'an older server has no such constraint';
