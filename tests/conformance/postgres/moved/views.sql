-- item: 7
-- verdict: moved
-- same: SELECT relname, relkind, relispopulated, reloptions FROM pg_class WHERE relnamespace = 'views'::regnamespace AND relkind IN ('v', 'm') ORDER BY 1
-- same: SELECT * FROM sums_of_sums
-- same: SELECT * FROM counted
-- same: SELECT n FROM up_to_ten ORDER BY n
-- same: SELECT * FROM through_function
-- same: SELECT indexrelid::regclass::text, indisunique, indisvalid, indisclustered FROM pg_index WHERE indrelid = 'sums'::regclass ORDER BY 1
-- there: SELECT count(*) FROM first_view => 40
-- there: SELECT count(*) FROM pg_matviews WHERE schemaname = 'views' AND NOT ispopulated => 1
CREATE TABLE rows_of (id int PRIMARY KEY, kind text, n int);
INSERT INTO rows_of SELECT i, 'k' || i % 4, i FROM generate_series(1, 40) i;
CREATE VIEW first_view AS SELECT * FROM rows_of;
CREATE VIEW second_view WITH (security_barrier) AS SELECT * FROM first_view WHERE n > 3;
CREATE VIEW third_view WITH (security_invoker = true, check_option = cascaded) AS SELECT id, n FROM rows_of WHERE n > 10;
ALTER TABLE rows_of ADD COLUMN late text;
CREATE RECURSIVE VIEW up_to_ten (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM up_to_ten WHERE n < 10;
CREATE VIEW with_rule AS SELECT id, kind FROM rows_of;
CREATE RULE through AS ON UPDATE TO with_rule DO INSTEAD UPDATE rows_of SET kind = NEW.kind WHERE id = OLD.id;
CREATE VIEW defaults AS SELECT id, kind FROM rows_of;
ALTER VIEW defaults ALTER COLUMN kind SET DEFAULT 'none';
-- Two views that read one another: only possible by replacing one.
CREATE VIEW b_before AS SELECT 1 AS one, 'x'::text AS t;
CREATE VIEW a_after AS SELECT * FROM b_before;
CREATE OR REPLACE VIEW b_before AS SELECT 2 AS one, 'y'::text AS t;
-- Names in the wrong order, so that neither the alphabet nor the age gives the right one.
CREATE MATERIALIZED VIEW sums AS SELECT kind, sum(n) AS s FROM rows_of GROUP BY kind;
CREATE UNIQUE INDEX sums_by_kind ON sums (kind);
CREATE INDEX ON sums (s DESC) WITH (fillfactor = 70);
ALTER MATERIALIZED VIEW sums CLUSTER ON sums_by_kind;
CREATE MATERIALIZED VIEW a_sum_of_sums AS SELECT sum(s) AS s FROM sums;
CREATE VIEW between AS SELECT s FROM a_sum_of_sums;
CREATE MATERIALIZED VIEW sums_of_sums AS SELECT s * 2 AS s FROM between;
CREATE MATERIALIZED VIEW not_filled AS SELECT * FROM rows_of WITH NO DATA;
CREATE UNIQUE INDEX ON not_filled (id);
CREATE FUNCTION count_sums() RETURNS bigint LANGUAGE plpgsql STABLE SET search_path = views AS
    $$ BEGIN RETURN (SELECT count(*) FROM sums); END $$;
CREATE MATERIALIZED VIEW counted AS SELECT count_sums() AS n;
CREATE MATERIALIZED VIEW a_filled_late AS SELECT 7 AS seven;
CREATE FUNCTION seven() RETURNS int LANGUAGE plpgsql STABLE SET search_path = views AS $$ BEGIN RETURN (SELECT s FROM z_read); END $$;
-- Older than what its function reads: no dependency says so.
CREATE MATERIALIZED VIEW through_function AS SELECT seven() AS s WITH NO DATA;
CREATE MATERIALIZED VIEW z_read AS SELECT 7 AS s;
COMMIT;
REFRESH MATERIALIZED VIEW through_function;
