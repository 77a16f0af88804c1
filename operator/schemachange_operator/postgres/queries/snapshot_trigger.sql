-- Triggers, without those that foreign keys make.
SELECT n.nspname || '.' || c.relname || '.' || g.tgname AS name,
       n.nspname || '.' || c.relname AS "of",
       pg_get_triggerdef(g.oid) AS definition,
       g.tgenabled::text AS enabled,
       obj_description(g.oid, 'pg_trigger') AS comment
  FROM pg_trigger g
  JOIN pg_class c ON c.oid = g.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT g.tgisinternal
   AND n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
