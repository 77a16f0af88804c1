-- Roles that a copy of the schema may name, without those that come with the server. Nothing of logins or passwords.
SELECT r.rolname AS name,
       r.rolinherit AS inherit,
       r.rolcreaterole AS create_role,
       r.rolbypassrls AS bypass_row_security,
       coalesce(array_agg(g.rolname::text ORDER BY g.rolname) FILTER (WHERE g.rolname IS NOT NULL), '{}') AS member_of
  FROM pg_roles r
  LEFT JOIN pg_auth_members m ON m.member = r.oid
  LEFT JOIN pg_roles g ON g.oid = m.roleid
 WHERE r.rolname !~ '^pg_'
 GROUP BY r.oid, r.rolname, r.rolinherit, r.rolcreaterole, r.rolbypassrls
 ORDER BY r.rolname
