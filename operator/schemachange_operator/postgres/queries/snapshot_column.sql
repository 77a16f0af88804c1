-- Live columns of tables, views and composite types, by their rank among the live ones. A NOT NULL constraint, which
-- has a row and a generated name of its own since PostgreSQL 18, is an attribute of its column.
SELECT n.nspname || '.' || c.relname || '.' || a.attname AS name,
       n.nspname || '.' || c.relname AS "of",
       row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS rank,
       format_type(a.atttypid, a.atttypmod) AS type,
       (SELECT cn.nspname || '.' || co.collname
          FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace
         WHERE co.oid = a.attcollation AND co.oid <> t.typcollation) AS collation,
       CASE WHEN a.attnotnull THEN
         CASE WHEN EXISTS (SELECT FROM pg_constraint k
                            WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum]
                              AND NOT k.convalidated) THEN 'not valid' ELSE 'true' END
       END AS not_null,
       (SELECT nullif(k.connoinherit, false) FROM pg_constraint k
         WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum]) AS not_null_here_alone,
       (SELECT obj_description(k.oid, 'pg_constraint') FROM pg_constraint k
         WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum]) AS not_null_comment,
       pg_get_expr(ad.adbin, ad.adrelid) AS "default",
       nullif(a.attidentity::text, '') AS identity,
       nullif(a.attgenerated::text, '') AS generated,
       a.attstorage::text AS storage,
       nullif(a.attcompression::text, '') AS compression,
       (to_jsonb(a) ->> 'attstattarget') AS statistics_target,
       (SELECT string_agg(o, ' ' ORDER BY o) FROM unnest(a.attoptions) o) AS options,
       (SELECT string_agg(o, ' ' ORDER BY o) FROM unnest(a.attfdwoptions) o) AS foreign_options,
       (SELECT string_agg(i::text, ' ' ORDER BY i::text COLLATE "C") FROM unnest(a.attacl) i) AS acl,
       a.attislocal AS local,
       col_description(c.oid, a.attnum) AS comment
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
 WHERE a.attnum > 0 AND NOT a.attisdropped
   AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
   AND n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
