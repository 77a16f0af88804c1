-- Indexes, with all that DROP and CREATE again would lose.
SELECT n.nspname || '.' || c.relname AS name,
       tn.nspname || '.' || t.relname AS "of",
       pg_get_indexdef(c.oid) AS definition,
       i.indisvalid AS valid,
       i.indisready AS ready,
       i.indisclustered AS clustered,
       i.indisreplident AS replica_identity,
       i.indimmediate AS immediate,
       (SELECT pn.nspname || '.' || p.relname
          FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
         WHERE h.inhrelid = c.oid) AS partition_of,
       (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
       (SELECT string_agg(a.attnum || '=' || (to_jsonb(a) ->> 'attstattarget'), ' ' ORDER BY a.attnum)
          FROM pg_attribute a
         WHERE a.attrelid = c.oid AND (to_jsonb(a) ->> 'attstattarget')::integer >= 0) AS statistics_targets,
       obj_description(c.oid, 'pg_class') AS comment
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace tn ON tn.oid = t.relnamespace
 WHERE n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid IN (c.oid, t.oid) AND d.deptype = 'e')
