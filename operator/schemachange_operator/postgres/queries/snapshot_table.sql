-- Ordinary, partitioned and foreign tables, with their place among partitions and parents.
SELECT n.nspname || '.' || c.relname AS name,
       c.relkind::text AS kind,
       pg_get_userbyid(c.relowner) AS owner,
       (SELECT string_agg(a::text, ' ' ORDER BY a::text COLLATE "C")
          FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) a) AS acl,
       c.relpersistence::text AS persistence,
       (SELECT m.amname FROM pg_am m WHERE m.oid = c.relam) AS access_method,
       (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
       (SELECT string_agg(o, ' ' ORDER BY o) FROM unnest(c.reloptions) o) AS options,
       (SELECT string_agg(o, ' ' ORDER BY o) FROM pg_class t, unnest(t.reloptions) o
         WHERE t.oid = c.reltoastrelid) AS toast_options,
       c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS row_security_forced,
       c.relreplident::text AS replica_identity,
       nullif(c.reloftype, 0)::regtype::text AS of_type,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       pg_get_expr(c.relpartbound, c.oid) AS partition_bound,
       parents.names AS uses,
       parents.pending AS detach_pending,
       (SELECT f.ftoptions::text || ' ' || s.srvname FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver
         WHERE f.ftrelid = c.oid) AS foreign_options,
       obj_description(c.oid, 'pg_class') AS comment
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL (
       SELECT string_agg(pn.nspname || '.' || p.relname, ' ' ORDER BY i.inhseqno) AS names,
              nullif(bool_or(coalesce((to_jsonb(i) ->> 'inhdetachpending')::boolean, false)), false) AS pending
         FROM pg_inherits i
         JOIN pg_class p ON p.oid = i.inhparent
         JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE i.inhrelid = c.oid) parents
 WHERE c.relkind IN ('r', 'p', 'f')
   AND n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
