-- item: 2, 3
-- verdict: changed
-- role: postgres
-- says: extension vector
-- there: SELECT count(*) FROM pg_extension WHERE extname = 'vector' => 0
CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;
COMMENT ON EXTENSION vector IS 'merely installed';
