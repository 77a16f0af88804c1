-- Whether an extension is there already, whether it is trusted, and whether a role may create it; no row: no such extension.
SELECT
    extension.installed_version IS NOT NULL AS there,
    coalesce(version.trusted, false) AS trusted,
    NOT version.superuser OR role.rolsuper
        OR version.trusted AND has_database_privilege(role.oid, current_database(), 'CREATE') AS allowed
FROM pg_available_extensions AS extension
JOIN pg_available_extension_versions AS version
    ON version.name = extension.name AND version.version = extension.default_version
CROSS JOIN pg_roles AS role
WHERE extension.name = %(name)s AND role.rolname = %(role)s
