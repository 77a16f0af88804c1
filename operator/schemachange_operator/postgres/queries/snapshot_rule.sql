-- Rewrite rules, without those that views are made of.
SELECT n.nspname || '.' || c.relname || '.' || r.rulename AS name,
       n.nspname || '.' || c.relname AS "of",
       pg_get_ruledef(r.oid) AS definition,
       r.ev_enabled::text AS enabled,
       obj_description(r.oid, 'pg_rewrite') AS comment
  FROM pg_rewrite r
  JOIN pg_class c ON c.oid = r.ev_class
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE r.rulename <> '_RETURN'
   AND n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
