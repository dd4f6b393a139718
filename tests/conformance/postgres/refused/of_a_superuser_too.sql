-- item: 6
-- verdict: refused
-- role: postgres
-- says: support of the function of_a_superuser_too.found(text)
-- says: text search parser of_words
-- says: access method heap_too
CREATE FUNCTION found(text) RETURNS bool LANGUAGE sql IMMUTABLE SUPPORT textlike_support AS 'SELECT true';
CREATE TEXT SEARCH PARSER of_words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
