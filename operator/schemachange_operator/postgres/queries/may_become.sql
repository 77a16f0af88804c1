-- Whether this session may SET ROLE to a role. Since PostgreSQL 16 a membership can be granted without that (SET FALSE).
SELECT pg_has_role(session_user, rolname,
                   CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) AS may_become
  FROM pg_roles
 WHERE rolname = %(role)s
