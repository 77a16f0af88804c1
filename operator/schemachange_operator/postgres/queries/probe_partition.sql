-- Whether a table is a partition of another, and whether its detaching is pending.
SELECT inhdetachpending AS pending
FROM pg_catalog.pg_inherits
WHERE inhparent = pg_catalog.to_regclass(%(parent)s) AND inhrelid = pg_catalog.to_regclass(%(partition)s)
