-- Ends other sessions on this database whose name begins so, and answers those that are still there: of this login, and of
-- one that was used before and that cannot be ended from here.
SELECT
    application_name,
    CASE WHEN pg_has_role(session_user, usesysid, 'MEMBER') THEN pg_terminate_backend(pid) ELSE false END AS asked
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND starts_with(application_name, %(prefix)s)
