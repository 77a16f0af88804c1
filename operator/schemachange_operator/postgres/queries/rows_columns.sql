-- Columns that a generated row has to give a value for: neither generated nor numbered by the server itself.
SELECT n.nspname || '.' || c.relname AS relation,
       a.attname AS name,
       base.typname AS type,
       format_type(base.oid, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) AS type_text,
       (information_schema._pg_char_max_length(base.oid, mods.modifier)) AS length,
       (information_schema._pg_numeric_precision(base.oid, mods.modifier)) AS precision,
       (information_schema._pg_numeric_scale(base.oid, mods.modifier)) AS scale,
       base.typelem <> 0 AND base.typcategory = 'A' AS is_array,
       CASE WHEN t.typtype = 'd' THEN t.oid::regtype::text END AS domain,
       a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS not_null,
       coalesce((SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum),
                pg_get_expr(t.typdefaultbin, 0)) AS "default",
       element.typname AS element_type,
       format_type(element.oid, a.atttypmod) AS element_text,
       (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = element.oid) AS element_labels,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey)) AS is_unique,
       (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = base.oid) AS labels
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_type base ON base.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  LEFT JOIN pg_type element ON element.oid = base.typelem AND base.typcategory = 'A'
 CROSS JOIN LATERAL (SELECT CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS modifier) mods
 WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = '' AND a.attgenerated = ''
   AND c.relkind = 'r' AND n.nspname || '.' || c.relname = ANY (%(relations)s)
 ORDER BY c.oid, a.attnum
