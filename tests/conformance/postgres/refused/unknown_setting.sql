-- item: 20
-- verdict: refused
-- from: 18
-- to: 16
-- says: transaction_timeout
-- says: unknown_setting.f()
CREATE FUNCTION f() RETURNS int LANGUAGE sql SET transaction_timeout = '5s' AS 'SELECT 1';
