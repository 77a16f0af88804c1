-- Whether a role could write the ledger: as a superuser, as a member of its owner, or by a grant.
SELECT bool_or(
    pg_has_role(%(role)s, relowner, 'MEMBER')
    OR has_table_privilege(%(role)s, pg_class.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
) AS writable
FROM pg_class
WHERE relnamespace = to_regnamespace('schemachange') AND relkind = 'r'
