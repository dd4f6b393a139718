-- Foreign keys, further indexes, triggers and views, after all rows are there.

begin;

alter table users add constraint users_invited_by foreign key (invited_by) references users (id) on delete set null;
alter table events add constraint events_user foreign key (user_id) references users (id);
alter table orders add constraint orders_user foreign key (user_id) references users (id);
alter table order_items
    add constraint order_items_order foreign key (order_id) references orders (id) on delete cascade,
    add constraint order_items_product foreign key (product_id) references products (id);
alter table documents
    add constraint documents_user foreign key (user_id) references users (id) deferrable initially deferred;
alter table attachments
    add constraint attachments_document foreign key (document_id) references documents (id) on delete cascade;
alter table emails_sent add constraint emails_sent_user_id_fkey foreign key (user_id) references users (id) on delete cascade;

create index users_by_name on users (lower(name));
create index orders_open on orders (placed_at) where state in ('placed', 'paid');
create index documents_body on documents using gin (body jsonb_path_ops);
create index attachments_by_document on attachments (document_id);

create trigger orders_note_change before update on orders for each row execute function note_order_change();

create view active_users as
    select u.id, u.name, u.country, count(o.id) as orders
    from users u join orders o on o.user_id = u.id
    where o.state <> 'cancelled'
    group by u.id, u.name, u.country;

create view reporting.open_orders as
    select o.id, o.user_id, o.placed_at, public.order_total(o.id) as total
    from public.orders o where o.state in ('placed', 'paid');

create materialized view reporting.monthly_sales as
    select date_trunc('month', o.placed_at at time zone 'UTC') as month, p.sku,
           sum(i.quantity) as pieces, sum(i.quantity * i.unit_price) as revenue
    from public.orders o
    join public.order_items i on i.order_id = o.id
    join public.products p on p.id = i.product_id
    where o.state in ('paid', 'shipped')
    group by 1, 2;
create unique index monthly_sales_key on reporting.monthly_sales (month, sku);

comment on table "Legacy Import" is 'Kept from the system before this one; nobody knows whether it is still read.';
comment on column users.settings is 'What a person chose in the dialogue „Preferences“.';

commit;
