-- Types and functions, before any table. Run by the owner of the database.

create schema reporting;

create type account_plan as enum ('free', 'starter', 'team', 'business');
create type order_state as enum ('draft', 'placed', 'paid', 'shipped', 'cancelled');
create type event_kind as enum ('page', 'search', 'cart', 'checkout', 'login', 'logout', 'error');
create type dimensions as (width numeric(8,2), height numeric(8,2), depth numeric(8,2));

-- Like citext, but without an extension: always lower case.
create domain email_address as text
    constraint email_has_at check (value ~ '^[^@[:space:]]+@[^@[:space:]]+$')
    constraint email_is_lower check (value = lower(value));
create domain positive_amount as numeric(12,2) constraint amount_not_negative check (value >= 0);

-- Plausible people: the same number always gives the same name.
create function person_name(number bigint) returns text language sql immutable as $$
    select (array['Ada','Amara','Anders','Anaïs','Bao','Björn','Carmen','Chidi','Daria','Dmitri','Elif','Emre',
                  'Fatou','Felix','Grace','Hana','Håkon','Ines','Ivan','Jonas','José','Kaveh','Keiko','Lena',
                  'Linh','Łukasz','Mara','Miguel','Nadia','Noor','Olu','Paula','Priya','Quentin','Renée','Sami',
                  'Søren','Tariq','Uma','Yara'])[1 + number % 40]
        || ' ' ||
           (array['Adeyemi','Almeida','Baker','Bauer','Brânză','Chen','Costa','Dubois','Eriksson','Farouk',
                  'García','Haddad','Ito','Jansen','Kaya','Khan','Kovač','Larsen','Mbeki','Moreau','Müller','Nguyen',
                  'Novák','O''Brien','Okafor','Olsen','Papadopoulos','Petrov','Quispe','Rossi','Sato','Schmidt',
                  'Silva','Singh','Tanaka','Țurcanu','Vargas','Weiß','Yılmaz','Zhang','Zieliński'])
           [1 + (number * 7 + number / 40) % 41]
$$;

create function order_total(wanted bigint) returns numeric language plpgsql stable as $$
declare
    total numeric;
begin
    select coalesce(sum(quantity * unit_price), 0) into total from order_items where order_id = wanted;
    return total;
end
$$;

create function note_order_change() returns trigger language plpgsql as $$
begin
    new.updated_at := clock_timestamp();
    if new.state is distinct from old.state then
        insert into audit_log (at, what, before, after)
        values (clock_timestamp(), 'orders/' || new.id, to_jsonb(old.state), to_jsonb(new.state));
    end if;
    return new;
end
$$;
