-- item: 7
-- verdict: refused
-- says: materialized view unfillable.shares cannot be filled
-- says: division by zero
-- says: materialized view unfillable.of_a_tenant cannot be filled
-- Filled once, and not again since. What they read has changed, or is known to one session only.
CREATE TABLE parts (a int, b int);
INSERT INTO parts VALUES (1, 1);
CREATE MATERIALIZED VIEW shares AS SELECT a / b AS share FROM parts;
COMMIT;
UPDATE parts SET b = 0;
SET app.tenant = '7';
CREATE MATERIALIZED VIEW of_a_tenant AS SELECT current_setting('app.tenant') AS tenant FROM parts;
