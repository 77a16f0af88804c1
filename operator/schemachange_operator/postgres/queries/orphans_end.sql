-- Ends other sessions of this login on this database whose name begins so; answers those that are still there.
SELECT application_name, pg_terminate_backend(pid) AS asked
FROM pg_stat_activity
WHERE datname = current_database() AND usename = session_user AND pid <> pg_backend_pid()
    AND starts_with(application_name, %(prefix)s)
