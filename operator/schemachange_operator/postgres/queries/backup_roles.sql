-- Roles that a dump can name.
SELECT rolname AS name FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1
