-- item: 16
-- verdict: refused
-- role: postgres
-- says: large object 987654
SELECT lo_create(987654);
