-- The big table. It is made and filled in one transaction, which with wal_level=minimal needs no WAL, and on
-- a connection of its own, beside 2-tables.sql.

begin;

create table events (
    id bigserial,
    user_id bigint not null,
    kind event_kind not null,
    at timestamptz not null,
    path text not null,
    duration_ms integer,
    score double precision not null,
    note text
);

insert into events (user_id, kind, at, path, duration_ms, score, note)
select 1 + (i * 7919) % current_setting('seed.users')::bigint,
       (enum_range(null::event_kind))[1 + i % 7],
       timestamptz '2024-01-01 00:00:00+00' + i * interval '23 seconds',
       '/' || (array['home','search','product','cart','checkout','account','help'])[1 + i % 7] || '/' || i % 9973,
       case when i % 11 = 0 then null else (i * 31) % 2500 end,
       (i % 1000) / 7.0,
       case when i % 500 = 0 then 'über ' || i || E'\tslow\\path' end
from generate_series(1, current_setting('seed.events')::bigint) i;

alter table events add primary key (id);
create index events_by_user on events (user_id, at);

commit;
