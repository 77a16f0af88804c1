-- Enums (labels in their order), domains (with constraints), ranges and composite types; not row types of tables, not
-- array types. `uses` names the relations with a column of the type.
SELECT n.nspname || '.' || t.typname AS name,
       t.typtype::text AS kind,
       pg_get_userbyid(t.typowner) AS owner,
       (SELECT string_agg(a::text, ' ' ORDER BY a::text COLLATE "C")
          FROM unnest(coalesce(t.typacl, acldefault('T', t.typowner))) a) AS acl,
       (SELECT string_agg(quote_literal(e.enumlabel), ' ' ORDER BY e.enumsortorder)
          FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
       CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base,
       CASE WHEN t.typtype = 'd' THEN t.typnotnull END AS not_null,
       CASE WHEN t.typtype = 'd' THEN t.typdefault END AS "default",
       (SELECT string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid) || ' ' || k.convalidated, '; ' ORDER BY k.conname)
          FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') AS constraints,
       (SELECT string_agg(k.conname || ' ' || obj_description(k.oid, 'pg_constraint'), '; ' ORDER BY k.conname)
          FROM pg_constraint k WHERE k.contypid = t.oid) AS constraint_comments,
       CASE WHEN t.typtype = 'd' THEN
         (SELECT co.collname FROM pg_collation co JOIN pg_type b ON b.oid = t.typbasetype
           WHERE co.oid = t.typcollation AND co.oid <> b.typcollation) END AS collation,
       (SELECT concat_ws(' ', format_type(r.rngsubtype, NULL), nullif(r.rngcollation, 0)::regcollation,
                         (SELECT oc.opcname FROM pg_opclass oc WHERE oc.oid = r.rngsubopc),
                         nullif(r.rngcanonical, 0)::regproc, nullif(r.rngsubdiff, 0)::regproc,
                         format_type(r.rngmultitypid, NULL))
          FROM pg_range r WHERE r.rngtypid = t.oid) AS subtype,
       (SELECT string_agg(DISTINCT un.nspname || '.' || u.relname, ' ' ORDER BY un.nspname || '.' || u.relname)
          FROM pg_attribute a
          JOIN pg_class u ON u.oid = a.attrelid AND u.relkind IN ('r', 'p', 'f', 'm')
          JOIN pg_namespace un ON un.oid = u.relnamespace
         WHERE a.atttypid IN (t.oid, t.typarray) AND NOT a.attisdropped AND a.attnum > 0) AS uses,
       obj_description(t.oid, 'pg_type') AS comment
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_class c ON c.oid = t.typrelid
 WHERE (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c'))
   AND n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
