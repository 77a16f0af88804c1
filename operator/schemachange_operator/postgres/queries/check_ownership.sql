-- Touched relations that a role neither owns nor has by a membership.
SELECT pg_namespace.nspname || '.' || pg_class.relname AS relation, pg_get_userbyid(pg_class.relowner)::text AS owner
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
WHERE pg_namespace.nspname || '.' || pg_class.relname = ANY (%(relations)s)
    AND NOT pg_has_role(%(role)s, pg_class.relowner, 'USAGE')
ORDER BY 1
