-- Whether a role could write or drop the ledger: as a superuser, as a member of an owner (a schema's owner may drop what is
-- in it), or by a grant.
SELECT
    (
        SELECT bool_or(pg_has_role(%(role)s, nspowner, 'MEMBER') OR has_schema_privilege(%(role)s, pg_namespace.oid, 'CREATE'))
        FROM pg_namespace WHERE nspname = 'schemachange'
    )
    OR (
        SELECT bool_or(
            pg_has_role(%(role)s, relowner, 'MEMBER')
            OR has_table_privilege(%(role)s, pg_class.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
        )
        FROM pg_class WHERE relnamespace = to_regnamespace('schemachange') AND relkind = 'r'
    ) AS writable
