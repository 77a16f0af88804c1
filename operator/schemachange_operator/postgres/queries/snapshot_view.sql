-- Views and materialized views (whether one is populated is data); `uses` names the relations that they read.
SELECT n.nspname || '.' || c.relname AS name,
       c.relkind::text AS kind,
       pg_get_userbyid(c.relowner) AS owner,
       (SELECT string_agg(a::text, ' ' ORDER BY a::text COLLATE "C")
          FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) a) AS acl,
       (SELECT string_agg(o, ' ' ORDER BY o) FROM unnest(c.reloptions) o) AS options,
       (SELECT m.amname FROM pg_am m WHERE m.oid = c.relam) AS access_method,
       (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
       pg_get_viewdef(c.oid) AS definition,
       (SELECT string_agg(DISTINCT un.nspname || '.' || u.relname, ' ' ORDER BY un.nspname || '.' || u.relname)
          FROM pg_rewrite r
          JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                          AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
          JOIN pg_class u ON u.oid = d.refobjid
          JOIN pg_namespace un ON un.oid = u.relnamespace
         WHERE r.ev_class = c.oid) AS uses,
       obj_description(c.oid, 'pg_class') AS comment
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('v', 'm')
   AND n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
