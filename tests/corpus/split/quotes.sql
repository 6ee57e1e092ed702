select ';', E'\';', $a$ ; $a$, $$;$$, ";", U&'\0061;', B'01', X'1F', N'x', e'\\', 'it''s', "a""b;";
select 'a'
  ';b' as joined, $q$ $r$ ; $q$, $1, $2;
select '\', ';' as not_an_escape, $表$ ; $表$;
