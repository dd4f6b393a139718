-- item: 16
-- verdict: refused
-- role: postgres
-- says: foreign data wrapper elsewhere
-- says: server far
-- never: canary-mapping-pass
CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER far FOREIGN DATA WRAPPER elsewhere OPTIONS (host 'far.example');
CREATE USER MAPPING FOR app SERVER far OPTIONS (user 'u', password 'canary-mapping-pass');
CREATE FOREIGN TABLE remote (id int) SERVER far;
