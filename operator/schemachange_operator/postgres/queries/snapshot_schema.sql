-- Schemas. One row each: name, then attributes.
SELECT n.nspname AS name,
       pg_get_userbyid(n.nspowner) AS owner,
       (SELECT string_agg(a::text, ' ' ORDER BY a::text COLLATE "C")
          FROM unnest(coalesce(n.nspacl, acldefault('n', n.nspowner))) a) AS acl,
       obj_description(n.oid, 'pg_namespace') AS comment
  FROM pg_namespace n
 WHERE n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
