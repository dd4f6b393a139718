-- item: 20
-- verdict: refused
-- role: postgres
-- says: app.tenant
-- says: custom_setting.f()
CREATE FUNCTION f() RETURNS int LANGUAGE sql SET "app.tenant" = 'canary-value' AS 'SELECT 1';
