-- Everything that a revision can change about a database's own objects, a line each: what it is,
-- what it is called, and how it is defined. Members of extensions are the extension's, and the
-- journal and its ledger are ours; tables that are somebody's journal too can be hidden by name.
WITH hidden AS (
    SELECT pg_catalog.to_regclass(name)::oid AS oid FROM unnest(ARRAY[]::text[]) name
    WHERE pg_catalog.to_regclass(name) IS NOT NULL
), schemas AS (
    SELECT oid, nspname FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), members AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), relations AS (
    SELECT c.*, c.oid::regclass::text AS called FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
    WHERE c.relname NOT IN ('_sqlx_migrations', '_townpass_migrations',
                            '_sqlx_migrations_pkey', '_townpass_migrations_pkey')
      AND c.oid NOT IN (SELECT oid FROM hidden
                        UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM hidden))
      AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
)
SELECT 'schema' AS kind, nspname::text AS name,
       format('owner %s, rights %s', pg_get_userbyid(n.nspowner), n.nspacl::text) AS definition
FROM pg_namespace n JOIN schemas USING (oid, nspname)
WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = oid)
UNION ALL
SELECT 'extension', extname::text, extversion FROM pg_extension
UNION ALL
SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
           WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table'
           WHEN 'c' THEN 'composite type' ELSE relkind::text END,
       called,
       format('owner %s, rights %s, options %s, persistence %s, row security %s %s, replica identity %s, partition %s of %s, %s',
              pg_get_userbyid(relowner), relacl::text, reloptions::text, relpersistence,
              relrowsecurity, relforcerowsecurity, relreplident,
              pg_get_expr(relpartbound, oid),
              (SELECT string_agg(inhparent::regclass::text, ' ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = relations.oid),
              CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid)
                   WHEN relkind = 'p' THEN pg_get_partkeydef(oid)
                   WHEN relkind = 'S' THEN (SELECT row(seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle)::text
                                            FROM pg_sequence WHERE seqrelid = relations.oid) END)
FROM relations WHERE relkind NOT IN ('i', 'I', 't')
UNION ALL
SELECT 'column', called || '.' || quote_ident(attname),
       format('%s, place %s, collation %s, not null %s, default %s, identity %s, generated %s, storage %s, statistics %s, rights %s, options %s',
              format_type(atttypid, atttypmod),
              row_number() OVER (PARTITION BY attrelid ORDER BY attnum),
              (SELECT collname FROM pg_collation WHERE oid = attcollation), attnotnull,
              pg_get_expr(d.adbin, d.adrelid), attidentity, attgenerated, attstorage, attstattarget,
              attacl::text, attoptions::text)
FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
UNION ALL
SELECT 'index', called, pg_get_indexdef(r.oid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
       || CASE WHEN i.indisclustered THEN ' CLUSTERED' ELSE '' END
FROM relations r JOIN pg_index i ON i.indexrelid = r.oid
UNION ALL
SELECT 'constraint', format('%s on %s', quote_ident(conname), coalesce(r.called, contypid::regtype::text)),
       pg_get_constraintdef(k.oid) || CASE WHEN convalidated THEN '' ELSE ' NOT VALID' END
FROM pg_constraint k JOIN schemas s ON s.oid = k.connamespace
LEFT JOIN relations r ON r.oid = k.conrelid
WHERE (k.conrelid = 0 OR r.oid IS NOT NULL)
  AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_type'::regclass AND m.objid = k.contypid)
UNION ALL
SELECT 'trigger', format('%s on %s', quote_ident(tgname), called), pg_get_triggerdef(t.oid) || ' enabled ' || tgenabled::text
FROM pg_trigger t JOIN relations r ON r.oid = t.tgrelid WHERE NOT tgisinternal
UNION ALL
SELECT 'rule', format('%s on %s', quote_ident(rulename), called), pg_get_ruledef(w.oid)
FROM pg_rewrite w JOIN relations r ON r.oid = w.ev_class WHERE rulename <> '_RETURN'
UNION ALL
SELECT 'policy', format('%s on %s', quote_ident(polname), called),
       format('%s %s to %s using %s check %s', polcmd, polpermissive,
              (SELECT string_agg(coalesce(pg_get_userbyid(nullif(role, 0)), 'public'), ' ') FROM unnest(polroles) role),
              pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
FROM pg_policy p JOIN relations r ON r.oid = p.polrelid
UNION ALL
SELECT 'statistics', stxname::text, pg_get_statisticsobjdef(x.oid)
FROM pg_statistic_ext x JOIN schemas s ON s.oid = x.stxnamespace
UNION ALL
SELECT 'type', format_type(t.oid, NULL),
       format('owner %s, rights %s, %s %s %s default %s, values %s', pg_get_userbyid(typowner), typacl::text, typtype,
              CASE WHEN typtype = 'd' THEN format_type(typbasetype, typtypmod) END,
              CASE WHEN typnotnull THEN 'not null' END, typdefault,
              (SELECT string_agg(quote_literal(enumlabel), ' ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
FROM pg_type t JOIN schemas s ON s.oid = t.typnamespace
WHERE typtype IN ('e', 'd', 'r')
  AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
UNION ALL
SELECT CASE prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function' ELSE 'function' END,
       f.oid::regprocedure::text,
       format('owner %s, rights %s, %s', pg_get_userbyid(proowner), proacl::text,
              CASE WHEN prokind = 'a' THEN (SELECT format('%s %s %s %s', aggtransfn, aggfinalfn, aggtranstype::regtype, agginitval)
                                            FROM pg_aggregate WHERE aggfnoid = f.oid)
                   ELSE pg_get_functiondef(f.oid) END)
FROM pg_proc f JOIN schemas s ON s.oid = f.pronamespace
WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_proc'::regclass AND m.objid = f.oid)
UNION ALL
SELECT 'operator', o.oid::regoperator::text, format('%s %s %s', oprcode, oprcanhash, oprcanmerge)
FROM pg_operator o JOIN schemas s ON s.oid = o.oprnamespace
WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_operator'::regclass AND m.objid = o.oid)
UNION ALL
SELECT 'collation', collname::text, format('%s %s %s', collprovider, collcollate, collctype)
FROM pg_collation c JOIN schemas s ON s.oid = c.collnamespace
WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_collation'::regclass AND m.objid = c.oid)
UNION ALL
SELECT 'cast', format('%s to %s', castsource::regtype, casttarget::regtype), format('%s %s %s', castcontext, castmethod, castfunc::regprocedure)
FROM pg_cast c WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_cast'::regclass AND m.objid = c.oid)
UNION ALL
SELECT 'text search configuration', cfgname::text,
       (SELECT string_agg(format('%s %s %s', maptokentype, mapseqno, mapdict::regdictionary), ', ' ORDER BY maptokentype, mapseqno)
        FROM pg_ts_config_map WHERE mapcfg = c.oid)
FROM pg_ts_config c JOIN schemas s ON s.oid = c.cfgnamespace
WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_ts_config'::regclass AND m.objid = c.oid)
UNION ALL
SELECT 'event trigger', evtname::text, format('%s %s %s %s', evtevent, evtfoid::regproc, evtenabled, evttags::text)
FROM pg_event_trigger e
WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_event_trigger'::regclass AND m.objid = e.oid)
UNION ALL
SELECT 'publication', pubname::text,
       format('%s %s %s %s %s', puballtables, pubinsert, pubupdate, pubdelete,
              (SELECT string_agg(prrelid::regclass::text, ' ' ORDER BY prrelid::regclass::text) FROM pg_publication_rel WHERE prpubid = p.oid))
FROM pg_publication p
UNION ALL
SELECT 'foreign server', srvname::text, format('%s %s', srvtype, srvoptions::text) FROM pg_foreign_server f
WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_foreign_server'::regclass AND m.objid = f.oid)
UNION ALL
SELECT 'default rights', format('%s in %s for %s', pg_get_userbyid(defaclrole), coalesce(n.nspname::text, 'every schema'), defaclobjtype),
       defaclacl::text
FROM pg_default_acl LEFT JOIN pg_namespace n ON n.oid = defaclnamespace
UNION ALL
SELECT 'comment', pg_describe_object(classoid, objoid, objsubid), description
FROM pg_description
WHERE objoid >= 16384
  AND NOT EXISTS (SELECT FROM members m WHERE m.classid = classoid AND m.objid = objoid)
ORDER BY 1, 2, 3
