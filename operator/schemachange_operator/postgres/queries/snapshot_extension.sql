-- Extensions; their members are left out everywhere else.
SELECT e.extname AS name,
       e.extversion AS version,
       n.nspname AS schema,
       pg_get_userbyid(e.extowner) AS owner,
       obj_description(e.oid, 'pg_extension') AS comment
  FROM pg_extension e
  JOIN pg_namespace n ON n.oid = e.extnamespace
