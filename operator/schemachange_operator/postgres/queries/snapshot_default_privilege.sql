-- Default privileges, by role, schema and kind of object.
SELECT concat_ws(' ', pg_get_userbyid(p.defaclrole), n.nspname, p.defaclobjtype) AS name,
       (SELECT string_agg(a::text, ' ' ORDER BY a::text COLLATE "C") FROM unnest(p.defaclacl) a) AS acl
  FROM pg_default_acl p
  LEFT JOIN pg_namespace n ON n.oid = p.defaclnamespace
 WHERE n.nspname IS NULL OR (n.nspname <> ALL (%(excluded)s))
