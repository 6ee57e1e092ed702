-- townpass:revises 1 ; '
select 1 /* ; /* ; */ ' */ + -- ; '
 2;
/**/ select 3 /* " */ ; -- no end
