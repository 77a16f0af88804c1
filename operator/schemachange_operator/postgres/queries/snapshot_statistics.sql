-- Extended statistics objects.
SELECT n.nspname || '.' || s.stxname AS name,
       tn.nspname || '.' || t.relname AS "of",
       pg_get_userbyid(s.stxowner) AS owner,
       pg_get_statisticsobjdef(s.oid) AS definition,
       (to_jsonb(s) ->> 'stxstattarget') AS target,
       obj_description(s.oid, 'pg_statistic_ext') AS comment
  FROM pg_statistic_ext s
  JOIN pg_namespace n ON n.oid = s.stxnamespace
  JOIN pg_class t ON t.oid = s.stxrelid
  JOIN pg_namespace tn ON tn.oid = t.relnamespace
 WHERE n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
