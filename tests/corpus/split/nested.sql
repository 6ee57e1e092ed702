create rule r as on insert to t do also (insert into u values (1); delete from v);
select ((1)), (select 2), array[(3)], row(4, (5));
create table t (id bigint generated always as identity primary key, "end" text default ';', check (id > 0));
