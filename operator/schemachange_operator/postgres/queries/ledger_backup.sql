-- A backup was taken.
INSERT INTO schemachange.backup (uid, namespace, name, step, path, scope, size_bytes, sha256, rows, lsn)
VALUES (
    %(uid)s, %(namespace)s, %(name)s, %(step)s, %(path)s, %(scope)s, %(size_bytes)s, %(sha256)s, %(rows)s, %(lsn)s
)
ON CONFLICT (path) DO UPDATE SET
    size_bytes = excluded.size_bytes, sha256 = excluded.sha256, rows = excluded.rows, lsn = excluded.lsn,
    taken_at = excluded.taken_at
