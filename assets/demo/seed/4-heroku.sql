-- What Heroku keeps in every database of its own: a schema, functions and four event triggers that belong to
-- its superuser. None of it can be restored elsewhere by an ordinary role. Run by heroku_admin.

create schema _heroku;

create function _heroku.create_ext() returns event_trigger language plpgsql security definer as $$
declare
    made record;
    owner text := (select pg_get_userbyid(datdba) from pg_database where datname = current_database());
begin
    if tg_tag = 'CREATE EXTENSION' then
        for made in
            select n.nspname as place
            from pg_event_trigger_ddl_commands() c
            join pg_extension e on e.oid = c.objid
            join pg_namespace n on n.oid = e.extnamespace
            where c.object_type = 'extension'
        loop
            execute format('grant usage on schema %I to %I', made.place, owner);
        end loop;
    end if;
end
$$;

create function _heroku.drop_ext() returns event_trigger language plpgsql security definer as $$
declare
    gone record;
begin
    if tg_tag = 'DROP EXTENSION' then
        for gone in select object_identity from pg_event_trigger_dropped_objects() where object_type = 'extension'
        loop
            raise notice 'extension % is gone', gone.object_identity;
        end loop;
    end if;
end
$$;

create function _heroku.extension_before_drop() returns event_trigger language plpgsql security definer as $$
begin
    if tg_tag = 'DROP EXTENSION' and not pg_has_role(session_user, 'pg_database_owner', 'member')
       and not (select rolsuper from pg_roles where rolname = session_user) then
        raise exception 'only the owner of the database may drop an extension';
    end if;
end
$$;

create function _heroku.postgis_after_create() returns void language plpgsql security definer as $$
declare
    place text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                   where e.extname = 'postgis');
    owner text := (select pg_get_userbyid(datdba) from pg_database where datname = current_database());
begin
    if place is not null then
        execute format('grant select, insert, update, delete on table %I.spatial_ref_sys to %I', place, owner);
    end if;
end
$$;

create function _heroku.validate_extension() returns event_trigger language plpgsql security definer as $$
begin
    if tg_tag = 'CREATE EXTENSION' and exists (
        select from pg_event_trigger_ddl_commands() c
        join pg_extension e on e.oid = c.objid
        join pg_namespace n on n.oid = e.extnamespace
        where c.object_type = 'extension' and n.nspname = '_heroku'
    ) then
        raise exception 'Creating extensions in the _heroku schema is not allowed';
    end if;
end
$$;

create event trigger extension_before_drop on ddl_command_start execute function _heroku.extension_before_drop();
create event trigger log_create_ext on ddl_command_end execute function _heroku.create_ext();
create event trigger log_drop_ext on sql_drop execute function _heroku.drop_ext();
create event trigger validate_extension on ddl_command_end execute function _heroku.validate_extension();

revoke usage on schema public from public;

-- Where Heroku wanted every new extension from 2022 to 2023. Columns name its types with the schema.
create schema heroku_ext;
create extension vector with schema heroku_ext;
comment on extension vector is 'Distances between documents, asked for by Acme''s search';

create table document_places (
    document_id uuid primary key references documents (id) on delete cascade,
    place heroku_ext.vector(4) not null
);
insert into document_places (document_id, place)
select id, array[ascii(id::text), ascii(title), length(body::text) % 97, number / 7.0]::real[]::heroku_ext.vector
from (select *, row_number() over (order by id) as number from documents) numbered where number <= 200;
create index document_places_near on document_places using hnsw (place heroku_ext.vector_l2_ops);

do $$
begin
    execute format('alter table document_places owner to %I',
                   (select pg_get_userbyid(datdba) from pg_database where datname = current_database()));
end
$$;
