-- no-transaction
create index concurrently if not exists i on t using gin (a jsonb_path_ops) where b <> ';';
create unique index concurrently on public.t (lower(a));
drop index concurrently if exists i;
reindex table concurrently t;
vacuum (analyze) t;
alter type mood add value if not exists 'so;so' before 'sad';
alter table t detach partition u concurrently;
create database d template template0;
