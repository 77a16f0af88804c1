-- Which transaction this is, and which role; every name is qualified, since the search_path is the migration's.
SELECT
    pg_catalog.pg_current_xact_id()::pg_catalog.text AS transaction,
    current_user::pg_catalog.text AS role
