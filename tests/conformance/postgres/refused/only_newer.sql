-- item: 11, 12
-- verdict: refused
-- from: 18
-- to: 16
-- says: only_newer.computed.twice
-- says: constraint later of only_newer.unenforced
-- says: constraint periods of only_newer.during
-- says: constraint not_for_heirs of only_newer.strict
-- says: only_newer.numbered.id
CREATE TABLE computed (id int, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL);
CREATE TABLE unenforced (id int, CONSTRAINT later CHECK (id > 0) NOT ENFORCED);
CREATE TABLE during (id int4range, d daterange, CONSTRAINT periods PRIMARY KEY (id, d WITHOUT OVERLAPS));
CREATE TABLE strict (id int, CONSTRAINT not_for_heirs NOT NULL id NO INHERIT);
CREATE TABLE numbered (id int GENERATED ALWAYS AS IDENTITY) PARTITION BY RANGE (id);
