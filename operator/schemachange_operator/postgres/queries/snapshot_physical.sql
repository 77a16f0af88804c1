-- What storage alone knows. Tables: places of dropped columns, a TOAST table, columns with statistics. Sequences: how far.
SELECT n.nspname || '.' || c.relname AS name,
       n.nspname || '.' || c.relname AS "of",
       CASE WHEN c.relkind <> 'S' THEN
         (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attisdropped) END AS dropped_columns,
       CASE WHEN c.relkind <> 'S' THEN c.reltoastrelid <> 0 END AS toast_table,
       CASE WHEN c.relkind <> 'S' THEN
         (SELECT string_agg(a.attname, ' ' ORDER BY a.attname)
            FROM pg_statistic s JOIN pg_attribute a ON a.attrelid = s.starelid AND a.attnum = s.staattnum
           WHERE s.starelid = c.oid AND NOT s.stainherit) END AS statistics,
       CASE WHEN c.relkind = 'S' THEN pg_sequence_last_value(c.oid) END AS position
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm', 'S')
   AND n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
