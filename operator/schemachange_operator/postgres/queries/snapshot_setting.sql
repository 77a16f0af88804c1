-- Settings of this database, by role; ALL for every role.
SELECT coalesce(r.rolname, 'ALL') AS name,
       (SELECT string_agg(c, ' ' ORDER BY c) FROM unnest(s.setconfig) c) AS settings
  FROM pg_db_role_setting s
  JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
  LEFT JOIN pg_roles r ON r.oid = s.setrole
