-- What the migration role is, and whether the login has its rights without becoming it; no row when it does not exist.
SELECT r.rolsuper AS superuser,
       pg_has_role(current_user, r.oid, 'MEMBER') AS member,
       pg_has_role(current_user, r.oid, 'USAGE') AS inherited
  FROM pg_roles r
 WHERE r.rolname = %(role)s
