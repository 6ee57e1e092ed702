create or replace function f(a int) returns int language plpgsql as $body$
declare b int; begin b := a; return case when b > 0 then b else 0 end; end $body$;
create function g() returns int language sql begin atomic select 1; select case when true then case 2 when 2 then 3 end end; end;
create procedure p(a int) begin atomic insert into t values (a); delete from t; end;
create function h() returns int return 1;
do $$ begin perform 1; exception when others then raise notice ';'; end $$;
create trigger g after insert on t for each row when (new.id > 0) execute function f();
